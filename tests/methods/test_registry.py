"""The registry of methods: one meaning of a name, whoever asks for it."""

import subprocess
import sys

import pytest

from reproduce import losses
from reproduce.errors import UserError
from reproduce.methods import entries, known_answers, registry
from reproduce.methods.entry import TASKS, Entry
from reproduce.papers.balanced_contrastive import methods as balanced_contrastive
from reproduce.papers.metric_learning import methods as metric_learning
from reproduce.registry import claims, records
from reproduce.training.phases import Optimizer, Phase, Schedule

# Plain: no views, no transforms, a length in iterations.
RECIPE = Phase(
    batch_size=64, iterations=100, optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9)
)
EVERY = [(name, task) for task in TASKS for name in registry.names(task)]


@pytest.mark.parametrize(("name", "task"), EVERY)
def test_every_method_is_made_of_a_plain_recipe(name, task):
    """In iterations or in epochs, with and without transforms."""
    for recipe in (RECIPE, RECIPE.but(iterations=0, epochs=10, transforms="crop_flip")):
        method = registry.build(name, recipe, task)
        assert method.phases and all(phase.batch_size for phase in method.phases)
        assert all(phase.objective in losses.LOSSES for phase in method.phases)
        assert method == registry.build(name, recipe, task)


def test_no_two_names_of_a_task_mean_the_same_but_those_that_say_so():
    """What a paper calls its baseline another calls cross-entropy."""
    for task in TASKS:
        found: dict[str, list[str]] = {}
        for name in registry.names(task):
            found.setdefault(str(registry.build(name, RECIPE, task)), []).append(name)
        twins = [names for names in found.values() if len(names) > 1]
        assert twins == ([] if task == "verification" else [["baseline", "cross_entropy"]])


def test_every_entry_says_what_it_is_and_where_it_comes_from():
    for name, found in registry.ENTRIES.items():
        assert found.words and found.origin and set(found.tasks) <= set(TASKS), name
        assert name.isidentifier() and "\n" not in found.words
    kinds = {task for _, task in EVERY}
    assert kinds == set(TASKS)


def test_papers_and_claims_name_methods_that_exist():
    """Besides what is an arm by its data or by its paper's recipe, not by its method."""
    arms = {
        "untrained",
        "difficulty_aware_printed",
        "undersampling_equal_epochs",
        "baseline_longer",
        "dual_focal_released",
        "baseline_chosen_rate",
        "oversampling_chosen_rate",
        "balanced",
        balanced_contrastive.MEAN,
        *metric_learning.ARMS,
    }
    for paper in records.papers().values():
        assert set(paper.methods) - arms <= set(registry.names()), paper.key
        for name, asked in paper.options.items():
            assert name in paper.methods
            registry.build(name, RECIPE, **asked)
    for claim in claims.all_claims():
        for contrast in claim.contrasts:
            for term in contrast.terms:
                assert term.method in registry.names(), claim.id


def test_a_claim_may_name_a_method_of_another_paper():
    claim = claims.load("class_imbalance")[0]
    contrast = claim.contrasts[0]
    first, *others = contrast.terms
    moved = contrast.model_copy(
        update={"terms": [first.model_copy(update={"method": "ldam_drw"}), *others]}
    )
    entry = claim.model_copy(update={"contrasts": [moved]}).model_dump()
    assert claims.validated(claims.Claim, "here", entry).contrasts[0].terms[0].method == "ldam_drw"


def test_a_label_stands_in_one_place():
    written = {name for paper in records.papers().values() for name, look in paper.methods.items()
               if look.label}  # fmt: skip
    assert not written & set(registry.labels())
    assert records.looks()["ldam_drw"].label == "LDAM-DRW"
    assert records.looks()["bdcl"].label == "BDCL"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "balanced_softmx"}, "unknown method 'balanced_softmx'; did you mean 'balanced"),
        ({"name": "soft_iou"}, "'soft_iou' is for segmentation, not for classification; those for"),
        ({"name": "mixup", "beta": 2.0}, "method 'mixup' has no option 'beta' (it takes: alpha)"),
        ({"name": "ldam", "scale": 2.0}, "has no option 'scale' (it takes: deferred)"),
        ({"name": "focal", "objective": "ldam"}, "'focal' has no option 'objective'"),
        ({"name": "partial_oversampling"}, "'partial_oversampling' needs ratio"),
        ({"name": "sup_con", "second": "linear"}, "second expected balanced or ldam, received"),
        ({"name": "gcl", "recipe": RECIPE.but(views=2, transforms="crop_flip")}, "does not go"),
    ],
)
def test_what_cannot_be_built_is_one_line(asked, said):
    with pytest.raises(UserError) as refused:
        registry.build(**{"recipe": RECIPE, **asked})
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_loss_without_an_entry_is_a_method_by_itself():
    assert "calibrated_focal" not in registry.ENTRIES
    (phase,) = registry.build("calibrated_focal", RECIPE, gamma=1.0).phases
    assert phase == RECIPE.but(objective="calibrated_focal", objective_parameters={"gamma": 1.0})
    first, last = registry.build("hard_negative_sup_con", RECIPE).phases
    assert (first.objective, first.views, last.train) == ("hard_negative_sup_con", 2, "classifier")
    first, last = registry.build("info_nce", RECIPE).phases
    assert (first.objective, first.views, last.train) == ("info_nce", 2, "all")
    assert set(losses.LOSSES) <= {
        loss for name in registry.names() for loss in registry.losses_of(name)
    }


def test_an_entry_goes_before_the_loss_of_its_name(monkeypatch):
    entry = Entry("with gamma 3", "a test", {"classification": entries.ENTRIES["focal"].builders[
        "classification"]})  # fmt: skip
    monkeypatch.setitem(registry.ENTRIES, "calibrated_focal", entry)
    assert registry.entry("calibrated_focal") is entry
    assert registry.names().count("calibrated_focal") == 1


def test_steps_after_training_are_known_by_name():
    assert registry.posthoc_of("oversampling_thresholding") == ("divide_by_prior",)
    assert registry.posthoc_of("logit_adjustment_posthoc") == ("logit_adjustment",)
    assert registry.posthoc_of("baseline") == registry.posthoc_of("balanced") == ()


def test_available_methods_are_complete_and_of_the_task():
    known = registry.Available()
    assert "kcl" in known and "calibrated_focal" in known
    assert "partial_oversampling" not in known and "soft_iou" not in known
    assert list(known) == registry.names("classification")


def test_known_answers_are_options_of_the_same_methods():
    assert set(known_answers.OPTIONS) <= set(known_answers.METHODS)
    assert known_answers.method("ldam_drw") == registry.build("ldam_drw", known_answers.CAO)
    crt = known_answers.method("crt", falls=())
    assert crt.phases[1].schedule == Schedule(name="cosine")


def test_names_come_without_torch():
    code = (
        "import sys; from reproduce.methods import registry; registry.names('classification');"
        "print({'torch', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
