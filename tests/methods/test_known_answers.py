"""Methods of long-tailed CIFAR as the code has them that their published accuracies come from."""

import pytest

from reproduce.methods.known_answers import CAO, CONTRASTIVE, METHODS, method, shortened
from reproduce.methods.method import POSTHOC
from reproduce.training.phases import Heads, Mixing, Optimizer, Schedule

EFFECTIVE = {"class_weights": "effective_number"}
COSINE = Heads(classifier="cosine", scale=30.0)
DECAYING = Optimizer(name="sgd", learning_rate=0.1, momentum=0.9, weight_decay=5e-4)


def test_the_recipe_is_that_of_cao():
    assert (CAO.batch_size, CAO.epochs, CAO.transforms) == (128, 200, "crop_flip")
    optimizer = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 2e-4}
    assert CAO.optimizer == Optimizer(**optimizer)
    rates = [0.1 * CAO.schedule.factor(epoch, 200) for epoch in (0, 4, 159, 160, 180)]
    assert rates == pytest.approx([0.02, 0.1, 0.1, 0.001, 0.00001], rel=1e-9)


def test_in_fewer_epochs_the_rate_is_what_it_is_at_the_same_share_of_all():
    short = shortened(20)
    assert shortened(200) == CAO
    assert short == CAO.but(epochs=20, schedule=short.schedule)
    for epoch in range(1, 20):
        assert short.schedule.factor(epoch, 20) == CAO.schedule.factor(10 * epoch, 200)
    assert shortened(10).schedule.milestones == (8, 9)
    first, second = method("ldam_drw", short).phases
    assert (first.epochs, second.epochs, second.continued) == (16, 4, True)


@pytest.mark.parametrize(
    ("name", "objective", "parameters"),
    [
        ("cross_entropy", "cross_entropy", {}),
        ("focal", "focal", {"gamma": 2.0}),
        ("cb_focal", "focal", {"gamma": 2.0, **EFFECTIVE}),
        ("balanced_softmax", "balanced_softmax", {}),
        ("logit_adjustment", "logit_adjustment", {"tau": 1.0}),
    ],
)
def test_a_loss_alone_is_one_phase(name, objective, parameters):
    expected = CAO.but(objective=objective, objective_parameters=parameters)
    assert method(name).phases == (expected,)


def test_logit_adjustment_after_training_trains_nothing_of_its_own():
    found = method("logit_adjustment_posthoc")
    assert found.phases == method("cross_entropy").phases
    assert found.posthoc == ("logit_adjustment",) and set(found.posthoc) <= set(POSTHOC)


def test_classes_are_weighted_from_epoch_160_on():
    first, second = method("ce_drw").phases
    assert first == CAO.but(epochs=160)
    assert second == CAO.but(epochs=40, continued=True, objective_parameters=EFFECTIVE)


def test_ldam_comes_with_and_without_deferred_weights():
    margins = {"objective": "ldam", "objective_parameters": {"scale": 30.0}, "heads": COSINE}
    assert method("ldam").phases == (CAO.but(**margins),)
    first, second = method("ldam_drw").phases
    assert first == CAO.but(**margins, epochs=160)
    weighted = {"scale": 30.0, **EFFECTIVE}
    assert second == first.but(epochs=40, continued=True, objective_parameters=weighted)


def test_crt_trains_a_new_classifier_for_30_epochs():
    first, second = method("crt").phases
    assert first == CAO
    assert second == CAO.but(
        epochs=30, sampler="class_balanced", train="classifier", reinitialise=("classifier",),
        optimizer=DECAYING,
        schedule=Schedule(name="step", milestones=(10, 20), decay=0.1, unit="epoch"),
    )  # fmt: skip


def test_mixup_is_the_recipe_with_mixed_images():
    assert method("mixup").phases == (CAO.but(mixing=Mixing(name="mixup", alpha=1.0)),)


def test_gcl_has_thirty_epochs_for_its_classifier():
    first, second = method("gcl").phases
    assert (first.epochs, first.objective, first.mixing.name) == (200, "gcl", "mixup")
    assert (second.epochs, second.train, second.reinitialise) == (30, "classifier", ())


@pytest.mark.parametrize(
    ("name", "objective", "parameters", "lengths"),
    [
        ("sup_con", "sup_con", [{"temperature": 0.1}], [1000]),
        ("kcl", "tsc", [{"targets": False}], [1000]),
        ("tsc", "tsc", [{"targets": False}, {}], [500, 500]),
    ],
)
def test_a_contrastive_encoder_has_a_recipe_of_its_own(name, objective, parameters, lengths):
    *encoder, classifier = method(name).phases
    assert [phase.epochs for phase in encoder] == lengths
    assert [phase.objective_parameters for phase in encoder] == parameters
    for number, phase in enumerate(encoder):
        plain = phase.but(
            epochs=1000, objective="cross_entropy", objective_parameters={}, continued=False
        )
        assert plain == CONTRASTIVE and phase.objective == objective
        assert phase.continued == (number > 0)
    assert classifier == CAO.but(
        objective="ldam", objective_parameters={"scale": 30.0, **EFFECTIVE}, heads=COSINE,
        train="classifier", batch_norm="frozen",
        schedule=Schedule(name="step", milestones=(140, 180, 190), decay=0.1, unit="epoch"),
    )  # fmt: skip


def test_the_encoder_of_the_paper_sees_two_views_in_batches_of_1024():
    assert (CONTRASTIVE.batch_size, CONTRASTIVE.epochs, CONTRASTIVE.views) == (1024, 1000, 2)
    assert CONTRASTIVE.optimizer.learning_rate == 0.5
    assert CONTRASTIVE.heads.projections["contrast"].size == 128


@pytest.mark.parametrize("name", METHODS)
def test_a_recipe_of_iterations_will_do(name):
    """Two steps more where a new classifier follows: 0.15 of twelve."""
    short = CAO.but(epochs=0, iterations=12, schedule=Schedule())
    lengths = [phase.iterations for phase in method(name, short).phases]
    assert sum(lengths) == (14 if name in ("crt", "gcl") else 12)
