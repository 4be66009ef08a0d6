"""A dry run: what a loss needs to stand in the package is its file, its test and one line.

Its file is `poly_one.py` beside this one. It is put where it would lie, and the line where it would
stand; everything else has to follow.
"""

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

from reproduce import losses
from reproduce.book import losses as loss_pages
from reproduce.methods import registry
from reproduce.papers import protocol
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.store import Store
from tests.losses import test_every_docstring, test_every_loss, test_every_objective
from tests.losses.cases import plain_case
from tests.losses.example import Case


@pytest.fixture
def poly_one(monkeypatch):
    """Put the loss into the package for the length of a test, and return its function."""
    name = "reproduce.losses.classifier.poly_one"
    path = Path(__file__).with_name("poly_one.py")
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path))
    monkeypatch.setitem(sys.modules, name, module)
    module.__spec__.loader.exec_module(module)
    monkeypatch.setitem(losses.LOSSES, "poly_one", "classifier.poly_one:PolyOne")
    return module.poly_one


def test_its_own_test_has_a_slow_reference(poly_one):
    logits, labels = torch.randn(6, 3).double(), torch.tensor([0, 1, 2, 2, 1, 0])
    expected = 0.0
    for row, label in zip(logits.softmax(1).tolist(), labels.tolist(), strict=True):
        expected += -torch.tensor(row[label]).double().log().item() + 2.0 * (1 - row[label])
    assert losses.poly_one(logits, labels, epsilon=2.0).item() == pytest.approx(expected / 6)
    plain = torch.nn.functional.cross_entropy(logits, labels)
    assert poly_one(logits, labels, epsilon=0.0).item() == pytest.approx(plain.item())


def test_the_common_tests_find_out_how_it_is_called(poly_one):
    case = plain_case("poly_one")
    assert case == Case("poly_one", "logits")
    test_every_loss.test_one_number_and_a_gradient_for_every_input(case)
    test_every_loss.test_the_gradient_is_the_derivative(case)
    test_every_docstring.test_it_has_every_section_and_an_equation("poly_one")
    test_every_docstring.test_it_describes_every_parameter_and_no_other("poly_one")
    test_every_objective.test_it_reads_a_batch_and_returns_one_number("poly_one", 1)
    test_every_objective.test_it_reads_label_maps("poly_one")


def test_it_is_a_method_and_a_smoke_run_trains_it(poly_one, tmp_path):
    assert registry.using("poly_one") == ["poly_one"]
    asked = {"profile": "smoke", "methods": ["baseline", "poly_one"], "iterations": 2}
    paper = protocol("class_imbalance")
    study = Study(paper, paper.parameters.read(asked), Store(tmp_path))
    summary = study.run(engine.Options(workers=1))
    assert not summary.failures
    rows = {row["method"]: row for row in study.observations()}
    assert set(rows) == {"baseline", "poly_one"}
    (cell,) = study.select(method="poly_one")
    assert cell.trial.phases[0].objective == "poly_one"
    assert rows["poly_one"]["key"] != rows["baseline"]["key"]


def test_it_stands_on_the_page_of_its_call_shape(poly_one):
    assert loss_pages.index().count("<loss-poly_one>") == 1
    entries = loss_pages.entries("classifier")
    start = entries.index("(loss-poly_one)=")
    said = "Appears in none of the papers; it is a relative of cross-entropy and of the focal loss;"
    assert f"{said} methods with it: `poly_one`. Source:" in entries[start:]
    space: dict = {}
    exec(loss_pages.example("poly_one", losses.function("poly_one")), space)
    assert torch.isfinite(space["loss"])


def test_a_loss_that_the_common_tests_cannot_call_says_what_to_write(monkeypatch):
    def needy(logits, labels, *, counts, kindness):
        """Need something that nobody knows."""

    monkeypatch.setattr(losses, "function", lambda name: needy)
    with pytest.raises(AssertionError, match="without counts, kindness: write a Case for it in"):
        plain_case("needy")


@pytest.mark.parametrize(
    ("name", "takes", "extras", "reductions"),
    [
        ("sup_con", "embeddings", False, 3), ("nt_xent", "views", False, 3),
        ("balanced_softmax", "logits", True, 3), ("soft_iou", "pixels", False, 0),
    ],
)  # fmt: skip
def test_a_plain_case_follows_from_the_call_shape(name, takes, extras, reductions):
    case = plain_case(name)
    assert (case.takes, bool(case.extras), len(case.reductions)) == (takes, extras, reductions)
    loss, _ = case.loss_and_gradients(case.example())
    assert loss.isfinite()
