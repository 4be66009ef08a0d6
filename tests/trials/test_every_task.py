"""Trials of every task: planned, trained, killed, resumed, measured, listed, packed and merged.

On the generated sets with fewer images of each; all else is as it is for everyone.
"""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data import catalog, generating
from reproduce.data.generated.identities import IDENTITIES, SET, TRAINED
from reproduce.data.generated.nodules import SET as NODULES
from reproduce.errors import UserError
from reproduce.tasks import task_of
from reproduce.training.phases import Heads, Optimizer, Phase, Projection
from reproduce.trials import edition as editions
from reproduce.trials import engine, pack, plan
from reproduce.trials.engine import Options
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned, Trial
from tests.trials.killing import killed_at

ALONE = Options(workers=1, checkpoint_seconds=0)
ITERATIONS, TASKS = 24, ("classification", "segmentation", "verification")
KNOWN, UNSEEN = 30, 12
ADAM = Optimizer(name="adam", learning_rate=0.01)
DESCRIBED = {
    "classification": {
        "dataset": "digits", "backbone": "lenet5", "transforms": {"size": 28, "divisor": 256},
        "split": {"kind": "stratified", "test_share": 0.2, "seed": 0},
    },
    "segmentation": {
        "dataset": "nodules?difficulty=easy&size=32", "backbone": "hrnet_small_ocr",
        "transforms": {"size": 32, "divisor": 255},
    },
    "verification": {
        "dataset": "identities?difficulty=easy&size=28", "backbone": "small_cnn",
        "transforms": {"size": 28, "divisor": 255},
    },
}  # fmt: skip
PHASES = {
    "classification": {"batch_size": 16},
    "segmentation": {"batch_size": 8, "transforms": "flip"},
    "verification": {
        "batch_size": 32, "objective": "sup_con", "sampler": "class_aware",
        "heads": Heads(projections={"head": Projection(size=16)}),
    },
}  # fmt: skip
KEEP = {"classification": "logits", "segmentation": "masks", "verification": "embeddings"}
SAID = {
    "classification": "accuracy", "segmentation": "mean IoU", "verification": "equal error rate",
}  # fmt: skip
# What an edition carries of a trial whose scores are drawn.
CARRIED = {
    "classification": {"test/logits", "test/labels"},
    "segmentation": {"test/pixels", "test/labels", "test/shown_rows", "test/shown_masks"},
    "verification": {
        "test/embeddings", "test/embedding_rows", "test/labels", "test/domains",
    },
}  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def few_images():
    """Let the generated sets have few images of each class or identity."""
    trained = (4,) * KNOWN + (0,) * (IDENTITIES - KNOWN)
    unseen = (0,) * TRAINED + (4,) * UNSEEN + (0,) * (IDENTITIES - TRAINED - UNSEEN)
    fewer = {"train": trained, "test": unseen, "seen": trained}
    with pytest.MonkeyPatch.context() as patch:
        for name, counts in fewer.items():
            patch.setitem(SET.counts, name, counts)
        for name, counts in {"train": (8, 40, 32), "test": (4, 16, 12)}.items():
            patch.setitem(NODULES.counts, name, counts)
        generating._generated.cache_clear()
        yield
    generating._generated.cache_clear()


def planned(name, keep=None, iterations=ITERATIONS, **changed):
    """Return a trial of the task of this name, with its labels."""
    described = {"split": {"kind": "official"}, **DESCRIBED[name], **changed}
    phase = Phase(iterations=iterations, optimizer=ADAM, **PHASES[name])
    trial = Trial(**{
        "fingerprint": catalog.load(described["dataset"]).fingerprint, "phases": (phase,),
        "data_seed": 0, "seed": 0, "imbalance": {"kind": "none"}, "evaluate_on": ("test",),
        "task": name, "recipe": RECIPE, **described,
    })  # fmt: skip
    return Planned(trial, ({"method": name, "paper": "toy"},), (keep or KEEP[name],))


@pytest.fixture(scope="module")
def finished(few_images, tmp_path_factory):
    """Return a function that gives the folder of a store where a task's trial was trained."""
    folders = {}

    def of(task):
        if task not in folders:
            folders[task] = tmp_path_factory.mktemp(task) / "store"
            store = Store(folders[task])
            store.put_record(catalog.load(DESCRIBED[task]["dataset"]).record())
            with pytest.MonkeyPatch.context() as surroundings:
                surroundings.setenv("REPRODUCE_DEVICE", "cpu")
                engine.run([planned(task)], store, ALONE, lambda event: None)
        return folders[task]

    return of


