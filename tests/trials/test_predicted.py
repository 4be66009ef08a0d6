"""Predicted classes are packed small, and come back to the last image."""

import numpy as np
import pytest

from reproduce.trials import arrays as array_files
from reproduce.trials.predicted import Predicted, has_more, of, pack, unpack

RANDOM = np.random.default_rng(0)
LABELS, OTHERS = RANDOM.integers(10, size=500), RANDOM.integers(3, size=70)


def predictions(labels, wrong=0.1, classes=10, seed=0):
    random = np.random.default_rng(seed)
    guessed = random.integers(classes, size=len(labels))
    return np.where(random.random(len(labels)) < wrong, guessed, labels)


@pytest.fixture
def found():
    """Two trials on the same images, one of them after a post-hoc step too; a third on others."""
    return [
        Predicted("b", "test", "none", predictions(LABELS, seed=1), LABELS),
        Predicted("a", "test", "none", predictions(LABELS, seed=2), LABELS),
        Predicted("a", "test", "divide_by_prior", predictions(LABELS, seed=3), LABELS),
        Predicted("c", "balanced", "none", predictions(OTHERS, 0.5, 3), OTHERS),
    ]


class Carrier:
    """What `of` reads of a result."""

    def __init__(self, arrays):
        self.arrays = arrays


def test_every_class_comes_back(found):
    back = unpack({**pack(found), "derived/0/x": np.zeros(3)})
    assert sorted(back) == ["a", "b", "c"]
    for one in found:
        classes, labels = of(Carrier(back[one.key]), one.part, one.steps)
        assert (classes == one.classes).all() and (labels == one.labels).all()
    assert of(Carrier(back["b"]), "test", "divide_by_prior") is None
    assert of(Carrier(back["b"]), "balanced", "none") is None


def test_trials_on_the_same_images_share_their_labels(found):
    packed = pack(found)
    assert sum(name.endswith("/labels") for name in packed) == 2
    assert all(array.dtype in (np.uint8, "<U17", "<U6") or array.dtype.kind == "U"
               for array in packed.values())  # fmt: skip


def test_the_order_of_trials_does_not_matter(found):
    one, two = (array_files.encode(pack(some)) for some in (found, found[::-1]))
    assert one == two


def test_what_is_predicted_rightly_costs_almost_nothing():
    """A hundred trials of ten thousand images with 3 % wrong: under a third of a megabyte."""
    labels = np.random.default_rng(1).integers(10, size=10_000)
    many = [Predicted(f"{n:016x}", "test", "none", predictions(labels, 0.03, seed=n), labels)
            for n in range(100)]  # fmt: skip
    assert len(array_files.encode(pack(many))) < 400_000


def test_a_class_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="0 to 255"):
        pack([Predicted("a", "test", "none", np.array([256]), np.array([0]))])


@pytest.mark.parametrize(
    ("ours", "theirs", "more"),
    [
        ({"test/logits", "test/labels"}, {"test/predicted/none", "test/true"}, True),
        ({"test/predicted/none", "test/true"}, {"test/logits", "test/labels"}, False),
        ({"test/predicted/none", "test/true"}, set(), True),
        ({"test/logits"}, {"test/logits"}, False),
        ({"test/logits"}, {"before/train"}, False),
        (set(), set(), False),
    ],
)
def test_scores_take_the_place_of_what_follows_from_them_and_never_the_reverse(ours, theirs, more):
    assert has_more(ours, theirs) is more
