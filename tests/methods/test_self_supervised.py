"""Dual-head pre-training as section 4.1 has it: 20 + 180 epochs, then 50 of fine-tuning."""

import pytest

from reproduce.methods.registry import build
from reproduce.training.phases import Heads, Optimizer, Phase, Projection, Schedule

RECIPE = Phase(
    batch_size=128, epochs=200, transforms="dual_head_section_4_1",
    optimizer=Optimizer(name="adamw", learning_rate=1e-3, weight_decay=5e-4),
)  # fmt: skip
HEAD = Projection(size=128, hidden=512, batch_norm=True)
FINE_TUNING = RECIPE.but(epochs=50, schedule=Schedule(name="cosine"), reinitialise=("classifier",))


def test_the_baseline_is_the_fine_tuning_alone():
    assert build("supervised", RECIPE).phases == (FINE_TUNING.but(reinitialise=()),)


@pytest.mark.parametrize("name", ["simclr", "auc_cl", "dual_head"])
def test_all_share_the_fine_tuning_of_the_whole_network(name):
    last = build(name, RECIPE).phases[-1]
    assert last == FINE_TUNING
    assert (last.objective, last.train, last.views) == ("cross_entropy", "all", 1)
    assert last.heads == Heads()


@pytest.mark.parametrize(
    ("name", "objective", "parameters", "head"),
    [
        ("simclr", "nt_xent", {"temperature": 0.5}, "similarity"),
        ("auc_cl", "auc_ranking", {"reading": "auc_cl"}, "ranking"),
    ],
)
def test_the_rivals_have_one_head_and_their_own_loss(name, objective, parameters, head):
    first, _ = build(name, RECIPE).phases
    assert first == RECIPE.but(
        views=2, objective=objective, objective_parameters=parameters,
        heads=Heads(projections={head: HEAD}),
    )  # fmt: skip


def test_the_papers_method_warms_up_on_similarity_and_goes_on_with_both():
    alone, both, _ = build("dual_head", RECIPE).phases
    plain = {"similarity_weight": 0.2, "temperature": 0.5}
    heads = Heads(projections={"similarity": HEAD, "ranking": HEAD})
    assert both == RECIPE.but(
        epochs=180, continued=True, views=2, objective="dual_head", objective_parameters=plain,
        heads=heads,
    )  # fmt: skip
    warm = {**plain, "similarity_weight": 1.0, "ranking_weight": 0.0}
    assert alone == both.but(epochs=20, continued=False, objective_parameters=warm)


def test_what_the_ablations_vary_can_be_asked_for():
    options = {"similarity_weight": 0.5, "warm_up_weight": 0.5, "ranking": {"top_k": 10}}
    alone, both, _ = build("dual_head", RECIPE, warm_up=0.4, **options).phases
    assert (alone.epochs, both.epochs) == (80, 120)
    assert both.objective_parameters == {"similarity_weight": 0.5, "temperature": 0.5, "top_k": 10}
    assert alone.objective_parameters["similarity_weight"] == 0.5
    once, _ = build("dual_head", RECIPE, warm_up=0).phases
    assert once.epochs == 200 and not once.continued
    assert "ranking_weight" not in once.objective_parameters


def test_another_optimizer_of_the_pre_training_leaves_the_fine_tuning():
    sgd = Optimizer(name="sgd", learning_rate=1e-3, momentum=0.9, weight_decay=5e-4)
    first, last = build("simclr", RECIPE.but(optimizer=sgd)).phases
    assert first.optimizer == sgd and last == FINE_TUNING
