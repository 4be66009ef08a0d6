"""NT-Xent against a slow loop, two other libraries and numbers known by hand."""

import math

import pytest
import torch
from torch.nn import functional

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import nt_xent


def slow(view1, view2, temperature, normalize=True):
    """Take one anchor and one candidate at a time, on plain numbers."""
    rows = [row.tolist() for row in torch.cat([view1, view2]).double()]
    if normalize:
        rows = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in rows]
    count = len(view1)
    found = []
    for i in range(2 * count):
        partner = i + count if i < count else i - count
        exponents = {
            a: sum(x * y for x, y in zip(rows[i], rows[a], strict=True)) / temperature
            for a in range(2 * count)
            if a != i
        }
        largest = max(exponents.values())
        total = sum(math.exp(value - largest) for value in exponents.values())
        found.append(math.log(total) + largest - exponents[partner])
    return found


@pytest.fixture
def views():
    torch.manual_seed(0)
    first = torch.randn(7, 5, dtype=torch.float64)
    return first, first + 0.7 * torch.randn(7, 5, dtype=torch.float64)


@pytest.mark.parametrize("temperature", [0.5, 0.07, 0.01])
@pytest.mark.parametrize("normalize", [True, False])
def test_it_equals_the_slow_loop(views, temperature, normalize):
    expected = slow(*views, temperature, normalize)
    options = {"temperature": temperature, "normalize": normalize}
    each = nt_xent(*views, **options, reduction="none")
    assert each.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert nt_xent(*views, **options).item() == pytest.approx(sum(expected) / 14, rel=1e-12)
    assert nt_xent(*views, **options, reduction="sum").item() == pytest.approx(
        sum(expected), rel=1e-12
    )


def test_values_known_by_hand():
    axes = torch.eye(2)
    # One positive of cosine one, two negatives of cosine zero: log(1 + 2 / e^2).
    assert nt_xent(3 * axes, axes).item() == pytest.approx(0.2395447662, abs=1e-6)
    alike = torch.ones(6, 4)
    assert nt_xent(alike, alike).item() == pytest.approx(math.log(11), abs=1e-6)
    assert nt_xent(axes[:1], axes[1:]).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 0.05, 0.03])
