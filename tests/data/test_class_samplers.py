"""Samplers by class: what they draw, how often, and that any batch can be made from its number."""

import numpy as np
import pytest
from scipy import stats

from reproduce.data import streams
from reproduce.data.class_samplers import ClassAwareStream, ClassStream, class_probabilities
from reproduce.data.pair_samplers import BalancedMixUp, ClassBatches, PairedBatch
from reproduce.data.samplers import Stream
from reproduce.errors import UserError

COUNTS = np.array([120, 40, 15, 5, 3])
LABELS = np.random.default_rng(7).permutation(np.repeat(np.arange(5), COUNTS))
SPEC = {"batch_size": 20, "data_seed": 1, "seed": 2, "phase": 0, "epochs": 4}


def flat(batch) -> list:
    """Return everything that a batch says, as one list."""
    if isinstance(batch, PairedBatch):
        return [*batch.instance.tolist(), *batch.balanced.tolist(), batch.weight]
    return batch.tolist()


@pytest.mark.parametrize("name", streams.NAMES)
def test_any_batch_can_be_made_from_its_number_alone(name):
    in_order = streams.build(name, LABELS, **SPEC)
    batches = [flat(in_order.batch(number)) for number in range(60)]
    for number in (59, 3, 17, 0, 40):
        assert flat(streams.build(name, LABELS, **SPEC).batch(number)) == batches[number]
        assert flat(in_order.batch(number)) == batches[number]


@pytest.mark.parametrize("name", streams.NAMES)
def test_seed_phase_and_epoch_change_what_is_shown(name):
    first = streams.build(name, LABELS, **SPEC)
    assert flat(first.batch(0)) != flat(first.batch(first.batches_per_epoch))
    for changed in ({"seed": 3}, {"phase": 1}):
        assert flat(streams.build(name, LABELS, **SPEC | changed).batch(0)) != flat(first.batch(0))


def test_the_probabilities_are_those_of_the_formulas():
    counts = np.array([900, 90, 10])
    assert class_probabilities("class_balanced", counts).tolist() == [1 / 3] * 3
    roots = np.sqrt([900, 90, 10])
    np.testing.assert_allclose(class_probabilities("square_root", counts), roots / roots.sum())
    np.testing.assert_allclose(
        class_probabilities("square_root", counts, power=1), [0.9, 0.09, 0.01]
    )
    np.testing.assert_allclose(class_probabilities("square_root", counts, power=0), 1 / 3)
    np.testing.assert_allclose(
        class_probabilities("effective_number", counts, beta=0), [0.9, 0.09, 0.01]
    )


