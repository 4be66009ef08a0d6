"""The answer in one sentence: one form for every verdict that a claim can have."""

from collections.abc import Sequence

from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import is_metric, metric
from reproduce.evaluation.verdicts import Judgement
from reproduce.evaluation.vocabulary import Contrast, Control, Verdict
from reproduce.figures.wording import difference, margin_of, points
from reproduce.pages.answered import NOT_JUDGED, MainRow, measure

# How the sentence begins. What an opening says is what the verdict says, and no more.
OPENINGS: dict[Verdict, str] = {
    Verdict.HOLDS: "Holds",
    Verdict.HOLDS_SMALLER: "Holds, but smaller than printed",
    Verdict.HOLDS_IN_PART: "Holds in part",
    Verdict.NO_DIFFERENCE: "No practical difference",
    Verdict.ANOTHER_SIZE: "Another size than claimed",
    Verdict.OPPOSITE: "The opposite",
    Verdict.UNDECIDED: "Cannot tell",
    Verdict.SIZE_EXCLUDED: "Cannot tell whether it is there, but not as large as printed",
    Verdict.LESS_THAN_HALF: "Cannot tell whether it is there, but less than half of that printed",
    Verdict.DEPENDS: "Depends on how the text is read",
    Verdict.TEST_BED: "This test bed cannot tell",
    Verdict.ILLUSTRATION: "Main claim not judged yet",
    Verdict.MECHANISM_SEEN: "The mechanism is seen on generated images",
    Verdict.MECHANISM_IN_PART: "The mechanism is seen in part on generated images",
    Verdict.MECHANISM_NOT_SEEN: "The mechanism is not seen on generated images",
    Verdict.MECHANISM_OPPOSITE: "The opposite mechanism is seen on generated images",
    Verdict.MECHANISM_UNDECIDED: "On generated images, cannot tell",
    Verdict.BY_CONSTRUCTION: "True by construction",
    Verdict.NOT_ATTEMPTED: "Not put to the test",
}
# What nothing is to be added to.
HELD = (Verdict.HOLDS, Verdict.HOLDS_SMALLER, Verdict.BY_CONSTRUCTION)
# Of a claim of many parts, the first measured and others not trained yet.
IN_PART = "Not judged yet, since not all that the claim compares is trained"
# How the reason begins where an amended claim has no seeds but those seen before (`readings`).
OLD_SEEDS = "amended on "


def sentence(judgement: Judgement, rows: Sequence[MainRow], who: str, reason: str = "") -> str:
    """Return the answer: "Cannot tell: +1.3 [−0.8, +3.4] points of macro F1 over SimCLR on ...".

    Parameters
    ----------
    judgement
        Of the claim of the first comparison; the sentence begins with its verdict.
    rows
        The comparisons of the main result. The first one answers; beside it stands what it comes to
        under other readings of the text, where those are among them.
    who
        Who prints the published effect: "the paper", "the summary", "the post".
    reason
        Why it is true by construction, or was not put to the test.
    """
    begins, row = opening(judgement, rows[0]), rows[0]
    if row.ours is None:
        return f"{begins}: {_first(reason or judgement.reason)}{_theirs(row, who, True)}."
    said, others = f"{begins}: {effect(row)}", _read_otherwise(rows)
    more = "".join(
        f" {_of_measure(one)} ({one.verdict}){_theirs(one, who, False) if one.paper else ''}."
        for one in _other_measures(rows)
    )
    if parts := "; ".join(map(_part, _parts_that_do_not(judgement, rows))):
        more += f" Not all of the claim does: {parts}."
    if others:
        each = "".join(f", and {one.said(one.ours)} {one.words} ({one.verdict})" for one in others)
        return f"{said} ({row.verdict}){each}{_theirs(row, who, False)}.{more}"
    return f"{said}{_theirs(row, who, False)}{_beside(judgement, row, reason)}.{more}"


def opening(judgement: Judgement, row: MainRow) -> str:
    """Return how the sentence begins, with the numbers of the verdict's word."""
    verdict = Verdict(judgement.verdict)
    if verdict is Verdict.NOT_ATTEMPTED and row.ours is not None:
        return IN_PART
    numbers = ""
    if verdict is not Verdict.ILLUSTRATION and judgement.word.startswith(verdict):
        numbers = judgement.word.removeprefix(str(verdict))
    if numbers.startswith(" (in ") and row.verdict == verdict:
        which = ", this one" if judgement.of_parts[0] == 1 else ", this one among them"
        numbers = f"{numbers.removesuffix(')')}{which})"
    return f"{OPENINGS[verdict]}{numbers}"


def title(judgement: Judgement, rows: Sequence[MainRow]) -> str:
    """Return the message of the main figure: verdict, effect, and the paper's effect."""
    row = rows[0]
    if row.ours is None:
        return OPENINGS[Verdict(judgement.verdict)]
    ours = f"{row.said(row.ours)} {_of(row)} {row.words} here"
    others = [f", {one.said(one.ours)} {one.words}" for one in _read_otherwise(rows)]
    # Two readings are enough for a title; the sentence has the other measures as well.
    measures = [] if others else _other_measures(rows)
    more = [f"; {_lower(_of_measure(one))}{_printed(one)}" for one in measures]
    parts = _parts_that_do_not(judgement, rows)
    alike = len({one.measure for one in parts}) < len(parts)
    more += [
        f"; {_verdict(one)}: {_lower(_of_measure(one, f', {one.words}' * alike))}" for one in parts
    ]
    return f"{opening(judgement, row)}: {ours}{''.join(others)}{_printed(row)}{''.join(more)}"


