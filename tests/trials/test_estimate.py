"""How long trials will take, said before they start."""

from dataclasses import replace

import pytest

from reproduce.commands.training import seconds_of
from reproduce.errors import UserError
from reproduce.training.phases import Optimizer, Phase
from reproduce.trials import estimate
from reproduce.trials.trial import Planned

SGD = Optimizer(name="sgd", learning_rate=0.1)
CROPS = {"transforms": "crop_flip"}


def test_images_shown_are_counted_over_all_phases(describe):
    """Steps times batch; epochs times the images that are trained on."""
    steps = Phase(batch_size=16, iterations=100, optimizer=SGD)
    epochs = Phase(batch_size=16, epochs=3, optimizer=SGD)
    assert estimate.images_shown(describe(phases=(steps,))) == 1600
    assert estimate.images_shown(describe(phases=(steps, steps))) == 3200
    assert estimate.images_shown(describe(phases=(steps, epochs)), 50) == 1600 + 3 * 50
    assert estimate.images_shown(describe(phases=())) == 0


@pytest.mark.parametrize("length", [{"iterations": 100}, {"epochs": 4}])
def test_every_view_of_an_image_passes_through_the_network(describe, length):
    """Pre-training on two views takes twice as long as on one."""
    one, two = (
        estimate.images_shown(
            describe(phases=(Phase(batch_size=16, views=n, optimizer=SGD, **CROPS, **length),)), 50
        )
        for n in (1, 2)
    )
    assert two == 2 * one == 2 * (1600 if "iterations" in length else 200)


def test_epochs_are_counted_over_the_part_that_is_trained_on(store, describe, record, leave):
    """Not over test images, nor over a test set that is larger; where nothing is divided, all."""
    leave(store, describe(iterations=100), seconds=2)  # 800 images a second
    phases = (Phase(batch_size=16, epochs=400, optimizer=SGD),)
    trial = describe(seed=1, dataset="tiny", phases=phases, imbalance={"kind": "none"})

    def needed(**counts):
        known = replace(record, counts=counts)
        return estimate.seconds([Planned(trial)], store, 1, [known]) - estimate.SECONDS_TO_START

    assert needed(train=(15, 5), test=(4, 1)) == pytest.approx(400 * 20 / 800)
    assert needed(train=(15, 5), test=(4, 1), balanced=(50, 50)) == pytest.approx(10)
    assert needed(all=(20, 20)) == pytest.approx(20)
    assert estimate.seconds([Planned(trial)], store, 1) == estimate.SECONDS_TO_START


def test_epochs_are_counted_over_the_images_that_an_imbalance_leaves(
    store, describe, record, leave
):
    """Of each trial's own data set, not of the study's main one; two classes of 60 and 12."""
    leave(store, describe(iterations=100), seconds=2)  # 800 images a second
    epochs = (Phase(batch_size=16, epochs=100, optimizer=SGD),)
    large = replace(record, name="large", class_names=("a", "b"), counts={"train": (1000, 1000)})
    step = {"kind": "step", "rho": 5.0, "mu": 0.5, "n_max": 60}
    share = {"kind": "binary_share", "share": 0.1, "rare": 0, "total": 40}

    def needed(imbalance, records):
        trial = describe(dataset="large", phases=epochs, imbalance=imbalance)
        found = estimate.seconds([Planned(trial)], store, 1, records)
        return 800 * (found - estimate.SECONDS_TO_START) / 100

    assert needed(step, [record, large]) == pytest.approx(72)
    assert needed({"kind": "none"}, [record, large]) == pytest.approx(2000)
    assert needed(share, [record, large]) == pytest.approx(40)
    assert needed({**share, "total": None}, [large]) == pytest.approx(2000)
    assert needed(step, [record]) == 0, "of a data set that nothing is known of"


def test_the_speed_of_trials_in_epochs_is_of_the_images_they_trained_on(store, describe, leave):
    """Two views of 72 training images, 100 times, in 9 seconds: 1,600 images a second."""
    two_views = Phase(batch_size=16, epochs=100, views=2, optimizer=SGD, **CROPS)
    leave(store, describe(phases=(two_views,)), seconds=9)
    assert estimate.speed(store, "lenet5", 28) == 1600


def test_the_speed_is_the_median_of_what_was_measured_here(store, describe, leave):
    """Of trials that took long enough to measure, with the same network."""
    for seed, (seconds, iterations) in enumerate([(2, 100), (4, 100), (10, 1000), (0.5, 9000)]):
        leave(store, describe(seed=seed, iterations=iterations), seconds=seconds)
    leave(store, describe(seed=9, backbone="resnet10", iterations=100), seconds=100)
    # 800, 400 and 1600 images a second; what took half a second does not count.
    assert estimate.speed(store, "lenet5", 28) == 800
    assert estimate.speed(store, "resnet10", 28) == 16


def test_an_image_of_twice_the_side_takes_four_times_as_long(store, describe, leave):
    """Measured here or in the table."""
    assert estimate.speed(store, "resnet50", 256) == estimate.speed(store, "resnet50", 128) / 4
    leave(store, describe(backbone="resnet50", iterations=100), seconds=2)  # 28 pixels a side
    assert estimate.speed(store, "resnet50", 28) == 800
    assert estimate.speed(store, "resnet50", 14) == 3200


def test_where_nothing_was_measured_a_table_answers(store):
    """Also for a network nobody has timed."""
    assert estimate.speed(store, "lenet5", 28) == estimate.IMAGES_A_SECOND["lenet5"][0]
    assert estimate.speed(store, "unheard of", 28) > 0


def test_seconds_are_the_work_over_the_workers_and_the_start(store, describe, leave):
    """At 800 images a second 16,000 images take 20 seconds, or 10 with two workers."""
    leave(store, describe(iterations=100), seconds=2)
    waiting = [Planned(describe(seed=seed, iterations=250)) for seed in range(1, 5)]
    start = estimate.SECONDS_TO_START
    assert estimate.seconds(waiting, store, workers=1) == pytest.approx(start + 20)
    assert estimate.seconds(waiting, store, workers=2) == pytest.approx(start + 10)
    # No more workers than trials can work.
    assert estimate.seconds(waiting[:1], store, workers=8) == pytest.approx(start + 5)
    assert estimate.seconds([], store, workers=2) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.01, "1 s"),
        (1.6, "2 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (600, "10 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (36_000, "10.0 h"),
        (172_800, "2 days"),
        (864_000, "10 days"),
    ],
)
def test_a_duration_in_words(seconds, words):
    """As a person would say it."""
    assert estimate.in_words(seconds) == words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, None), ("90", 90), ("90s", 90), ("1.5 m", 90), ("9m", 540), ("2h", 7200)],
)
def test_a_time_limit_as_a_person_writes_it(text, seconds):
    """Seconds, minutes or hours."""
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-5s", "2d", "m", "nan", "1e3", "1h30m"])
def test_a_time_limit_that_is_none_is_refused(text):
    """With an example of what is."""
    with pytest.raises(UserError, match=r"--time-limit is .*, expected a duration such as 90s"):
        seconds_of(text)
