"""No claim is changed without a word: what judges it is kept as a digest, beside its amendments.

`python -m tests.registry.test_nothing_silent` writes `registered.json` anew. Of a paper whose
results were published it refuses a claim that judges otherwise and has no more amendments than
before, and one that is gone. Positive controls have no amendments: a new one is another entry.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from reproduce.registry import claims, controls, records
from reproduce.trials import edition

KNOWN = Path(__file__).with_name("registered.json")
# The rest of a claim is told in words: a misprint in a sentence may be mended.
JUDGES = {
    "type", "metric", "data", "margin", "repeats", "controls", "status", "published_gain",
    "contrasts", "reading", "readings", "identity", "needs", "stand_ins", "mixture",
}  # fmt: skip
OF_CONTROLS = {"metric", "margin", "contrasts", "passes", "data", "part"}
Registered = dict[str, dict[str, list[Any]]]


def digest(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def without_prose(content: dict[str, Any]) -> dict[str, Any]:
    """Return what judges, without the sentences of readings and of an identity."""
    for reading in content.get("readings", ()):
        reading["unjudged"] = bool(reading["unjudged"])
        del reading["what"]
    if content.get("identity"):
        content["identity"] = True
    return content


def of_claim(claim: claims.Claim) -> list[Any]:
    """Return the digest of a claim and how many amendments it has."""
    return [digest(without_prose(claim.model_dump(mode="json", include=JUDGES))),
            len(claim.amendments)]  # fmt: skip


def found() -> Registered:
    """Return what judges each claim and each control, by the paper or study of the book."""
    every = {}
    for paper in records.works():
        of = {claim.id: of_claim(claim) for claim in claims.load(paper)}
        for control in controls.load(paper):
            plain = control.model_dump(mode="json", include=OF_CONTROLS)
            of[f"control {control.id}"] = [digest(plain), 0]
        every[paper] = of
    return every


def silent(now: Registered, known: Registered, seen: set[str]) -> list[str]:
    """Return what of papers whose results were seen is changed or gone without an amendment."""
    said = []
    for paper in sorted(seen & set(known)):
        for name, (was, amended) in known[paper].items():
            if name not in now.get(paper, {}):
                said.append(f"{paper}, {name}: is gone; what was registered stays")
            elif now[paper][name][0] != was and now[paper][name][1] <= amended:
                said.append(f"{paper}, {name}: judges otherwise and has no new amendment")
    return said


def written(every: Registered) -> str:
    """Return the text of the file, a line for each claim, so that branches merge."""
    papers = []
    for paper, of in every.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in of.items())
        papers.append(f' "{paper}": {{\n{lines}\n }}')
    return "{\n" + ",\n".join(papers) + "\n}\n"


def published() -> set[str]:
    return {paper for paper in records.works() if edition.published().stamp(paper)}


def test_nothing_that_judges_is_changed_in_silence():
    known = json.loads(KNOWN.read_text("utf-8"))
    assert silent(found(), known, published()) == []
    assert found() == known, "run `python -m tests.registry.test_nothing_silent`"


def test_every_registered_claim_and_control_is_there():
    every = found()
    assert set(every) == set(records.works())
    assert sum(len(of) for of in every.values()) > 130
    assert len({digest for of in every.values() for digest, _ in of.values()}) > 110


CHANGES: Mapping[str, Any] = {
    "the margin": lambda c: {"margin": c.margin / 2},
    "a sign": lambda c: {"contrasts": [turned(one) for one in c.contrasts]},
    "the repeats": lambda c: {"repeats": c.repeats - 1},
    "a part": lambda c: {"contrasts": c.contrasts[:-1]},
    "a reading": lambda c: {"readings": c.readings[:-1]},
    "whose data": lambda c: {"data": c.data.model_copy(update={"own": ["mnist"]})},
    "a control": lambda c: {"controls": c.controls[1:]},
    "what is needed": lambda c: {"needs": ["training_teaches"]},
}


def turned(contrast):
    terms = [one.model_copy(update={"weight": -one.weight}) for one in contrast.terms]
    return contrast.model_copy(update={"terms": terms})


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_unless_it_is_amended(change):
    claim = next(one for one in claims.load("class_imbalance") if one.id == "oversampling_is_best")
    other = claim.model_copy(update=CHANGES[change](claim), deep=True)
    known = {"class_imbalance": {claim.id: of_claim(claim)}}
    now = {"class_imbalance": {claim.id: of_claim(other)}}
    assert "judges otherwise" in silent(now, known, {"class_imbalance"})[0]
    amended = other.model_copy(update={"amendments": [*claim.amendments, claim.amendments[0]]})
    now = {"class_imbalance": {claim.id: of_claim(amended)}}
    assert silent(now, known, {"class_imbalance"}) == []
    assert silent({"class_imbalance": {}}, known, {"class_imbalance"}) != []
    assert silent({"class_imbalance": {}}, known, set()) == [], "no result was seen"


def test_words_may_be_mended():
    claim = next(one for one in claims.load("class_imbalance") if one.id == "oversampling_is_best")
    reading = claim.readings[0].model_copy(update={"what": "said better"})
    mended = claim.model_copy(update={"english": "Better said.", "readings": [reading]})
    assert of_claim(mended) == of_claim(claim)


if __name__ == "__main__":
    before = json.loads(KNOWN.read_text("utf-8")) if KNOWN.is_file() else {}
    if refused := silent(found(), before, published()):
        raise SystemExit("\n".join(refused))
    KNOWN.write_text(written(found()), encoding="utf-8")
