"""Every objective reads a batch, returns one number with a gradient, and keeps its state."""

import copy
import inspect
from dataclasses import replace

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.objective import Objective
from reproduce.losses.segmentation.map_objective import SegmentationObjective

CONTEXT = losses.Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)
LABELS = torch.tensor([0, 1, 2, 0, 1, 0])
READS = {"logits": ("logits",), "embeddings": ("embeddings",), "both": ("logits", "embeddings")}
PIXELS = [name for name in losses.LOSSES if losses.LOSSES[name].split(".")[0]
          in ("classifier", "segmentation")] + ["bdcl", "tsc"]  # fmt: skip
MIXES = [name for name, place in losses.LOSSES.items() if place.startswith("classifier.")]
VIEWS = [name for name, place in losses.LOSSES.items() if place.startswith("self_supervised.")]


def batch_for(objective, views=None, seed=0, dtype=torch.float32):
    """Return a batch with what the objective reads, each a leaf."""
    torch.manual_seed(seed)
    if isinstance(objective, SegmentationObjective):
        return pixel_batch(seed, dtype)
    views = views or objective.views
    given = {"logits": torch.randn(6 * views, 3), "embeddings": torch.randn(6 * views, 4)}
    heads = {name: torch.randn(6 * views, 4) for name in getattr(objective, "heads", ())}
    given = {name: value.to(dtype).requires_grad_() for name, value in given.items()}
    heads = {name: value.to(dtype).requires_grad_() for name, value in heads.items()}
    return losses.Batch(LABELS, **given, heads=heads, views=views, indices=torch.arange(6))


def pixel_batch(seed=0, dtype=torch.float32):
    """Return two images of 8 x 8 pixels, embeddings at half that size, some pixels unknown."""
    torch.manual_seed(seed)
    mask = torch.randint(3, (2, 8, 8))
    mask[:, :2] = 255
    logits, embeddings = torch.randn(2, 3, 8, 8), torch.randn(2, 4, 4, 4)
    return losses.Batch(
        mask, logits.to(dtype).requires_grad_(), embeddings.to(dtype).requires_grad_()
    )


def read_by(objective, batch):
    """Return the leaves that the objective promises to read."""
    if getattr(objective, "heads", ()):
        return [batch.heads[name] for name in objective.heads]
    return [getattr(batch, name) for name in READS[objective.reads]]


@pytest.mark.parametrize("views", [1, 2])
def test_it_reads_a_batch_and_returns_one_number(loss_name, views):
    objective = losses.build(loss_name, CONTEXT)
    batch = batch_for(objective, max(views, objective.views))
    if views == 2 and isinstance(objective, SegmentationObjective):
        # Two views of one image that carry the same mask.
        batch = replace(batch, labels=batch.labels[:1], views=2)
    loss = objective(batch)
    assert loss.shape == () and loss.isfinite() and loss.dtype == torch.float32
    loss.backward()
    for leaf in read_by(objective, batch):
        assert leaf.grad.isfinite().all() and leaf.grad.abs().sum() > 0
    learned = [name for name, value in objective.named_parameters() if value.grad is None]
    assert not learned


def test_half_precision_gives_a_loss_in_float32(loss_name):
    objective = losses.build(loss_name, CONTEXT)
    batch = batch_for(objective, dtype=torch.bfloat16)
    loss = objective(batch)
    loss.backward()
    assert loss.dtype == torch.float32 and loss.isfinite()
    assert all(leaf.grad.isfinite().all() for leaf in read_by(objective, batch))


def test_it_is_its_function_where_it_has_no_state(loss_name):
    objective = losses.build(loss_name, CONTEXT)
    objective.eval()
    if objective.state_dict() or loss_name == "tsc":
        return
    batch = batch_for(objective)
    function, given = losses.function(loss_name), {}
    parameters = inspect.signature(function).parameters
    if "counts" in parameters:
        given["counts"] = torch.tensor(CONTEXT.counts)
    if loss_name in VIEWS:
        inputs = batch.embeddings.chunk(2)
    elif objective.reads == "embeddings":
        inputs = batch.embeddings, LABELS
    elif "mask" in parameters:
        batch = pixel_batch()
        inputs = batch.logits, batch.labels
    else:
        inputs = batch.logits, LABELS
    if "noise" in parameters:
        given["noise"] = torch.zeros_like(batch.logits)
    assert objective(batch).item() == function(*inputs, **given).item()


