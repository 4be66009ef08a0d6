"""The registry of claims: complete, faithful to the texts, strict about mistakes."""

import copy
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import yaml

from reproduce.errors import UserError
from reproduce.evaluation.registry import metric
from reproduce.registry import claims, reading, records
from tests.registry.examples import GOOD, refused

# Lower ends of what the five texts claim; a file cut short falls below.
FEWEST = {
    "class_imbalance": 35,
    "dual_head": 25,
    "metric_learning": 20,
    "balanced_contrastive": 15,
    "difficulty_aware": 10,
}


def as_read(text: str) -> str:
    """Drop emphasis and mathematics marks and join lines, as a reader does."""
    return " ".join(re.sub(r"[*`$]", "", text).split())


def test_the_good_example_is_accepted():
    assert claims.validated(claims.Claim, "here", GOOD).contrasts[0].terms[1].weight == -1


@pytest.mark.parametrize("paper", records.papers())
def test_every_file_loads_and_is_complete(paper):
    loaded = claims.load(paper)
    assert len(loaded) >= FEWEST.get(paper, 0)
    assert {claim.paper for claim in loaded} == {paper}
    assert len({claim.id for claim in loaded}) == len(loaded)


def test_ids_are_unique_over_all_papers():
    ids = [claim.id for claim in claims.all_claims()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("paper", records.papers())
def test_the_folder_of_a_paper_holds_its_claims(paper):
    folder = resources.files("reproduce.papers").joinpath(paper)
    assert yaml.safe_load(folder.joinpath("claims.yaml").read_text("utf-8"))["paper"] == paper


@pytest.mark.parametrize("paper", records.papers())
def test_quotes_are_words_of_the_text(paper):
    texts = os.environ.get("REPRODUCE_TEXTS")
    if not texts:
        pytest.skip("REPRODUCE_TEXTS names no folder with the five texts")
    text = as_read((Path(texts) / f"{paper}.md").read_text("utf-8"))
    missing = [claim.id for claim in claims.load(paper) if as_read(claim.quote) not in text]
    assert missing == []


def test_a_claim_without_quote_says_who_confirmed_it():
    unquoted = [claim for claim in claims.all_claims() if not claim.quote]
    assert {claim.paper for claim in unquoted} == {"class_imbalance"}
    assert all(claim.says == "paper" and claim.source for claim in unquoted)


def test_says_keeps_papers_summaries_and_the_post_apart():
    said = {paper: {claim.says for claim in claims.load(paper)} for paper in records.papers()}
    assert said["dual_head"] == said["metric_learning"] == {"paper"}
    assert said["balanced_contrastive"] == {"summary"}
    assert said["difficulty_aware"] == {"post"}
    for claim in claims.load("class_imbalance"):
        assert (claim.says == "paper") == (claim.source is not None), claim.id


def test_values_of_factors_are_possible():
    for claim in claims.load("class_imbalance"):
        for contrast in claim.contrasts:
            for where in (contrast.where, *(term.where for term in contrast.terms)):
                for factor, level in where.items():
                    for one in level if isinstance(level, list) else [level]:
                        if factor == "imbalance":
                            assert one in ("step", "linear"), claim.id
                        if factor == "rho":
                            assert 1 < one <= 5000, claim.id
                        if factor == "mu":
                            assert round(one * 10) in range(1, 10), claim.id
                        if factor == "dataset":
                            assert one in claim.data.here, claim.id


def test_contrasts_replace_margin_gain_and_metric_of_their_claim():
    entry = copy.deepcopy(GOOD) | {"published_gain": 0.05, "published_from": "Table 1"}
    entry["contrasts"].append(
        copy.deepcopy(GOOD["contrasts"][0])
        | {"name": "other", "metric": "accuracy", "margin": 0.01, "published_gain": 0.02}
    )
    claim = claims.validated(claims.Claim, "here", entry)
    plain, other = claim.contrasts
    assert (claim.metric_of(plain), claim.margin_of(plain), claim.gain_of(plain)) == (
        "auc",
        0.001,
        0.05,
    )
    assert (claim.metric_of(other), claim.margin_of(other), claim.gain_of(other)) == (
        "accuracy",
        0.01,
        0.02,
    )


def test_a_field_nobody_declared_is_refused():
    assert "importance" in refused(lambda c: c.update(importance=1))
    assert "contrasts.0.colour" in refused(lambda c: c["contrasts"][0].update(colour="red"))


def test_weights_of_a_difference_must_sum_to_zero():
    def heavier(claim):
        claim["contrasts"][0]["terms"][0]["weight"] = 2

    def nothing(claim):
        for term in claim["contrasts"][0]["terms"]:
            term["weight"] = 0

    assert "must sum to 0, they sum to 1" in refused(heavier)
    assert "all weights are zero" in refused(nothing)


def test_a_single_term_is_a_level_and_needs_no_balance():
    entry = copy.deepcopy(GOOD)
    del entry["contrasts"][0]["terms"][1]
    assert len(claims.validated(claims.Claim, "here", entry).contrasts[0].terms) == 1


def test_equality_needs_a_margin_and_has_no_gain():
    def without_margin(claim):
        claim["margin"] = 0
        claim["contrasts"][0]["expect"] = "equal"

    def with_gain(claim):
        claim["contrasts"][0]["expect"] = "equal"
        claim.update(published_gain=0.1, published_from="Table 1")

    assert "needs a margin above 0" in refused(without_margin)
    assert "has no published_gain" in refused(with_gain)


def test_a_gain_needs_its_origin_and_untested_claims_a_reason():
    assert "needs published_from" in refused(lambda c: c.update(published_gain=0.1))
    assert "reason in not_attempted" in refused(lambda c: c.update(contrasts=[]))
    assert "reason in not_attempted" in refused(lambda c: c.update(not_attempted="no time"))


def test_unknown_names_are_refused_with_their_field():
    def term(claim):
        return claim["contrasts"][0]["terms"][0]

    assert "'aucc' is no known metric; did you mean 'auc'?" in refused(
        lambda c: c.update(metric="aucc")
    )
    assert "'bdlc' is no known method" in refused(lambda c: term(c).update(method="bdlc"))
    assert "'roh' is no known factor" in refused(lambda c: term(c).update(where={"roh": 1}))
    assert "data.here" in refused(lambda c: c["data"].update(here=["mnits"]))
    assert "expect" in refused(lambda c: c["contrasts"][0].update(expect="better"))
    assert "margin" in refused(lambda c: c.update(margin=float("nan")))
    assert "says" in refused(lambda c: c.update(says="author"))


@pytest.mark.parametrize("paper", records.papers())
def test_what_claims_are_stated_in_is_measured(paper):
    asked = {
        metric(claim.metric_of(contrast))
        for claim in claims.load(paper)
        for contrast in claim.contrasts
    }
    assert asked and [one.name for one in asked if one.family is None] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("paper: class_imbalance\nclaims: [", "is not YAML"),
        ("paper: dual_head\nclaims: []", "expected 'class_imbalance'"),
        ("paper: class_imbalance", "must hold exactly the keys"),
        ("paper: class_imbalance\nclaims: {a: 1}", "must be a list"),
        ("paper: class_imbalance\nclaims: [3]", "entry 1 must be a mapping"),
    ],
)
def test_a_broken_file_is_named(monkeypatch, content, said):
    monkeypatch.setattr(reading, "text", lambda paper, file: content)
    with pytest.raises(UserError, match=said) as caught:
        claims.load("class_imbalance")
    assert str(caught.value).startswith("class_imbalance/claims.yaml")


def test_an_id_used_twice_is_refused(monkeypatch):
    twice = yaml.safe_dump({"paper": "class_imbalance", "claims": [GOOD, GOOD]})
    monkeypatch.setattr(reading, "text", lambda paper, file: twice)
    with pytest.raises(UserError, match=r"imbalance_is_harmful: id: is used twice"):
        claims.load("class_imbalance")


def test_an_unknown_paper_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="dual_head"):
        claims.load("dual_heads")


def test_loading_needs_neither_torch_nor_pandas():
    code = (
        "import sys; from reproduce.registry import ambiguities, claims, published;"
        "claims.all_claims(); published.load('dual_head'); ambiguities.load('dual_head');"
        "print(sorted({'torch', 'pandas', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
