"""Losses from outside the package, as a notebook brings them."""

import pytest
import torch
from torch.nn import functional

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import outside
from reproduce.losses.classifier.objective import ClassifierObjective
from reproduce.losses.objective import EmbeddingObjective
from reproduce.methods import registry
from reproduce.papers import protocol
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.store import Store

CONTEXT = losses.Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)


def sharp(logits, labels, *, factor=2.0, reduction="mean"):
    """Cross-entropy of logits made larger."""
    return functional.cross_entropy(factor * logits, labels, reduction=reduction)


class Sharp(ClassifierObjective):
    """Sharp cross-entropy."""

    function = staticmethod(sharp)


class OtherSharp(ClassifierObjective):
    """The same under other code."""

    function = staticmethod(lambda logits, labels: functional.cross_entropy(logits, labels))


def made_of_text():
    """Return an objective whose code nobody can look up."""
    space: dict = {}
    exec("def made(logits, labels):\n    return logits.sum()", space)
    return type("Made", (ClassifierObjective,), {"function": staticmethod(space["made"])})


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch):
    monkeypatch.setattr(outside, "OBJECTIVES", {})


def test_it_is_built_by_the_name_it_was_given():
    name = losses.register("sharp", Sharp)
    assert name.startswith("sharp@") and len(name) == len("sharp@") + 8
    assert name in losses.names() and name not in losses.LOSSES
    assert losses.shape(name) == "classifier" and losses.function(name) is sharp
    logits, labels = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    found = losses.build(name, CONTEXT, factor=3.0)(losses.Batch(labels, logits))
    assert found.item() == functional.cross_entropy(3 * logits, labels).item()
    with pytest.raises(UserError, match=f"objective '{name}' has no parameter 'gamma'"):
        losses.build(name, CONTEXT, gamma=1)


def test_code_that_was_rewritten_has_another_name():
    """A result is stored under the name of its loss, and must not be taken for the new one's."""
    first, again, other = (losses.register("sharp", one) for one in (Sharp, Sharp, OtherSharp))
    assert first == again != other


def test_it_trains_in_this_process(tmp_path):
    name = losses.register("sharp", Sharp)
    paper = protocol("class_imbalance")
    asked = {"profile": "smoke", "methods": ["baseline", name], "iterations": 2}
    study = Study(paper, paper.parameters.read(asked), Store(tmp_path))
    assert not study.run(engine.Options(workers=1)).failures
    accuracies = {row["method"]: row["accuracy"] for row in study.observations()}
    assert set(accuracies) == {"baseline", name}


def test_a_process_that_lacks_it_says_so(monkeypatch, tmp_path):
    name = losses.register("sharp", Sharp)
    paper = protocol("class_imbalance")
    asked = {"profile": "smoke", "methods": [name], "iterations": 2}
    study = Study(paper, paper.parameters.read(asked), Store(tmp_path))
    monkeypatch.setattr(outside, "OBJECTIVES", {})
    with pytest.raises(UserError, match=f"objective '{name}' comes from outside") as refused:
        study.run(engine.Options(workers=1))
    assert "register the same code here first" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_embedding_of_ones_own_is_an_encoder_and_verifies():
    class Mine(EmbeddingObjective):
        """Nothing of note."""

        function = staticmethod(lambda embeddings, labels: embeddings.square().mean())

    name = losses.register("mine", Mine)
    assert registry.entry(name).tasks == ("classification", "verification")


@pytest.mark.parametrize(
    ("name", "objective", "said"),
    [
        ("Sharp Loss", Sharp, "a word in lower case with underscores, not 'Sharp Loss'"),
        ("focal", Sharp, "'focal' is a loss of the package; give yours another name"),
        ("sharp", sharp, "derived from one of ViewsObjective, EmbeddingObjective, Classif"),
        ("sharp", torch.nn.Module, "derived from one of ViewsObjective"),
        ("sharp", ClassifierObjective, "ClassifierObjective has no function; name the one that"),
        (
            "sharp",
            made_of_text(),
            "the code of Made cannot be read; write it into a file or",
        ),
    ],
)
def test_what_is_no_loss_is_refused_in_one_line(name, objective, said):
    with pytest.raises(UserError, match=said) as refused:
        losses.register(name, objective)
    assert "\n" not in str(refused.value)