@pytest.mark.parametrize("name", PIXELS)
def test_it_reads_label_maps(name):
    objective = losses.build(name, CONTEXT)
    batch = pixel_batch()
    loss = objective(batch)
    loss.backward()
    (leaf,) = read_by(objective, batch)
    assert loss.shape == () and loss.isfinite()
    assert leaf.grad.isfinite().all() and leaf.grad.abs().sum() > 0
    of_unknown = leaf.grad[:, :, : 2 * leaf.shape[2] // 8]
    assert not of_unknown.any()


@pytest.mark.parametrize("name", PIXELS)
def test_label_maps_of_which_nothing_is_known_teach_nothing(name):
    objective = losses.build(name, CONTEXT)
    batch = pixel_batch()
    objective(batch)
    batch = replace(pixel_batch(1), labels=torch.full((2, 8, 8), 255))
    loss = objective(batch)
    assert loss.item() == 0
    loss.backward()
    (leaf,) = read_by(objective, batch)
    assert leaf.grad is None or not leaf.grad.any()


@pytest.mark.parametrize("name", MIXES)
def test_mixed_images_weigh_both_labels(name):
    objective = losses.build(name, CONTEXT).eval()
    batch = batch_for(objective)
    plain = objective(batch)
    partner = torch.tensor([2, 2, 1, 1, 0, 0])
    other = objective(replace(batch, labels=partner))

    def mixed(own):
        return objective(replace(batch, mixed=losses.Mixed(partner, own))).item()

    assert mixed(torch.ones(6)) == pytest.approx(plain.item(), rel=1e-6)
    assert mixed(torch.zeros(6)) == pytest.approx(other.item(), rel=1e-6)
    half = (plain + other).item() / 2
    assert mixed(torch.full((6,), 0.5)) == pytest.approx(half, rel=1e-6)


@pytest.mark.parametrize("name", sorted(set(losses.LOSSES) - set(MIXES) - set(VIEWS)))
def test_mixed_images_are_refused_where_they_make_no_sense(name):
    objective = losses.build(name, CONTEXT)
    mixed = losses.Mixed(LABELS.flip(0), torch.full((6,), 0.5))
    with pytest.raises(UserError, match="mix") as caught:
        objective(replace(batch_for(objective), mixed=mixed))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", VIEWS)
def test_one_view_is_refused_where_two_are_needed(name):
    objective = losses.build(name, CONTEXT)
    with pytest.raises(UserError, match="needs 2 views of each image, received 1"):
        objective(batch_for(objective, views=1))


def train(objective, steps, optimizer):
    """Take steps as the loop does, on fixed batches; return the losses."""
    found = []
    for number in steps:
        if number % 2 == 0:
            objective.begin_epoch(number // 2)
        batch = batch_for(objective, seed=100 + number)
        loss = objective(replace(batch, iteration=number, epoch=number // 2))
        if optimizer:
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = 0.05
            optimizer.step()
        objective.after_step()
        found.append(loss.item())
    return found


def optimizer_of(objective):
    learned = list(objective.parameters())
    return torch.optim.SGD(learned, lr=0.05) if learned else None


def test_it_goes_on_from_its_state_as_if_it_had_not_stopped(loss_name):
    whole = losses.build(loss_name, CONTEXT)
    expected = train(whole, range(6), optimizer_of(whole))
    begun = losses.build(loss_name, CONTEXT)
    train(begun, range(3), optimizer_of(begun))
    state = {name: value.clone() for name, value in begun.state_dict().items()}
    resumed = losses.build(loss_name, CONTEXT)
    resumed.load_state_dict(state)
    assert train(resumed, range(3, 6), optimizer_of(resumed)) == expected[3:]
    assert {n: v.tolist() for n, v in resumed.state_dict().items()} == {
        n: v.tolist() for n, v in whole.state_dict().items()
    }


def test_evaluation_leaves_the_state_alone(loss_name):
    objective = losses.build(loss_name, CONTEXT)
    train(objective, range(2), optimizer_of(objective))
    objective.eval()
    before = copy.deepcopy(objective.state_dict())
    first, second = (objective(batch_for(objective, seed=7)).item() for _ in range(2))
    assert first == second
    after = objective.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_every_parameter_can_be_given_and_no_other(loss_name):
    made_by = losses.objective_class(loss_name)
    own = made_by.__init__ is not Objective.__init__
    defaults = {}
    for source in (made_by.function, made_by.__init__) if own else (made_by.function,):
        parameters = inspect.signature(source).parameters.values()
        defaults |= {p.name: p.default for p in parameters if p.default is not p.empty}
    plain = losses.build(loss_name, CONTEXT)
    torch.manual_seed(0)
    expected = plain(batch_for(plain))
    for name in made_by.parameters_taken():
        value = defaults.get(name, CONTEXT.counts)
        value = CONTEXT.counts if name == "counts" else value
        objective = losses.build(loss_name, CONTEXT, **{name: value})
        assert objective(batch_for(objective)).item() == expected.item(), name
    with pytest.raises(UserError, match=f"'{loss_name}' has no parameter 'strength'"):
        losses.build(loss_name, CONTEXT, strength=1.0)
    with pytest.raises(UserError, match="no parameter 'reduction'"):
        losses.build(loss_name, CONTEXT, reduction="sum")


def test_it_can_be_copied(loss_name):
    objective = losses.build(loss_name, CONTEXT)
    train(objective, range(2), optimizer_of(objective))
    twin = copy.deepcopy(objective)
    torch.manual_seed(3)
    first = objective(batch_for(objective, seed=9)).item()
    assert twin(batch_for(twin, seed=9)).item() == first


def test_what_climbs_is_a_parameter(loss_name):
    objective = losses.build(loss_name, CONTEXT)
    assert set(objective.ascent) <= {name for name, _ in objective.named_parameters()}
    assert objective.reads in READS and objective.views in (1, 2)
