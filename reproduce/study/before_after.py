"""The verdicts that were published, beside what the same trials say today: for the corrections."""

from dataclasses import dataclass

from reproduce.evaluation.verdicts import Judgement, Part, Verdict
from reproduce.registry import claims as registry
from reproduce.registry import editions
from reproduce.study.judging import judge
from reproduce.study.study import Study


@dataclass(frozen=True)
class Change:
    """What became of one published verdict.

    Attributes
    ----------
    claim, english
        The claim's id, and what it says.
    edition, before
        The edition that said it first, and its word, as frozen there.
    old_trials
        What today's rule and registration say of these trials if neither registered repeats nor
        controls nor fresh seeds are asked for: the old trials under the new rule.
    after, reason
        The verdict today, and the reasons for the change.
    parts
        The effects of the old trials, with their words under today's rule.
    """

    claim: str
    english: str
    edition: str
    before: str
    old_trials: str
    after: str
    reason: str
    parts: tuple[Part, ...] = ()

    @property
    def changed(self) -> bool:
        """Say whether today's word is another one."""
        return self.before != self.after


def before_after(study: Study) -> list[Change]:
    """Return one row for each verdict of the first edition that has it, in the registry's order.

    `study` is that of the edition: its trials are judged again.
    """
    today = {one.claim_id: one for one in judge(study)}
    unenforced = {one.claim_id: one for one in judge(study, enforced=False)}
    rows = []
    for claim in registry.load(study.paper):
        frozen = editions.as_first_registered(study.paper, claim.id)
        if not frozen:
            continue
        edition, first = frozen[0]
        now, old = today[claim.id], unenforced[claim.id]
        if first.verdict == now.verdict == Verdict.NOT_ATTEMPTED:
            continue
        rows.append(
            Change(claim.id, claim.english, edition.name, first.verdict, old.word, now.word,
                   why(now, old, claim), old.parts)
        )  # fmt: skip
    return rows


def why(now: Judgement, old: Judgement, claim: registry.Claim) -> str:
    """Return why a verdict is another one than it was, from what judged it."""
    said = []
    for amendment in claim.amendments:
        said.append(f"amended on {amendment.date}: {amendment.what} ({amendment.why})")
    made, registered = now.repeats
    if now.verdict is Verdict.ILLUSTRATION and made < registered:
        fresh = "fresh " if claim.amended else ""
        said.append(f"{made} of {registered} registered {fresh}repeats")
    if now.verdict in (Verdict.TEST_BED, Verdict.NOT_ATTEMPTED, Verdict.BY_CONSTRUCTION):
        said.append(now.reason)
    said += _of_readings(old)
    guarded = [part for part in old.parts if part.withheld]
    if guarded:
        words = "' and '".join(sorted({str(part.withheld) for part in guarded}))
        said.append(
            f"the interval alone would say '{words}' of {len(guarded)} of {len(old.parts)} parts, "
            f"but {guarded[0].effect.repeats} repeats could hide a lopsided spread"
        )
    if old.data_role and claim.data.own and old.data_role == "real stand-in":
        said.append(f"on a stand-in: the claim speaks of {', '.join(claim.data.own)}")
    large = next((part.restricted for part in old.parts if "test images" in part.restricted), "")
    said += [f"measured {large}"] if large else []
    said += now.conditions
    return "; ".join(said) or "the same rule and the same numbers"


def _of_readings(old: Judgement) -> list[str]:
    """Say what each reading makes of the old trials, and which readings they say nothing of."""
    by_reading = old.by_reading or {}
    judged = {name: of for name, of in by_reading.items() if of is not Verdict.NOT_ATTEMPTED}
    said = []
    if len(judged) > 1:
        words = ", ".join(f"{name}: {word}" for name, word in judged.items())
        said.append(f"by reading: {words}")
    elif judged and next(iter(judged.values())) is not old.verdict:
        said.append(f"under the one reading judged: {next(iter(judged.values()))}")
    missing = [name for name in by_reading if name not in judged]
    return [*said, f"readings not judged: {', '.join(missing)}"] if missing else said
