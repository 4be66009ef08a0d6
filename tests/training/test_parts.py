"""Heads come, stay and go with the phases; what is frozen does not move, what starts anew does."""

from typing import ClassVar

import numpy as np
import pytest
import torch

from reproduce import losses, models
from reproduce.data.preparation import Images
from reproduce.losses.objective import Objective
from reproduce.models.heads import CosineClassifier, LinearProjection, Projection
from reproduce.training import parts
from reproduce.training.inputs import Shown
from reproduce.training.loop import Interrupted
from reproduce.training.optimization import build_optimizer
from reproduce.training.phases import Heads
from reproduce.training.phases import Projection as Shape

SMALL, LARGE = Shape(size=4), Shape(size=5, hidden=7, batch_norm=True, bias=False)


@pytest.fixture
def images():
    random = np.random.default_rng(2)
    labels = random.permutation(np.repeat([0, 1, 2], [12, 8, 4]))
    return Images(random.integers(0, 256, (24, 8, 8), dtype=np.uint8), labels)


@pytest.fixture
def network():
    """A small network with batch normalisation, always with the same weights."""

    def make():
        torch.manual_seed(3)
        return models.build("small_cnn", channels=1, size=8, classes=3)

    return make


@pytest.fixture
def with_heads(phase):
    """Return a function that makes phases with these projections each."""

    def make(*projections, **changed):
        return [phase(heads=Heads(projections=given), **changed) for given in projections]

    return make