def test_the_closed_gradient_is_that_of_the_plain_form(views, temperature):
    weights = torch.linspace(-1, 2, 14, dtype=torch.float64)
    gradients = []
    for inside in (True, False):
        leaves = [view.clone().requires_grad_() for view in views]
        given = leaves if inside else [functional.normalize(leaf) for leaf in leaves]
        each = nt_xent(*given, temperature=temperature, normalize=inside, reduction="none")
        gradients.append(torch.cat(torch.autograd.grad(each @ weights, leaves)))
    assert gradients[0].abs().max() > 0.01
    torch.testing.assert_close(*gradients, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("temperature", [0.5, 0.02])
def test_the_gradient_agrees_with_finite_differences(views, temperature):
    leaves = [view.clone().requires_grad_() for view in views]
    assert torch.autograd.gradcheck(
        lambda a, b: nt_xent(a, b, temperature=temperature, reduction="none"), leaves
    )


def test_a_second_backward_pass_adds_the_same_gradient(views):
    leaf = views[0].clone().requires_grad_()
    loss = nt_xent(leaf, views[1])
    loss.backward(retain_graph=True)
    once = leaf.grad.clone()
    loss.backward()
    assert torch.equal(leaf.grad, 2 * once)


@pytest.mark.parametrize("temperature", [0.5, 0.1])
def test_two_libraries_agree(views, temperature):
    from lightly.loss import NTXentLoss
    from pytorch_metric_learning.losses import NTXentLoss as MetricLearning

    found = nt_xent(*views, temperature=temperature)
    assert found.item() == pytest.approx(NTXentLoss(temperature)(*views).item(), rel=1e-12)
    image = torch.arange(7).repeat(2)
    theirs = MetricLearning(temperature)(torch.cat(views), image)
    assert found.item() == pytest.approx(theirs.item(), rel=1e-12)


def test_neither_the_order_of_images_nor_of_views_matters(views):
    order = torch.randperm(7)
    loss = nt_xent(*views).item()
    assert nt_xent(views[0][order], views[1][order]).item() == pytest.approx(loss, abs=1e-12)
    assert nt_xent(views[1], views[0]).item() == pytest.approx(loss, abs=1e-12)


GEOMETRIES = {
    "zeros": torch.zeros(4, 3),
    "alike": torch.ones(4, 3),
    "opposite": torch.tensor([[1.0, 0, 0], [-1, 0, 0]]).repeat(2, 1),
    "one row of zeros": torch.eye(4, 3),
    "huge": 1e18 * torch.eye(4, 3) - 1e4,
    "tiny": 1e-30 * torch.eye(4, 3),
}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("temperature", [0.5, 0.005])
def test_no_geometry_breaks_it(geometry, normalize, temperature):
    first = GEOMETRIES[geometry].clone().requires_grad_()
    second = GEOMETRIES[geometry].flip(0).requires_grad_()
    loss = nt_xent(first, second, normalize=normalize, temperature=temperature)
    loss.backward()
    assert loss.isfinite()
    assert first.grad.isfinite().all() and second.grad.isfinite().all()


def test_only_the_direction_counts_and_a_row_of_zeros_has_none(views):
    loss = nt_xent(*views)
    assert nt_xent(1e-9 * views[0], 1e150 * views[1]).item() == pytest.approx(loss.item())
    narrow = [view.float() for view in views]
    assert nt_xent(1e-9 * narrow[0], 1e30 * narrow[1]).item() == pytest.approx(
        loss.item(), rel=1e-5
    )
    first = views[0].clone()
    first[2] = 0
    first.requires_grad_()
    nt_xent(first, views[1]).backward()
    assert first.grad[2].abs().sum() == 0 and (first.grad[[0, 1, 3]] != 0).any(1).all()


def test_it_stays_in_full_precision_under_autocast(views):
    first, second = (view.float().requires_grad_() for view in views)
    plain = torch.autograd.grad(nt_xent(first, second), first)[0]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nt_xent(first, second)
        inside = torch.autograd.grad(loss, first)[0]
    assert loss.item() == nt_xent(first, second).item()
    assert torch.equal(inside, plain)
    assert nt_xent(first.bfloat16(), second.bfloat16()).dtype == torch.float32


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda: nt_xent(torch.ones(3, 2), torch.ones(2, 2)), "view2 expected shape"),
        (lambda: nt_xent(torch.ones(3, 2), torch.ones(3, 2), temperature=0), "temperature"),
        (lambda: nt_xent(torch.ones(3, 2), torch.ones(3, 2), reduction="max"), "reduction"),
        (lambda: nt_xent(torch.full((3, 2), math.nan), torch.ones(3, 2)), "finite"),
    ],
)
def test_wrong_input_is_named_in_one_line(wrong, words):
    with pytest.raises(UserError, match=words) as caught:
        wrong()
    assert "\n" not in str(caught.value)


def test_it_learns_to_tell_images_apart():
    torch.manual_seed(1)
    context = losses.Context(classes=2, counts=(4, 4), embedding_size=4, iterations=60)
    objective = losses.build("nt_xent", context, temperature=0.2)
    images = torch.randn(8, 6)
    layer = torch.nn.Linear(6, 4)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    found = []
    for _ in range(60):
        seen = torch.cat([images, images]) + 0.1 * torch.randn(16, 6)
        loss = objective(
            losses.Batch(torch.zeros(8, dtype=torch.long), embeddings=layer(seen), views=2)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    assert sum(found[-5:]) / 5 < 0.6 * found[0]
    with pytest.raises(UserError, match="2 views"):
        objective(losses.Batch(torch.zeros(8, dtype=torch.long), embeddings=layer(images)))
