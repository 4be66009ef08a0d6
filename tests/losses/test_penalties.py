"""What negatives do to the classes, as BDCL records it, against derivatives and slow loops."""

import math

import pytest
import torch

from reproduce.losses import Batch, Context, bdcl, build
from reproduce.losses.embedding.penalties import Penalties

CONTEXT = Context(classes=4, counts=(40, 9, 4, 1), embedding_size=5, iterations=10)
LABELS = torch.tensor([0, 1, 1, 0, 2, 2, 1, 0])
TAU = torch.tensor([0.1, 0.3, 0.2, 0.15], dtype=torch.float64)


def rows(seed=0, count=8):
    random = torch.Generator().manual_seed(seed)
    found = torch.randn(count, 5, dtype=torch.float64, generator=random)
    return found / found.norm(dim=1, keepdim=True)


def loss_of_similarities(similarity, labels, tau, columns):
    """The loss of every anchor from its similarities with rows, then prototypes."""
    total = similarity.new_zeros(())
    for i, label in enumerate(labels.tolist()):
        others = [j for j in range(len(columns)) if j != i]
        exponents = similarity[i, others] / tau[label]
        pulls = torch.tensor([columns[j] == label for j in others])
        total = total + exponents.logsumexp(0) - exponents[pulls].mean()
    return total


def test_the_push_of_a_class_is_the_derivative_by_the_similarity_of_its_members():
    found, stars = rows(), rows(1, 4)
    penalties = Penalties(4)
    penalties.add(found, LABELS, TAU, stars, torch.ones(4, dtype=torch.bool))
    columns = [*LABELS.tolist(), 0, 1, 2, 3]
    similarity = (found @ torch.cat([found, stars]).T).requires_grad_()
    loss_of_similarities(similarity, LABELS, TAU, columns).backward()
    expected = [0.0] * 4
    for i, label in enumerate(LABELS.tolist()):
        for j, other in enumerate(columns):
            if other != label:
                expected[other] += similarity.grad[i, j].item()
    assert penalties.pushes.tolist() == pytest.approx(expected, rel=1e-9)
    said = penalties.taken()
    shares = [said[f"negative_push_class_{c}"].item() for c in range(4)]
    assert shares == pytest.approx([one / sum(expected) for one in expected])
    assert penalties.pushes.tolist() == [0] * 4, "it begins anew"


def test_every_class_takes_part_in_every_denominator_by_its_prototype():
    """Class 3 has no image in the batch, and pushes by its prototype alone."""
    alone, known = Penalties(4), torch.tensor([True, True, True, False])
    alone.add(rows(), LABELS, TAU, rows(1, 4), known)
    assert alone.pushes[3] == 0
    everyone = Penalties(4)
    everyone.add(rows(), LABELS, TAU, rows(1, 4), torch.ones(4, dtype=torch.bool))
    assert (everyone.pushes > 0).all()


def test_the_nearest_negative_of_a_class_is_the_mean_over_its_anchors():
    found, penalties = rows(), Penalties(4)
    for _ in range(2):
        penalties.add(found, LABELS, 0.1)
    expected = []
    for label in range(3):
        nearest = [
            max(float(found[i] @ found[j]) for j in range(8) if LABELS[j] != label)
            for i in range(8) if LABELS[i] == label
        ]  # fmt: skip
        expected.append(sum(nearest) / len(nearest))
    said = penalties.taken()
    got = [said[f"hardest_negative_class_{c}"].item() for c in range(4)]
    assert got[:3] == pytest.approx(expected) and math.isnan(got[3])


def test_a_batch_of_one_class_has_no_negative():
    penalties = Penalties(4)
    penalties.add(rows(), torch.zeros(8, dtype=torch.long), 0.1)
    assert penalties.pushes.sum() == 0 and penalties.anchors.sum() == 0
    assert all(math.isnan(value.item()) for value in penalties.taken().values())


def test_the_objective_counts_training_steps_and_says_the_temperatures():
    objective = build("bdcl", CONTEXT, temperature=0.2).double()
    batch = Batch(LABELS, embeddings=rows())
    objective(batch)
    objective.eval()(batch)
    assert objective.penalties.anchors.sum() == len(LABELS)
    said = objective.measured(batch)
    assert [said[f"temperature_class_{c}"].item() for c in range(4)] == pytest.approx([0.2] * 4)
    fixed = build("bdcl", CONTEXT, temperature_learning=False).double()
    fixed(batch)
    assert not any(name.startswith("temperature") for name in fixed.measured(batch))
    assert "negative_push_class_0" in fixed.measured(batch)


@pytest.mark.parametrize("direction", ["descent", "ascent"])
def test_a_step_moves_each_temperature_along_the_exact_gradient(direction):
    """Against central differences of the loss, which know no autograd."""
    objective = build("bdcl", CONTEXT, direction_of_temperature=direction, hard_prototypes=False)
    objective = objective.double()
    with torch.no_grad():
        objective.temperatures.copy_(TAU)
    found = rows()
    objective(Batch(LABELS, embeddings=found)).backward()
    small = 1e-6
    for c in range(4):
        shifted = [TAU.clone() for _ in range(2)]
        shifted[0][c] += small
        shifted[1][c] -= small
        up, down = (bdcl(found, LABELS, temperatures=tau).item() for tau in shifted)
        slope = (up - down) / (2 * small)
        assert objective.temperatures.grad[c].item() == pytest.approx(slope, rel=1e-5, abs=1e-8)
    assert objective.ascent == (("temperatures",) if direction == "ascent" else ())


def test_mean_prototypes_follow_every_example_of_a_class():
    objective = build("bdcl", CONTEXT, hard_examples="every", momentum=0.25).double()
    first, second = rows(), rows(7)
    objective(Batch(LABELS, embeddings=first))
    old = objective.prototypes.vectors.clone()
    objective(Batch(LABELS, embeddings=second))
    for label in range(3):
        moved = 0.75 * old[label] + 0.25 * second[label == LABELS].mean(0)
        expected = (moved / moved.norm()).tolist()
        assert objective.prototypes.vectors[label].tolist() == pytest.approx(expected)


def test_prototypes_survive_a_batch_without_their_class():
    objective = build("bdcl", CONTEXT).double()
    objective(Batch(LABELS, embeddings=rows()))
    old = objective.prototypes.vectors.clone()
    objective(Batch(torch.zeros(8, dtype=torch.long), embeddings=rows(3)))
    assert torch.equal(objective.prototypes.vectors[1:], old[1:])
