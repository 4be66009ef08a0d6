"""The page of Buda, Maki and Mazurowski with part of what it usually has.

Whatever a reader asks for, no cell stops, and each that shows something on the usual page shows
something: where a method, an experiment or a repeat is missing, a sentence.
"""

from itertools import combinations

import pytest

from reproduce.methods import registry
from reproduce.papers.class_imbalance.cells import SEVEN, TRENDS
from reproduce.papers.class_imbalance.parameters import EXPERIMENTS

PAPER = "class_imbalance"
NAMES = (*SEVEN, *TRENDS)
# Other methods of the registry, which no experiment of this paper runs.
OTHERS = [
    pytest.param(name, marks=pytest.mark.thorough)
    for name in registry.names("classification") if name not in NAMES
]  # fmt: skip
PAIRS = list(combinations(NAMES, 2))
# `make test` has a sampler, a loss, and a pair with a second phase.
SINGLE = ("undersampling", "dual_focal")
SAMPLE = [("baseline", "two_phase_oversampling")]


def thorough(name, sample):
    """Return a case, left to the thorough tests unless it is in the sample."""
    label = name if isinstance(name, str) else "-".join(name)
    return pytest.param(name, id=label, marks=[] if name in sample else [pytest.mark.thorough])


@pytest.fixture(scope="module")
def check(page_of):
    """Return a function that executes the page and looks whether a cell went silent."""
    usual = page_of(PAPER, profile="smoke")

    def checked(**given):
        page = page_of(PAPER, **{"profile": "smoke", **given})
        silent = [name for name, texts in usual.shown.items() if texts and not page.shown[name]]
        assert silent == []
        return page

    return checked


@pytest.mark.parametrize("method", [*(thorough(name, SINGLE) for name in NAMES), *OTHERS])
def test_a_page_of_one_method(check, method):
    page = check(methods=method)
    assert page.names["study"].methods == [method]


@pytest.mark.parametrize("pair", [thorough(pair, SAMPLE) for pair in PAIRS])
def test_a_page_of_two_methods(check, pair):
    page = check(methods=list(pair))
    assert page.names["study"].methods == list(pair)


@pytest.mark.thorough
def test_a_page_of_methods_that_no_experiment_runs(check):
    page = check(methods=["baseline", "balanced_softmax", "kcl"])
    assert page.names["study"].methods == ["baseline", "balanced_softmax", "kcl"]


@pytest.mark.parametrize("experiment", [thorough(name, ()) for name in EXPERIMENTS])
def test_a_page_of_one_experiment(check, experiment):
    page = check(experiments=experiment)
    assert page.names["study"].of_experiment(experiment)


@pytest.mark.thorough
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_page_of_one_experiment_and_one_method(check, experiment):
    """The experiment may have nothing to stand beside."""
    check(experiments=experiment, methods="undersampling")


@pytest.mark.thorough
def test_a_page_of_all_experiments(check):
    """But one of two that train the same methods; levels need an imbalance above the middle one."""
    every = [experiment for experiment in EXPERIMENTS if experiment != "trends"]
    page = check(experiments=every, rho=[5, 10, 20])
    assert all(page.names["study"].of_experiment(experiment) for experiment in every)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"seeds": [0, 1]}, marks=pytest.mark.thorough),
        pytest.param({"seeds": 5}, marks=pytest.mark.thorough),
        pytest.param(
            {"rho": [5, 10, 20], "methods": ["baseline", "thresholding"]},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"mu": [0.2, 0.8], "methods": ["baseline", "oversampling", "thresholding"]},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"backbone": "small_cnn", "methods": ["baseline", "oversampling"]},
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"iterations": 1, "methods": ["baseline", "oversampling"]}, marks=pytest.mark.thorough
        ),
    ],
    ids="-".join,
)
def test_a_page_of_other_parameters(check, given):
    check(**given)


@pytest.mark.thorough
def test_the_page_of_linear_imbalance(check):
    """What matters is that no cell asks for what linear imbalance lacks: a share of classes."""
    page = check(imbalance="linear")
    assert {cell.factors["imbalance"] for cell in page.names["study"].cells} == {"linear"}
    assert "none of the registered claims can be judged" in page.text


def test_all_pictures_of_a_page_of_two_methods_can_be_drawn(check):
    """To pixels, which the other tests here leave out."""
    check(methods=["baseline", "oversampling"], drawn=True)
