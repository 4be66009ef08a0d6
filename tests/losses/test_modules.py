"""Losses as modules: each says what its function says, learns, and can be copied and moved."""

import copy
import doctest

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError

COUNTS, SIZE = (30, 10, 3), 8
HEADS = {"dual_head": ("similarity", "ranking")}


@pytest.fixture(params=losses.LOSSES)
def name(request):
    return request.param


def made(name, **parameters):
    torch.manual_seed(0)
    return losses.module(name, counts=COUNTS, embedding_size=SIZE, iterations=10, **parameters)


def batch(name):
    """Return what a loss of this name is called with."""
    torch.manual_seed(1)
    labels = torch.tensor([0, 0, 0, 1, 1, 2])
    shape = losses.shape(name)
    if shape == "classifier":
        return torch.randn(6, 3).tanh().requires_grad_(), labels
    if shape == "segmentation":
        return torch.randn(2, 3, 4, 4, requires_grad=True), torch.randint(3, (2, 4, 4))
    if shape == "embedding":
        return torch.randn(6, SIZE, requires_grad=True), labels
    views = [torch.randn(6, SIZE, requires_grad=True) for _ in range(2)]
    return [dict.fromkeys(HEADS[name], view) for view in views] if name in HEADS else views


def first(given):
    return next(iter(given.values())) if isinstance(given, dict) else given


def test_a_module_gives_a_number_and_gradients(name):
    loss, (one, other) = made(name), batch(name)
    loss.begin_epoch(0)
    value = loss(one, other)
    assert value.shape == () and value.isfinite()
    value.backward()
    assert first(one).grad.abs().sum() > 0
    loss.after_step()
    assert name in repr(loss)


STATELESS = [
    n for n in losses.LOSSES if n not in ("bdcl", "tsc", "gcl", "auc_ranking", "dual_head")
]


@pytest.mark.parametrize("name", STATELESS)
def test_it_says_what_its_function_says(name):
    one, other = batch(name)
    reads_counts = "counts" in losses.objective_class(name).parameters_taken()
    given = {"counts": torch.tensor(COUNTS)} if reads_counts else {}
    expected = losses.function(name)(one, other, **given)
    torch.testing.assert_close(made(name)(one, other), expected)


def test_it_can_be_copied_and_its_state_be_put_back(name):
    loss, (one, other) = made(name), batch(name)
    loss.eval()
    twin = copy.deepcopy(loss)
    twin.load_state_dict(loss.state_dict())
    torch.manual_seed(3)
    expected = loss(one, other)
    torch.manual_seed(3)
    torch.testing.assert_close(twin(one, other), expected)


def test_what_learns_is_among_its_parameters():
    loss = made("bdcl")
    one, other = batch("bdcl")
    optimizer = torch.optim.SGD(loss.parameters(), lr=100.0)
    loss(one, other).backward()
    optimizer.step()
    loss.after_step()
    low, high = loss.objective.lowest, loss.objective.highest
    learned = loss.objective.temperatures
    assert ((learned >= low) & (learned <= high)).all() and learned.std() > 0
    assert made("auc_ranking", reading="saddle").ascent == ("objective.alpha",)
    assert set(made("auc_ranking", reading="saddle").ascent) <= {
        name for name, _ in made("auc_ranking", reading="saddle").named_parameters()
    }


def test_views_stand_below_one_another():
    embeddings, labels = torch.randn(12, SIZE), torch.tensor([0, 0, 0, 1, 1, 2])
    expected = losses.sup_con(embeddings, labels.repeat(2))
    torch.testing.assert_close(made("sup_con")(embeddings, labels), expected)


def test_counts_are_asked_for_where_they_are_read_and_nowhere_else():
    logits, labels = batch("focal")
    losses.module("focal", gamma=1.0)(logits, labels)
    losses.module("cross_entropy")(logits, labels)
    with pytest.raises(UserError, match="ldam needs counts"):
        losses.module("ldam")
    with pytest.raises(UserError, match="focal needs counts"):
        losses.module("focal", class_weights="inverse")
    with pytest.raises(UserError, match="bdcl keeps vectors of the classes: give embedding_size"):
        losses.module("bdcl", counts=COUNTS)
    with pytest.raises(UserError, match="3 counts for 4 classes"):
        losses.module("ldam", counts=COUNTS, classes=4)


def test_a_wrong_call_is_told_in_a_line():
    with pytest.raises(UserError, match="unknown objective 'ldma'; did you mean 'ldam'"):
        losses.module("ldma", counts=COUNTS)
    with pytest.raises(UserError, match="no parameter 'margin'"):
        losses.module("ldam", counts=COUNTS, margin=1)
    with pytest.raises(UserError, match="5 rows for 6 labels"):
        made("sup_con")(torch.randn(5, SIZE), torch.zeros(6))
    with pytest.raises(UserError, match="reads the heads similarity, ranking: give each view"):
        made("dual_head")(torch.randn(6, SIZE), torch.randn(6, SIZE))


def test_names_complete_without_being_loaded():
    assert set(losses.LOSSES) <= set(dir(losses)) and "module" in dir(losses)


def test_the_example_runs():
    assert doctest.testmod(losses).attempted and not doctest.testmod(losses).failed
