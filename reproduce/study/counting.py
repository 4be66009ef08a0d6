"""The head count of a page: how many claims were tested, how many firm, how many by chance."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import copysign, isfinite, sqrt

from reproduce.evaluation.power import power
from reproduce.evaluation.significance import RESPLIT
from reproduce.evaluation.simulated import FAMILIES
from reproduce.evaluation.verdicts import Judgement, Part, Verdict
from reproduce.evaluation.vocabulary import FIRM, HOLDING
from reproduce.study import steps
from reproduce.study.judging import stands_on
from reproduce.study.study import Study

# Words that say nothing of a claim: it was not put to the test, or nothing else could come out.
NO_TEST = frozenset((
    Verdict.NOT_ATTEMPTED, Verdict.ILLUSTRATION, Verdict.TEST_BED, Verdict.BY_CONSTRUCTION,
))  # fmt: skip
SIMULATIONS = 1000


@dataclass(frozen=True)
class HeadCount:
    """How many claims a run put to the test, and how many firm words chance alone would give.

    Attributes
    ----------
    registered, tested, firm
        Claims; identities and illustrations are not among those tested.
    by_word, untested
        Each verdict as pages print it, with its number: of the claims tested, and of those measured
        without being put to the test.
    wrongly, at_worst
        Firm words that would be false, on average, if nothing were true: simulated with the rule
        for the repeats, spreads and margins of the tested claims, where repeats spread as normal
        numbers do, and for the worst of the lopsided families.
    shared, sharing
        The method that most tested claims stand on, and how many they are; None where none is.
    length
        At how many steps of training.
    """

    registered: int
    tested: int
    firm: int
    by_word: dict[str, int]
    untested: dict[str, int]
    wrongly: float
    at_worst: float
    shared: str | None
    sharing: int
    length: str

    @property
    def words(self) -> str:
        """Return it as a sentence or two."""
        said = (
            f"{self.registered} claims are registered; this run put {self.tested} to the test"
            f"{f' after {self.length}' if self.tested else ''}{_in_brackets(self.by_word)}"
        )
        if self.untested:
            number = sum(self.untested.values())
            said += f" and measured {number} more that get no verdict{_in_brackets(self.untested)}"
        if not self.tested:
            return f"{said}."
        firm = "1 verdict is" if self.firm == 1 else f"{self.firm} verdicts are"
        said += (
            f". {firm} firm; if nothing were true, the rule "
            f"would call {_about(self.wrongly)} of {self.tested} so wrongly where trainings spread "
            f"evenly, and {_about(self.at_worst)} where they spread as lopsidedly as the worst of "
            "those simulated"
        )
        if self.shared and self.sharing > 1:
            said += (
                f", and together rather than one by one: {self.sharing} of the claims share the "
                f"trained networks of {self.shared}"
            )
        return f"{said}."


def head_count(study: Study, judgements: Sequence[Judgement]) -> HeadCount:
    """Count the verdicts of a run, and what chance would have given."""
    tested = [one for one in judgements if one.parts and one.verdict not in NO_TEST]
    arms = {one.claim_id: stands_on(study, one.claim_id) for one in tested}
    methods = Counter(
        method for of in arms.values() for method in dict.fromkeys(cell.method for cell in of)
    )
    # Of equally many the first, in the order of the registry.
    shared, sharing = methods.most_common(1)[0] if methods else (None, 0)
    chance = {name: sum(by_chance(one, name) for one in tested) for name in FAMILIES}
    every = {cell.trial.key: cell for of in arms.values() for cell in of}
    return HeadCount(
        registered=len(judgements),
        tested=len(tested),
        firm=sum(one.verdict in FIRM for one in tested),
        by_word=_by_word(tested),
        untested=_by_word(one for one in judgements if one.parts and one.verdict in NO_TEST),
        wrongly=chance["normal"],
        at_worst=max(chance.values()),
        shared=steps.label(shared) if shared else None,
        sharing=sharing,
        length=_length(study.steps(every.values())),
    )


def _by_word(judgements: Iterable[Judgement]) -> dict[str, int]:
    return dict(Counter(map(_counted, judgements)).most_common())


def _in_brackets(counts: dict[str, int]) -> str:
    said = ", ".join(f"{word}: {count}" for word, count in counts.items())
    return f" ({said})" if said else ""


def _about(number: float) -> str:
    return f"about {number:.1f}" if number >= 0.05 else "fewer than 0.1"


def _length(taken: steps.Steps) -> str:
    totals = {sum(phases) for of in taken.values() for phases in of}
    if len(totals) < 2:
        return steps.said(taken)
    return f"{min(totals):,} to {max(totals):,} steps, by method and point"


def _counted(judgement: Judgement) -> str:
    illustrated = judgement.verdict is Verdict.ILLUSTRATION
    return judgement.word if illustrated else str(judgement.verdict)


def by_chance(judgement: Judgement, family: str = "normal") -> float:
    """Return how probable a false firm word of a claim is if nothing it says is true.

    Nothing is true: every difference is 0, of a claim of no difference it is at the margin, and of
    a claim of size it is at the nearer end of what would still be that size. Of several parts the
    one whose spread owes least to the test images stands for all: it has the most room for chance.
    """
    parts = [part for part in judgement.parts if isfinite(part.effect.standard_error)]
    if not parts:
        return 0.0
    widest = min(parts, key=lambda part: part.effect.share_of_images)
    return _of_part(widest, len(parts), family)


def _of_part(part: Part, parts: int, family: str) -> float:
    effect = part.effect
    images = sqrt(max(effect.share_of_images, 0.0)) * effect.standard_error
    if effect.repeats < 2 or effect.sd + images <= 0:
        return 0.0
    size = part.size or 0.0
    edge = dict.fromkeys(("equal", "at_most"), part.margin)
    edge["size"] = copysign(abs(size) - part.margin, size)
    said = power(
        effect.sd, images, effect.repeats, part.margin, parts, edge.get(part.expect, 0.0),
        expect=part.expect, published_gain=part.published_gain, size=part.size,
        family=family, simulations=SIMULATIONS, resplit=effect.design == RESPLIT,
    )  # fmt: skip
    # At zero "no practical difference" is right, and so is "another size" beyond a size.
    wrong = [*HOLDING, Verdict.HOLDS_IN_PART]
    wrong += [Verdict.OPPOSITE] if part.expect in ("greater", "less") else []
    return sum(said.get(word, 0.0) for word in wrong)
