"""The readings of a claim on a study: which can be judged, and what that makes of the claim."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reproduce.evaluation.verdicts import Contrast, Judgement, Verdict
from reproduce.evaluation.vocabulary import FAILING, FEWEST_REPEATS
from reproduce.registry.claims import Claim
from reproduce.registry.claims import Contrast as Registered
from reproduce.study.contrasts import Comparison
from reproduce.study.effects import Stated, measured
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

# What an open reading turns a failing word into.
_OPEN = {
    **dict.fromkeys(FAILING, Verdict.UNDECIDED),
    Verdict.MECHANISM_NOT_SEEN: Verdict.MECHANISM_UNDECIDED,
    Verdict.MECHANISM_OPPOSITE: Verdict.MECHANISM_UNDECIDED,
}


@dataclass(frozen=True)
class Measured:
    """What was measured of a claim, by the name of the reading.

    `lacking` says why others were not. `old` says that some reading has no seed that an amended
    claim may be judged on, and was measured on the old ones.
    """

    judged: dict[str, list[Contrast]] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    comparisons: dict[str, list[Comparison]] = field(default_factory=dict)
    old: bool = False

    @property
    def datasets(self) -> list[str]:
        """Return the data sets that the judged readings stand on."""
        every = [one for name in self.judged for one in self.comparisons[name]]
        return list(dict.fromkeys(name for one in every for name in one.datasets))


def measure(
    study: Study, claim: Claim, by_name: Mapping[str, list[Registered]], refused: frozenset[int]
) -> Measured:
    """Measure a claim under each reading, without the refused seeds where others were run."""
    judged, compared, lacking, old = {}, {}, {}, set()
    for name, contrasts in by_name.items():
        fresh = _comparisons(study, claim, contrasts, refused)
        why = _missing(fresh)
        if why and refused:
            fresh = _comparisons(study, claim, contrasts, frozenset())
            why = _missing(fresh)
            old.add(name)
        try:
            if why:
                raise NotMeasured(why)
            judged[name] = [measured(one, _stated(claim, one.contrast)) for one in fresh]
            compared[name] = fresh
        except NotMeasured as gone:
            lacking[name] = str(gone)
    if next(iter(by_name)) not in old:
        for name in old & set(judged):
            del judged[name]
            lacking[name] = "run only on seeds whose results were seen before the claim was amended"
        old = set()
    return Measured(judged, {**lacking, **claim.unjudged}, compared, bool(old))


def _comparisons(
    study: Study, claim: Claim, contrasts: Iterable[Registered], refused: frozenset[int]
) -> list[Comparison]:
    return [
        Comparison(study, one, claim.metric_of(one), refused, mixture=claim.mixture)
        for one in contrasts
    ]


def _missing(comparisons: Iterable[Comparison]) -> str:
    """Say why a claim cannot be measured: planned and not trained yet, or no part of this run."""
    for one in comparisons:
        lacking = one.missing()
        if lacking:
            return one.diverged() or one.waiting() or f"not run at this scale: {lacking}"
    return ""


def _stated(claim: Claim, contrast: Registered) -> Stated:
    return Stated(claim.metric_of(contrast), claim.margin_of(contrast), claim.gain_of(contrast))


def with_enough_repeats(found: Measured, registered: int | None) -> Measured:
    """Leave out other readings with too few repeats where the claim's own has enough.

    Where it has not, the whole is an illustration.
    """
    needed = max(registered or 0, FEWEST_REPEATS)
    made = {name: min(one.effect.repeats for one in of) for name, of in found.judged.items()}
    if next(iter(made.values())) < needed:
        return found
    few = {name: f"run with {count} of {needed} repeats"
           for name, count in made.items() if count < needed}  # fmt: skip
    kept = {name: of for name, of in found.judged.items() if name not in few}
    return replace(found, judged=kept, lacking={**found.lacking, **few})


def named(judgement: Judgement, own: str, lacking: Mapping[str, str]) -> Judgement:
    """Call the claim's own reading by its name, and let readings that are not judged count.

    A claim fails only if it fails under each plausible reading: while one is not judged it is
    undecided, with that reason.
    """
    by_reading, reason = dict(judgement.by_reading or {}), judgement.reason
    if own:
        default = by_reading.pop("default", judgement.verdict)
        by_reading = {own: default, **by_reading}
        reason = reason.replace("reading 'default'", f"reading '{own}'")
    if not lacking:
        return replace(judgement, by_reading=by_reading or None, reason=reason)
    by_reading |= dict.fromkeys(lacking, Verdict.NOT_ATTEMPTED)
    said = [f"reading '{name}' is not judged: {why}" for name, why in lacking.items()]
    verdict = _OPEN.get(judgement.verdict, judgement.verdict)
    if verdict is not judgement.verdict:
        said.insert(0, f"under the readings judged: {judgement.verdict}; no claim fails while "
                       "a plausible reading is not judged")  # fmt: skip
    some = (0, judgement.of_parts[1]) if verdict is not judgement.verdict else judgement.of_parts
    return replace(judgement, verdict=verdict, by_reading=by_reading, of_parts=some,
                   reason=" | ".join([*said, reason]))  # fmt: skip


def on_old_seeds(judgement: Judgement, claim: Claim, found: Measured) -> Judgement:
    """Give no verdict where an amended claim has no seed but those whose results were seen."""
    if not found.old or not judgement.parts:
        return judgement
    last = claim.amendments[-1]
    no_verdict = Verdict.ILLUSTRATION
    parts = tuple(replace(part, verdict=no_verdict, withheld=None, carried_by=())
                  for part in judgement.parts)  # fmt: skip
    by_reading = judgement.by_reading
    if by_reading:
        by_reading = {name: of if of is Verdict.NOT_ATTEMPTED else no_verdict
                      for name, of in by_reading.items()}  # fmt: skip
    seen = "; ".join(part.seen for part in parts)
    return replace(
        judgement, verdict=no_verdict, parts=parts, by_reading=by_reading,
        repeats=(0, max(claim.repeats, FEWEST_REPEATS)),
        reason=f"amended on {last.date} after edition {last.after} ({last.what}): judged only on "
               f"seeds that no edition used, and there are none here; on the old ones: {seen}",
    )  # fmt: skip
