"""Targeted supervised contrastive loss against slow loops, with the positives drawn alike."""

import itertools
import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import sup_con, tsc
from reproduce.losses.embedding.simplex import even_targets
from reproduce.losses.embedding.tsc import assigned


def unit(vector):
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector]


def dot(first, second):
    return sum(x * y for x, y in zip(first, second, strict=True))


def slow(
    embeddings, labels, targets=(), assignment=None, target_weight=0.2, positives=None, views=1,
    temperature=0.07, reading="printed", keys=None,
):  # fmt: skip
    """Go through the anchors; `keys` order the candidates for a positive, highest first."""
    rows, labels = [unit(row) for row in embeddings.tolist()], labels.tolist()
    images, losses = len(rows) // views, []
    for i, anchor in enumerate(rows):
        same = [j for j in range(len(rows)) if j != i and labels[j] == labels[i]]
        pulled = same
        if positives is not None:
            own = [j for j in same if j % images == i % images] if views > 1 else []
            others = sorted((j for j in same if j not in own), key=lambda j: -keys[i][j])
            pulled = own + others[:positives]
        exponents = {j: dot(anchor, z) / temperature for j, z in enumerate(rows) if j != i}
        total = sum(math.exp(e) for e in exponents.values())
        total += sum(math.exp(dot(anchor, t) / temperature) for t in targets)
        terms = [-math.log(math.exp(exponents[j]) / total) for j in pulled]
        if not len(targets):
            losses.append(sum(terms) / max(1, len(terms)))
            continue
        own = targets[labels[i] if assignment is None else assignment[labels[i]]]
        last = -target_weight * math.log(math.exp(dot(anchor, own) / temperature) / total)
        if reading == "code":
            losses.append((sum(terms) + last) / (len(terms) + 1))
        else:
            losses.append(sum(terms) / max(1, len(terms)) + last)
    return losses


@pytest.fixture
def example():
    labels = torch.tensor([0, 1, 1, 0, 2, 0, 1, 0, 0, 3])
    centres = torch.randn(4, 5, dtype=torch.float64)
    return centres[labels] + 0.7 * torch.randn(10, 5, dtype=torch.float64), labels


TARGETS = even_targets(4, 5)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"temperature": 0.3, "target_weight": 0.7},
        {"assignment": [2, 0, 3, 1]},
        {"reading": "code"},
        {"reading": "code", "positives": 2},
        {"positives": 2},
        {"positives": 1, "assignment": [1, 2, 3, 0]},
        {"positives": 0},
        {"positives": 6},
    ],
    ids=str,
)
@pytest.mark.parametrize("with_targets", [True, False])
def test_it_equals_the_slow_loop(example, given, with_targets):
    given = {"positives": None, **given}
    targets = TARGETS if with_targets else None
    torch.manual_seed(5)
    keys = torch.rand(10, 10).tolist()
    expected = slow(*example, TARGETS.tolist() if with_targets else (), **given, keys=keys)
    if "assignment" in given:
        given["assignment"] = torch.tensor(given["assignment"])
    torch.manual_seed(5)
    each = tsc(*example, targets=targets, **given, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    torch.manual_seed(5)
    mean = tsc(*example, targets=targets, **given).item()
    assert mean == pytest.approx(sum(expected) / 10, abs=1e-12)


@pytest.mark.parametrize("positives", [0, 1, 2, None])
def test_the_other_view_of_an_image_is_always_a_positive(example, positives):
    embeddings, labels = example
    both = torch.cat([embeddings, embeddings + 0.3 * torch.randn_like(embeddings)])
    twice = labels.repeat(2)
    torch.manual_seed(5)
    keys = torch.rand(20, 20).tolist()
    given = {"positives": positives, "views": 2}
    expected = slow(both, twice, TARGETS.tolist(), **given, keys=keys)
    torch.manual_seed(5)
    each = tsc(both, twice, targets=TARGETS, **given, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)


def test_without_targets_and_with_every_positive_it_is_sup_con(example):
    expected = sup_con(*example, temperature=0.07)
    assert tsc(*example, positives=None).item() == pytest.approx(expected.item(), abs=1e-12)


def test_the_mean_over_draws_is_the_loss_of_all_positives(example):
    embeddings, labels = example
    embeddings, labels = embeddings[labels < 2], labels[labels < 2]
    found = sum(tsc(embeddings, labels, positives=1).item() for _ in range(3000)) / 3000
    expected = tsc(embeddings, labels, positives=None).item()
    spread = abs(tsc(embeddings, labels, positives=1).item() - expected)
    assert spread > 0.01 and found == pytest.approx(expected, rel=0.01)


def test_two_images_at_their_targets_by_hand():
    rows, labels = torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), torch.tensor([0, 1])
    given = {"targets": even_targets(2, 2), "temperature": 0.5}
    found = tsc(rows, labels, **given, assignment=torch.tensor([0, 1]))
    # Of the other image and both targets one is at cosine 1, two at -1; no positive but the target.
    at_target = math.log(1 + 2 * math.exp(-4))
    away = math.log(math.exp(4) + 2)
    by_assignment = sorted([0.2 * at_target, 0.2 * away])
    swapped = tsc(rows, labels, **given, assignment=torch.tensor([1, 0]))
    assert sorted([found.item(), swapped.item()]) == pytest.approx(by_assignment, abs=1e-6)
    code = tsc(rows, labels, **given, assignment=torch.tensor([0, 1]), reading="code")
    assert code.item() == pytest.approx(found.item(), abs=1e-6)