def attached(network, phases, seed=0):
    """Return the network's parts as they are in each phase."""
    found = []
    for number in range(len(phases)):
        parts.attach(network, phases, number, 3, seed)
        found.append((network.classifier, dict(network.projections)))
    return found


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def equal(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


def test_a_projection_is_what_its_shape_says(network, with_heads):
    ((_, heads),) = attached(network(), with_heads({"linear": SMALL, "deep": LARGE}))
    assert isinstance(heads["linear"], LinearProjection) and isinstance(heads["deep"], Projection)
    features = torch.randn(6, heads["linear"].in_features)
    assert heads["linear"](features).shape == (6, 4) and heads["deep"](features).shape == (6, 5)
    assert heads["linear"].layer.bias is not None
    kinds = [type(layer).__name__ for layer in heads["deep"].layers]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU", "Linear"]
    assert heads["deep"].layers[0].out_features == 7
    assert heads["deep"].layers[0].bias is None and heads["deep"].layers[3].bias is None


def test_a_projection_of_equal_name_and_shape_is_kept(network, with_heads):
    phases = with_heads({"a": SMALL}, {"a": SMALL, "b": SMALL}, {"a": LARGE, "b": SMALL})
    (_, first), (_, second), (_, third) = attached(network(), phases)
    assert second["a"] is first["a"] and third["b"] is second["b"]
    assert third["a"] is not second["a"] and isinstance(third["a"], Projection)


def test_a_projection_that_was_away_for_a_phase_starts_anew(network, with_heads):
    (_, first), _, (_, third) = attached(network(), with_heads({"a": SMALL}, {}, {"a": SMALL}))
    assert not torch.equal(first["a"].layer.weight, third["a"].layer.weight)


def test_projections_are_drawn_by_seed_name_and_phase_alone(network, with_heads):
    phases = with_heads({"a": SMALL, "b": SMALL}, {"a": LARGE}, {"a": SMALL})
    made = network()
    once = [weights(h["a"]) for _, h in attached(made, phases)]
    torch.rand(5)  # what others drew before must not matter
    again, others = attached(network(), phases), attached(network(), phases, seed=1)
    assert all(equal(a, weights(h["a"])) for a, (_, h) in zip(once, again, strict=True))
    assert not any(equal(a, weights(h["a"])) for a, (_, h) in zip(once, others, strict=True))
    assert not equal(once[0], once[2])
    assert not equal(weights(again[0][1]["a"]), weights(again[0][1]["b"]))


def test_no_projection_is_left_when_training_is_over(network, with_heads, run):
    made = network()
    before = set(made.state_dict())
    run(made, with_heads({}, {"a": SMALL}, iterations=2))
    assert set(made.state_dict()) == before and len(made.projections) == 0


def test_a_network_trained_before_does_not_lend_its_projections(network, with_heads):
    made = network()
    ((_, first),) = attached(made, with_heads({"a": SMALL}))
    first["a"].layer.weight.data.fill_(7)
    ((_, again),) = attached(made, with_heads({"a": SMALL}))
    assert not (again["a"].layer.weight == 7).any()


def test_a_classifier_of_another_kind_starts_anew_and_of_the_same_kind_stays(network, phase):
    kinds = [Heads(), *(Heads(classifier="cosine", scale=scale) for scale in (30, 20)), Heads()]
    made, found, scales = network(), [], []
    original = made.classifier
    for number in range(4):
        parts.attach(made, [phase(heads=heads) for heads in kinds], number, 3, 0)
        found.append(made.classifier)
        scales.append(getattr(made.classifier, "scale", None))
    assert found[0] is original and found[2] is found[1]
    assert [isinstance(kept, CosineClassifier) for kept in found] == [False, True, True, False]
    assert scales == [None, 30, 20, None]  # another scale is no other classifier
    assert not torch.equal(found[3].weight, original.weight)
    assert all(kept.out_features == 3 for kept in found)


@pytest.mark.parametrize(
    "changes", [{"reinitialise": ("classifier",)}, {"heads": Heads(classifier="cosine", scale=9)}]
)
def test_a_new_classifier_is_drawn_by_seed_and_phase_alone(network, phase, changes):
    drawn = {}
    for key in [(0, 1, 1), (0, 1, 2), (5, 1, 1), (0, 2, 1)]:
        seed, number, torch_seed = key
        made = network()
        torch.manual_seed(torch_seed)  # what others drew before must not matter
        parts.attach(made, [phase()] * number + [phase(**changes)], number, 3, seed)
        drawn[key] = made.classifier.weight
    first, again, *others = drawn.values()
    assert torch.equal(first, again)
    assert not any(torch.equal(first, other) for other in others)


def test_reinitialising_touches_the_classifier_alone_and_is_repeatable(network, phase, run):
    plain, anew, again = network(), network(), network()
    still = {"optimizer": {"learning_rate": 1e-30, "weight_decay": 0}, "train": "classifier"}
    first = phase(iterations=3)
    run(plain, [first, phase(iterations=1, batch_norm="frozen", **still)])
    fresh = phase(iterations=1, batch_norm="frozen", reinitialise=("classifier",), **still)
    run(anew, [first, fresh])
    torch.rand(3)
    run(again, [first, fresh])
    assert equal(weights(plain.encoder), weights(anew.encoder))
    assert not torch.equal(plain.classifier.weight, anew.classifier.weight)
    assert not torch.equal(network().classifier.weight, anew.classifier.weight)
    assert equal(weights(anew), weights(again))


@pytest.mark.parametrize(("batch_norm", "same"), [("frozen", True), ("updated", False)])
def test_frozen_statistics_do_not_move_and_updated_ones_do(network, phase, run, batch_norm, same):
    made = network()
    before = weights(made)
    run(made, [phase(iterations=3, train="classifier", batch_norm=batch_norm)])
    after = weights(made)
    moving = [name for name in before if "running" in name or "num_batches" in name]
    assert len(moving) == 9
    assert all(torch.equal(before[name], after[name]) == same for name in moving)
    assert torch.equal(before["encoder.0.weight"], after["encoder.0.weight"])
    assert not torch.equal(before["classifier.weight"], after["classifier.weight"])


def test_frozen_statistics_are_also_those_that_normalise(network, phase):
    made = network()
    parts.set_modes(made, phase(batch_norm="frozen"))
    shown = torch.rand(4, 1, 8, 8)
    alone, together = made.encoder(shown[:1]), made.encoder(shown)
    assert torch.allclose(alone, together[:1], atol=1e-6)
    assert made.training and made.encoder.training
    parts.set_modes(made, phase())
    assert not torch.allclose(made.encoder(shown), together, atol=1e-3)


def test_a_cosine_classifier_has_no_bias_to_train_apart(network, phase, run):
    made = network()
    heads = Heads(classifier="cosine", scale=10)
    given = phase(iterations=2, objective="ldam", train="classifier", heads=heads)
    assert len(run(made, [given]).history) == 2
    groups = build_optimizer(made, torch.nn.Module(), given).param_groups
    assert [len(group["params"]) for group in groups] == [1, 0]


class Watching(Objective):
    """Keeps the batches it sees."""

    seen: ClassVar[list] = []
    reads = "both"

    def __init__(self, context):
        super().__init__(context)

    def forward(self, batch):
        """Return a loss that reaches every output."""
        self.seen.append((self.context, batch))
        return sum(head.square().mean() for head in batch.heads.values()) + batch.logits.mean()


@pytest.fixture
def watching(monkeypatch):
    """Return a function that says which class is the objective, and the list of what it saw."""

    def watch(reads="both"):
        made = type("Watched", (Watching,), {"reads": reads, "seen": []})
        monkeypatch.setattr(losses, "objective_class", lambda name: made)
        return made.seen

    return watch


@pytest.mark.parametrize(
    ("projections", "size", "width"),
    [({}, None, None), ({"a": SMALL}, 4, 4), ({"a": SMALL, "b": LARGE}, 4, None)],
)
def test_an_objective_gets_the_one_projection_or_the_features(
    network, with_heads, run, watching, projections, size, width
):
    seen, made = watching(), network()
    features = made.classifier.in_features
    run(made, with_heads(projections, iterations=1))
    ((context, batch),) = seen
    assert context.embedding_size == (size or features)
    assert batch.embeddings.shape == (5, width or features)
    assert {name: head.shape[1] for name, head in batch.heads.items()} == {
        name: shape.size for name, shape in projections.items()
    }
    assert batch.logits.shape == (5, 3)
    if len(projections) == 1:
        assert batch.embeddings is batch.heads["a"]


def test_logits_are_left_out_where_no_one_reads_them(network, with_heads, images):
    made = network()
    parts.attach(made, with_heads({"a": SMALL}), 0, 3, 0)
    seen = images.tensor(slice(0, 3), "cpu")
    shown = Shown(seen, torch.zeros(3), np.arange(3))
    features, logits, heads, beside = parts.outputs(made, shown, "embeddings")
    assert (
        logits is None
        and beside is None
        and torch.equal(heads["a"], made.projections["a"](features))
    )
    assert torch.equal(parts.outputs(made, shown, "logits")[1], made.classifier(features))


def test_an_embedding_phase_trains_encoder_and_projection_and_leaves_the_classifier(
    network, with_heads, run
):
    ends = []
    made = network()
    before = weights(made)
    phases = with_heads({"a": SMALL}, iterations=3, objective="sup_con", batch_size=12)
    parts.attach(made, phases, 0, 3, 0)
    start = made.projections["a"].layer.weight.clone()
    run(made, phases, progress=lambda *_: ends.append(weights(made)))
    assert not torch.equal(ends[-1]["projections.a.layer.weight"], start)
    after = weights(made)
    assert not torch.equal(before["encoder.0.weight"], after["encoder.0.weight"])
    assert torch.equal(before["classifier.weight"], after["classifier.weight"])


def test_heads_that_two_phases_share_are_there_when_the_second_is_resumed(
    network, phase, run, tmp_path
):
    heads = Heads(classifier="cosine", scale=10, projections={"a": SMALL})
    phases = [phase(iterations=3, objective="ldam", heads=heads) for _ in range(2)]
    undisturbed, resumed = network(), network()
    run(undisturbed, phases)
    where, asked = {"checkpoint": tmp_path / "c.safetensors"}, iter(range(100))
    with pytest.raises(Interrupted):
        run(network(), phases, stop_requested=lambda: next(asked) >= 4, **where)
    run(resumed, phases, **where)
    assert equal(weights(undisturbed), weights(resumed))
