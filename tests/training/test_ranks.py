"""Two ranks compute what one process does: losses, gradients, statistics, and all that is kept."""

import pytest
import torch

from tests.training import sharing

# In float64. Sums in another order differ by some 1e-15 a step; three steps of the deepest network
# here make 1e-11 of it.
TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Return what both ranks are left with, by case: one pair of processes for all of them."""
    names = [*sharing.CASES, *sharing.MUTANTS]
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
