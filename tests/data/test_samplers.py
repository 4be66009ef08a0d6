"""What one epoch shows, in which order, and how batches are cut from it."""

import numpy as np
import pytest

from reproduce.data.samplers import SAMPLERS, Stream, oversampling, undersampling
from reproduce.errors import UserError

COUNTS = (40, 7, 1, 23)


@pytest.fixture
def labels():
    """71 images of four classes, mixed."""
    return np.random.default_rng(0).permutation(np.repeat(np.arange(4), COUNTS))


@pytest.fixture
def make_stream(labels):
    """Return a function that makes a stream over the images."""

    def make(name="instance", batch_size=16, data_seed=0, seed=0, phase=0):
        return Stream(labels, name, batch_size, data_seed, seed, phase)

    return make


def first_epoch(stream):
    """Return the pool as the stream shows it first: batches cut to the length of an epoch."""
    batches = [stream.batch(number) for number in range(stream.batches_per_epoch)]
    return np.concatenate(batches)[: len(stream.pool)]


def test_the_instance_sampler_shows_every_image_once(labels):
    assert SAMPLERS["instance"](labels, 0).tolist() == list(range(71))


def test_oversampling_keeps_every_image_and_balances(labels):
    pool = oversampling(labels, 0)
    assert np.bincount(labels[pool]).tolist() == [40] * 4
    assert set(pool.tolist()) == set(range(71))


def test_oversampling_replicates_at_random_and_leaves_the_largest_class_alone(labels):
    pool = oversampling(labels, 0)
    times = np.bincount(pool, minlength=71)
    assert (times[labels == 0] == 1).all() and times[labels == 2].tolist() == [40]
    # 33 extra draws among 7 images: not the same number for each, as tiling would give.
    assert times[labels == 1].sum() == 40 and np.ptp(times[labels == 1]) > 1


def test_undersampling_balances_without_showing_an_image_twice(labels):
    pool = undersampling(labels, 0)
    assert np.bincount(labels[pool]).tolist() == [1] * 4
    larger = undersampling(labels[labels != 2], 0)
    assert np.bincount(labels[labels != 2][larger]).tolist() == [7, 7, 0, 7]
    assert len(set(larger.tolist())) == len(larger)


def test_undersampling_removes_at_random(labels):
    two = np.repeat([0, 1], [1000, 100])
    kept = undersampling(two, 0)
    assert 350 < kept[two[kept] == 0].mean() < 650  # of 0 to 999


@pytest.mark.parametrize("name", ["oversampling", "undersampling"])
def test_what_is_drawn_depends_on_the_data_seed_alone(make_stream, name):
    pools = [
        make_stream(name, data_seed=data_seed, seed=seed, phase=phase).pool.tolist()
        for data_seed, seed, phase in ((0, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 0))
    ]
    assert pools[0] == pools[1] == pools[2]
    assert sorted(pools[0]) != sorted(pools[3])


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_order_depends_on_the_seed_and_on_the_phase(make_stream, name):
    orders = [
        first_epoch(make_stream(name, batch_size=2, seed=seed, phase=phase)).tolist()
        for seed, phase in ((0, 0), (0, 0), (1, 0), (0, 1))
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2] and orders[0] != orders[3] and orders[2] != orders[3]


def test_methods_that_share_a_sampler_and_a_seed_see_the_same_batches(labels):
    """The instance order belongs to the run, so data drawn otherwise does not change it."""
    first = Stream(labels, "instance", 16, 0, 5, 0)
    second = Stream(labels, "instance", 16, 1, 5, 0)
    assert (first.batch(3) == second.batch(3)).all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_epoch_is_a_permutation_of_the_pool(make_stream, name):
    stream = make_stream(name, batch_size=5)
    size = len(stream.pool)
    shown = np.concatenate([stream.batch(number) for number in range(size)])
    for epoch in shown.reshape(5, size):  # as many batches as images are five whole epochs
        assert sorted(epoch.tolist()) == sorted(stream.pool.tolist())


def test_no_two_epochs_have_the_same_order(make_stream):
    stream = make_stream(batch_size=71)
    assert len({tuple(stream.batch(epoch).tolist()) for epoch in range(6)}) == 6


@pytest.mark.parametrize("batch_size", [1, 7, 64, 71, 72, 200])
def test_batches_are_always_full_also_from_a_set_smaller_than_a_batch(make_stream, batch_size):
    stream = make_stream(batch_size=batch_size)
    assert all(len(stream.batch(number)) == batch_size for number in range(12))
    tiny = make_stream("undersampling", batch_size=batch_size)
    assert len(tiny.pool) == 4 and all(len(tiny.batch(n)) == batch_size for n in range(12))


@pytest.mark.parametrize("batch_size", [1, 7, 64, 71, 200])
def test_any_batch_can_be_made_from_its_number_alone(make_stream, batch_size):
    sequential = make_stream(batch_size=batch_size)
    batches = [sequential.batch(number).tolist() for number in range(30)]
    jumping = make_stream(batch_size=batch_size)
    for number in np.random.default_rng(0).permutation(30):
        assert jumping.batch(int(number)).tolist() == batches[number]
        assert make_stream(batch_size=batch_size).batch(int(number)).tolist() == batches[number]


def test_batches_run_on_across_the_end_of_an_epoch(make_stream):
    by_seven, by_one = make_stream(batch_size=7), make_stream(batch_size=1)
    sequence = [int(by_one.batch(number)[0]) for number in range(210)]
    assert np.concatenate([by_seven.batch(n) for n in range(30)]).tolist() == sequence


@pytest.mark.parametrize(("batch_size", "batches"), [(1, 71), (7, 11), (70, 2), (71, 1), (99, 1)])
def test_an_epoch_is_as_many_batches_as_show_every_image(make_stream, batch_size, batches):
    assert make_stream(batch_size=batch_size).batches_per_epoch == batches


def test_an_unknown_sampler_lists_the_known_ones(make_stream):
    with pytest.raises(UserError, match=r"unknown sampler 'smote' \(known: instance, oversampling"):
        make_stream("smote")


def test_an_empty_batch_is_refused(make_stream):
    with pytest.raises(UserError, match="batch_size is 0, expected 1 or more"):
        make_stream(batch_size=0)
