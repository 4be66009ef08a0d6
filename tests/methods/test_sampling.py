"""The seven methods of Buda, Maki and Mazurowski (2018), and doing nothing, as they say it."""

import numpy as np
import pytest

from reproduce.data.samplers import SAMPLERS
from reproduce.errors import UserError
from reproduce.methods.method import POSTHOC, Method, scores_after
from reproduce.methods.registry import build
from reproduce.methods.sampling import UNTRAINED
from reproduce.papers.class_imbalance.cells import SEVEN, TRENDS
from reproduce.training.phases import Optimizer, Phase, Schedule

RECIPE = Phase(
    batch_size=64,
    iterations=10_000,
    optimizer=Optimizer(
        name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=5e-4, bias_multiplier=2
    ),
    schedule=Schedule(name="inverse", gamma=1e-4, power=0.75),
)
DIVIDED = ("divide_by_prior",)
# By method: the samplers of its phases, what each of them trains, the post-hoc steps.
PAPER = {
    "baseline": (["instance"], ["all"], ()),
    "oversampling": (["oversampling"], ["all"], ()),
    "undersampling": (["undersampling"], ["all"], ()),
    "thresholding": (["instance"], ["all"], DIVIDED),
    "oversampling_thresholding": (["oversampling"], ["all"], DIVIDED),
    "undersampling_thresholding": (["undersampling"], ["all"], DIVIDED),
    "two_phase_oversampling": (["oversampling", "instance"], ["all", "classifier"], ()),
    "two_phase_undersampling": (["undersampling", "instance"], ["all", "classifier"], ()),
}


def test_the_methods_are_the_papers_seven_and_the_baseline():
    assert set(SEVEN) == set(PAPER)


@pytest.mark.parametrize("name", PAPER)
def test_every_method_is_what_the_paper_says(name):
    samplers, trained, posthoc = PAPER[name]
    method = build(name, RECIPE)
    assert [phase.sampler for phase in method.phases] == samplers
    assert [phase.train for phase in method.phases] == trained
    assert method.posthoc == posthoc


@pytest.mark.parametrize("name", PAPER)
def test_a_method_changes_nothing_of_the_recipe_but_what_it_is_about(name):
    """The same number of iterations for all, and the same decay, also in the second phase."""
    for number, phase in enumerate(build(name, RECIPE).phases):
        rate = RECIPE.optimizer.learning_rate * (0.1 if number else 1)
        assert phase.optimizer.learning_rate == pytest.approx(rate, rel=1e-12)
        plain = phase.but(
            sampler="instance",
            train="all",
            optimizer=phase.optimizer.but(learning_rate=RECIPE.optimizer.learning_rate),
        )
        assert plain == RECIPE


@pytest.mark.parametrize(
    ("with_step", "without"),
    [
        ("thresholding", "baseline"),
        ("oversampling_thresholding", "oversampling"),
        ("undersampling_thresholding", "undersampling"),
    ],
)
def test_thresholding_trains_nothing_of_its_own(with_step, without):
    assert build(with_step, RECIPE).phases == build(without, RECIPE).phases


def test_five_networks_a_setting_are_trained_for_all_methods():
    assert len({str(build(name, RECIPE).phases) for name in PAPER}) == 5


def test_samplers_and_steps_that_methods_name_exist():
    for name in PAPER:
        method = build(name, RECIPE)
        assert {phase.sampler for phase in method.phases} <= set(SAMPLERS)
        assert set(method.posthoc) <= set(POSTHOC)


def test_the_untrained_network_has_no_phase():
    assert Method(()) == UNTRAINED


def test_thresholding_divides_by_the_shares_of_the_classes():
    """The authors' own example: class 2 becomes class 0."""
    probabilities, counts = np.array([[0.2, 0.2, 0.6]]), np.array([100, 400, 500])
    scores = scores_after(build("thresholding", RECIPE), probabilities, counts)
    assert scores == pytest.approx(np.array([[2.0, 0.5, 1.2]]), abs=1e-12)
    assert (probabilities.argmax(), scores.argmax()) == (2, 0)


@pytest.mark.parametrize("name", [name for name in PAPER if not PAPER[name][2]])
def test_methods_without_a_step_keep_their_probabilities(name):
    probabilities = np.array([[0.2, 0.2, 0.6]])
    scores = scores_after(build(name, RECIPE), probabilities, np.array([100, 400, 500]))
    assert (scores == [[0.2, 0.2, 0.6]]).all()


def test_steps_follow_one_another(monkeypatch):
    monkeypatch.setitem(POSTHOC, "double", lambda scores, counts: 2 * scores)
    monkeypatch.setitem(POSTHOC, "add_counts", lambda scores, counts: scores + counts)
    scores, counts = np.array([[1.0, 2.0]]), np.array([10, 20])
    both = [Method((), ("double", "add_counts")), Method((), ("add_counts", "double"))]
    assert [scores_after(method, scores, counts).tolist() for method in both] == [
        [[12, 24]], [[22, 44]]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("focal", {"objective": "focal", "objective_parameters": {"gamma": 2.0}}),
        ("dual_focal", {"objective": "dual_focal"}),
    ],
)
def test_a_loss_that_came_later_changes_the_loss_alone(name, changes):
    assert build(name, RECIPE) == Method((RECIPE.but(**changes),))


@pytest.mark.parametrize("sampler", ["oversampling", "undersampling"])
def test_sampling_part_of_the_way_needs_to_know_how_far(sampler):
    (phase,) = build(f"partial_{sampler}", RECIPE, ratio=7.5).phases
    assert phase == RECIPE.but(sampler=sampler, sampler_parameters={"ratio": 7.5})
    with pytest.raises(UserError, match=f"method 'partial_{sampler}' needs ratio"):
        build(f"partial_{sampler}", RECIPE)


def test_what_came_later_stays_out_of_the_papers_own_comparison():
    assert not set(TRENDS) & set(SEVEN)
    assert [phase.objective for phase in build("tsc", RECIPE).phases] == [
        "tsc", "tsc", "cross_entropy"
    ]  # fmt: skip
