"""AUC ranking against slow loops, numbers known by hand and the identities of its min-max form."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, auc_ranking, build

CONTEXT = Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)


def cosine(first, second):
    lengths = [math.sqrt(sum(x * x for x in vector)) for vector in (first, second)]
    return sum(x * y for x, y in zip(first, second, strict=True)) / lengths[0] / lengths[1]


def slow(
    view1, view2, b=0.0, c=10.0, alpha=1.0, a=1.0, margin=1.0, top_k=None, ratio=0.1, score="half",
    positive_margin=0.0, anchors="both_views", negatives="both_views",
    excluded="exclude_own_positive", minus_batch_size="dropped", reading="printed",
):  # fmt: skip
    """Go through the anchors one by one, and through the views that each is compared with."""
    count = len(view1)
    views = view1.tolist() + view2.tolist()
    losses = []
    for i in range(2 * count if anchors == "both_views" else count):
        partner = (i + count) % (2 * count)
        others = []
        for j in range(2 * count):
            if negatives == "other_view" and (i < count) == (j < count):
                continue
            if j == i or (excluded == "exclude_own_positive" and j == partner):
                continue
            value = cosine(views[i], views[j])
            others.append((value + 1) / 2 if score == "half" else value)
        wanted = top_k if top_k else max(5, math.ceil(round(ratio * len(others), 9)))
        mined = sorted(others, reverse=True)[:wanted]
        positive = cosine(views[i], views[partner])
        positive = (positive + 1) / 2 if score == "half" else positive
        if positive_margin:
            positive = min(1.0, max(0.0, positive - positive_margin))
        if reading == "saddle":
            mean = sum(mined) / len(mined)
            loss = (positive - a) ** 2 + sum((s - b) ** 2 for s in mined) / len(mined)
            loss += 2 * alpha * (margin + mean - positive) - alpha**2
        else:
            loss = (positive - c) ** 2 - 2 * alpha * positive
            loss += sum((s - b) ** 2 + 2 * alpha * s for s in mined)
        losses.append(loss - (count if minus_batch_size == "printed" else 0))
    return losses


@pytest.fixture
def views():
    first = torch.randn(9, 4, dtype=torch.float64)
    return first, first + 0.7 * torch.randn(9, 4, dtype=torch.float64)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"b": 0.3, "alpha": 0.4, "c": 1.0},
        {"top_k": 2},
        {"ratio": 0.6},
        {"ratio": 1.0},
        {"score": "cosine", "b": -0.2},
        {"positive_margin": 0.5},
        {"anchors": "first_view"},
        {"negatives": "other_view", "top_k": 3},
        {"negatives": "other_view", "excluded": "exclude_anchor_only"},
        {"excluded": "exclude_anchor_only"},
        {"minus_batch_size": "printed"},
        {"reading": "saddle", "a": 0.8, "b": 0.4, "alpha": 0.3, "margin": 0.7},
        {"reading": "saddle", "score": "cosine", "top_k": 4},
    ],
    ids=str,
)
def test_it_equals_the_slow_loop(views, given):
    expected = slow(*views, **given)
    each = auc_ranking(*views, **given, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    mean = sum(expected) / len(expected)
    assert auc_ranking(*views, **given).item() == pytest.approx(mean, abs=1e-12)
    total = auc_ranking(*views, **given, reduction="sum").item()
    assert total == pytest.approx(sum(expected), abs=1e-10)


def test_the_released_code_of_auc_cl_sums_over_all_other_views(views):
    everything = {"excluded": "exclude_anchor_only", "ratio": 1.0, "positive_margin": 0.5}
    expected = sum(slow(*views, **everything)) / 18
    assert auc_ranking(*views, reading="auc_cl").item() == pytest.approx(expected, abs=1e-12)
    with_constant = auc_ranking(*views, reading="auc_cl", minus_batch_size="printed")
    assert with_constant.item() == pytest.approx(expected - 18, abs=1e-12)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # s+ = 1, two negatives of 0.5: 81 - 2 + 2 (0.25 + 1)
        ({}, 81.5),
        ({"minus_batch_size": "printed"}, 79.5),
        # s+ = 0.5, negatives 0.5, 0.5 and the positive at 1: 90.25 - 1 + 2.5 + 3
        ({"reading": "auc_cl"}, 94.75),
        # (1 - 1)^2 + 0.25 + 2 (1 + 0.5 - 1) - 1
        ({"reading": "saddle"}, 0.25),
        # s+ = 1, negatives 0: 81 - 2
        ({"score": "cosine"}, 79.0),
    ],
)
def test_two_orthogonal_images_by_hand(given, expected):
    images = torch.eye(2, 3)
    assert auc_ranking(images, images, **given).item() == pytest.approx(expected, abs=1e-5)


def mined(images, **given):
    """Count the negatives per anchor: the loss is a parabola in b, and K its curvature."""
    views = [torch.randn(images, 8, dtype=torch.float64) for _ in range(2)]
    below, at, above = (auc_ranking(*views, b=b, **given).item() for b in (-1.0, 0.0, 1.0))
    return (below - 2 * at + above) / 2


@pytest.mark.parametrize(
    ("images", "given", "count"),
    [
        (128, {}, 26),
        (128, {"negatives": "other_view"}, 13),
        (128, {"top_k": 5}, 5),
        (128, {"top_k": 10}, 10),
        (16, {}, 5),
        (16, {"ratio": 0.1, "negatives": "other_view"}, 5),
        (31, {"ratio": 0.1}, 6),
        # 0.07 * 100 is a little more than 7 in binary.
        (101, {"ratio": 0.07, "negatives": "other_view"}, 7),
        (3, {}, 4),
        (8, {"reading": "auc_cl"}, 15),
        (8, {"top_k": 99}, 14),
    ],
)
def test_how_many_negatives_are_mined(images, given, count):
    assert mined(images, **given) == pytest.approx(count, abs=1e-6)


def at_angle(angle):
    return torch.stack([angle.cos(), angle.sin()])[None]


@pytest.mark.parametrize(("c", "slope"), [(10.0, -21.0), (1.0, -3.0)])
def test_the_pull_on_a_positive_is_21_and_hardly_saturates(c, slope):
    first = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    angle = torch.tensor(math.pi / 2, dtype=torch.float64, requires_grad=True)
    auc_ranking(first, at_angle(angle), c=c).backward()
    # s+ = (cos + 1) / 2, so ds+/dangle = -1/2 at a right angle, where s+ = 0.5.
    assert angle.grad.item() / -0.5 == pytest.approx(2 * (0.5 - c) - 2)
    assert angle.grad.item() / -0.5 == pytest.approx(slope)


@pytest.mark.parametrize(("given", "slope"), [({}, 6.0), ({"top_k": 1}, 3.0)])
def test_the_push_on_negatives_is_3_each(given, slope):
    first = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    angle = torch.tensor(math.pi / 2, dtype=torch.float64, requires_grad=True)
    images = torch.cat([first, at_angle(angle)])
    auc_ranking(images, images, **given).backward()
    # Both views of the other image have s- = 0.5; each is pushed with 2 (s- - b) + 2 alpha = 3.
    assert angle.grad.item() / -0.5 == pytest.approx(slope)


def test_a_margin_kills_the_gradient_of_positives_with_negative_cosine():
    first = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    for degrees, alive in ((60, True), (120, False)):
        angle = torch.tensor(math.radians(degrees), dtype=torch.float64, requires_grad=True)
        auc_ranking(first, at_angle(angle), positive_margin=0.5).backward()
        assert bool(angle.grad.abs() > 1) == alive
        angle.grad = None
        auc_ranking(first, at_angle(angle)).backward()
        assert angle.grad.item() > 1
    # In the released code such a positive is a negative as well, and pushed further away.
    angle.grad = None
    auc_ranking(first, at_angle(angle), reading="auc_cl").backward()
    assert angle.grad.item() < -0.5


def test_the_saddle_is_the_squared_loss_of_all_pairs(views):
    everyone = torch.cat(views).tolist()
    half = [[(cosine(x, y) + 1) / 2 for y in everyone] for x in everyone]
    positives = [half[i][(i + 9) % 18] for i in range(18)]
    negatives = [half[i][j] for i in range(18) for j in range(18) if j % 9 != i % 9]
    margin = 0.6
    pairs = [(margin - (s - t)) ** 2 for s in positives for t in negatives]
    a, b = sum(positives) / len(positives), sum(negatives) / len(negatives)
    best = {"a": a, "b": b, "alpha": margin + b - a}
    given = {"reading": "saddle", "ratio": 1.0, "margin": margin}
    assert auc_ranking(*views, **given, **best).item() == pytest.approx(
        sum(pairs) / len(pairs), abs=1e-12
    )
    # A minimum in a and b, a maximum in alpha.
    for name, sign in (("a", 1), ("b", 1), ("alpha", -1)):
        for step in (-0.1, 0.1):
            moved = auc_ranking(*views, **given, **{**best, name: best[name] + step}).item()
            assert sign * (moved - sum(pairs) / len(pairs)) == pytest.approx(0.01, abs=1e-9)


def climb(views, steps, **given):
    alpha = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        (slope,) = torch.autograd.grad(auc_ranking(*views, alpha=alpha, **given), alpha)
        alpha = (alpha + 0.05 * slope).detach().requires_grad_()
    return alpha.item()


def test_alpha_as_an_ascent_variable_diverges_in_the_printed_form_only(views):
    start, once, often = (climb(views, steps) for steps in (0, 1, 1000))
    # The slope does not depend on alpha: a thousand steps go a thousand times as far as one.
    assert often - start == pytest.approx(1000 * (once - start), rel=1e-9)
    assert often > 100
    given = {"reading": "saddle", "a": 0.9, "b": 0.2}
    settled = climb(views, 1000, **given)
    everyone = [slow(*views, **given, alpha=x) for x in (0.0, 1.0)]
    slope_at_zero = sum(e - s + 1 for s, e in zip(*everyone, strict=True)) / 18
    assert settled == pytest.approx(slope_at_zero / 2, abs=1e-9)


def test_the_objective_follows_its_b(views):
    objective = build("auc_ranking", CONTEXT, b=0.3, top_k=3).double()
    batch = Batch(torch.zeros(9), embeddings=torch.cat(views), views=2)
    expected = slow(*views, b=objective.b.item(), top_k=3)
    assert objective(batch).item() == pytest.approx(sum(expected) / 18, abs=1e-12)
    with pytest.raises(UserError, match="needs 2 views of each image, received 1"):
        objective(Batch(torch.zeros(18), embeddings=torch.cat(views)))


@pytest.mark.parametrize("size", [1e-9, 1e4, 1e18])
def test_size_does_not_matter(size):
    views = [torch.randn(6, 4) for _ in range(2)]
    huge = [(size * view).requires_grad_() for view in views]
    loss = auc_ranking(*huge)
    loss.backward()
    assert loss.item() == pytest.approx(auc_ranking(*views).item(), rel=1e-5)
    assert all(view.grad.isfinite().all() for view in huge)


def test_one_image_is_only_pulled_and_zeros_get_no_gradient():
    first = torch.zeros(1, 3, requires_grad=True)
    loss = auc_ranking(first, torch.ones(1, 3))
    loss.backward()
    assert loss.item() == pytest.approx(9.5**2 - 1)
    assert first.grad.tolist() == [[0, 0, 0]]
    assert auc_ranking(torch.ones(1, 3), torch.ones(1, 3), reading="saddle").item() == -1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reading": "paper"}, "reading expected one of printed, auc_cl, saddle, received 'paper'"),
        ({"top_k": 0}, "top_k expected a whole number from 1, received 0"),
        ({"top_k": 2.5}, "top_k expected a whole number from 1, received 2.5"),
        ({"ratio": 0.0}, "ratio expected more than 0, received 0"),
        ({"ratio": 1.5}, "ratio expected at most 1, received 1.5"),
        ({"score": "cosine", "positive_margin": 0.5}, "positive_margin expected at most 0"),
        ({"excluded": "nothing"}, "excluded expected one of exclude_own_positive, exclude_anchor"),
        ({"margin": -0.1}, "margin expected at least 0, received -0.1"),
        ({"negatives": "all"}, "negatives expected one of both_views, other_view, received 'all'"),
    ],
)
def test_a_wrong_parameter_is_named(views, given, said):
    with pytest.raises(UserError, match=said) as raised:
        auc_ranking(*views, **given)
    assert "\n" not in str(raised.value)


def test_views_of_unequal_shape_are_refused(views):
    with pytest.raises(
        UserError, match=r"view2 expected shape \[9, 4\], received float64 \[8, 4\]"
    ):
        auc_ranking(views[0], views[1][:8])