@pytest.fixture(params=TASKS)
def task(request):
    return request.param


@pytest.mark.parametrize(
    "task", [TASKS[0], *(pytest.param(one, marks=pytest.mark.thorough) for one in TASKS[1:])]
)
def test_a_plan_that_is_killed_and_resumed_leaves_the_same_bits(task, finished, tmp_path):
    """Planned into a file, killed without warning two thirds on, resumed from its checkpoint."""
    expected = Store(finished(task)).get(planned(task).trial.key)
    plan.Plan([planned(task)], []).write(tmp_path / "plan.json")
    [item] = plan.read(tmp_path / "plan.json").planned
    killed_at(item, tmp_path / "store", 16, ALONE)
    store = Store(tmp_path / "store")
    assert store.get(item.trial.key) is None and store.checkpoint_path(item.trial.key).exists()
    steps = []
    summary = engine.run([item], store, ALONE, lambda event: steps.append(event.done))
    assert (summary.done, summary.failures) == (1, {})
    assert min(filter(None, steps)) > 10, "it did not begin anew"
    result = store.get(item.trial.key)
    for name in ("metrics", "confusion", "counts", "history", "array_names"):
        assert getattr(result, name) == getattr(expected, name)
    assert result.array_file.name == expected.array_file.name
    assert not store.checkpoint_path(item.trial.key).exists()


def test_measures_are_those_of_what_is_stored(task, finished):
    """From the arrays alone: the summary, the table, and resamples around them."""
    result = Store(finished(task)).get(planned(task).trial.key)
    of = task_of(result.trial)
    scores, truth = of.scores(result)
    assert of.summary(scores, truth, len(result.counts)) == of.measured(result)
    table = of.table(scores, truth, len(result.counts))
    assert table is None or (table == of.confusion(result)).all()
    assert result.has((KEEP[task],))
    drawn = of.resampled(scores, truth, of.headline, 60)
    assert drawn.shape == (60,) and drawn.std() > 0
    assert abs(drawn.mean() - of.value(result)) < 4 * drawn.std()


@pytest.mark.parametrize(
    ("task", "part", "steps"),
    [
        pytest.param("segmentation", "test", 200, marks=pytest.mark.thorough),
        pytest.param("verification", "train", 150, marks=pytest.mark.thorough),
    ],
)
def test_it_learns_something(task, part, steps, tmp_path):
    """More than after one step. Thirty people are too few to tell others apart by: those are."""
    reached = []
    for iterations in (1, steps):
        item = planned(task, iterations=iterations, evaluate_on=tuple({"test": 0, part: 0}))
        store = Store(tmp_path / "store")
        engine.run([item], store, ALONE, lambda event: None)
        of = task_of(item.trial)
        reached.append(of.measured(store.get(item.trial.key), part)[of.headline])
    gained = reached[1] - reached[0]
    assert (gained < -0.05) if task == "verification" else (gained > 0.05)


def test_ls_show_and_progress_say_the_measure_of_the_task(task, finished, tmp_path, reproduce):
    result = Store(finished(task)).get(planned(task).trial.key)
    value = f"{SAID[task]} {100 * task_of(result.trial).value(result):.2f} %"
    status, listed, _ = reproduce(f"store ls --store {finished(task)}")
    assert status == 0 and value in " ".join(listed.split())
    _, shown, _ = reproduce(f"store show {result.key} --store {finished(task)}")
    assert f'"headline": "{value}"' in shown
    plan.Plan([planned(task)], []).write(tmp_path / "plan.json")
    status, printed, _ = reproduce(
        f"train {tmp_path / 'plan.json'} --store {tmp_path / 'again'} --workers 1"
    )
    assert status == 0 and f": {task_of(result.trial).said(result)} (" in printed


def test_an_edition_carries_what_is_drawn_and_gives_it_back(task, finished, tmp_path):
    source, edition = Store(finished(task)), editions.Edition(tmp_path / "book")
    [result] = source.results()
    editions.write(
        edition, "toy", [result], [], source.records(), {"keys": [result.key]}, {result.key}
    )
    away = Store(tmp_path / "away")
    assert editions.merge(away, edition, "toy").new == 1
    [taken] = away.results()
    assert set(taken.arrays) == CARRIED[task] <= set(result.arrays)
    of = task_of(taken.trial)
    assert of.measured(taken) == of.measured(result)
    ours, theirs = (of.resampled(*of.scores(r), of.headline, 5) for r in (taken, result))
    assert (ours == theirs).all()


