"""A trial that keeps its encoders has the digits of one that does not, interrupted or not."""

import pytest

from reproduce.training.loop import Interrupted
from reproduce.training.phases import Heads, Optimizer, Projection
from reproduce.trials import engine
from reproduce.trials.engine import Options, run
from reproduce.trials.executors import stacked
from reproduce.trials.store import Store
from tests.trials.executing import Surroundings, execute

ALONE = Options(workers=1)
# The first phase has 30 steps, the second 20.
FIRST, SECOND = 30, 20


@pytest.fixture
def planned(on_digits):
    """Return a function that plans a trial of contrastive pre-training and fine-tuning."""
    item = on_digits(iterations=SECOND)
    fine = item.trial.phases[0].but(reinitialise=("classifier",))
    first = fine.but(
        iterations=FIRST, objective="nt_xent", views=2, transforms="crop_flip", reinitialise=(),
        heads=Heads(projections={"p": Projection(size=8, hidden=16, batch_norm=True)}),
        optimizer=Optimizer(name="adam", learning_rate=0.001),
    )  # fmt: skip
    # Transforms ask for the divisor 255.
    trial = item.trial.but(phases=(first, fine), transforms={"size": 28, "divisor": 255})

    def plan(keep=("logits", "encoders")):
        return item.__class__(trial, item.labels, keep)

    return plan


@pytest.fixture
def whole(planned, store):
    """The result of a run that nobody interrupts."""
    run([planned()], store, ALONE, lambda event: None)
    return store.get(planned().trial.key)


def stopped_after(item, store, steps):
    events = []
    with pytest.raises(Interrupted):
        execute(
            item, store, Surroundings(lambda: len(events) >= steps, lambda *n: events.append(n))
        )


def assert_same(found, expected):
    assert found.metrics == expected.metrics and found.history == expected.history
    assert found.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        assert (found.arrays[name] == array).all(), name


def test_keeping_them_moves_no_digit(planned, whole, tmp_path):
    other = Store(tmp_path / "other")
    run([planned(("logits",))], other, ALONE, lambda event: None)
    plain = other.get(whole.key)
    assert plain.metrics == whole.metrics and plain.history == whole.history
    assert (plain.arrays["test/logits"] == whole.arrays["test/logits"]).all()
    # Where they are asked for later, the trial is trained again.
    assert whole.has(("encoders", "logits")) and not plain.has(("encoders",))
    assert engine.pending([planned()], other) == [planned()]
    assert not engine.pending([planned(("logits",))], other)


def test_what_is_kept(whole):
    sizes = {name: array.shape for name, array in whole.arrays.items()}
    train, test = sizes["train/encoder_labels"][0], sizes["test/encoder_labels"][0]
    assert (train, test) == (sum(whole.counts), sizes["test/logits"][0])
    for moment in ("before", "after"):
        width = sizes[f"{moment}/train"][1]
        assert sizes[f"{moment}/train"] == (train, width)
        assert sizes[f"{moment}/test"] == (test, width)
        assert sizes[f"{moment}/view1"] == sizes[f"{moment}/view2"]
        assert 128 <= sizes[f"{moment}/view1"][0] <= 512
    assert whole.arrays["test/encoder_labels"].dtype == "int16"
    assert (whole.arrays["test/encoder_labels"] == whole.arrays["test/labels"]).all()


# In the first phase, at its end, and in the last phase.
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(7, marks=pytest.mark.thorough),
        FIRST,
        pytest.param(FIRST + 1, marks=pytest.mark.thorough),
        FIRST + SECOND - 1,
    ],
)
def test_an_interrupted_run_goes_on_and_has_both_moments(planned, whole, tmp_path, steps):
    store = Store(tmp_path / "stopped")
    stopped_after(planned(), store, steps)
    assert list((store.path / "checkpoints").glob("*.encoders.npz"))
    run([planned()], store, ALONE, lambda event: None)
    assert_same(store.get(whole.key), whole)
    assert not list((store.path / "checkpoints").iterdir())


@pytest.mark.parametrize("damaged", [pytest.param(False, marks=pytest.mark.thorough), True])
def test_a_run_that_did_not_look_before_begins_anew(planned, whole, tmp_path, damaged):
    store = Store(tmp_path / "stopped")
    keep = ("logits", "encoders") if damaged else ("logits",)
    stopped_after(planned(keep), store, FIRST + 5)
    for file in (store.path / "checkpoints").glob("*.encoders.npz"):
        file.write_bytes(b"PK damaged")
    steps = []
    execute(planned(), store, Surroundings(progress=lambda *now: steps.append(now[0])))
    assert steps[0] == 1 and len(steps) == FIRST + SECOND
    assert_same(store.get(whole.key), whole)


@pytest.mark.thorough
@pytest.mark.parametrize("before", [("curve", "encoders"), ("curve",)])
def test_the_learning_curve_can_be_kept_with_them(planned, whole, tmp_path, before):
    store, item = Store(tmp_path / "both"), planned(("logits", "encoders", "curve"))
    stopped_after(planned(("logits", *before)), store, FIRST + 5)
    run([item], store, ALONE, lambda event: None)
    both = store.get(whole.key)
    assert both.has(("curve", "encoders")) and both.history == whole.history
    assert (both.arrays["before/train"] == whole.arrays["before/train"]).all()


def test_every_part_keeps_its_logits(planned, tmp_path, on_digits):
    """Evaluated on two parts, the encoder is looked at on the first of them."""
    item, store = planned(), Store(tmp_path / "parts")
    trial = item.trial.but(evaluate_on=("test", "train"))
    run([item.__class__(trial, item.labels, item.keep)], store, ALONE, lambda event: None)
    found = store.get(trial.key)
    assert {"test/logits", "test/labels", "train/logits", "train/labels"} <= found.arrays.keys()
    assert len(found.arrays["before/test"]) == len(found.arrays["test/labels"])
    assert {"test/accuracy", "train/accuracy"} <= found.metrics.keys()


def test_such_trials_train_one_by_one(on_digits):
    items = [on_digits(seed=seed, keep=("logits",)) for seed in (0, 1)]
    assert len(stacked.grouped(items, 4)) == 1
    watched = [on_digits(seed=seed, keep=("logits", "encoders")) for seed in (0, 1)]
    assert stacked.grouped(watched, 4) == []
