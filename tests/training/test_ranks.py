"""Two ranks compute what one process does: losses, gradients, statistics, and all that is kept."""

from contextlib import nullcontext

import pytest
import torch

from reproduce.errors import UserError
from reproduce.training import checkpoints
from reproduce.training.loop import State
from reproduce.training.ranks import shares
from reproduce.training.whole_batch import AsOneBatch
from reproduce.trials.execute import _shared_by
from tests.training import sharing

# In float64: sums in another order. After three steps they were 1e-13 apart at most, in all cases.
TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Return what both ranks are left with, by case: one pair of processes for all of them."""
    names = [*sharing.CASES, *sharing.MUTANTS, sharing.INTERRUPTED]
    return sharing.on_two_ranks(names, tmp_path_factory.mktemp("ranks") / "meeting")


def distance(ours, theirs):
    """Return how far apart two trainings are: the largest difference in history and tensors."""
    assert ours.keys() == theirs.keys()
    found = [0.0]
    for row, other in zip(ours["history"], theirs["history"], strict=True):
        assert row.keys() == other.keys()
        found += [abs(row[name] - other[name]) for name in row]
    for name in ours.keys() - {"history"}:
        found.append(float((ours[name].double() - theirs[name].double()).abs().max()))
    return max(found)


def assert_as_one(name, case, pairs):
    alone = case.trained(sharing.Alone())
    first, second = (left[name] for left in pairs)
    assert len(alone["history"]) == sharing.STEPS
    assert any("gradient" in key for key in alone)
    assert distance(first, alone) < TOLERANCE
    # The ranks themselves may not drift apart at all.
    assert first["history"] == second["history"]
    for key, value in first.items():
        if "gradient" not in key and key != "history":
            assert torch.equal(value, second[key]), key


@pytest.mark.parametrize("name", sharing.CASES)
def test_two_ranks_compute_what_one_process_does(pairs, name):
    assert_as_one(name, sharing.CASES[name], pairs)


@pytest.mark.thorough
def test_every_kind_of_loss_network_and_phase_is_shared(tmp_path):
    pairs = sharing.on_two_ranks(list(sharing.MORE), tmp_path / "meeting")
    for name, case in sharing.MORE.items():
        assert_as_one(name, case, pairs)


@pytest.mark.parametrize("name", sharing.MUTANTS)
def test_the_usual_mistakes_would_be_seen(pairs, name):
    """Each is far beyond the tolerance, so the test above tells them from what is right."""
    alone = sharing.CASES["every other row is a negative"].trained(sharing.Alone())
    mistaken = pairs[0][name]
    missing = alone.keys() - mistaken.keys()
    # Without gradients from the embeddings no gradient reaches the encoder.
    assert bool(missing) == (name == "gathered without gradients")
    assert all("gradient of encoder" in key for key in missing)
    weights = {key: value for key, value in alone.items() if "gradient" not in key}
    assert distance({key: mistaken[key] for key in weights}, weights) > 1e-4


def test_a_pair_that_was_stopped_goes_on_bit_for_bit(pairs):
    """The first rank alone has a checkpoint, and the first alone says when to stop."""
    for rank, left in enumerate(pairs):
        undisturbed, resumed, asked, checkpoint = left[sharing.INTERRUPTED]
        assert len(undisturbed["history"]) == 7 and resumed["history"] == undisturbed["history"]
        for name in undisturbed.keys() - {"history"}:
            assert torch.equal(resumed[name], undisturbed[name]), name
        assert (asked, checkpoint is None) == ((5, False) if rank == 0 else (0, True))


def test_a_checkpoint_fits_any_number_of_ranks(pairs):
    """And the result says by how many its batches were shared."""
    undisturbed, _, _, checkpoint = pairs[0][sharing.INTERRUPTED]
    assert checkpoints.load(checkpoint)[0]["ranks"] == [2]
    alone = sharing.STOPPED.trained(sharing.Alone(), checkpoint=checkpoint)
    assert distance(alone, undisturbed) < TOLERANCE
    assert _shared_by(State(ranks=[1, 2])) == {"ranks": "1 and 2"}
    assert _shared_by(State(ranks=[1])) == {}


def test_what_cannot_be_shared_is_refused():
    """Numbers drawn in an encoder otherwise than by dropout would differ from rank to rank."""
    rows = torch.ones(3, 4)
    shared = AsOneBatch(sharing.Alone(), [3, 2], 0)
    with shared, pytest.raises(UserError, match="calls rand_like, which several processes"):
        torch.rand_like(rows)
    with shared, pytest.raises(UserError, match="drops parts of 6 rows made of 3 images"):
        torch.nn.functional.dropout(torch.ones(6, 4), 0.5)


def test_masks_are_those_of_the_whole_batch():
    """Each rank takes its rows of one mask, and draws as many numbers as one process does."""
    rows = torch.arange(20.0).view(5, 4) + 1
    torch.manual_seed(0)
    whole, after = torch.nn.functional.dropout(rows, 0.5), torch.rand(1)
    for rank, own in enumerate((slice(0, 2), slice(2, 5))):
        torch.manual_seed(0)
        with AsOneBatch(sharing.Alone(), [2, 3], rank):
            assert torch.equal(torch.nn.functional.dropout(rows[own], 0.5), whole[own])
        assert torch.equal(torch.rand(1), after)


@pytest.mark.parametrize(("rows", "number"), [(7, 2), (2, 2), (10, 4), (3, 3), (129, 8)])
def test_shares_are_even_and_whole(rows, number):
    found = shares(rows, number)
    assert (len(found), sum(found)) == (number, rows)
    assert max(found) - min(found) <= 1 and min(found) > 0


class Only:
    """A single process where several are expected."""

    def gathered(self, part):
        """Return what there is."""
        return [part]

    def summed(self, part):
        """Return what there is."""
        return part


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("shape", [(6, 4), (6, 4, 5, 3)])
def test_normalisation_is_that_of_pytorch(shape, affine, kind):
    """Outputs, gradients and running statistics of rows that are all one's own."""
    found = []
    for mode in (nullcontext(), AsOneBatch(Only(), [6], 0)):
        torch.manual_seed(1)
        layer = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(
            4, affine=affine, momentum=0.3, eps=0.01
        )
        if affine:
            torch.nn.init.normal_(layer.weight)
            torch.nn.init.normal_(layer.bias)
        rows = (3 * torch.randn(shape) + 2).to(kind).requires_grad_()
        with mode:
            outputs = layer(rows)
        assert outputs.dtype == kind
        (outputs.float() * torch.randn(shape)).sum().backward()
        learned = [parameter.grad for parameter in layer.parameters()]
        found.append([outputs, rows.grad, *learned, *layer.buffers()])
    tolerance = 1e-5 if kind == torch.float32 else 0.05
    for theirs, ours in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype
        assert torch.allclose(ours.float(), theirs.float(), atol=tolerance, rtol=tolerance)
