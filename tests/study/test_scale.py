"""The scale of a run in words: what differs from the profile is said, and nothing else."""

import pytest

from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.papers.dual_head.parameters import DualHead
from reproduce.study import scale
from reproduce.study.parameters import PROFILES


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_as_it_is_is_its_name(profile):
    assert scale.in_words(ClassImbalance.read({"profile": profile})) == f"{profile} scale"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"iterations": 10_000}, "laptop scale, but iterations 10,000 (as at paper scale)"),
        ({"iterations": 9_999}, "laptop scale, but iterations 9,999"),
        # Fresh seeds, as many as before: no other scale.
        ({"seeds": [5, 6, 7, 8, 9]}, "laptop scale with other seeds"),
        ({"seeds": [5]}, "laptop scale, but 1 seed"),
        ({"rho": [2, 5.5], "mu": 0.2}, "laptop scale, but rho 2 and 5.5, mu 0.2"),
        ({"rho": [2, 3, 4, 5.5]}, "laptop scale, but 4 values of rho"),
        ({"methods": ["baseline", "oversampling", "undersampling", "thresholding"]},
         "laptop scale, but 4 methods"),
        ({"momentum": 0.5, "minority": "lowest", "batch_size": 32, "learning_rate": 0.02},
         "laptop scale, but batch size 32, learning rate 0.02, momentum 0.5, 1 more"),
    ],
)  # fmt: skip
def test_what_differs_is_named(given, said):
    assert scale.in_words(ClassImbalance.read({"profile": "laptop", **given})) == said


def test_what_no_parameter_tells_is_custom():
    """The paper's own settings from random weights are not the paper's scale."""
    random = DualHead.read({"profile": "paper", "initialisation": "random"})
    assert scale.in_words(random) == "custom scale"


def test_an_edition_says_its_words_and_an_older_one_its_label():
    assert scale.of_stamp({"scale": "custom", "scale_in_words": "some words"}) == "some words"
    assert scale.of_stamp({"scale": "laptop"}) == "laptop scale"


def test_in_brief_what_is_changed_is_called_so():
    changed = {"scale_in_words": "laptop scale, but rho 2, 1 seed"}
    assert scale.of_stamp_in_brief(changed) == "changed laptop scale"
    assert scale.of_stamp_in_brief({"scale": "laptop"}) == "laptop scale"
