"""A forest plot of judged claims: a row for each, a panel for each unit, at most a dozen rows."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.figures import forest_panels
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import in_the_look
from reproduce.figures.verdict_words import beside_word, claim_word, verdict_word
from reproduce.figures.wording import (
    alone,
    contrast_label,
    counts_points,
    difference,
    in_words,
    interval,
    is_fraction,
    margin_of,
    metric_label,
    plural,
    published_effect,
)

MOST_ROWS = 12
AREAS = ("auc", "auprc")


@dataclass(frozen=True)
class Row:
    """A claim as it is drawn: its sentence, the part that decides it, and both words.

    Attributes
    ----------
    sentence, contrast
        What is claimed, and what the drawn part compares.
    part
        The drawn part.
    word
        The verdict on the whole claim.
    """

    sentence: str
    contrast: str
    part: Any
    word: str


def deciding(parts: Sequence[Any]) -> Any:
    """Return the part furthest from what is claimed of it, in its own margins.

    A claim of several parts holds only if each holds, so this is the one that decides.
    """
    return min(parts, key=_towards)


def _towards(part: Any) -> float:
    """Return how far an effect lies on the claimed side, in margins."""
    mean, margin = part.effect.mean, part.margin or 1.0
    expect = getattr(part, "expect", None)
    if expect in ("equal", "size"):
        size = getattr(part, "size", None) or 0.0
        return -abs(mean - size) / margin
    if expect == "at_most":
        return -max(mean, 0.0) / margin
    return (-mean if expect == "less" else mean) / margin


def unit_of_axis(part: Any) -> str:
    """Return what an axis that shows this effect is in; effects with another unit go elsewhere."""
    metric = getattr(part, "metric", "")
    if counts_points(part):
        return "share of the points of the grid, in percent"
    if not is_fraction(part):
        return metric_label(metric)
    if metric in AREAS:
        return f"points of {metric_label(metric).partition(' (')[0]}"
    return "percentage points"


class Forest(Picture):
    """The deciding effect of each judged claim: seeds, interval, margin, published gain, verdict.

    Parameters
    ----------
    judgements
        objects with `claim_id`, `english`, `verdict`, `reason` and `parts`; a part has `name`,
        `metric`, `effect` (`mean`, `low`, `high`, `repeats`), `verdict`, `margin` and
        `published_gain`.

    Notes
    -----
    At most a dozen rows; the words and the table of verdicts have every part. Effects of one unit
    share an axis and no others; one far outside is cut off with an arrow and its number.
    """

    def __init__(self, judgements: Iterable[Any]):
        super().__init__()
        self.judgements = list(judgements)
        not_empty("judgements", self.judgements)
        parts = [part for judgement in self.judgements for part in judgement.parts]
        if any(not math.isfinite(part.effect.mean) for part in parts):
            raise UserError(
                "an effect is not a finite number; expected a mean of paired differences"
            )
        tested = [judgement for judgement in self.judgements if judgement.parts]
        if not tested:
            raise NothingToShow("no claim was put to the test")
        self.rows = [_row(judgement) for judgement in tested[:MOST_ROWS]]
        self.more = len(tested) - len(self.rows)
        self.panels: dict[str, list[Row]] = {}
        for row in self.rows:
            self.panels.setdefault(unit_of_axis(row.part), []).append(row)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row for each claim under its words, a panel for each unit."""
        return forest_panels.drawn(self.panels)

    def message(self) -> str:
        """Count the verdicts."""
        words = [row.word.partition(" (")[0] for row in self.rows]
        counted = Counter(_plain(word).partition(",")[0] for word in words)
        said = ", ".join(f"{count} “{word}”" for word, count in counted.most_common())
        return f"{plural(len(self.rows), 'measured claim')}: {said}."

    def seen(self) -> str:
        """Say what the rows are."""
        return (
            "Forest plot: a row for each claim with the effect that decides it and its interval, "
            "the margin shaded, the published gain as a diamond."
        )

    def reading(self) -> str:
        """Say which part is drawn, and what the marks are."""
        levels = {getattr(row.part.effect, "level", 0.95) for row in self.rows}
        level = f"{100 * min(levels):g} % interval" if len(levels) == 1 else "interval"
        more = f" {self.more} more stand in the table." if self.more else ""
        return (
            f"Dot: mean of the paired differences with its {level}; small dots: single seeds; "
            "shaded: margin within which a difference does not matter. Of a claim of several parts "
            f"the one furthest from what is claimed is drawn.{more}"
        )

    def words(self) -> str:
        """Say each claim's verdict, and the effect of each part."""
        return " ".join(
            f"{in_words(judgement.claim_id)}: {_plain(claim_word(judgement))} "
            f"({'; '.join(map(_said, judgement.parts)) or judgement.reason})."
            for judgement in self.judgements
        )


def _row(judgement: Any) -> Row:
    parts = list(judgement.parts)
    part = deciding(parts)
    sentence = (judgement.english or in_words(judgement.claim_id)).rstrip(". ")
    metric = getattr(part, "metric", "")
    contrast = contrast_label(part.name)
    known = metric in AREAS or metric_label(metric).lower() in contrast.lower()
    if metric and not known:
        first = contrast.split(" ")[0]
        # "AUC-CL" stays as it is written.
        if first[1:] == first[1:].lower():
            contrast = f"{contrast[:1].lower()}{contrast[1:]}"
        contrast = f"{metric_label(metric)}: {contrast}"
    if len(parts) == 1:
        return Row(alone(sentence, part), contrast, part, claim_word(judgement))
    return Row(sentence, f"{contrast} (1 of {len(parts)} parts)", part, claim_word(judgement))


def _said(part: Any) -> str:
    """Return a part's effect, margin, published gain and verdict."""
    published = published_effect(part)
    known = "" if published is None else f", published {difference(part, published)}"
    beside = "".join(f", {one}" for one in beside_word(part))
    return (
        f"{contrast_label(part.name)} {interval(part)} over "
        f"{plural(part.effect.repeats, 'repeat')}, margin {margin_of(part)}{known}, "
        f"{_plain(verdict_word(part.verdict))}{beside}"
    )


def _plain(marked: str) -> str:
    """Return a word without its mark, which says nothing when it is read aloud."""
    mark, _, word = marked.partition(" ")
    return word if len(mark) == 1 and word else marked
