"""What the list of ambiguities says can be asked for exists and runs, so that both stay one."""

import inspect
from functools import reduce
from importlib import import_module

import pytest
import torch

from reproduce import losses, papers
from reproduce.book.losses import example
from reproduce.data import catalog, names
from reproduce.data.augmentation.recipes import RECIPES
from reproduce.errors import UserError
from reproduce.registry import ambiguities
from reproduce.registry.ambiguities import Ask

CONTEXT = losses.Context(
    classes=3, counts=(400, 50, 6), embedding_size=16, iterations=100, batches_per_epoch=10
)
READINGS = [
    (f"{found.paper}-{found.id}-{reading.name}", found, reading)
    for paper in papers.names()
    for found in ambiguities.load(paper)
    for reading in found.readings
]

# In a batch of 8, 10 % but at least 5 is 5.
ALIKE_HERE = ("number_of_hard_negatives",)
DIFFERENT = [
    found
    for paper in papers.names()
    for found in ambiguities.load(paper)
    if found.about == "loss" and found.id not in ALIKE_HERE
]


def asked(kind: str) -> list:
    """Return the readings that ask for a thing of this kind, as test parameters."""
    return [
        pytest.param(reading.ask, id=name)
        for name, _, reading in READINGS
        if reading.ask and getattr(reading.ask, kind)
    ]


def effect(ask: Ask) -> list[float]:
    """Return the loss of a made-up batch under the parameters named, and its gradients."""
    *prepared, call, _ = example(ask.objective, losses.function(ask.objective)).splitlines()
    space: dict = {}
    torch.manual_seed(3)
    exec("\n".join(prepared), space)
    space["asked_for"] = dict(ask.parameters)
    if "embeddings" in space:
        # All somewhat alike, so that there are easy positives and hard negatives among them.
        alike = torch.randn(1, 16) + 0.7 * torch.randn(8, 16)
        space["embeddings"] = alike.requires_grad_()
    if ask.objective == "bdcl":
        space["temperatures"] = torch.tensor([0.1, 0.2, 0.3], requires_grad=True)
        kept = {"temperatures": space["temperatures"], "prototypes": torch.eye(3, 16)}
        space["asked_for"] = kept | ask.parameters
    if ask.objective == "tsc":
        space["asked_for"] = {"targets": torch.eye(3, 16)} | ask.parameters
    exec(call.removesuffix(")") + ", **asked_for)", space)
    space["loss"].sum().backward()
    inputs = [value for value in space.values() if getattr(value, "is_leaf", False)]
    gradients = [value.grad.flatten() for value in inputs if value.grad is not None]
    return torch.cat([space["loss"].detach().sum()[None], *gradients]).tolist()


def is_of_the_function(ask: Ask) -> bool:
    """Say whether the function takes the parameters; others are of the objective alone."""
    return set(ask.parameters) <= set(inspect.signature(losses.function(ask.objective)).parameters)


@pytest.mark.parametrize("ask", asked("objective"))
def test_a_loss_can_be_had_as_asked_for(ask):
    in_a_phase = {name: value for name, value in ask.parameters.items() if name != "reduction"}
    losses.build(ask.objective, CONTEXT, **in_a_phase)
    assert "reduction" not in ask.parameters or is_of_the_function(ask)
    if is_of_the_function(ask):
        assert torch.isfinite(torch.tensor(effect(ask))).all()


@pytest.mark.parametrize("found", DIFFERENT, ids=lambda found: f"{found.paper}-{found.id}")
def test_readings_of_a_loss_differ_in_value_or_gradient(found):
    said = [one.ask for one in found.readings if one.ask and is_of_the_function(one.ask)]
    effects = [effect(ask) for ask in said]
    for number, first in enumerate(effects):
        for second in effects[number + 1 :]:
            assert first != pytest.approx(second, rel=1e-6, abs=1e-9), found.id


def test_a_parameter_that_no_loss_has_would_be_seen():
    with pytest.raises(UserError, match="has no parameter 'colour'"):
        losses.build("cross_entropy", CONTEXT, colour="red")


def test_a_reading_named_wrongly_would_be_seen():
    with pytest.raises(UserError, match="reading expected one of"):
        effect(Ask(objective="difficulty_aware_sup_con", parameters={"reading": "meant"}))