def _printed(row: MainRow) -> str:
    return "" if row.paper is None else f", {difference(row, row.paper.mean)} as printed"


def _other_measures(rows: Sequence[MainRow]) -> list[MainRow]:
    """Return the first comparison in the other measures of the main result, as far as it ran."""
    first = rows[0]
    alike = [one for one in rows if (one.words, one.reading) == (first.words, first.reading)]
    return [one for one in alike if one.ours and one.metric != first.metric]


def _parts_that_do_not(judgement: Judgement, rows: Sequence[MainRow]) -> list[MainRow]:
    """Return what does not hold of the other main claims, where the first one does."""
    if judgement.verdict not in HELD:
        return []
    others = [
        one for one in rows if one.claim != rows[0].claim and one not in _other_measures(rows)
    ]
    return [one for one in others if one.ours and one.verdict not in HELD]


def _part(row: MainRow) -> str:
    """Return "generalization gap growth, with oversampling: −0.4 [−1.1, +0.4] (undecided)"."""
    # A loss alone would look like what is claimed.
    claimed = f"; claimed is no change beyond {margin_of(row)}" if row.expect == "equal" else ""
    return f"{_lower(_of_measure(row, f', {row.words}'))} ({_verdict(row)}{claimed})"


def _verdict(row: MainRow) -> str:
    return NOT_JUDGED if row.verdict == Verdict.NOT_ATTEMPTED else row.verdict


def _of_measure(row: MainRow, words: str = "") -> str:
    """Return "Recall of the rarest class: −6.6 [−21.6, +8.5]", in points if not said otherwise."""
    unit = f" {row.unit}" if row.unit and row.unit != "points" else ""
    return f"{row.measure[:1].upper()}{row.measure[1:]}{words}: {row.said(row.ours)}{unit}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _read_otherwise(rows: Sequence[MainRow]) -> list[MainRow]:
    """Return the first comparison as other readings have it, as far as they were run."""
    asked = rows[0].claim, rows[0].metric
    return [one for one in rows if one.reading and one.ours and (one.claim, one.metric) == asked]


def effect(row: MainRow) -> str:
    """Return "+1.3 [−0.8, +3.4] points of macro F1 over SimCLR on RetinaMNIST"."""
    on = f" on {row.data}" if row.data else ""
    said = row.said(row.ours)
    return f"{said} {_of(row)} {row.words}{on}"


def _of(row: MainRow) -> str:
    # Without a word, a plus reads as a gain.
    less = " (less is better)" if is_metric(row.metric) and metric(row.metric).lower else ""
    if row.unit:
        joined = "of" if row.unit == "points" else "for"
        return f"{row.unit} {joined} {row.measure}{less}"
    return f"in {row.measure}{less}"


def _theirs(row: MainRow, who: str, alone: bool) -> str:
    """Return ", where the paper prints +5.9"."""
    if row.paper is None:
        return f"; {who} prints no number for it"
    said = difference(row, row.paper.mean)
    return (
        f"; {who} prints {said} {_of(row)} {row.words}" if alone else f", where {who} prints {said}"
    )


def _beside(judgement: Judgement, row: MainRow, reason: str) -> str:
    """Return what the sentence must add: why it is no verdict, or that the comparison differs."""
    verdict = Verdict(judgement.verdict)
    if verdict is Verdict.ILLUSTRATION:
        return f"; an illustration: {why_illustration(judgement)}"
    if verdict is Verdict.TEST_BED:
        outcome = outcome_of_control(judgement.unmet[0])
        return (
            "; its positive control, which shows whether such an effect can be seen here at all, "
            f"was {outcome}"
        )
    if verdict is Verdict.BY_CONSTRUCTION:
        return f"; {_first(reason or judgement.reason)}"
    if row.verdict != verdict and len(judgement.parts) > 1:
        return f"; this comparison alone: {row.verdict}"
    return ""


def outcome_of_control(control: Control) -> str:
    """Say of a control that was not met whether it was run, and what came out."""
    if not control.measured:
        return "not run on images held out for it"
    return f"not passed ({'; '.join(map(came_out, control.measured))})"


def came_out(seen: Contrast) -> str:
    """Return "+7.0 points of ROC AUC [−2.9, +16.9] over 5 repeats"."""
    effect, asked = seen.effect, metric(seen.metric)
    fraction = asked.unit == FRACTION
    mean, low, high = (
        points(end) if fraction else f"{end:+.4f}".replace("-", "−")
        for end in (effect.mean, effect.low, effect.high)
    )
    unit = f" {'points of ' if fraction else 'of '}{measure(seen.metric)}"
    repeats = "1 repeat" if effect.repeats == 1 else f"{effect.repeats} repeats"
    return f"{mean}{unit} [{low}, {high}] over {repeats}"


def why_illustration(judgement: Judgement) -> str:
    """Say why a run gives no verdict: its scale, its repeats, or seeds that were seen before."""
    made, registered = judgement.repeats
    if judgement.reason.startswith(OLD_SEEDS):
        return (
            "the claim was amended after these seeds were seen, so it is judged on "
            f"{registered} new ones, which are still to be trained"
        )
    if made < registered:
        return f"{made} of {registered} registered repeats"
    return f"a run at the {judgement.scale} scale gives no verdict"


def _first(reason: str) -> str:
    """Return the first clause of a reason, without its full stop."""
    return reason.partition("; ")[0].strip().rstrip(".")
