"""Losses from files of one's own: a function or a class, called as those of the package are."""

import subprocess
import sys

import pytest
import torch
from torch.nn import functional

from reproduce import losses, own_code
from reproduce.errors import UserError

CONTEXT = losses.Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)
LOSSES = """
import torch
from torch.nn import functional
from reproduce.losses.classifier.objective import ClassifierObjective

def sharp(logits, labels, *, factor=2.0, reduction="mean"):
    return functional.cross_entropy(factor * logits, labels, reduction=reduction)

def by_counts(logits, labels, *, counts):
    return functional.cross_entropy(logits + counts.log(), labels)

def together(embeddings, labels):
    return embeddings.square().mean()

def alike(view1, view2):
    return (view1 - view2).square().mean()

def pixels(logits, mask):
    return functional.cross_entropy(logits, mask)

class Sharp(ClassifierObjective):
    function = staticmethod(sharp)

class Bare(ClassifierObjective):
    pass

def each(logits, labels):
    return functional.cross_entropy(logits, labels, reduction="none")

def apart(logits, labels):
    return logits.detach().sum()

def number(logits, labels):
    return 1.0

def broken(logits, labels):
    return logits[1000].sum()

def by_place(logits, labels, factor=2.0):
    return factor * logits.sum()

def unlike(left, right):
    return left.sum()
"""
LOGITS, LABELS = torch.randn(4, 3, requires_grad=True), torch.tensor([0, 1, 2, 0])


@pytest.fixture
def named(tmp_path):
    """Return a function that gives a loss of the file the name that a phase asks for it by."""
    path = tmp_path / "mine.py"
    path.write_text(LOSSES)
    return own_code.take_in(path).qualified


def test_a_function_is_built_by_its_name(named):
    name = named("sharp")
    assert name.startswith("mine.py:sharp@") and len(name) == len("mine.py:sharp@") + 8
    assert name not in losses.names() and losses.shape(name) == "classifier"
    found = losses.build(name, CONTEXT, factor=3.0)(losses.Batch(LABELS, LOGITS))
    assert found.item() == functional.cross_entropy(3 * LOGITS, LABELS).item()
    with pytest.raises(UserError, match=r"has no parameter 'gamma' \(it takes: factor\)"):
        losses.build(name, CONTEXT, gamma=1)


def test_an_objective_class_and_the_counts_of_the_classes(named):
    batch = losses.Batch(LABELS, LOGITS)
    made = [losses.build(named(name), CONTEXT)(batch) for name in ("sharp", "Sharp")]
    assert made[0].item() == made[1].item()
    counted = functional.cross_entropy(LOGITS + torch.tensor([5, 2, 1]).log(), LABELS)
    assert losses.build(named("by_counts"), CONTEXT)(batch).item() == counted.item()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("together", "embedding"), ("alike", "self_supervised"), ("pixels", "segmentation"),
        ("Sharp", "classifier"),
    ],
)  # fmt: skip
def test_its_arguments_say_how_it_is_called(named, name, shape):
    assert losses.shape(named(name)) == shape


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("each", r"each of mine.py returned \[4\], expected one number: take the mean"),
        ("number", "number of mine.py returned float, expected one number"),
        ("apart", "apart of mine.py has no gradient"),
        ("broken", "broken of mine.py stopped with IndexError: .*; mend it, or see where"),
    ],
)
def test_what_goes_wrong_in_training_is_one_line(named, name, said):
    objective = losses.build(named(name), CONTEXT)
    with pytest.raises(UserError, match=said) as refused:
        objective(losses.Batch(LABELS, LOGITS))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("by_place", "takes factor by its place; expected parameters by name: put `\\*, ` before"),
        ("unlike", "mine.py:unlike is no loss; expected one of `def loss\\(view1, view2\\)`"),
        ("Bare", "mine.py:Bare is no loss"),
        ("torch", "mine.py:torch is no loss"),
        ("absent", "mine.py has no 'absent'"),
    ],
)
def test_what_is_no_loss_is_refused_in_one_line(named, name, said):
    with pytest.raises(UserError, match=said) as refused:
        losses.shape(named(name))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("digits", ["00000000", ""])
def test_only_the_text_that_was_taken_in_is_run(named, digits):
    named("sharp")
    with pytest.raises(UserError, match=r"mine\.py here has the SHA-256"):
        losses.build(f"mine.py:sharp@{digits}", CONTEXT)
    with pytest.raises(UserError, match="expected that you trust it: read the file, then give"):
        losses.build(f"never_read.py:sharp@{digits}", CONTEXT)


def test_losses_and_samplers_need_pytorch_and_nothing_else_that_is_installed():
    others = ("scipy", "sklearn", "pandas", "pydantic", "yaml", "PIL", "matplotlib", "cv2",
              "albumentations", "torchvision", "timm")  # fmt: skip
    without = (
        f"import sys; sys.modules.update(dict.fromkeys({others!r})); "
        "from reproduce import losses; from reproduce.data.batch_samplers import batch_sampler; "
        "[losses.objective_class(name) for name in losses.LOSSES]"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
