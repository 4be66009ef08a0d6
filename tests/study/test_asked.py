"""What has the right type and cannot be meant, and what is filled in where nothing was asked."""

from typing import ClassVar

import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.study.parameters import PROFILES, NamesOrProfile, Parameters, SeedsOrProfile


def refusal(**values) -> str:
    """Return the one line that refuses these values."""
    with pytest.raises(UserError) as caught:
        ClassImbalance.read(values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "twice"),
    [
        ("rho", [10, 10], "10"), ("rho", "5, 25, 5.0", "5"), ("mu", [0.2, 0.5, 0.2], "0.2"),
        ("seeds", [0, 0], "0"), ("seeds", "1,2,1", "1"),
        ("methods", "baseline,oversampling,baseline", "baseline"),
        ("experiments", ["control", "control"], "control"),
    ],
)  # fmt: skip
def test_a_value_given_twice_is_refused(name, value, twice):
    """Who writes seeds 0 twice expects two repeats, and would get one."""
    said = refusal(**{name: value})
    assert f"parameter '{name}' is " in said and f": {twice} is there twice; give it once" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rho", True), ("rho", "true"), ("rho", [5, True]), ("rho", "[5, false]"), ("mu", False),
        ("seeds", "true"), ("seeds", True), ("seeds", [True, 2]), ("iterations", True),
        ("learning_rate", True), ("weight_decay", False), ("momentum", False), ("methods", "true"),
        ("map_images", True), ("dataset", True),
    ],
)  # fmt: skip
def test_true_is_no_number_and_no_name(name, value):
    """Python counts with it as with 1."""
    assert "true and false are neither numbers nor names; expected" in refusal(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("seeds", 2**64), ("seeds", f"[0, {2**64}]"), ("seeds", str(10**30)),
     ("iterations", 10**20), ("images_per_class", str(2**64)), ("batch_size", 2**70)],
)  # fmt: skip
def test_a_whole_number_of_more_than_64_bits_is_refused(name, value):
    assert "a whole number of more than 64 bits" in refusal(**{name: value})


def test_a_seed_of_64_bits_is_one():
    assert ClassImbalance.read({"seeds": [2**64 - 1]}).seeds == [2**64 - 1]


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_name_is_refused_and_is_not_the_profiles(empty):
    assert "an empty text names nothing" in refusal(dataset=empty)


def test_no_experiment_is_a_choice_that_stands_alone():
    assert ClassImbalance.read({"experiments": "none"}).experiments == []
    assert ClassImbalance.read({"experiments": []}).experiments == []
    assert "'none' cannot stand beside others" in refusal(experiments="none,control")
    assert "unknown method 'none'" in refusal(methods="none")
    assert "unknown experiment 'contorl'; did you mean 'control'?" in refusal(experiments="contorl")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mu": 0.2}, "mu is the share of minority classes in step imbalance"),
        ({"experiments": "trends,control"}, "experiment 'trends' stands beside a grid of step"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES)
def test_linear_imbalance_refuses_what_it_cannot_use(profile, given, said):
    """One line, with what to do; what the profile would bring is no contradiction."""
    found = refusal(profile=profile, imbalance="linear", **given)
    assert found.startswith(said) and ": leave " in found and "\n" not in found
    assert ClassImbalance.read({"profile": profile, "imbalance": "linear"}).imbalance == "linear"
    assert ClassImbalance.read({"profile": profile, **given})


class Toy(Parameters):
    """The least that a paper must say: two lists of defaults and its names."""

    paper: ClassVar[str] = "toy"
    scale_bearing: ClassVar[tuple[str, ...]] = ("dataset", "seeds", "width")
    known: ClassVar = {"methods": ("plain", "mixup"), "experiments": ("wide", "none")}
    fallback: ClassVar = {"width": 3, "methods": ["plain"], "seeds": [0]}
    by_dataset: ClassVar = {"digits": {"width": 4}, "mnist": {"width": 5, "seeds": [7]}}
    of_its_data: ClassVar = ("seeds",)
    in_the_paper: ClassVar = {"mnist": {"width": 6}}
    by_profile: ClassVar = {
        "smoke": {"dataset": "digits", "experiments": []},
        "quick": {"dataset": "digits", "seeds": [1, 2], "experiments": ["wide"]},
        "laptop": {"dataset": "mnist", "width": 8, "experiments": []},
        "paper": {"dataset": "mnist", "experiments": ["wide"]},
    }

    methods: NamesOrProfile = None
    experiments: NamesOrProfile = None
    seeds: SeedsOrProfile = None
    width: int | None = None


@pytest.mark.parametrize(
    ("given", "width", "seeds"),
    [
        ({"profile": "smoke"}, 4, [0]),  # of the data set, then the fallback
        ({}, 4, [1, 2]),  # of the profile
        ({"dataset": "mnist"}, 5, [7]),  # seeds that belong to the profile's own data do not count
        ({"dataset": "other"}, 3, [0]),
        ({"profile": "laptop"}, 8, [7]),  # the profile before the data set
        ({"profile": "laptop", "dataset": "digits"}, 8, [0]),
        ({"profile": "paper"}, 6, [7]),  # the paper's own number on this data set
        ({"profile": "paper", "dataset": "digits"}, 4, [0]),
        ({"profile": "paper", "width": 1, "seeds": 5}, 1, [5]),  # what is asked for before all
    ],
)
def test_what_is_left_open_is_filled_in_by_profile_data_set_and_fallback(given, width, seeds):
    found = Toy.read(given)
    assert (found.width, found.seeds, found.methods) == (width, seeds, ["plain"])
    assert found.resolved() == found


def test_names_of_any_paper_are_checked_and_an_empty_choice_is_kept():
    assert Toy.read({}).experiments == ["wide"] and Toy.read({"experiments": []}).experiments == []
    for given, said in (
        ({"methods": "mixpu"}, "unknown method 'mixpu'; did you mean 'mixup'?"),
        ({"experiments": "wid"}, "unknown experiment 'wid'; did you mean 'wide'?"),
        ({"methods": []}, "an empty list leaves nothing to run"),
    ):
        with pytest.raises(UserError) as refused:
            Toy.read(given)
        assert said in str(refused.value) and "`reproduce params toy`" in str(refused.value)
