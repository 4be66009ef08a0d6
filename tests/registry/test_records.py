"""The records of the papers: complete, in order, and strict about mistakes."""

import pytest
import yaml

from reproduce import losses, models
from reproduce.data import entries
from reproduce.errors import UserError
from reproduce.registry import reading, records
from reproduce.study.cell import in_words

GOOD = {
    "place": 6, "title": "Toy", "authors": "Somebody", "year": 2026, "compares": "two things",
    "short": "Somebody (2026)", "heading": "Toys", "cited": "toy2026", "checked_on": "nothing",
}  # fmt: skip


def read(monkeypatch, **changes):
    """Return the record that a changed file gives."""
    content = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    monkeypatch.setattr(reading, "text", lambda paper, file: yaml.safe_dump(content))
    return records._read("toy")


def test_the_papers_are_listed_in_their_order():
    assert list(records.papers()) == [
        "class_imbalance", "dual_head", "metric_learning", "balanced_contrastive",
        "difficulty_aware",
    ]  # fmt: skip


@pytest.mark.parametrize("paper", records.papers().values(), ids=records.papers())
def test_what_a_record_names_is_there(paper):
    assert {*paper.losses, *paper.later_losses} <= set(losses.LOSSES)
    assert set(paper.networks) <= set(models.BACKBONES)
    assert {*paper.data, *paper.own_data} <= set(entries.entries())
    assert set(paper.captioned) <= set(paper.factors)
    assert set(paper.usual) <= set(paper.captioned)


def test_one_name_has_one_look():
    """A method that two papers compare is drawn and written the same on both pages."""
    for paper in records.papers().values():
        for name, look in paper.methods.items():
            given = look.model_dump(exclude_unset=True)
            assert given.items() <= records.looks()[name].model_dump().items(), name


def test_a_key_that_no_paper_has_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="dual_head"):
        records.paper("dual_heads")


def test_an_unknown_experiment_is_no_key_error():
    with pytest.raises(UserError, match="two_phase"):
        records.paper("class_imbalance").experiment("two_fase")


def test_the_good_example_is_read(monkeypatch):
    found = read(monkeypatch, methods={"mixup": None}, factors={"rho": "ratio"})
    assert (found.key, found.methods["mixup"].label, found.factors["rho"]) == ("toy", None, "ratio")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": None}, "toy/paper.yaml: title: "),
        ({"colour": "red"}, "toy/paper.yaml: colour: "),
        ({"key": "toy"}, "is the name of the folder"),
        ({"methods": {"mixup": {"colour": "red"}}}, "methods.mixup.colour: "),
        ({"methods": {"mixup": {"line": "wavy"}}}, "methods.mixup.line: "),
        ({"factors": {"a b": "ratio"}}, "'a b' is no name"),
        ({"experiments": {"more": " "}}, "experiments.more: "),
    ],
)
def test_a_mistake_is_one_line_with_its_place(monkeypatch, changes, said):
    with pytest.raises(UserError) as caught:
        read(monkeypatch, **changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("paper", "factors", "said"),
    [
        ("class_imbalance", {"dataset": "m", "imbalance": "step", "rho": 10.0, "mu": 0.5},
         "rho 10, mu 0.5"),
        ("class_imbalance", {"dataset": "m", "imbalance": "linear", "rho": 5.0}, "linear rho 5"),
        ("dual_head", {"dataset": "retinamnist", "rho": 3}, "retinamnist"),
    ],
)  # fmt: skip
def test_a_point_is_told_by_the_factors_of_its_paper(paper, factors, said):
    assert in_words(factors, records.paper(paper)) == said
