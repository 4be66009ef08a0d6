"""What a paper claims, as a table with the effects that it prints: for a page without results."""

from collections.abc import Iterable
from dataclasses import dataclass

from reproduce.figures.table import Table
from reproduce.figures.wording import MISSING, contrast_label, difference, metric_label, unit_of
from reproduce.registry import claims
from reproduce.registry.claims import Claim, Contrast

# So many effects of a claim are listed; of more, the smallest and the largest.
LISTED = 3


@dataclass(frozen=True)
class _Printed:
    """A published effect, with what its unit follows from."""

    metric: str
    margin: float
    over: str
    value: float
    name: str


def claims_table(paper: str) -> Table:
    """Return a row for each registered claim: sentence, who states it, metric, printed effects."""
    found = claims.load(paper)
    rows = [
        [one.english, one.says, "\n".join(_measured(one)), _effects(one), _registered(one)]
        for one in found
    ]
    columns = ["Claim", "Stated by", "Measured as", "Printed effect", "Registered"]
    return Table(
        "What it claims, with the effects it prints", columns, rows,
        f"{len(found)} registered claims", note="Effects are in points unless said otherwise.",
    )  # fmt: skip


def _measured(claim: Claim) -> Iterable[str]:
    asked = [claim.metric_of(one) for one in claim.contrasts] or [claim.metric]
    return dict.fromkeys(metric_label(name).partition(" (")[0] for name in asked)


def _registered(claim: Claim) -> str:
    """Return how many repeats are registered, or that it is not put to the test here and why."""
    if not claim.contrasts:
        return f"not attempted\n{claim.not_attempted}"
    return f"{claim.repeats} repeats"


def _effects(claim: Claim) -> str:
    printed = [one for contrast in claim.contrasts for one in _printed(claim, contrast)]
    if not printed:
        return MISSING
    if len(printed) == 1:
        return _said(printed[0])
    if len(printed) > LISTED:
        ordered = sorted(printed, key=lambda one: one.value)
        return f"{_said(ordered[0])} to {_said(ordered[-1])}\nin {len(printed)} comparisons"
    first, *more = [f"{_said(one)}, {contrast_label(one.name)}" for one in printed]
    return "\n".join([first, *more])


def _printed(claim: Claim, contrast: Contrast) -> list[_Printed]:
    gain = contrast.size if contrast.expect == "size" else claim.gain_of(contrast)
    if gain is None:
        return []
    value = -gain if contrast.expect == "less" else gain
    asked, margin = claim.metric_of(contrast), claim.margin_of(contrast)
    return [_Printed(asked, margin, contrast.over, value, contrast.name)]


def _said(one: _Printed) -> str:
    unit = unit_of(one)
    return f"{difference(one, one.value)}{f' {unit}' if unit not in ('', 'points') else ''}"
