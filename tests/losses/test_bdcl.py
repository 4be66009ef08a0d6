"""The BDCL loss against slow loops, supervised contrastive loss, and its derivatives in words."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import bdcl, sup_con


def unit(vector):
    length = math.sqrt(sum(x * x for x in vector))
    return [x / length for x in vector]


def dot(first, second):
    return sum(x * y for x, y in zip(first, second, strict=True))


def slow(
    embeddings, labels, temperatures, prototypes=(), known=None, positive_set="own_prototype",
    denominator_temperature="anchor",
):  # fmt: skip
    """Go through the anchors, their positives and their candidates one by one."""
    rows, labels = [unit(row) for row in embeddings.tolist()], labels.tolist()
    stars = [list(star) for star in prototypes]
    losses = []
    for i, anchor in enumerate(rows):
        # Similarity, temperature and whether it is a positive, for everything it is compared with.
        compared = []
        for j, other in enumerate(rows):
            if j != i:
                compared.append((dot(anchor, other), labels[j], labels[j] == labels[i]))
        for k, star in enumerate(stars):
            if known is None or known[k]:
                pulls = k == labels[i] or positive_set == "all_prototypes"
                compared.append((dot(anchor, star), k, pulls))
        exponents = [
            (s / temperatures[c if denominator_temperature == "pair" else labels[i]], pulls)
            for s, c, pulls in compared
        ]
        if not any(pulls for _, pulls in exponents):
            losses.append(0.0)
            continue
        total = sum(math.exp(e) for e, _ in exponents)
        terms = [math.log(math.exp(e) / total) for e, pulls in exponents if pulls]
        losses.append(-sum(terms) / len(terms))
    return losses


@pytest.fixture
def example():
    labels = torch.tensor([0, 1, 1, 0, 2, 2, 1, 0, 1, 0])
    centres = torch.randn(4, 5, dtype=torch.float64)
    return centres[labels] + torch.randn(10, 5, dtype=torch.float64), labels


TEMPERATURES = torch.tensor([0.1, 0.3, 0.2, 0.15], dtype=torch.float64)
PROTOTYPES = torch.nn.functional.normalize(
    torch.tensor(
        [[1, 2, 0, -1, 0], [0, 1, 1, 0, 3], [-2, 0, 1, 1, 1], [1, 1, 0, 2, -2]], dtype=torch.float64
    )
)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"known": [True, False, True, False]},
        {"known": [False] * 4},
        {"positive_set": "all_prototypes"},
        {"positive_set": "all_prototypes", "known": [False, True, True, True]},
        {"denominator_temperature": "pair"},
        {"denominator_temperature": "pair", "known": [True, True, False, True]},
    ],
    ids=str,
)
def test_it_equals_the_slow_loop(example, given):
    expected = slow(*example, TEMPERATURES.tolist(), PROTOTYPES.tolist(), **given)
    known = given.get("known")
    parameters = {name: value for name, value in given.items() if name != "known"}
    parameters["known_prototypes"] = None if known is None else torch.tensor(known)
    parameters |= {"temperatures": TEMPERATURES, "prototypes": PROTOTYPES}
    each = bdcl(*example, **parameters, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    assert bdcl(*example, **parameters).item() == pytest.approx(sum(expected) / 10, abs=1e-12)


def test_prototypes_shorter_than_one_are_taken_as_they_are(example):
    expected = slow(*example, [0.1] * 4, (0.4 * PROTOTYPES).tolist())
    found = bdcl(*example, temperatures=0.1, prototypes=0.4 * PROTOTYPES, reduction="none")
    assert found.tolist() == pytest.approx(expected, abs=1e-12)


def test_without_prototypes_and_with_one_temperature_it_is_sup_con(example):
    embeddings, labels = example
    leaves = [embeddings.clone().requires_grad_() for _ in range(2)]
    losses = [
        bdcl(leaves[0], labels, temperatures=0.1),
        sup_con(leaves[1], labels, temperature=0.1),
    ]
    assert losses[0].item() == pytest.approx(losses[1].item(), abs=1e-12)
    assert losses[0].item() == pytest.approx(sum(slow(*example, [0.1] * 3)) / 10, abs=1e-12)
    for loss in losses:
        loss.backward()
    assert torch.allclose(leaves[0].grad, leaves[1].grad, rtol=0, atol=1e-12)


def test_two_images_and_two_prototypes_by_hand():
    rows, labels = torch.eye(2, dtype=torch.float64), torch.tensor([0, 1])
    # Each anchor: its prototype at cosine 1, the other image and prototype at 0, temperature 0.5.
    expected = math.log(1 + 2 * math.exp(-2))
    found = bdcl(rows, labels, temperatures=0.5, prototypes=rows)
    assert found.item() == pytest.approx(expected, abs=1e-12)
    # Both prototypes as positives: the mean of log(e^2 + 2) - 2 and log(e^2 + 2) - 0.
    both = bdcl(rows, labels, temperatures=0.5, prototypes=rows, positive_set="all_prototypes")
    assert both.item() == pytest.approx(math.log(math.exp(2) + 2) - 1, abs=1e-12)


def slopes_by_formula(embeddings, labels, temperatures, prototypes):
    """Mean positive similarity less the mean by share of the denominator, over tau squared."""
    rows, labels = [unit(row) for row in embeddings.tolist()], labels.tolist()
    slopes = [0.0] * len(temperatures)
    for i, anchor in enumerate(rows):
        tau = temperatures[labels[i]]
        compared = [(dot(anchor, z), labels[j]) for j, z in enumerate(rows) if j != i]
        compared += [(dot(anchor, star), k) for k, star in enumerate(prototypes)]
        pulled = [s for s, c in compared if c == labels[i]]
        shares = [math.exp(s / tau) for s, _ in compared]
        expected = sum(q * s for q, (s, _) in zip(shares, compared, strict=True)) / sum(shares)
        slopes[labels[i]] += (sum(pulled) / len(pulled) - expected) / tau**2 / len(rows)
    return slopes


@pytest.mark.parametrize("stars", [PROTOTYPES, PROTOTYPES[:0]], ids=["with", "without"])
def test_the_derivative_by_the_temperature_is_the_formula(example, stars):
    tau = TEMPERATURES.clone().requires_grad_()
    bdcl(*example, temperatures=tau, prototypes=stars if len(stars) else None).backward()
    expected = slopes_by_formula(*example, TEMPERATURES.tolist(), stars.tolist())
    assert tau.grad.tolist() == pytest.approx(expected, abs=1e-11)
    # Class 3 is in no batch, so nothing is known about its temperature.
    assert tau.grad[3] == 0 and (tau.grad[:3] != 0).all()


def test_the_printed_gradient_changes_the_temperatures_only(example):
    embeddings, labels = example
    found = {}
    for reading in ("autograd", "printed"):
        tau, rows = TEMPERATURES.clone().requires_grad_(), embeddings.clone().requires_grad_()
        loss = bdcl(
            rows, labels, temperatures=tau, prototypes=PROTOTYPES, temperature_gradient=reading
        )
        loss.backward()
        found[reading] = loss.item(), rows.grad, tau.grad
    assert found["printed"][0] == pytest.approx(found["autograd"][0], abs=1e-14)
    assert torch.allclose(found["printed"][1], found["autograd"][1], rtol=0, atol=1e-14)
    units, expected = [unit(row) for row in embeddings.tolist()], [0.0] * 4
    for i, anchor in enumerate(units):
        label = labels[i].item()
        pulled = [dot(anchor, z) for j, z in enumerate(units) if j != i and labels[j] == label]
        pulled.append(dot(anchor, PROTOTYPES[label].tolist()))
        mean = sum(1 - s for s in pulled) / len(pulled)
        expected[label] += mean / TEMPERATURES[label].item() ** 2 / len(units)
    assert found["printed"][2].tolist() == pytest.approx(expected, abs=1e-11)
    # As printed descent lowers every temperature; the derivative has both signs.
    assert (found["printed"][2][:3] > 0).all()
    assert found["autograd"][2].min() < 0


def two_classes(angle):
    """Return two pairs of equal images, the pairs this far apart."""
    angle = torch.tensor([0.0, 0.0, angle, angle], dtype=torch.float64).deg2rad()
    angle = angle + torch.tensor([0.0, 0.2, 0.0, 0.2], dtype=torch.float64)
    return torch.stack([angle.cos(), angle.sin()], 1), torch.tensor([0, 0, 1, 1])


@pytest.mark.parametrize(("angle", "sign"), [(90.0, 1), (5.0, -1)])
def test_descent_lowers_the_temperature_of_classes_apart_and_raises_that_of_mingled_ones(
    angle, sign
):
    tau = torch.tensor([0.2, 0.2], dtype=torch.float64, requires_grad=True)
    bdcl(*two_classes(angle), temperatures=tau).backward()
    assert (sign * tau.grad > 0).all()


def test_a_lower_temperature_pushes_hard_negatives_more():
    rows, labels = two_classes(40.0)
    pushes = []
    for tau in (0.1, 0.5):
        leaf = rows.clone().requires_grad_()
        bdcl(leaf, labels, temperatures=tau).backward()
        pushes.append(leaf.grad.norm().item())
    assert pushes[0] > pushes[1]


def test_an_anchor_alone_has_loss_zero_without_a_prototype_and_a_positive_with_one():
    rows = torch.randn(3, 4, dtype=torch.float64)
    labels = torch.tensor([0, 0, 1])
    without = bdcl(rows, labels, reduction="none")
    assert without[2] == 0 and (without[:2] > 0).all()
    with_one = bdcl(rows, labels, prototypes=PROTOTYPES[:2, :4], reduction="none")
    assert with_one[2] > 0


@pytest.mark.parametrize("rows", [torch.zeros(4, 3), torch.ones(4, 3), 1e18 * torch.ones(4, 3)])
@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 2, 3]])
def test_no_geometry_breaks_it(rows, labels):
    for given in ({}, {"prototypes": torch.zeros(4, 3)}, {"prototypes": torch.eye(4, 3)}):
        tau = torch.full((4,), 0.03, requires_grad=True)
        leaf = rows.clone().requires_grad_()
        loss = bdcl(leaf, torch.tensor(labels), temperatures=tau, **given)
        loss.backward()
        assert loss.isfinite() and leaf.grad.isfinite().all() and tau.grad.isfinite().all()
    alone = torch.ones(1, 3, requires_grad=True)
    bdcl(alone, torch.tensor([0])).backward()
    assert alone.grad.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"temperatures": 0.0}, "temperatures expected more than 0, received 0"),
        ({"temperatures": torch.tensor([0.1, -0.1, 0.1])}, "temperatures expected more than 0"),
        ({"temperatures": "many"}, "temperatures expected a number or one per class"),
        ({"temperatures": torch.tensor([0.1, 0.1])}, "labels expected 0 to 1, received 0 to 2"),
        ({"prototypes": torch.ones(3, 4)}, r"prototypes expected \[3, 5\], received \[3, 4\]"),
        (
            {"prototypes": torch.ones(3, 5), "temperatures": TEMPERATURES},
            r"prototypes expected \[4, 5\], received \[3, 5\]",
        ),
        ({"positive_set": "all"}, "positive_set expected one of own_prototype, all_prototypes"),
        (
            {"temperature_gradient": "none"},
            "temperature_gradient expected one of autograd, printed",
        ),
        (
            {"denominator_temperature": "own"},
            "denominator_temperature expected one of anchor, pair",
        ),
    ],
)
def test_a_wrong_input_is_named(example, given, said):
    with pytest.raises(UserError, match=said) as raised:
        bdcl(*example, **given)
    assert "\n" not in str(raised.value)