def test_the_effective_number_gives_the_known_weights_of_cifar10_at_100():
    counts = np.array([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
    weights = class_probabilities("effective_number", counts) / counts
    known = [0.0506, 0.0769, 0.1211, 0.1950, 0.3188, 0.5246, 0.8683, 1.4426, 2.4092, 3.9927]
    np.testing.assert_allclose(weights / weights.sum() * 10, known, atol=5e-5)


def test_progressive_balance_starts_with_instances_and_ends_with_classes():
    def at(epoch):
        return class_probabilities("progressively_balanced", [90, 9, 1], epoch=epoch, epochs=5)

    np.testing.assert_allclose(at(0), [0.9, 0.09, 0.01])
    np.testing.assert_allclose(at(1), 0.75 * np.array([0.9, 0.09, 0.01]) + 0.25 / 3)
    np.testing.assert_allclose(at(4), [1 / 3] * 3)
    np.testing.assert_allclose(at(9), [1 / 3] * 3)


@pytest.mark.parametrize("name", ["class_balanced", "square_root", "effective_number"])
def test_classes_and_their_images_come_as_often_as_they_should(name):
    stream = ClassStream(LABELS, name, batch_size=len(LABELS), seed=0, phase=0)
    shown = np.concatenate([stream.batch(number) for number in range(400)])
    expected = class_probabilities(name, COUNTS)[LABELS] / COUNTS[LABELS] * len(shown)
    # Every image has its own expected number; chi-squared over all images at once.
    assert stats.chisquare(np.bincount(shown, minlength=len(LABELS)), expected).pvalue > 0.001


def test_a_progressive_stream_changes_from_epoch_to_epoch():
    labels = np.repeat([0, 1], [9000, 1000])
    stream = ClassStream(labels, "progressively_balanced", 10_000, seed=0, phase=0, epochs=3)
    shares = [float((labels[stream.order(epoch)] == 1).mean()) for epoch in range(3)]
    # Five standard errors of a share of half of 10,000 draws.
    np.testing.assert_allclose(shares, [0.1, 0.3, 0.5], atol=0.025)


@pytest.mark.parametrize("turn", [1, 4])
def test_classes_take_turns_and_so_do_their_images(turn):
    stream = ClassAwareStream(LABELS, 20, seed=5, phase=0, images_per_turn=turn)
    assert stream.batches_per_epoch == 5 * 120 // 20
    shown = np.concatenate([stream.batch(n) for n in range(3 * stream.batches_per_epoch)])
    turns = LABELS[shown].reshape(-1, turn)
    assert (turns == turns[:, :1]).all()
    rounds = turns[:, 0].reshape(-1, 5)
    assert (np.sort(rounds, axis=1) == np.arange(5)).all()
    assert len(np.unique(rounds, axis=0)) > 20
    for c, count in enumerate(COUNTS):
        members = np.flatnonzero(np.equal(LABELS, c))
        of_class = shown[LABELS[shown] == c]
        laps = of_class[: len(of_class) // count * count].reshape(-1, count)
        assert (np.sort(laps, axis=1) == members).all()
        assert len(np.unique(laps, axis=0)) > 1


def test_every_batch_has_p_classes_and_k_images_of_each():
    stream = ClassBatches(LABELS, 12, seed=0, phase=0, images_per_class=4)
    assert stream.repeated == (4,)
    for number in range(2 * stream.batches_per_epoch):
        batch = stream.batch(number)
        classes, counts = np.unique(LABELS[batch], return_counts=True)
        assert counts.tolist() == [4, 4, 4]
        for c in classes:
            # Three images cannot be four different ones, but all three are there.
            assert len(set(batch[LABELS[batch] == c])) == min(4, COUNTS[c])


def test_class_batches_show_classes_alike_and_images_of_a_class_alike():
    stream = ClassBatches(LABELS, 8, seed=0, phase=0, images_per_class=4)
    batches = 1000 * stream.batches_per_epoch
    shown = np.concatenate([stream.order(epoch) for epoch in range(1000)])
    of_class = np.bincount(LABELS[shown], minlength=5) / (4 * batches)
    # Two of five classes a batch: 0.4, with five standard errors of that many batches.
    np.testing.assert_allclose(of_class, 0.4, atol=5 * np.sqrt(0.24 / batches))
    for c, count in enumerate(COUNTS):
        times = np.bincount(shown, minlength=len(LABELS))[np.equal(LABELS, c)]
        # Laps make it more even than drawing would: chi-squared bounds it from above.
        assert stats.chisquare(times).pvalue > 0.001, f"class {c} of {count} images"


@pytest.mark.parametrize(
    ("batch_size", "images_per_class", "message"),
    [
        (12, 1, "images_per_class is 1, expected 2 or more"),
        (10, 4, "batch_size 10 is not 2 or more classes x 4 images"),
        (4, 4, "batch_size 4 is not 2 or more classes x 4 images"),
        (24, 4, "asks for 6 classes, the training set has 5; expected a batch_size of at most 20"),
    ],
)
def test_a_form_that_cannot_be_filled_is_refused(batch_size, images_per_class, message):
    with pytest.raises(UserError, match=message):
        ClassBatches(LABELS, batch_size, 0, 0, images_per_class=images_per_class)


def test_balanced_mixup_pairs_instances_with_a_balanced_batch():
    stream = BalancedMixUp(LABELS, 20, data_seed=1, seed=2, phase=0, alpha=0.3)
    alone = Stream(LABELS, "instance", 20, 1, 2, 0)
    assert stream.batches_per_epoch == alone.batches_per_epoch == 10
    pairs = [stream.batch(number) for number in range(2000)]
    assert all(np.array_equal(p.instance, alone.batch(n)) for n, p in enumerate(pairs[:25]))
    balanced = np.bincount(LABELS[np.concatenate([p.balanced for p in pairs])], minlength=5)
    assert stats.chisquare(balanced).pvalue > 0.001
    weights = np.array([p.weight for p in pairs])
    # Beta(alpha, 1) has the distribution function x^alpha.
    assert stats.kstest(weights**0.3, "uniform").pvalue > 0.001
    assert weights.mean() == pytest.approx(0.3 / 1.3, abs=5 * weights.std() / np.sqrt(2000))


def test_the_balanced_partner_is_not_the_class_balanced_stream_itself():
    pair = BalancedMixUp(LABELS, 20, data_seed=1, seed=2, phase=0).batch(0)
    alone = ClassStream(LABELS, "class_balanced", 20, seed=2, phase=0).batch(0)
    assert not np.array_equal(pair.balanced, alone)


def test_build_makes_the_same_stream_as_training_had_before():
    for name in ("instance", "oversampling", "undersampling"):
        built, known = streams.build(name, LABELS, **SPEC), Stream(LABELS, name, 20, 1, 2, 0)
        assert built.batch(31).tolist() == known.batch(31).tolist()


def test_parameters_reach_the_sampler():
    spec = {k: v for k, v in SPEC.items() if k != "epochs"}
    partial = streams.build("oversampling", LABELS, ratio=4.0, **spec)
    assert np.bincount(LABELS[partial.pool]).tolist() == [120, 40, 30, 30, 30]
    rooted = streams.build("square_root", LABELS, power=0.25, **spec)
    np.testing.assert_allclose(
        rooted.probabilities(0), class_probabilities("square_root", COUNTS, power=0.25)
    )
    weighted = streams.build("effective_number", LABELS, beta=0.9, **spec)
    np.testing.assert_allclose(
        weighted.probabilities(0), class_probabilities("effective_number", COUNTS, beta=0.9)
    )
    assert streams.build("balanced_mixup", LABELS, alpha=0.1, **spec).alpha == 0.1
    two = streams.build("class_batches", LABELS, images_per_class=10, **spec)
    assert two.classes_per_batch == 2


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("class_balancd", {}, "did you mean 'class_balanced'"),
        ("instance", {"ratio": 2}, r"no parameter 'ratio' \(it takes none\)"),
        ("square_root", {"beta": 0.5}, r"no parameter 'beta' \(it takes: power\)"),
        ("class_aware", {"turn": 1}, r"no parameter 'turn' \(it takes: images_per_turn\)"),
        ("square_root", {"power": 2}, "power is 2, expected 0"),
        ("effective_number", {"beta": 1.0}, "beta is 1.0, expected 0"),
        ("class_aware", {"images_per_turn": 0}, "images_per_turn is 0, expected 1 or more"),
        ("balanced_mixup", {"alpha": 0}, "alpha is 0, expected more than 0"),
        ("progressively_balanced", {"epochs": 1}, "epochs is 1, expected 2 or more"),
        ("class_balanced", {"batch_size": 0}, "batch_size is 0, expected 1 or more"),
        ("class_aware", {"batch_size": 0}, "batch_size is 0, expected 1 or more"),
    ],
)
def test_a_wrong_sampler_or_parameter_gets_one_line(name, parameters, message):
    with pytest.raises(UserError, match=message) as error:
        streams.build(name, LABELS, **SPEC | parameters)
    assert "\n" not in str(error.value)
