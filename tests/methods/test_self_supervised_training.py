"""Two heads on one encoder: which loss moves what, in the loop that trains them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from reproduce import losses, models
from reproduce.data.preparation import Images
from reproduce.methods.registry import build
from reproduce.papers.dual_head.methods import FOUR, VARIANTS
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Optimizer, Phase, Projection

# 24 images in batches of 8: three steps an epoch, four epochs of pre-training, one of fine-tuning.
RECIPE = Phase(
    batch_size=8, epochs=4, views=2, transforms="dual_head_section_4_1",
    optimizer=Optimizer(name="adamw", learning_rate=1e-3, weight_decay=5e-4),
)  # fmt: skip
HEAD = Projection(size=4, hidden=6, batch_norm=True)
OPTIONS = {"head": HEAD, "warm_up": 0.5, "fine_tuning_epochs": 1, "fine_tuning_transforms": "none"}


@pytest.fixture
def images():
    random = np.random.default_rng(4)
    return Images(random.integers(0, 256, (24, 16, 16), dtype=np.uint8), np.arange(24) % 3)


def network():
    torch.manual_seed(2)
    return models.build("small_cnn", channels=1, size=16, classes=3)


def trained(definition, images, observe=None, between=lambda done, network: None):
    settings = Settings(torch.device("cpu"), observe=observe, observe_every=1, between=between)
    made = network()
    state = train(
        made, list(definition.phases), images, [8, 8, 8], data_seed=0, seed=0,
        precision="float32", settings=settings,
    )  # fmt: skip
    return made, state.history


def weights_of_heads(made):
    """Return what the heads have learned, not the statistics of what they have seen."""
    return {
        head: {name: value.detach().clone() for name, value in module.named_parameters()}
        for head, module in made.projections.items()
    }


def same(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.fixture
def joint():
    """Features of one encoder, two heads on them, and the joint loss, in float64."""
    torch.manual_seed(1)
    encoder = torch.nn.Linear(5, 4).double()
    heads = {name: torch.nn.Linear(4, 3).double() for name in ("similarity", "ranking")}
    context = losses.Context(classes=2, counts=(5, 5), embedding_size=3, iterations=1)
    pixels = torch.randn(20, 5, dtype=torch.float64)

    def gradients(**given):
        objective = losses.build("dual_head", context, **given)
        features = encoder(pixels)
        outputs = {name: head(features) for name, head in heads.items()}
        encoder.zero_grad()
        for head in heads.values():
            head.zero_grad()
        objective(losses.Batch(torch.arange(10) % 2, heads=outputs, views=2)).backward()
        return [
            None if part.weight.grad is None else part.weight.grad.clone()
            for part in (encoder, heads["similarity"], heads["ranking"])
        ]

    return gradients


def test_the_encoder_learns_from_both_heads_and_each_head_from_its_own_loss(joint):
    weight = 0.3
    encoder, similarity, ranking = joint(similarity_weight=weight)
    alone_encoder, alone_similarity, none = joint(similarity_weight=1.0, ranking_weight=0.0)
    assert none is None
    ranked_encoder, nothing, alone_ranking = joint(similarity_weight=0.0)
    assert nothing is None
    assert torch.allclose(encoder, weight * alone_encoder + ranked_encoder, rtol=1e-10, atol=1e-12)
    assert torch.allclose(similarity, weight * alone_similarity, rtol=1e-10, atol=1e-12)
    assert torch.allclose(ranking, alone_ranking, rtol=1e-10, atol=1e-12)
    # Neither gradient is nothing, nor a multiple of the other.
    assert alone_encoder.norm() > 1e-3 and ranked_encoder.norm() > 1e-3
    cosine = torch.nn.functional.cosine_similarity(
        alone_encoder.flatten(), ranked_encoder.flatten(), dim=0
    )
    assert abs(cosine) < 0.99


def test_the_ranking_head_moves_after_the_warm_up_only(images):
    noted = {}

    def note(phase, iteration, made):
        noted[phase, iteration] = weights_of_heads(made)

    trained(build("dual_head", RECIPE, **OPTIONS), images, observe=note)
    assert [place for place in noted if place[0] < 2] == [
        (p, i) for p in (0, 1) for i in range(1, 7)
    ]
    first = noted[0, 1]
    for iteration in range(2, 7):
        assert same(noted[0, iteration]["ranking"], first["ranking"])
        assert not same(noted[0, iteration]["similarity"], noted[0, iteration - 1]["similarity"])
    # The heads go on from the warm-up; then both learn.
    for name in ("similarity", "ranking"):
        assert not same(noted[1, 1][name], noted[0, 6][name])
        assert not same(noted[1, 6][name], noted[1, 1][name])


def test_the_heads_are_gone_in_fine_tuning_and_in_the_final_network(images):
    standing = {}
    made, history = trained(
        build("dual_head", RECIPE, **OPTIONS), images,
        observe=lambda phase, i, made: standing.setdefault(phase, set(made.projections)),
    )  # fmt: skip
    assert standing == {0: {"ranking", "similarity"}, 1: {"ranking", "similarity"}, 2: set()}
    assert not [name for name in made.state_dict() if name.startswith("projections")]
    assert set(made.state_dict()) == set(network().state_dict())
    assert [row["phase"] for row in history] == [0, 0, 1, 1, 2]


def test_without_warm_up_both_heads_move_from_the_first_step(images):
    noted = []
    trained(
        build("dual_head", RECIPE, **{**OPTIONS, "warm_up": 0}), images,
        observe=lambda phase, i, made: noted.append(weights_of_heads(made)),
    )  # fmt: skip
    for name in ("similarity", "ranking"):
        assert not same(noted[0][name], noted[1][name])


def test_with_a_tiny_weight_the_ranking_decides_and_with_a_huge_one_the_similarity(joint):
    """The joint gradient between its two ends."""
    alone, *_ = joint(similarity_weight=1.0, ranking_weight=0.0)
    ranked, *_ = joint(similarity_weight=0.0)
    little, *_ = joint(similarity_weight=1e-9)
    much, *_ = joint(similarity_weight=1e9)
    assert torch.allclose(little, ranked, atol=1e-6)
    assert torch.allclose(much / 1e9, alone, atol=1e-6)


@pytest.mark.parametrize("name", [*FOUR, *VARIANTS])
def test_every_method_trains_and_looks_at_its_encoder_once_before_the_last_phase(images, name):
    asked = []
    definition = build(name, RECIPE, **OPTIONS)
    _, history = trained(definition, images, between=lambda done, made: asked.append(done))
    assert asked == [len(definition.phases) - 1, len(definition.phases)]
    assert all(np.isfinite(row["loss"]) for row in history)
    assert history[-1]["phase"] == len(definition.phases) - 1


def test_ranking_alone_leaves_the_similarity_head_as_it_was_drawn(images):
    noted = []
    trained(
        build("ranking_alone", RECIPE, **OPTIONS), images,
        observe=lambda phase, i, made: phase or noted.append(weights_of_heads(made)),
    )  # fmt: skip
    assert len(noted) == 12
    assert same(noted[0]["similarity"], noted[-1]["similarity"])
    assert not same(noted[0]["ranking"], noted[-1]["ranking"])


def test_the_shared_head_is_moved_by_the_ranking_loss_too(images):
    """After a warm-up alike, it goes another way than the head of similarity alone."""
    ends = []
    for weights in ({}, {"ranking_weight": 0.0}):
        definition, noted = build("shared_head", RECIPE, **OPTIONS), []
        alone, both, last = definition.phases
        both = both.but(objective_parameters={**both.objective_parameters, **weights})
        trained(
            replace(definition, phases=(alone, both, last)), images,
            observe=lambda phase, i, made, noted=noted: noted.append(weights_of_heads(made)),
        )  # fmt: skip
        ends.append([step["similarity"] for step in noted[:12]])
    plain, ranked = ends
    assert all(same(*pair) for pair in zip(plain[:6], ranked[:6], strict=True))
    assert not same(plain[6], ranked[6]) and not same(plain[11], ranked[11])