def test_a_packed_store_is_merged_whole(task, finished, tmp_path):
    source = Store(finished(task))
    [part] = pack.pack(source, tmp_path / "part.zip", ("results",), 64)
    away = Store(tmp_path / "away")
    assert pack.merge(away, part).new == 1
    [taken], [result] = away.results(), source.results()
    assert taken.metrics == result.metrics and taken.array_file.name == result.array_file.name


def test_only_classification_is_put_into_stacks():
    from reproduce.trials.executors import stacked

    for task in TASKS:
        items = [planned(task), replace(planned(task), trial=planned(task).trial.but(seed=1))]
        together = stacked._kind(items[0].trial)
        assert (together is not None) == (task == "classification")


# -- what each of them is -------------------------------------------------------------------------


def test_segmentation_keeps_masks_and_counts_of_pixels(finished):
    result = Store(finished("segmentation")).get(planned("segmentation").trial.key)
    data = catalog.load(DESCRIBED["segmentation"]["dataset"])
    masks, pixels = result.arrays["test/masks"], result.arrays["test/pixels"]
    assert masks.dtype == np.uint8 and masks.shape == data.masks["test"].shape
    assert pixels.shape == (32, 3, 3) and pixels.sum() == masks.size
    right = (masks == data.masks["test"]).mean()
    assert result.metrics["test/pixel_accuracy"] == pytest.approx(right, abs=1e-12)
    assert result.counts == np.bincount(data.masks["train"].ravel()).tolist()
    assert (result.arrays["test/labels"] == data.labels["test"]).all()
    assert 0 < result.history[-1]["training_accuracy"] <= 1


def test_verification_keeps_embeddings_of_people_training_never_saw(finished):
    result = Store(finished("verification")).get(planned("verification").trial.key)
    data = catalog.load(DESCRIBED["verification"]["dataset"])
    labels = result.arrays["test/labels"]
    assert set(labels.tolist()) == set(range(TRAINED, TRAINED + UNSEEN))
    assert not set(labels.tolist()) & set(data.labels["train"].tolist())
    assert result.counts == [4] * KNOWN, "a class for each identity that trains, and no other"
    assert result.arrays["test/embeddings"].dtype == np.float32
    assert len(result.arrays["test/embeddings"]) == 4 * UNSEEN
    assert result.confusion == {}


def refusal(item, tmp_path):
    """Return why a trial has no result."""
    summary = engine.run([item], Store(tmp_path / "refused"), ALONE, lambda event: None)
    [message] = summary.failures.values()
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("wrong", "changed", "message"),
    [
        ("segmentation", {"backbone": "small_cnn"}, "small_cnn is a network for classification"),
        ("classification", {"backbone": "hrnet_small_ocr", "transforms": {"size": 32,
         "divisor": 255}}, "hrnet_small_ocr is a network for segmentation"),
        ("segmentation", {"dataset": "digits", "split": DESCRIBED["classification"]["split"]},
         "has no masks"),
        ("verification", {"keep": "logits"}, "keeps embeddings, gradients; received 'logits'"),
        ("verification", {"evaluate_on": ("test", "train"), "split": {"kind": "random",
         "test_share": 0.5, "seed": 0}}, "are trained on as well"),
        ("segmentation", {"task": "detection"}, "unknown task 'detection'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_task_is_one_line(wrong, changed, message, tmp_path):
    assert message in refusal(planned(wrong, **changed), tmp_path)


def test_people_who_trained_can_be_a_control(tmp_path):
    """In the part that says so by its name, beside those who did not."""
    item = planned("verification", evaluate_on=("test", "seen"), iterations=2)
    store = Store(tmp_path / "both")
    assert engine.run([item], store, ALONE, lambda event: None).done == 1
    metrics = store.get(item.trial.key).metrics
    assert {"test/eer", "seen/eer"} <= metrics.keys()


def test_a_task_nobody_knows_is_one_line():
    with pytest.raises(UserError, match="classification, segmentation, verification"):
        task_of(planned("segmentation", task="detection").trial)
