"""What claims carry beside their contrasts: readings, sizes, controls, amendments, editions."""

import copy
from datetime import date

import pytest
import yaml

from reproduce.errors import UserError
from reproduce.registry import amendments, claims, controls, editions, reading
from tests.registry.examples import GOOD, refused

PLAIN = GOOD["contrasts"][0]
OTHER = {"name": "majority", "what": "most points", "contrasts": [{**PLAIN, "over": "majority"}]}
AMENDED = {"date": "2026-11-28", "what": "was a, is b", "why": "because", "after": "first"}
EDITION = {
    "paper": "class_imbalance", "name": "first", "date": "2026-11-21", "commit": "ed107f9",
    "scale": "laptop", "data": ["mnist"], "seeds": [0, 1, 2],
    "verdicts": {"imbalance_is_harmful": {"verdict": "holds", "reason": "-0.4"}},
}  # fmt: skip
CONTROL = {
    "paper": "class_imbalance", "id": "learns", "english": "It learns.", "why": "else nothing",
    "metric": "accuracy", "data": ["mnist"], "part": "held_out",
    "contrasts": [{**PLAIN, "expect": "greater"}],
}  # fmt: skip


def accepted(**changes) -> claims.Claim:
    return claims.validated(claims.Claim, "here", {**copy.deepcopy(GOOD), **changes})


def contrast(**changes) -> dict:
    return {**copy.deepcopy(PLAIN), **changes}


@pytest.fixture
def files(monkeypatch):
    """Let the files of class_imbalance be what a test says; claims.yaml holds the good example."""
    held = {
        "claims.yaml": ("claims", [copy.deepcopy(GOOD)]),
        "ambiguities.yaml": ("ambiguities", []),
    }

    def text(paper, file):
        key, listed = held[file]
        return yaml.safe_dump({"paper": paper, key: listed})

    monkeypatch.setattr(reading, "text", text)
    for module in (controls, editions):
        monkeypatch.setattr(module, "exists", lambda paper, file: file in held)
    return held


def test_a_reading_with_contrasts_stands_in_place_of_the_claims_own():
    claim = accepted(reading="mean", readings=[OTHER])
    assert claim.under_readings()["majority"][0].over == "majority"
    assert claim.contrasts[0].over == "mean"
    assert claim.unjudged == {}


def test_a_reading_by_a_restriction_adds_to_every_contrast():
    claim = accepted(reading="all", readings=[{"name": "half", "what": "x", "where": {"mu": 0.5}}])
    assert claim.under_readings()["half"][0].where == {"imbalance": "step", "mu": 0.5}
    assert claim.contrasts[0].where == {"imbalance": "step"}


def test_an_unjudged_reading_has_a_dated_reason():
    why = "2026-11-28: no trial; needs 45 trainings"
    claim = accepted(reading="a", readings=[{"name": "b", "what": "x", "unjudged": why}])
    assert (claim.under_readings(), claim.unjudged) == ({}, {"b": why})

    def undated(entry):
        entry.update(reading="a", readings=[{"name": "b", "what": "x", "unjudged": "later"}])

    assert "readings.0.unjudged" in refused(undated)


def test_readings_come_one_way_each_by_different_names():
    def with_readings(*found, reading="mean"):
        return lambda entry: entry.update(reading=reading, readings=list(found))

    both = {**OTHER, "where": {"mu": 0.5}}
    assert "give one of contrasts, where, unjudged" in refused(with_readings(both))
    neither = {"name": "b", "what": "x"}
    assert "give one of contrasts, where, unjudged" in refused(with_readings(neither))
    assert "two have the same name" in refused(with_readings(OTHER, OTHER))
    assert "two have the same name" in refused(with_readings(OTHER, reading="majority"))
    assert "names how the contrasts read" in refused(with_readings(OTHER, reading=None))
    assert "names how the contrasts read" in refused(lambda entry: entry.update(reading="mean"))
    assert "not 'default'" in refused(with_readings({**OTHER, "name": "default"}))
    assert "is no known factor" in refused(
        with_readings({"name": "b", "what": "x", "where": {"roh": 1}})
    )
    elsewhere = {**OTHER, "contrasts": [contrast(metric="aucc")]}
    assert "'aucc' is no known metric" in refused(with_readings(elsewhere))


def test_a_claim_of_size_has_its_size_and_no_gain():
    sized = accepted(margin=0.01, contrasts=[contrast(expect="size", size=-0.05)])
    assert sized.contrasts[0].size == -0.05
    assert "needs a size" in refused(lambda c: c["contrasts"][0].update(expect="size"))
    assert "needs a size" in refused(lambda c: c["contrasts"][0].update(size=0.05))

    def with_gain(entry):
        entry.update(published_gain=0.05, published_from="Table 1", margin=0.01)
        entry["contrasts"][0].update(expect="size", size=-0.05)

    assert "expect size has no published_gain" in refused(with_gain)


def test_majority_counts_differences_only():
    assert "majority needs a difference" in refused(
        lambda c: c.update(contrasts=[contrast(over="majority", terms=PLAIN["terms"][:1])])
    )
    counted = accepted(
        published_gain=0.05, published_from="Table 1", contrasts=[contrast(over="majority")]
    )
    assert counted.gain_of(counted.contrasts[0]) is None
    assert "its unit is a share" in refused(
        lambda c: c["contrasts"][0].update(over="majority", published_gain=0.1)
    )


