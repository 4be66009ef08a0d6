"""The difficulty-aware loss: slow loops of every reading, and what sets the readings apart."""

import math
from itertools import product

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import difficulty_aware_sup_con, sup_con
from reproduce.losses.embedding.difficulty_aware_sup_con import CHOICES
from reproduce.registry import ambiguities

CONSTANTS = {"alpha": 0.7, "beta": 1.5, "positive_threshold": 0.6, "negative_threshold": 0.2}
# Readings of these two are about values; gradients are tested apart.
VALUES = [name for name in CHOICES if name != "gradient_through_weights"]


def slow(embeddings, labels, temperature, chosen):
    """Take one pair at a time, on plain numbers, with CONSTANTS."""
    rows, labels = embeddings.double().tolist(), labels.tolist()
    rows = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in rows]
    found = []
    for i, anchor in enumerate(rows):
        cosine = [sum(x * y for x, y in zip(anchor, other, strict=True)) for other in rows]
        total = 0.0
        for k in range(len(rows)):
            if k == i and chosen["sum_over_k"] == "without_anchor":
                continue
            weight = 1.0
            if labels[k] != labels[i] and chosen["reading"] == "intended":
                hardness = (cosine[k] - 0.2) / 0.8
                if chosen["gate_of_negative_weight"] == "gated":
                    hardness = max(hardness, 0)
                weight = max(1 + 1.5 * hardness, 0)
            total += weight * math.exp(cosine[k] / temperature)
        terms, weights = [], []
        for j in range(len(rows)):
            if j != i and labels[j] == labels[i]:
                hardness = (0.6 - cosine[j]) / 0.6
                if chosen["gate_of_positive_weight"] == "gated":
                    hardness = max(hardness, 0)
                weights.append(1 + 0.7 * hardness)
                terms.append(weights[-1] * (math.log(total) - cosine[j] / temperature))
        divisor = {
            "per_anchor": len(terms),
            "printed": 1,
            "weighted_mean": sum(weights),
        }[chosen["normalisation"]]
        found.append(sum(terms) / divisor if terms else 0.0)
    return found


@pytest.fixture
def example():
    torch.manual_seed(0)
    labels = torch.tensor([2, 0, 2, 5, 0, 2, 5, 2, 1, 0])
    return torch.randn(10, 3, dtype=torch.float64), labels


@pytest.mark.parametrize("readings", list(product(*(CHOICES[name] for name in VALUES))))
def test_every_reading_equals_its_slow_loop(example, readings):
    chosen = dict(zip(VALUES, readings, strict=True))
    expected = slow(*example, 0.3, chosen)
    options = {**CONSTANTS, **chosen, "temperature": 0.3}
    each = difficulty_aware_sup_con(*example, **options, reduction="none")
    assert each.tolist() == pytest.approx(expected, rel=1e-11, abs=1e-12)
    count = 1 if chosen["normalisation"] == "printed" else 10
    found = difficulty_aware_sup_con(*example, **options)
    assert found.item() == pytest.approx(sum(expected) / count, rel=1e-11)
    found = difficulty_aware_sup_con(*example, **options, reduction="sum")
    assert found.item() == pytest.approx(sum(expected), rel=1e-11)


def test_the_readings_are_those_of_the_list_and_their_defaults():
    listed = {entry.id: entry for entry in ambiguities.load("difficulty_aware")}
    listed["reading"] = listed["negative_weights_never_act"]
    defaults = difficulty_aware_sup_con.__kwdefaults__
    for name, readings in CHOICES.items():
        assert set(readings) == {reading.name for reading in listed[name].readings}
        assert defaults[name] == listed[name].default


def test_without_weights_it_is_the_plain_loss_and_its_gradient(example):
    ours, plain = (example[0].clone().requires_grad_() for _ in range(2))
    found = difficulty_aware_sup_con(ours, example[1], alpha=0, beta=0, reduction="none")
    expected = sup_con(plain, example[1], reduction="none")
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    found.sum().backward()
    expected.sum().backward()
    torch.testing.assert_close(ours.grad, plain.grad, rtol=1e-11, atol=1e-12)


def test_the_default_constants_are_the_moderate_ones(example):
    explicit = difficulty_aware_sup_con(
        *example, alpha=1, beta=1, positive_threshold=0.5, negative_threshold=0.5, temperature=0.07
    )
    assert difficulty_aware_sup_con(*example).item() == explicit.item()


def test_as_printed_beta_has_no_effect(example):
    def loss(reading, beta):
        rows = example[0].clone().requires_grad_()
        found = difficulty_aware_sup_con(rows, example[1], reading=reading, beta=beta)
        return found.item(), torch.autograd.grad(found, rows)[0]

    zero, four = loss("printed", 0), loss("printed", 4)
    assert zero[0] == four[0] and torch.equal(zero[1], four[1])
    assert loss("intended", 4)[0] > loss("intended", 0)[0] + 0.01


def test_a_value_known_by_hand():
    # Two of a class at cosine 0 and a negative at cosine 1 to the first, 0 to the second.
    rows, labels = torch.eye(2)[[0, 1, 0]], torch.tensor([0, 0, 1])
    each = difficulty_aware_sup_con(
        rows, labels, alpha=2.0, beta=3.0, temperature=1.0, reduction="none"
    )
    # The positive weighs 1 + 2, the hard negative 1 + 3, the easy one 1.
    expected = [3 * math.log(1 + 4 * math.e), 3 * math.log(2), 0]
    assert each.tolist() == pytest.approx(expected, abs=1e-5)


