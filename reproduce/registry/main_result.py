"""The main result of a paper, by its headline: comparisons with what the paper prints of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose, isfinite, nan, sqrt

from scipy import stats

from reproduce.errors import UserError
from reproduce.registry import claims, published, records
from reproduce.registry.claims import Claim, Contrast
from reproduce.registry.headline import Headline, MainComparison, PrintedEffect


@dataclass(frozen=True)
class Published:
    """The paper's effect, in the sign of ours, with an interval where it prints spreads.

    `standard_error` and `degrees` are NaN, and the ends the mean itself, where it prints none.
    """

    mean: float
    standard_error: float = nan
    degrees: float = nan

    @property
    def ends(self) -> tuple[float, float] | None:
        """Return the ends of the 95 % interval; None where no spread is printed."""
        if not isfinite(self.standard_error):
            return None
        half = float(stats.t.ppf(0.975, self.degrees)) * self.standard_error
        return self.mean - half, self.mean + half


@dataclass(frozen=True)
class Main:
    """One comparison of the main result with its claim."""

    claim: Claim
    contrast: Contrast
    words: str
    published: Published | None
    reading: str | None = None

    @property
    def metric(self) -> str:
        """Return the metric that it is stated in."""
        return self.claim.metric_of(self.contrast)


def sentence(paper: str) -> str:
    """Return the claim of a paper in a sentence."""
    return headline(paper).claim


def headline(paper: str) -> Headline:
    """Return a paper's headline; of one that has none, its first claim that can be judged."""
    written = records.work(paper).headline
    if written:
        return written
    judged = [claim for claim in claims.load(paper) if claim.contrasts]
    if not judged:
        raise UserError(f"{paper} registers no claim with contrasts; give paper.yaml a headline")
    first = judged[0]
    said = first.english.rstrip(". ") + "."
    main = [
        MainComparison(claim=first.id, contrast=one.name, words=f"({one.name})")
        for one in first.contrasts[:8]
    ]
    return Headline(claim=said, main=main)


def load(paper: str) -> list[Main]:
    """Return the comparisons of a paper's main result, the one of the answer first."""
    known = {claim.id: claim for claim in claims.load(paper)}
    return [_found(paper, known, one) for one in headline(paper).main]


def _found(paper: str, known: Mapping[str, Claim], one: MainComparison) -> Main:
    label = f"{paper}/{records.FILE}: headline: main"
    claim = known.get(one.claim)
    if claim is None:
        raise UserError(f"{label}: '{one.claim}' is no claim of claims.yaml; name one that is")
    contrasts = {contrast.name: contrast for contrast in _under(claim, one.reading, label)}
    if one.contrast not in contrasts:
        raise UserError(
            f"{label}: claim '{one.claim}' has no contrast '{one.contrast}'; it has: "
            f"{', '.join(contrasts)}"
        )
    contrast = contrasts[one.contrast]
    registered = _registered(claim, contrast)
    if one.printed is None:
        effect = None if registered is None else Published(registered)
        return Main(claim, contrast, one.words, effect, one.reading)
    printed = printed_effect(paper, one.printed)
    if registered is not None and not isclose(registered, printed.mean, abs_tol=1e-9):
        raise UserError(
            f"{label}: '{one.contrast}': the cells differ by {printed.mean:.6g}, the claim "
            f"registers {registered:.6g}; name the cells that its published_from names"
        )
    return Main(claim, contrast, one.words, printed, one.reading)


def _under(claim: Claim, reading: str | None, label: str) -> Sequence[Contrast]:
    """Return what a claim compares under a reading; None: under its own."""
    if reading is None:
        return claim.contrasts
    others = claim.under_readings()
    if reading not in others:
        raise UserError(
            f"{label}: claim '{claim.id}' has no reading '{reading}'; it has: "
            f"{', '.join(others) or 'none but its own'}"
        )
    return others[reading]


def _registered(claim: Claim, contrast: Contrast) -> float | None:
    """Return the published effect of a claim in the sign of ours."""
    if contrast.expect == "size":
        return contrast.size
    gain = claim.gain_of(contrast)
    return -gain if gain is not None and contrast.expect == "less" else gain


def printed_effect(paper: str, printed: PrintedEffect) -> Published:
    """Return the difference of two printed cells; where both print a spread, with its error.

    The two means are of different trainings, as far as a table tells: Welch's error and degrees.
    """
    at = {"dataset": printed.dataset} if printed.dataset else {}
    cells = [
        published.cell(paper, printed.table, row, printed.metric, **at)
        for row in (printed.of, printed.over)
    ]
    values = [printed.unit * float(cell.value) for cell in cells]
    if not all(cell.std for cell in cells):
        return Published(values[0] - values[1])
    if printed.runs is None:
        raise UserError(
            f"{paper}/{records.FILE}: headline: {printed.table} prints spreads; say in runs over "
            "how many trainings"
        )
    squares = [(printed.unit * float(cell.std)) ** 2 / printed.runs for cell in cells]
    both = sum(squares)
    degrees = both**2 / sum(one**2 / (printed.runs - 1) for one in squares) if both else nan
    return Published(values[0] - values[1], sqrt(both) if both else nan, degrees)
