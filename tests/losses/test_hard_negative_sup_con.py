"""The loss with tilted negatives against a slow loop, and against the plain loss."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import hard_negative_sup_con, sup_con


def slow(embeddings, labels, beta, temperature):
    """Take one pair at a time, on plain numbers."""
    rows, labels = embeddings.double().tolist(), labels.tolist()
    rows = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in rows]
    found = []
    for i, anchor in enumerate(rows):
        cosine = [sum(x * y for x, y in zip(anchor, other, strict=True)) for other in rows]
        positives = [a for a in range(len(rows)) if a != i and labels[a] == labels[i]]
        negatives = [a for a in range(len(rows)) if labels[a] != labels[i]]
        tilts = {n: math.exp(beta * cosine[n]) for n in negatives}
        total = sum(math.exp(cosine[p] / temperature) for p in positives)
        for n in negatives:
            weight = len(negatives) * tilts[n] / sum(tilts.values())
            total += weight * math.exp(cosine[n] / temperature)
        terms = [math.log(total) - cosine[p] / temperature for p in positives]
        found.append(sum(terms) / len(terms) if terms else 0.0)
    return found


@pytest.fixture
def example():
    torch.manual_seed(0)
    labels = torch.tensor([2, 0, 2, 5, 0, 2, 5, 2, 1, 0])
    return torch.randn(10, 4, dtype=torch.float64), labels


@pytest.mark.parametrize("beta", [0, 1, 10, 40])
@pytest.mark.parametrize("temperature", [0.5, 0.07])
def test_it_equals_the_slow_loop(example, beta, temperature):
    expected = slow(*example, beta, temperature)
    options = {"beta": beta, "temperature": temperature}
    each = hard_negative_sup_con(*example, **options, reduction="none")
    assert each.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    found = hard_negative_sup_con(*example, **options)
    assert found.item() == pytest.approx(sum(expected) / 10, rel=1e-12)
    found = hard_negative_sup_con(*example, **options, reduction="sum")
    assert found.item() == pytest.approx(sum(expected), rel=1e-12)


def test_without_tilting_it_is_the_plain_loss_and_its_gradient(example):
    ours, plain = (example[0].clone().requires_grad_() for _ in range(2))
    found = hard_negative_sup_con(ours, example[1], beta=0, temperature=0.2, reduction="none")
    expected = sup_con(plain, example[1], temperature=0.2, reduction="none")
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    found.sum().backward()
    expected.sum().backward()
    torch.testing.assert_close(ours.grad, plain.grad, rtol=1e-11, atol=1e-12)


def test_a_value_known_by_hand():
    # Anchor and positive on one axis, one negative beside them and one across.
    rows, labels = torch.eye(2)[[0, 0, 0, 1]], torch.tensor([0, 0, 1, 2])
    each = hard_negative_sup_con(rows, labels, beta=math.log(3), temperature=1.0, reduction="none")
    # Weights 2 * 3/4 and 2 * 1/4: log(e + 1.5 e + 0.5) - 1.
    assert each.tolist() == pytest.approx(2 * [math.log(2.5 * math.e + 0.5) - 1] + [0, 0], abs=1e-6)


def test_no_gradient_passes_through_the_weights(example):
    """Compare with the weights computed once and written into the loss as constants."""
    rows = torch.nn.functional.normalize(example[0]).requires_grad_()
    labels, beta, temperature = example[1], 3.0, 0.5
    found = torch.autograd.grad(hard_negative_sup_con(rows, labels, beta=beta), rows)[0]
    total = 0
    for i in range(10):
        unit = rows / rows.norm(dim=1, keepdim=True)
        cosine = unit @ unit[i]
        same, other = labels == labels[i], labels != labels[i]
        same[i] = False
        if not same.any():
            continue
        tilt = (beta * cosine[other]).exp().detach()
        tilted = (tilt / tilt.mean() * (cosine[other] / temperature).exp()).sum()
        denominator = (cosine[same] / temperature).exp().sum() + tilted
        total = total + (denominator.log() - cosine[same] / temperature).mean()
    torch.testing.assert_close(found, torch.autograd.grad(total / 10, rows)[0])


def test_the_defaults_are_those_of_the_authors_code(example):
    # Their 5 stands on cosine / 0.5.
    explicit = hard_negative_sup_con(*example, beta=5 / 0.5, temperature=0.5)
    assert hard_negative_sup_con(*example).item() == explicit.item()


def test_the_harder_the_tilt_the_larger_the_loss(example):
    found = [hard_negative_sup_con(*example, beta=beta).item() for beta in (0, 1, 5, 20)]
    assert found == sorted(found) and found[-1] > found[0] + 0.1


def test_the_order_of_rows_does_not_matter(example):
    order = torch.randperm(10)
    found = hard_negative_sup_con(example[0][order], example[1][order]).item()
    assert found == pytest.approx(hard_negative_sup_con(*example).item(), abs=1e-12)


@pytest.mark.parametrize(
    "rows",
    [
        torch.zeros(6, 3),
        torch.ones(6, 3),
        torch.eye(2, 3),
        torch.eye(1, 3),
        1e18 * torch.eye(6, 3) - 1e4,
        torch.tensor([[1.0, 0, 0], [-1, 0, 0]]).repeat(3, 1),
    ],
)
@pytest.mark.parametrize("classes", [1, 2, 6])
@pytest.mark.parametrize("beta", [0, 10, 1e4])
@pytest.mark.parametrize("temperature", [0.5, 0.005])
def test_no_geometry_breaks_it(rows, classes, beta, temperature):
    rows = rows.clone().requires_grad_()
    labels = torch.arange(len(rows)) % classes
    loss = hard_negative_sup_con(rows, labels, beta=beta, temperature=temperature)
    loss.backward()
    assert loss.isfinite() and rows.grad.isfinite().all()


def test_a_batch_of_one_class_has_the_plain_loss(example):
    labels = torch.zeros(10, dtype=torch.long)
    found = hard_negative_sup_con(example[0], labels, temperature=0.1).item()
    assert found == pytest.approx(sup_con(example[0], labels, temperature=0.1).item(), rel=1e-12)


@pytest.mark.parametrize("options", [{"beta": -1}, {"temperature": 0}, {"reduction": "max"}])
def test_wrong_parameters_are_named_in_one_line(example, options):
    with pytest.raises(UserError, match=f"hard_negative_sup_con: {next(iter(options))}") as caught:
        hard_negative_sup_con(*example, **options)
    assert "\n" not in str(caught.value)


def test_it_learns_to_gather_classes(example):
    context = losses.Context(classes=6, counts=(1,) * 6, embedding_size=4, iterations=60)
    objective = losses.build("hard_negative_sup_con", context, beta=5.0, temperature=0.2)
    rows = example[0].clone().requires_grad_()
    optimizer = torch.optim.Adam([rows], lr=0.05)
    before = objective(losses.Batch(example[1], embeddings=rows)).item()
    for _ in range(60):
        optimizer.zero_grad()
        objective(losses.Batch(example[1], embeddings=rows)).backward()
        optimizer.step()
    assert objective(losses.Batch(example[1], embeddings=rows)).item() < before - 1