def differentiated(example, weights_move, chosen):
    """Differentiate a plain loop whose weights are fixed or move with the cosines."""
    rows, labels = example[0].clone().requires_grad_(), example[1]
    unit = rows / rows.norm(dim=1, keepdim=True)
    total = 0
    for i in range(10):
        cosine = unit @ unit[i]
        seen = cosine if weights_move else cosine.detach()
        same, other = labels == labels[i], labels != labels[i]
        same[i] = False
        if not same.any():
            continue
        hard_positive, hard_negative = (0.6 - seen[same]) / 0.6, (seen[other] - 0.2) / 0.8
        if chosen == "gated":
            hard_positive, hard_negative = hard_positive.relu(), hard_negative.relu()
        negatives = (1 + 1.5 * hard_negative).clamp_min(0) * (cosine[other] / 0.3).exp()
        denominator = (cosine[same] / 0.3).exp().sum() + negatives.sum()
        terms = (1 + 0.7 * hard_positive) * (denominator.log() - cosine[same] / 0.3)
        total = total + terms.mean()
    return torch.autograd.grad(total / 10, rows)[0]


@pytest.mark.parametrize("gate", ["gated", "printed"])
def test_the_gradient_through_the_weights_is_a_choice(example, gate):
    found = {}
    for gradient in ("detached", "attached"):
        rows = example[0].clone().requires_grad_()
        loss = difficulty_aware_sup_con(
            rows, example[1], **CONSTANTS, temperature=0.3, gradient_through_weights=gradient,
            gate_of_positive_weight=gate, gate_of_negative_weight=gate,
        )  # fmt: skip
        found[gradient] = torch.autograd.grad(loss, rows)[0]
        expected = differentiated(example, gradient == "attached", gate)
        torch.testing.assert_close(found[gradient], expected, rtol=1e-10, atol=1e-12)
    assert (found["detached"] - found["attached"]).abs().max() > 1e-3


@pytest.mark.parametrize("normalisation", CHOICES["normalisation"])
def test_the_attached_gradient_agrees_with_finite_differences(example, normalisation):
    def loss(rows):
        return difficulty_aware_sup_con(
            rows, example[1], **CONSTANTS, temperature=0.3, normalisation=normalisation,
            gradient_through_weights="attached", reduction="none",
        )  # fmt: skip

    assert torch.autograd.gradcheck(loss, example[0].clone().requires_grad_())


def test_the_order_of_rows_does_not_matter(example):
    order = torch.randperm(10)
    found = difficulty_aware_sup_con(example[0][order], example[1][order]).item()
    assert found == pytest.approx(difficulty_aware_sup_con(*example).item(), abs=1e-12)


ROWS = {
    "zeros": torch.zeros(6, 3),
    "alike": torch.ones(6, 3),
    "opposite": torch.tensor([[1.0, 0, 0], [-1, 0, 0]]).repeat(3, 1),
    "one pair": torch.eye(2, 3),
    "one row": torch.eye(1, 3),
    "huge": 1e18 * torch.eye(6, 3) - 1e4,
}


@pytest.mark.parametrize("geometry", ROWS)
@pytest.mark.parametrize("temperature", [0.07, 0.005])
@pytest.mark.parametrize("classes", [1, 2, 6])
def test_no_geometry_breaks_any_reading(geometry, temperature, classes):
    for readings in product(*CHOICES.values()):
        chosen = dict(zip(CHOICES, readings, strict=True))
        rows = ROWS[geometry].clone().requires_grad_()
        labels = torch.arange(len(rows)) % classes
        loss = difficulty_aware_sup_con(
            rows, labels, **{**CONSTANTS, "beta": 30.0}, temperature=temperature, **chosen
        )
        loss.backward()
        assert loss.isfinite() and rows.grad.isfinite().all(), chosen


@pytest.mark.parametrize(
    "options, words",
    [
        ({"alpha": -1}, "alpha expected at least 0"),
        ({"beta": -1}, "beta expected at least 0"),
        ({"positive_threshold": 0}, "positive_threshold expected more than 0"),
        ({"negative_threshold": 1}, "negative_threshold expected less than 1"),
        ({"temperature": 0}, "temperature expected more than 0"),
        ({"reading": "meant"}, "reading expected one of intended, printed"),
        ({"sum_over_k": "all"}, "sum_over_k expected one of"),
        (
            {"normalisation": "weighted_mean", "gate_of_positive_weight": "printed"},
            "weights above zero",
        ),
    ],
)
def test_wrong_parameters_are_named_in_one_line(example, options, words):
    with pytest.raises(UserError, match=words) as caught:
        difficulty_aware_sup_con(*example, **options)
    assert "\n" not in str(caught.value)


def test_it_learns_to_gather_classes(example):
    context = losses.Context(classes=6, counts=(1,) * 6, embedding_size=3, iterations=60)
    objective = losses.build("difficulty_aware_sup_con", context, temperature=0.2)
    rows = example[0].clone().requires_grad_()
    optimizer = torch.optim.Adam([rows], lr=0.05)
    before = objective(losses.Batch(example[1], embeddings=rows)).item()
    for _ in range(60):
        optimizer.zero_grad()
        objective(losses.Batch(example[1], embeddings=rows)).backward()
        optimizer.step()
    assert objective(losses.Batch(example[1], embeddings=rows)).item() < before - 1
