"""InfoNCE against a slow loop and cross-entropy; its two readings."""

import math

import pytest
import torch
from torch.nn import functional

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import info_nce, nt_xent


def slow(view1, view2, temperature, normalize=True):
    """Take one first view and one second view at a time, on plain numbers."""

    def direction(row):
        length = math.sqrt(sum(x * x for x in row)) if normalize else 1
        return [x / length for x in row]

    found = []
    for i, anchor in enumerate(view1.double().tolist()):
        exponents = [
            sum(x * y for x, y in zip(direction(anchor), direction(other), strict=True))
            / temperature
            for other in view2.double().tolist()
        ]
        largest = max(exponents)
        total = sum(math.exp(value - largest) for value in exponents)
        found.append(math.log(total) + largest - exponents[i])
    return found


@pytest.fixture
def views():
    torch.manual_seed(0)
    first = torch.randn(6, 4, dtype=torch.float64)
    return first, first + 0.5 * torch.randn(6, 4, dtype=torch.float64)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("temperature", [0.5, 0.02])
def test_it_equals_the_slow_loop(views, normalize, temperature):
    expected = slow(*views, temperature, normalize)
    options = {"temperature": temperature, "normalize": normalize}
    each = info_nce(*views, **options, reduction="none")
    assert each.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert info_nce(*views, **options).item() == pytest.approx(sum(expected) / 6, rel=1e-12)
    assert info_nce(*views, **options, reduction="sum").item() == pytest.approx(
        sum(expected), rel=1e-12
    )


def test_it_is_the_cross_entropy_of_cosines(views):
    first, second = (functional.normalize(view) for view in views)
    expected = functional.cross_entropy(first @ second.T / 0.5, torch.arange(6))
    assert info_nce(*views).item() == pytest.approx(expected.item(), abs=1e-12)


def test_values_known_by_hand():
    axes = torch.eye(3)
    # Two wrong candidates of cosine zero: log(1 + 2 / e^2); all alike: log 3.
    assert info_nce(axes, 5 * axes).item() == pytest.approx(0.2395447662, abs=1e-6)
    assert info_nce(torch.ones(3, 2), axes[:, :2]).item() == pytest.approx(
        (2 * math.log(2 + math.exp(-math.sqrt(2))) + math.log(1 + 2 * math.exp(math.sqrt(2)))) / 3,
        abs=1e-6,
    )
    assert info_nce(axes[:1], axes[1:2]).item() == 0


def test_first_views_are_anchors(views):
    first, second = views
    assert abs(info_nce(first, second).item() - info_nce(second, first).item()) > 1e-3


def test_the_other_reading_is_the_loss_of_simclr(views):
    found = info_nce(*views, temperature=0.3, reading="nt_xent")
    assert found.item() == nt_xent(*views, temperature=0.3).item()
    assert abs(found.item() - info_nce(*views, temperature=0.3).item()) > 0.1
    each = info_nce(*views, reading="nt_xent", normalize=False, reduction="none")
    assert torch.equal(each, nt_xent(*views, normalize=False, reduction="none"))


@pytest.mark.parametrize("reading", ["printed", "nt_xent"])
def test_the_gradient_agrees_with_finite_differences(views, reading):
    leaves = [view.clone().requires_grad_() for view in views]
    assert torch.autograd.gradcheck(
        lambda a, b: info_nce(a, b, reading=reading, reduction="none"), leaves
    )


def test_the_order_of_images_does_not_matter(views):
    order = torch.randperm(6)
    found = info_nce(views[0][order], views[1][order]).item()
    assert found == pytest.approx(info_nce(*views).item(), abs=1e-12)


@pytest.mark.parametrize("size", [0.0, 1e-30, 1.0, 1e4, 1e18])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("temperature", [0.5, 0.005])
def test_no_size_breaks_it(size, normalize, temperature):
    first = (size * torch.eye(4)).requires_grad_()
    second = (-size * torch.ones(4, 4)).requires_grad_()
    loss = info_nce(first, second, normalize=normalize, temperature=temperature)
    loss.backward()
    assert loss.isfinite()
    assert first.grad.isfinite().all() and second.grad.isfinite().all()


def test_it_stays_in_full_precision_under_autocast(views):
    first, second = (view.float() for view in views)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = info_nce(first, second)
    assert inside.item() == info_nce(first, second).item()
    assert info_nce(first.half(), second.half()).dtype == torch.float32


@pytest.mark.parametrize(
    "options, words",
    [
        ({"reading": "simclr"}, "reading expected one of printed, nt_xent"),
        ({"temperature": -1}, "temperature expected more than 0"),
        ({"reduction": "max"}, "reduction"),
    ],
)
def test_wrong_parameters_are_named_in_one_line(views, options, words):
    with pytest.raises(UserError, match=words) as caught:
        info_nce(*views, **options)
    assert "\n" not in str(caught.value)


def test_the_objective_compares_the_two_halves_of_a_batch(views):
    context = losses.Context(classes=2, counts=(3, 3), embedding_size=4, iterations=1)
    batch = losses.Batch(torch.zeros(6, dtype=torch.long), embeddings=torch.cat(views), views=2)
    found = losses.build("info_nce", context, temperature=0.2)(batch)
    assert found.item() == info_nce(*views, temperature=0.2).item()


def test_it_learns_which_second_view_belongs_to_a_first():
    torch.manual_seed(1)
    images = torch.randn(8, 6)
    layer = torch.nn.Linear(6, 4)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    found = []
    for _ in range(60):
        loss = info_nce(layer(images), layer(images + 0.1 * torch.randn(8, 6)), temperature=0.2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    assert sum(found[-5:]) / 5 < 0.6 * found[0]
