"""What the BDCL objective learns and keeps: temperatures, prototypes; and how it resumes."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, bdcl, build, sup_con

CONTEXT = Context(classes=4, counts=(40, 9, 4, 1), embedding_size=2, iterations=10)
LABELS = torch.tensor([0, 0, 1, 1, 2])


def at(*degrees):
    angles = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], 1)


def objective_of(**given):
    return build("bdcl", CONTEXT, **given).double()


def step(objective, embeddings, labels=LABELS):
    return objective(Batch(labels, embeddings=embeddings))


def angle(vector):
    return math.degrees(math.atan2(vector[1], vector[0]))


FIRST = at(0, 20, 90, 110, 180)


def test_a_prototype_begins_as_the_mean_of_its_class_after_the_loss():
    objective = objective_of(temperature=0.2)
    loss = step(objective, FIRST)
    # Nothing was known when the loss was computed.
    expected = bdcl(FIRST, LABELS, temperatures=0.2)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-7)
    stars = objective.prototypes
    assert [angle(v) for v in stars.vectors[:3]] == pytest.approx([10, 100, 180])
    assert stars.vectors[3].tolist() == [0, 0] and stars.seen.tolist() == [True] * 3 + [False]
    assert stars.vectors[:3].norm(dim=1).tolist() == pytest.approx([1, 1, 1])
    before = stars.vectors.clone()
    second = step(objective, FIRST)
    expected = bdcl(
        FIRST, LABELS, temperatures=0.2, prototypes=before, known_prototypes=before.norm(dim=1) > 0
    )
    assert second.item() == pytest.approx(expected.item(), abs=1e-7)


def test_only_hard_examples_move_a_prototype():
    objective = objective_of(momentum=0.25)
    step(objective, FIRST)
    # Class 0: 5 degrees is nearest to its own (10), 80 is nearer to class 1 (100). Class 1: none
    # is hard. Class 2: 120 is nearer to class 1 than to its own (180).
    step(objective, at(5, 80, 95, 105, 120))
    vectors = objective.prototypes.vectors
    for number, (old, hard) in {0: (10, 80), 2: (180, 120)}.items():
        moved = 0.75 * at(old)[0] + 0.25 * at(hard)[0]
        assert vectors[number].tolist() == pytest.approx((moved / moved.norm()).tolist(), abs=1e-6)
    assert angle(vectors[1]) == pytest.approx(100)


def test_a_class_seen_later_begins_with_all_its_examples():
    objective = objective_of()
    step(objective, FIRST)
    step(objective, at(0, 90, 270), torch.tensor([0, 3, 3]))
    assert objective.prototypes.seen.tolist() == [True] * 4
    # 90 and 270 are opposite: their mean has no direction, which must stay finite.
    assert objective.prototypes.vectors.isfinite().all()
    fresh = objective_of()
    step(fresh, FIRST)
    step(fresh, at(95, 105), torch.tensor([3, 3]))
    assert angle(fresh.prototypes.vectors[3]) == pytest.approx(100)


def test_a_prototype_may_stay_shorter_than_one():
    objective = objective_of(prototype_on_the_sphere="raw_detached")
    step(objective, FIRST)
    assert objective.prototypes.vectors[0].norm().item() == pytest.approx(
        math.cos(math.radians(10))
    )


def test_hard_by_similarity_is_below_the_mean_of_the_class():
    objective = objective_of(hard_examples="similarity", momentum=0.25)
    step(objective, FIRST)
    hard = objective.prototypes.hard(at(10, 40, 100, 100, 180), LABELS)
    # Alike members, and a single one, are not below their own mean.
    assert hard.tolist() == [False, True, False, False, False]


def test_an_auxiliary_head_learns_beside_the_loss_and_tells_the_hard():
    objective = objective_of(hard_examples="auxiliary_head")
    plain = objective_of()
    rows = FIRST.clone().requires_grad_()
    loss, expected = step(objective, rows), step(plain, FIRST)
    assert loss.item() == pytest.approx(expected.item(), abs=1e-12)
    loss.backward()
    reference = FIRST.clone().requires_grad_()
    step(objective_of(), reference).backward()
    assert torch.equal(rows.grad, reference.grad)
    head = objective.prototypes.auxiliary
    alone = FIRST.clone().requires_grad_()
    assert torch.autograd.grad(
        objective.prototypes.auxiliary_loss(alone, LABELS), alone, allow_unused=True
    ) == (None,)
    guess = torch.full((5, 4), 0.25, dtype=torch.float64)
    truth = torch.nn.functional.one_hot(LABELS, 4)
    assert torch.allclose(head.weight.grad, (guess - truth).T @ FIRST / 5)
    with torch.no_grad():
        head.bias += torch.tensor([0.0, 9.0, 0.0, 0.0])
    hard = objective.prototypes.hard(FIRST, LABELS)
    assert hard.tolist() == [True, True, False, False, True]


def test_a_class_not_seen_yet_is_nobodys_nearest():
    objective = objective_of()
    step(objective, at(0, 20), torch.tensor([0, 0]))
    # 150 degrees is far from the one prototype there is, but nearer to no other.
    assert objective.prototypes.hard(at(150), torch.tensor([0])).tolist() == [False]


def test_evaluation_changes_nothing():
    objective = objective_of()
    step(objective, FIRST)
    before = {name: value.clone() for name, value in objective.state_dict().items()}
    objective.eval()
    step(objective, at(80, 80, 10, 10, 90))
    for name, value in objective.state_dict().items():
        assert torch.equal(value, before[name])


def test_both_parts_can_be_left_out():
    plain = objective_of(temperature_learning=False, hard_prototypes=False)
    for_the_history = {f"penalties.{name}" for name in ("pushes", "nearest", "anchors")}
    assert set(plain.state_dict()) == for_the_history
    for _ in range(2):
        expected = sup_con(FIRST, LABELS, temperature=0.1)
        assert step(plain, FIRST).item() == pytest.approx(expected.item(), abs=1e-12)
    assert set(objective_of(temperature_learning=False).state_dict()) - for_the_history == {
        "prototypes.vectors",
        "prototypes.seen",
    }
    without = objective_of(hard_prototypes=False).state_dict()
    assert set(without) - for_the_history == {"temperatures"}


def test_temperatures_keep_their_bounds_or_are_learned_as_logarithms():
    objective = objective_of(lowest=0.05, highest=0.4)
    with torch.no_grad():
        objective.temperatures.copy_(torch.tensor([0.01, 0.05, 0.2, 7.0]))
    objective.after_step()
    assert objective.temperatures.tolist() == pytest.approx([0.05, 0.05, 0.2, 0.4])
    exponential = objective_of(temperature_bounds="exponential", temperature=0.2)
    assert exponential.temperatures_now().tolist() == pytest.approx([0.2] * 4)
    step(exponential, FIRST).backward()
    other = objective_of(temperature=0.2)
    step(other, FIRST).backward()
    # d/d log(tau) = tau d/d tau
    assert exponential.log_temperatures.grad.tolist() == pytest.approx(
        (0.2 * other.temperatures.grad).tolist()
    )
    exponential.after_step()
    with pytest.raises(UserError, match=r"lowest expected at most 0\.1, received 0\.2"):
        objective_of(lowest=0.2)


def test_the_sentence_of_the_paper_is_ascent():
    assert objective_of().ascent == ()
    assert objective_of(direction_of_temperature="ascent").ascent == ("temperatures",)
    both = {"direction_of_temperature": "ascent", "temperature_bounds": "exponential"}
    assert objective_of(**both).ascent == ("log_temperatures",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hard_examples": "all"}, "hard_examples expected one of nearest_prototype, auxiliary_"),
        ({"temperature_bounds": "none"}, "temperature_bounds expected one of clamped, exponential"),
        ({"momentum": 0.0}, "momentum expected more than 0, received 0"),
        ({"prototype_on_the_sphere": "yes"}, "prototype_on_the_sphere expected one of normalised"),
        ({"direction_of_temperature": "up"}, "direction_of_temperature expected one of descent"),
    ],
)
def test_a_wrong_parameter_is_named(given, said):
    with pytest.raises(UserError, match=said):
        objective_of(**given)


def test_embeddings_of_another_size_are_refused():
    with pytest.raises(UserError, match=r"embeddings expected \[N, 2\], received \[5, 3\]"):
        step(objective_of(), torch.ones(5, 3))


def trained(objective, layer, batches):
    optimizer = torch.optim.SGD([*layer.parameters(), *objective.parameters()], lr=0.02)
    for images, labels in batches:
        loss = objective(Batch(labels, embeddings=layer(images)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        objective.after_step()
    return objective, layer


def copies(objective, layer, **given):
    fresh, again = build("bdcl", CONTEXT, **given), torch.nn.Linear(3, 2)
    fresh.load_state_dict(objective.state_dict())
    again.load_state_dict(layer.state_dict())
    return fresh, again


@pytest.mark.parametrize(
    "given",
    [{}, {"hard_examples": "auxiliary_head"}, {"temperature_bounds": "exponential"}],
    ids=str,
)
def test_it_resumes_bit_for_bit(given):
    batches = [(torch.randn(8, 3), torch.randint(4, (8,))) for _ in range(6)]
    start = build("bdcl", CONTEXT, **given), torch.nn.Linear(3, 2)
    whole = trained(*copies(*start, **given), batches)
    half = trained(*copies(*start, **given), batches[:3])
    resumed = trained(*copies(*half, **given), batches[3:])
    for one, other, first in zip(whole, resumed, start, strict=True):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
            assert not torch.equal(value, first.state_dict()[name])


@pytest.mark.parametrize("hard_prototypes", [True, False])
def test_prototypes_part_classes_that_never_meet_in_a_batch(hard_prototypes):
    torch.manual_seed(1)
    centres, layer = torch.randn(4, 6), torch.nn.Linear(6, 2)
    objective = build("bdcl", CONTEXT, hard_prototypes=hard_prototypes)

    def cosine_of_the_rare():
        rare = torch.nn.functional.normalize(layer(centres[2:]), dim=1)
        return (rare[0] @ rare[1]).item()

    assert cosine_of_the_rare() > 0.99
    labels = [torch.tensor([0, 0, 0, 0, 1, 1, 1, 2 + number % 2]) for number in range(300)]
    trained(objective, layer, [(centres[one] + 0.2 * torch.randn(8, 6), one) for one in labels])
    # Each comes once, without a positive, and never beside the other.
    assert (cosine_of_the_rare() < 0.5) == hard_prototypes
    assert len(set(objective.temperatures.tolist())) > 2
