"""What the TSC objective keeps: centroids, targets and who is assigned which; how it resumes."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, build, tsc
from reproduce.losses.embedding.tsc import assigned

CONTEXT = Context(classes=3, counts=(40, 9, 4), embedding_size=2, iterations=10)
LABELS = torch.tensor([0, 0, 1, 1, 2])


def at(*degrees):
    angles = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], 1)


def objective_of(**given):
    return build("tsc", CONTEXT, positives=None, **given).double()


def step(objective, embeddings, labels=LABELS, views=1):
    return objective(Batch(labels, embeddings=embeddings, views=views))


def angle(vector):
    return math.degrees(math.atan2(vector[1], vector[0]))


def test_centroids_follow_and_targets_are_assigned_before_the_loss():
    objective = objective_of()
    loss = step(objective, at(0, 20, 90, 110, 180))
    centroids = objective.centroids
    assert [angle(v) for v in centroids.vectors] == pytest.approx([10, 100, 180])
    chosen = assigned(centroids.vectors, objective.targets)
    expected = tsc(
        at(0, 20, 90, 110, 180), LABELS, targets=objective.targets, assignment=chosen,
        positives=None,
    )  # fmt: skip
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)
    step(objective, at(30, 50), torch.tensor([0, 0]))
    mean = (at(30) + at(50))[0] / 2
    moved = 0.9 * at(10)[0] + 0.1 * mean
    assert centroids.vectors[0].tolist() == pytest.approx((moved / moved.norm()).tolist())
    assert [angle(v) for v in centroids.vectors[1:]] == pytest.approx([100, 180])


def test_targets_change_hands_when_the_classes_do():
    objective = objective_of(momentum=1.0)
    owners = []
    for turn in (0, 120, 240):
        step(objective, at(turn, turn, turn + 120, turn + 120, turn + 240))
        owners.append(assigned(objective.centroids.vectors, objective.targets).tolist())
    assert len({tuple(one) for one in owners}) == 3


def test_evaluation_changes_nothing_and_uses_the_centroids_as_they_are():
    objective = objective_of()
    step(objective, at(0, 20, 90, 110, 180))
    before = {name: value.clone() for name, value in objective.state_dict().items()}
    objective.eval()
    rows = at(200, 210, 300, 310, 90)
    chosen = assigned(objective.centroids.vectors, objective.targets)
    expected = tsc(rows, LABELS, targets=objective.targets, assignment=chosen, positives=None)
    assert step(objective, rows).item() == pytest.approx(expected.item(), abs=1e-12)
    for name, value in objective.state_dict().items():
        assert torch.equal(value, before[name])


def test_the_warm_up_has_no_targets_and_hands_its_centroids_on():
    rows = at(0, 20, 90, 110, 180)
    warm_up = objective_of(targets=False)
    loss = step(warm_up, rows)
    assert loss.item() == pytest.approx(tsc(rows, LABELS, positives=None).item(), abs=1e-12)
    following = objective_of()
    following.load_state_dict(warm_up.state_dict())
    assert [angle(v) for v in following.centroids.vectors] == pytest.approx([10, 100, 180])
    assert following.centroids.seen.all() and not list(following.parameters())


def test_every_parameter_reaches_the_loss():
    rows = at(0, 20, 90, 110, 180)
    given = {"target_weight": 0.9, "temperature": 0.4, "reading": "code"}
    objective = objective_of(**given)
    found = step(objective, rows).item()
    chosen = assigned(objective.centroids.vectors, objective.targets)
    more = {"targets": objective.targets, "assignment": chosen, "positives": None}
    assert found == pytest.approx(tsc(rows, LABELS, **more, **given).item(), abs=1e-12)


@pytest.mark.parametrize("targets", [True, False])
def test_views_of_a_batch_are_known_to_be_of_one_image(targets):
    rows = torch.cat([at(0, 20, 90, 110, 180), at(5, 40, 95, 150, 170)])
    objective = build("tsc", CONTEXT, positives=0, target_weight=0, targets=targets).double()
    found = step(objective, rows, views=2).item()
    # With k = 0 the only positive of an image is its other view.
    more = {"targets": objective.targets} if targets else {}
    own = tsc(rows, LABELS.repeat(2), positives=0, views=2, target_weight=0, **more)
    assert found == pytest.approx(own.item(), abs=1e-12) and found > 0.01
    if not targets:
        alone = tsc(rows, torch.arange(5).repeat(2), positives=None)
        assert found == pytest.approx(alone.item(), abs=1e-12)


def test_more_classes_than_fit_have_targets_too():
    many = Context(classes=5, counts=(1,) * 5, embedding_size=2, iterations=10)
    targets = build("tsc", many).targets
    angles = sorted(angle(v) for v in targets)
    gaps = [b - a for a, b in zip(angles, [*angles[1:], angles[0] + 360], strict=True)]
    assert gaps == pytest.approx([72] * 5, abs=0.1)


def test_what_cannot_be_read_is_refused():
    with pytest.raises(UserError, match=r"embeddings expected \[N, 2\], received \[5, 3\]"):
        step(objective_of(), torch.ones(5, 3))
    with pytest.raises(UserError, match="momentum expected at most 1, received 2"):
        objective_of(momentum=2.0)
    with pytest.raises(UserError, match="labels expected 0 to 2, received 3 to 3"):
        step(objective_of(), torch.ones(5, 2), torch.full((5,), 3))


def trained(objective, layer, batches, first=0):
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    for number, (images, labels) in enumerate(batches, first):
        # As the training loop does, so that a step's draws do not depend on the steps before.
        torch.manual_seed(number)
        loss = objective(Batch(labels, embeddings=layer(images)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        objective.after_step()
    return objective, layer


def copies(objective, layer):
    fresh, again = build("tsc", CONTEXT, positives=2), torch.nn.Linear(3, 2)
    fresh.load_state_dict(objective.state_dict())
    again.load_state_dict(layer.state_dict())
    return fresh, again


def test_it_resumes_bit_for_bit():
    batches = [(torch.randn(12, 3), torch.randint(3, (12,))) for _ in range(6)]
    start = build("tsc", CONTEXT), torch.nn.Linear(3, 2)
    whole = trained(*copies(*start), batches)
    half = trained(*copies(*start), batches[:3])
    resumed = trained(*copies(*half), batches[3:], first=3)
    for one, other, first in zip(whole, resumed, start, strict=True):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
            assert name == "targets" or not torch.equal(value, first.state_dict()[name])


@pytest.mark.parametrize("targets", [True, False])
def test_targets_draw_every_class_to_its_place_however_rare(targets):
    centres, layer = torch.randn(3, 6), torch.nn.Linear(6, 2)
    objective = build("tsc", CONTEXT, targets=targets)
    labels = torch.tensor([0] * 12 + [1] * 4 + [2] * 2)
    batches = [(centres[labels] + 0.1 * torch.randn(18, 6), labels) for _ in range(300)]

    def cosines():
        outputs = torch.nn.functional.normalize(layer(centres), dim=1)
        chosen = assigned(objective.centroids.vectors, objective.targets)
        return (outputs * objective.targets[chosen]).sum(1)

    trained(objective, layer, batches[:1])
    assert cosines().min() < 0.6
    trained(objective, layer, batches)
    assert (cosines().min() > 0.85) == targets