def test_a_negative_of_negative_weight_drops_out():
    """What `negative_weight_below_zero` says, with w = 2 sim and an opposite negative."""
    found = {one.id: one for one in ambiguities.load("difficulty_aware")}
    assert "gate_of_negative_weight" in found["negative_weight_below_zero"].readings[0].what
    rows = torch.tensor([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0]])
    loss = losses.function("difficulty_aware_sup_con")
    gate = {"gate_of_negative_weight": "printed", "reduction": "none"}
    uncut = loss(rows, torch.tensor([0, 0, 1]), temperature=1.0, **gate)
    alone = loss(rows[:2], torch.tensor([0, 0]), temperature=1.0, **gate)
    assert torch.equal(uncut[:2], alone)
    gated = loss(rows, torch.tensor([0, 0, 1]), temperature=1.0, reduction="none")
    assert (gated[:2] > alone + 0.01).all()


def test_counted_in_both_orders_a_sum_of_pairs_doubles():
    """What `ordered_pairs` says of the sum and of the mean."""
    rows, labels = torch.tensor([[0.0], [0.5], [0.8]]), torch.tensor([0, 0, 1])
    terms = [
        0.5 * (d**2 if labels[i] == labels[j] else max(0.0, 1 - d) ** 2)
        for i in range(3)
        for j in range(3)
        if i != j
        for d in [abs(float(rows[i] - rows[j]))]
    ]
    loss = losses.function("contrastive")
    assert sum(terms) == pytest.approx(
        2 * float(loss(rows, labels, normalize=False, reduction="sum"))
    )
    assert sum(terms) / len(terms) == pytest.approx(float(loss(rows, labels, normalize=False)))


@pytest.mark.parametrize("ask", asked("function"))
def test_a_function_exists(ask):
    module, _, attribute = ask.function.rpartition(".")
    assert callable(getattr(import_module(f"reproduce.{module}"), attribute))


@pytest.mark.parametrize("ask", asked("dataset"))
def test_a_data_set_has_the_options_named(ask):
    known = catalog.options_of(ask.dataset)
    assert known and names.values(names.parse(ask.dataset), known)


@pytest.mark.parametrize("ask", asked("recipe"))
def test_a_list_of_augmentations_exists(ask):
    assert ask.recipe in RECIPES


@pytest.mark.parametrize("ask", asked("notebook"))
def test_a_notebook_takes_the_parameters(ask):
    taken = papers.protocol(ask.notebook).parameters.model_validate(ask.parameters)
    assert {name: getattr(taken, name) for name in ask.parameters} == ask.parameters


def test_every_kind_of_asking_is_used():
    assert all(asked(kind) for kind in ambiguities.ASKED)


def test_two_readings_of_a_place_are_not_asked_for_alike():
    for paper in papers.names():
        for found in ambiguities.load(paper):
            said = [str(reading.ask) for reading in found.readings if reading.ask]
            assert len(set(said)) == len(said), f"{paper}, {found.id}: {said}"


def test_the_default_reading_is_what_a_loss_does_unasked():
    """The parameters of a default reading are the defaults of the function or the objective."""
    for name, found, reading in READINGS:
        if found.about != "loss" or reading.name != found.default or not reading.ask:
            continue
        sources = [losses.function(reading.ask.objective)]
        sources.append(losses.objective_class(reading.ask.objective).__init__)
        taken = reduce(
            lambda known, source: {**inspect.signature(source).parameters, **known}, sources, {}
        )
        for parameter, value in reading.ask.parameters.items():
            assert taken[parameter].default == value, f"{name}: {parameter}"


@pytest.mark.parametrize(
    ("ask", "typed"),
    [
        (Ask(objective="focal", parameters={"gamma": 2.0}), "losses.focal(gamma=2.0)"),
        (Ask(function="evaluation.metrics.recalls"), "reproduce.evaluation.metrics.recalls"),
        (Ask(dataset="chexpert?rare=normal"), "chexpert?rare=normal"),
        (Ask(recipe="simclr"), "recipe simclr"),
        (
            Ask(notebook="class_imbalance", parameters={"methods": ["baseline", "thresholding"]}),
            """reproduce run class_imbalance -p methods '["baseline", "thresholding"]'""",
        ),
    ],
)
def test_it_is_written_as_one_would_type_it(ask, typed):
    assert str(ask) == typed
