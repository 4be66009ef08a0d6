"""Samplers in a plain `DataLoader`."""

import doctest

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from reproduce.data import batch_samplers, streams
from reproduce.data.batch_samplers import batch_sampler
from reproduce.errors import UserError

LABELS = np.repeat([0, 1, 2], [40, 16, 8])
NAMES = [name for name in streams.NAMES if name != "balanced_mixup"]


def shown(loader):
    return [labels.tolist() for _, labels in loader]


@pytest.mark.parametrize("name", NAMES)
def test_a_loader_shows_the_batches_of_the_stream(name):
    sampler = batch_sampler(name, LABELS, batch_size=8, seed=5, epochs=3)
    rows = TensorDataset(torch.arange(len(LABELS)), torch.from_numpy(LABELS))
    loader = DataLoader(rows, batch_sampler=sampler)
    found = [numbers.tolist() for _ in range(2) for numbers, _ in loader]
    stream = streams.build(name, LABELS, batch_size=8, data_seed=5, seed=5, phase=0, epochs=3)
    assert len(loader) == stream.batches_per_epoch
    assert found == [stream.batch(number).tolist() for number in range(2 * len(loader))]


def test_classes_are_shown_equally_often_and_an_epoch_can_be_gone_back_to():
    sampler = batch_sampler("oversampling", torch.from_numpy(LABELS), batch_size=12)
    rows = TensorDataset(torch.arange(len(LABELS)), torch.from_numpy(LABELS))
    loader = DataLoader(rows, batch_sampler=sampler)
    first, second = shown(loader), shown(loader)
    assert np.bincount(np.concatenate(first)).tolist() == [40, 40, 40]
    assert first != second
    sampler.epoch = 0
    assert shown(loader) == first


def test_what_a_loader_has_no_place_for_is_refused():
    with pytest.raises(UserError, match="two batches that are mixed"):
        batch_sampler("balanced_mixup", LABELS, batch_size=8)
    with pytest.raises(UserError, match="unknown sampler 'oversample'"):
        batch_sampler("oversample", LABELS, batch_size=8)
    with pytest.raises(UserError, match="no parameter 'beta'"):
        batch_sampler("oversampling", LABELS, batch_size=8, beta=1)


def test_the_example_runs():
    ran = doctest.testmod(batch_samplers)
    assert ran.attempted and not ran.failed