def test_as_many_positives_for_every_class_and_all_where_there_are_fewer():
    labels = torch.tensor([0] * 12 + [1] * 3)
    rows = torch.nn.functional.normalize(torch.randn(15, 6, dtype=torch.float64))
    from reproduce.losses.embedding.tsc import _positives

    for wanted in (1, 2, 6, 99):
        counts = _positives(labels, wanted, 1).sum(1).tolist()
        assert counts == [min(wanted, 11)] * 12 + [min(wanted, 2)] * 3
    draws = torch.stack([_positives(labels, 2, 1) for _ in range(2000)]).double().mean(0)
    assert draws[0, 1:12].tolist() == pytest.approx([2 / 11] * 11, abs=0.05)
    assert draws[0, 0] == 0 and draws[0, 12:].sum() == 0
    assert tsc(rows, labels).isfinite()


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_assignment_is_the_best_of_all_orders(classes):
    targets, centroids = even_targets(classes, 4), torch.randn(classes, 4, dtype=torch.float64)
    units = torch.nn.functional.normalize(centroids)
    best = max(
        itertools.permutations(range(classes)),
        key=lambda order: sum(
            dot(units[c].tolist(), targets[t].tolist()) for c, t in enumerate(order)
        ),
    )
    assert assigned(centroids, targets).tolist() == list(best)
    # Only directions count, and a class that has not been seen takes what is left.
    assert assigned(7 * centroids, targets).tolist() == list(best)
    assert sorted(assigned(torch.zeros_like(centroids), targets).tolist()) == list(range(classes))


@pytest.mark.parametrize("rows", [torch.zeros(4, 3), torch.ones(4, 3), 1e18 * torch.ones(4, 3)])
@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 2, 3]])
def test_no_geometry_breaks_it(rows, labels):
    for targets, reading in ((None, "printed"), (even_targets(4, 3), "code")):
        leaf = rows.clone().requires_grad_()
        loss = tsc(leaf, torch.tensor(labels), targets=targets, reading=reading)
        loss.backward()
        assert loss.isfinite() and leaf.grad.isfinite().all()
    alone = torch.ones(1, 3, requires_grad=True)
    tsc(alone, torch.tensor([0])).backward()
    assert alone.grad.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"positives": 1.5}, "positives expected a whole number from 0 or None, received 1.5"),
        ({"positives": -1}, "positives expected a whole number from 0 or None, received -1"),
        ({"views": 3}, "expected as many rows for each of 3 views, received 10 rows"),
        ({"targets": TARGETS[:2]}, "labels expected 0 to 1, received 0 to 3"),
        ({"targets": TARGETS[:, :4]}, r"targets expected \[C, 5\], received \[4, 4\]"),
        (
            {"targets": TARGETS, "assignment": torch.tensor([0, 1])},
            r"assignment expected \[4\], received \[2\]",
        ),
        ({"reading": "paper"}, "reading expected one of printed, code, received 'paper'"),
        ({"temperature": 0}, "temperature expected more than 0, received 0"),
        ({"target_weight": -1}, "target_weight expected at least 0, received -1"),
    ],
)
def test_a_wrong_input_is_named(example, given, said):
    with pytest.raises(UserError, match=said) as raised:
        tsc(*example, **given)
    assert "\n" not in str(raised.value)
