"""Contrastive methods of label maps: as those of images, but of one view."""

import pytest

from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.method import part
from reproduce.training.phases import Optimizer, Phase, Projection

RECIPE = Phase(
    batch_size=8, iterations=100, transforms="flip", auxiliary=0.4,
    optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9),
)  # fmt: skip
BOTH = ("bdcl", "tsc")


def built(name, **options):
    return registry.build(name, RECIPE, "segmentation", **options).phases


@pytest.mark.parametrize("name", BOTH)
def test_first_the_encoder_on_one_view_then_a_classifier(name):
    *first, last = built(name)
    assert {(one.views, one.transforms, one.train) for one in first} == {(1, "flip", "all")}
    assert all(set(one.heads.projections) == {"contrast"} for one in first)
    assert (last.train, last.batch_norm, last.sampler) == ("classifier", "frozen", "class_balanced")
    assert last.reinitialise == ("classifier",) and not last.heads.projections
    assert sum(one.iterations for one in first) == 100 and last.iterations == 15


def test_tsc_has_its_targets_in_the_second_half():
    alone, drawn, _ = built("tsc", parameters={"pixels_per_class": 9})
    assert (alone.iterations, drawn.iterations) == (50, 50) and drawn.continued
    assert alone.objective_parameters == {"pixels_per_class": 9, "targets": False}
    assert drawn.objective_parameters == {"pixels_per_class": 9}


def test_parts_and_readings_of_bdcl():
    first, _ = built("bdcl_without_tdl", parameters={"compared": "across_the_batch"})
    assert first.objective_parameters["temperature_learning"] is False
    assert first.objective_parameters["compared"] == "across_the_batch"
    first, _ = built("bdcl_without_hep")
    assert first.objective_parameters["hard_prototypes"] is False
    first, _ = built("bdcl", temperature_rate=0.5)
    assert first.loss_parameters.learning_rate == 0.5


@pytest.mark.parametrize("name", BOTH)
def test_length_and_head_of_the_encoder_can_be_given(name):
    head = Projection(size=4, hidden=6)
    *first, last = built(name, encoder=part(RECIPE, 0.8), classifier=0.2, head=head)
    assert sum(one.iterations for one in first) + last.iterations == RECIPE.iterations
    assert all(one.heads.projections["contrast"] == head for one in first)


@pytest.mark.parametrize("name", BOTH)
def test_an_option_nobody_knows_is_one_line(name):
    with pytest.raises(UserError, match=rf"method '{name}' has no option 'second'") as told:
        built(name, second="ldam")
    assert "\n" not in str(told.value)
