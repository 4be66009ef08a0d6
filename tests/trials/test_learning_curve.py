"""A trial that is watched while it learns has the digits of one that is not."""

import numpy as np
import pytest

from reproduce.data.preparation import Images
from reproduce.evaluation.families import curve
from reproduce.training import learning_curve
from reproduce.training.loop import Interrupted
from reproduce.trials import engine
from reproduce.trials.engine import Options, run
from reproduce.trials.store import Store
from tests.trials.executing import Surroundings, execute

ALONE = Options(workers=1)


@pytest.fixture
def watched(on_digits, store):
    """A trial of two phases with its learning curve, trained."""
    item = on_digits(iterations=40, keep=("logits", "curve"))
    phase = item.trial.phases[0]
    item = item.__class__(
        item.trial.but(phases=(phase, phase.but(train="classifier"))), item.labels, item.keep
    )
    run([item], store, ALONE, lambda event: None)
    return item, store.get(item.trial.key)


def test_watching_moves_no_digit(watched, tmp_path):
    item, result = watched
    plain, other = item.__class__(item.trial, item.labels, ("logits",)), Store(tmp_path / "other")
    run([plain], other, ALONE, lambda event: None)
    same = other.get(item.trial.key)
    assert same.metrics == result.metrics and same.history == result.history
    assert (same.arrays["test/logits"] == result.arrays["test/logits"]).all()
    assert not same.has(("curve",)) and result.has(("curve", "logits"))
    assert engine.pending([item], other) == [item]


def test_the_curve_ends_where_the_result_is(watched):
    _, result = watched
    curve = {name.partition("/")[2]: a for name, a in result.arrays.items() if "curve/" in name}
    assert curve["iteration"].tolist() == [*range(2, 41, 2)] * 2
    assert curve["phase"].tolist() == [0] * 20 + [1] * 20
    final = result.arrays["test/logits"].argmax(axis=1)
    assert (curve["test_predictions"][-1] == final).all()
    assert curve["test_auc"][-1] == pytest.approx(result.metrics["test/auc"], abs=1e-12)
    right = (curve["test_predictions"] == curve["test_labels"]).mean(axis=1)
    assert right[-1] > right[0] + 0.2
    assert curve["train_predictions"].shape == (40, len(curve["train_labels"]))


def test_two_looks_give_the_gap_of_twenty(on_digits, tmp_path):
    """Half-way and at the end are all that it needs, and a whole curve has them."""
    found = {}
    for keep in (("logits", "curve"), ("logits", "curve", "half_way")):
        item, store = on_digits(iterations=40, keep=keep), Store(tmp_path / "-".join(keep))
        run([item], store, ALONE, lambda event: None)
        found[len(keep)] = store.get(item.trial.key)
    whole, few = found[2], found[3]
    assert few.arrays["curve/iteration"].tolist() == [20, 40]
    assert curve.values(few.arrays) == curve.values(whole.arrays)
    assert whole.has(("curve", "half_way")) and few.has(("half_way",))
    assert few.metrics == whole.metrics


def test_training_images_are_looked_at_evenly_and_always_the_same():
    labels = np.repeat([0, 1, 2], [500, 40, 200])
    pixels = np.arange(740 * 4, dtype=np.uint8).reshape(740, 2, 2)
    rows = np.arange(740)[::-1].copy()
    images = Images(pixels, labels, rows=rows)
    seen = learning_curve.watched(images)
    assert np.bincount(seen.labels).tolist() == [200, 40, 200]
    assert (seen.rows == learning_curve.watched(images).rows).all()
    assert (labels[::-1][seen.rows] == seen.labels).all()


@pytest.mark.thorough
def test_an_interrupted_run_goes_on_and_keeps_its_points(watched, on_digits, tmp_path):
    """Told to stop in the middle, then run again: the curve of one that was never stopped."""
    item, whole = watched
    store, events = Store(tmp_path / "stopped"), []
    with pytest.raises(Interrupted):
        execute(
            item, store, Surroundings(lambda: len(events) > 30, lambda *now: events.append(now))
        )
    run([item], store, ALONE, lambda event: None)
    again = store.get(item.trial.key)
    assert again.metrics == whole.metrics and again.history == whole.history
    for name, array in whole.arrays.items():
        assert (again.arrays[name] == array).all(), name
    assert not list((store.path / "checkpoints").glob("*curve*"))
