"""The page of Yun and Kim with part of what it usually has, on images of our own."""

from itertools import combinations

import pytest

from reproduce.methods import registry
from reproduce.papers.dual_head import cells
from reproduce.papers.dual_head.methods import FOUR

PAPER = "dual_head"
# Four grades; four others; two classes, enough of them that one can be rare.
SMALL = {"profile": "smoke", "dataset": "grades", "batch_size": 32}
BESIDE = {
    "second": {"second_dataset": "others"},
    "binary": {"binary_dataset": "two"},
    "choices": {"combinations": 3},
    "initialisation": {"surrogate": "surrogate:small"},
}
# Other methods of the registry, which no experiment of this paper runs.
OTHERS = [
    pytest.param(name, marks=pytest.mark.thorough)
    for name in registry.names("classification") if name not in (*FOUR, "focal")
]  # fmt: skip
# A dozen trials and more, or a set that takes long to prepare.
LONG = ("table_6", "batch_size", "binary", "ablation", "choices", "views", "second", "warm_up",
        "initialisation")  # fmt: skip
# All but the pilot, which is one on its own data, and a second network on data divided anew.
EXPERIMENTS = [name for name in cells.EXPERIMENTS if name not in ("length", "divisions")]


@pytest.fixture(scope="module")
def check(page_of):
    """Return a function that executes the page and looks whether a cell went silent."""
    usual = page_of(PAPER, **SMALL)

    def checked(**given):
        page = page_of(PAPER, **{**SMALL, **given})
        silent = [name for name, texts in usual.shown.items() if texts and not page.shown[name]]
        assert silent == []
        return page

    return checked


@pytest.mark.thorough
def test_a_page_of_methods_of_other_papers(check):
    page = check(methods=["supervised", "balanced_softmax"])
    assert page.names["study"].methods == ["supervised", "balanced_softmax"]


@pytest.mark.thorough
def test_a_page_without_experiments(check):
    check(experiments="none")


@pytest.mark.parametrize(
    "experiment",
    [
        pytest.param(name, marks=pytest.mark.thorough if name in LONG else [])
        for name in EXPERIMENTS
    ],
)
def test_a_page_of_one_experiment(check, experiment):
    page = check(experiments=experiment, **BESIDE.get(experiment, {}))
    assert page.names["study"].of_experiment(experiment)


@pytest.mark.parametrize(
    "method",
    [
        "supervised",
        "dual_head",
        *(pytest.param(name, marks=pytest.mark.thorough) for name in ("simclr", "auc_cl", "focal")),
        *OTHERS,
    ],
)
def test_a_page_of_one_method(check, method):
    # Some change their loss on the way, which takes two epochs of what is one at this scale.
    longer = {} if method in FOUR else {"fine_tuning_epochs": 2}
    page = check(methods=method, experiments="none", **longer)
    assert page.names["study"].methods == [method]


@pytest.mark.thorough
@pytest.mark.parametrize("pair", list(combinations(FOUR, 2)), ids="-".join)
def test_a_page_of_two_methods(check, pair):
    check(methods=list(pair), experiments="none")


@pytest.mark.thorough
@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("method", ["supervised", "dual_head"])
def test_a_page_of_one_experiment_and_one_method(check, experiment, method):
    """The experiment may have nothing to stand beside."""
    check(methods=method, experiments=experiment, **BESIDE.get(experiment, {}))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"seeds": [0, 1]}, marks=pytest.mark.thorough),
        pytest.param({"seeds": 5}, marks=pytest.mark.thorough),
        pytest.param({"top_k": 5}, marks=pytest.mark.thorough),
        pytest.param({"reading": "saddle"}, marks=pytest.mark.thorough),
        {"warm_up": 0},
        pytest.param({"fine_tuning_transforms": "as_pretraining"}, marks=pytest.mark.thorough),
        pytest.param({"image_size": 32}, marks=pytest.mark.thorough),
        pytest.param({"dataset": "even"}, marks=pytest.mark.thorough),
    ],
    ids="-".join,
)
def test_a_page_of_other_parameters(check, given):
    check(**given)


@pytest.mark.thorough
def test_all_pictures_of_the_smallest_page_can_be_drawn(check):
    """To pixels, which the other tests here leave out."""
    check(drawn=True)