def test_an_amendment_says_when_what_why_and_after_which_edition():
    claim = accepted(amendments=[AMENDED])
    assert claim.amended and claim.amendments[0].date == date(2026, 11, 28)
    assert not accepted().amended
    for field in {*AMENDED} - {"after"}:
        lacking = {name: value for name, value in AMENDED.items() if name != field}
        assert f"amendments.0.{field}" in refused(lambda c, a=lacking: c.update(amendments=[a]))
    assert "amendments.0.why" in refused(lambda c: c.update(amendments=[{**AMENDED, "why": " "}]))
    earlier = {**AMENDED, "date": "2026-11-27"}
    unseen = {name: value for name, value in AMENDED.items() if name != "after"}
    assert not accepted(amendments=[unseen]).amended, "no result had been seen"
    assert "order of their dates" in refused(lambda c: c.update(amendments=[AMENDED, earlier]))


def test_an_amended_claim_refuses_every_seed_that_an_edition_used(files):
    files["editions.yaml"] = ("editions", [{k: v for k, v in EDITION.items() if k != "paper"}])
    assert accepted().seeds_refused() == frozenset()
    assert accepted(amendments=[AMENDED]).seeds_refused() == {0, 1, 2}
    found = editions.as_first_registered("class_imbalance", "imbalance_is_harmful")
    assert [(edition.name, frozen.verdict) for edition, frozen in found] == [("first", "holds")]


def test_an_amendment_names_an_edition_that_exists(files):
    files["claims.yaml"][1][0]["amendments"] = [AMENDED]
    with pytest.raises(UserError, match=r"after: 'first' is not in editions.yaml"):
        claims.load("class_imbalance")
    files["editions.yaml"] = ("editions", [{k: v for k, v in EDITION.items() if k != "paper"}])
    assert claims.load("class_imbalance")[0].amended


def test_a_claim_that_an_edition_judged_cannot_be_dropped(files):
    files["editions.yaml"] = ("editions", [{k: v for k, v in EDITION.items() if k != "paper"}])
    files["claims.yaml"][1][0]["id"] = "renamed"
    with pytest.raises(UserError, match="'imbalance_is_harmful' is no claim") as caught:
        claims.load("class_imbalance")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seeds": [1, 0]}, "each seed once, in order"),
        ({"commit": "main"}, "commit"),
        ({"scale": "quick"}, "scale"),
        ({"verdicts": {"x": {"verdict": "holds"}}}, "verdicts.x.reason"),
    ],
)
def test_a_broken_edition_is_refused(change, said):
    with pytest.raises(UserError, match=said):
        reading.validated(editions.Edition, "here", {**EDITION, **change})


def test_a_needed_control_is_registered(files):
    files["claims.yaml"][1][0]["needs"] = ["learns"]
    with pytest.raises(UserError, match=r"needs: 'learns' is not in controls.yaml"):
        claims.load("class_imbalance")
    files["controls.yaml"] = ("controls", [{k: v for k, v in CONTROL.items() if k != "paper"}])
    assert claims.load("class_imbalance")[0].needs == ["learns"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"part": "training"}, "part"),
        ({"data": ["mnits"]}, "'mnits' is no known data set"),
        ({"metric": "aucc"}, "'aucc' is no known metric"),
        ({"contrasts": [contrast(expect="equal")]}, "expects greater or less"),
        ({"why": ""}, "why"),
    ],
)
def test_a_broken_control_is_refused(change, said):
    with pytest.raises(UserError, match=said):
        reading.validated(controls.PositiveControl, "here", {**CONTROL, **change})


@pytest.fixture
def open_place(files) -> dict:
    """Let the file of ambiguities hold one, with three readings, that the claim turns on."""
    named = [{"name": name, "what": name} for name in ("mean", "majority", "every")]
    place = {"id": "most", "place": "1", "about": "text", "printed": "p", "problem": "q",
             "readings": named, "default": "mean", "why": "w", "claims": ["imbalance_is_harmful"],
             "unjudged": "2026-11-28: every point is not most"}  # fmt: skip
    files["ambiguities.yaml"] = ("ambiguities", [place])
    entry = files["claims.yaml"][1][0]
    entry.update(reading="mean", readings=[{**OTHER, "ambiguity": "most"}])
    return place


def refused_files() -> str:
    with pytest.raises(UserError) as caught:
        claims.load("class_imbalance")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_reading_is_one_of_its_ambiguity(files, open_place):
    assert claims.load("class_imbalance")[0].readings[0].ambiguity == "most"
    open_place["readings"][1]["name"] = "plurality"
    assert "ambiguity 'most' has mean, plurality, every" in refused_files()
    files["ambiguities.yaml"] = ("ambiguities", [])
    assert "'most' is not in ambiguities.yaml" in refused_files()


def test_a_dropped_reading_is_refused(files, open_place):
    """Neither may a claim forget an ambiguity, nor a reading of one without a reason."""
    files["claims.yaml"][1][0].update(reading=None, readings=[])
    assert "most: claims: 'imbalance_is_harmful' registers no reading of it" in refused_files()
    files["claims.yaml"][1][0].update(reading="mean", readings=[{**OTHER, "ambiguity": "most"}])
    open_place["claims"] = []
    assert "most: claims: 'imbalance_is_harmful' is not named" in refused_files()
    open_place.update(claims=["imbalance_is_harmful"], unjudged=None)
    assert "ambiguity 'most' also has every; register them, or say" in refused_files()


def test_the_rule_has_dated_amendments_with_reasons(monkeypatch):
    found = amendments.of_the_rule()
    assert found and all(one.date >= date(2026, 11, 28) for one in found)
    monkeypatch.setattr(amendments.yaml, "safe_load", lambda text: {
        "amendments": [{"date": "2026-11-28", "what": "x"}]})  # fmt: skip
    with pytest.raises(UserError, match=r"registry/rule.yaml, entry 1: why"):
        amendments.of_the_rule()
