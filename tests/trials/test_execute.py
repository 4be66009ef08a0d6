"""One trial, from its description to what it leaves."""

import platform
import resource
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from reproduce import models
from reproduce.data import catalog, preparation, resizing
from reproduce.errors import UserError
from reproduce.tasks import classification
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE
from tests.trials.executing import Surroundings, execute


def test_a_trial_gives_the_same_digits_again(trained, store):
    """Trained anew in another store: metrics, history and the bytes of its arrays are the same."""
    folder, planned = trained
    before = Store(folder).get(planned[1].trial.key)
    again = execute(planned[1], store, Surroundings())
    assert again.metrics == before.metrics
    assert again.history == before.history
    assert again.confusion == before.confusion
    assert again.array_file.name == before.array_file.name
    assert store.get(again.key).metrics == again.metrics
    assert store.get(again.key).labels == planned[1].labels


def test_metrics_are_those_of_the_stored_scores(trained):
    """Accuracy, recall and the table of confusions, counted one image at a time."""
    result = Store(trained[0]).get(trained[1][0].trial.key)
    logits, labels = result.arrays["test/logits"], result.arrays["test/labels"]
    table = [[0] * 10 for _ in range(10)]
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        table[label][row.index(max(row))] += 1
    recalls = [table[c][c] / sum(table[c]) for c in range(10)]
    assert result.confusion == {"test": table}
    correct = sum(table[c][c] for c in range(10))
    assert result.metrics["test/accuracy"] == correct / len(labels)
    assert result.metrics["test/balanced_accuracy"] == pytest.approx(sum(recalls) / 10, abs=1e-12)
    assert 0.2 < result.metrics["test/accuracy"] < 1


def test_the_counts_are_those_of_the_imbalance(trained):
    """Five classes of 60 images and five of 12, in the order of the classes."""
    result = Store(trained[0]).get(trained[1][0].trial.key)
    assert sorted(result.counts) == [12] * 5 + [60] * 5
    assert result.counts != Store(trained[0]).get(trained[1][2].trial.key).counts


def test_the_history_has_a_row_a_block(trained):
    """Twelve steps are recorded one by one: phase, loss, rate, and how far it came."""
    result = Store(trained[0]).get(trained[1][0].trial.key)
    assert [row["iteration"] for row in result.history] == list(range(1, 13))
    assert {row["phase"] for row in result.history} == {0}
    assert {row["learning_rate"] for row in result.history} == {0.01}
    assert all(0 < row["loss"] < 10 for row in result.history)


def test_the_wanted_arrays_are_kept_and_no_others(on_digits, store):
    """Scores, embeddings of the same images for every trial, or nothing at all."""
    none = execute(on_digits(keep=(), iterations=1), store, Surroundings())
    assert none.array_file is None and none.array_names == ()
    both = execute(on_digits(keep=("logits", "embeddings"), iterations=1), store, Surroundings())
    other = execute(on_digits(keep=("embeddings",), iterations=1, seed=1), store, Surroundings())
    assert set(both.arrays) == set(both.array_names)
    assert set(other.array_names) == {"test/labels", "test/embeddings", "test/embedding_rows"}
    rows = both.arrays["test/embedding_rows"]
    assert (rows == other.arrays["test/embedding_rows"]).all()
    assert (np.diff(rows) > 0).all()
    assert both.arrays["test/embeddings"].shape == (len(rows), 500)
    assert both.arrays["test/embeddings"].dtype == np.float32
    assert both.arrays["test/logits"].shape == (len(both.arrays["test/labels"]), 10)


def test_only_so_many_embeddings_are_kept(on_digits, store, monkeypatch):
    """Chosen at random, not the first ones, and each row belongs to the image it names."""
    planned = on_digits(keep=("logits", "embeddings"), iterations=1)
    whole = execute(planned, store, Surroundings()).arrays
    monkeypatch.setattr(classification, "EMBEDDINGS_KEPT", 7)
    part = execute(planned, store, Surroundings()).arrays
    rows = part["test/embedding_rows"]
    assert len(rows) == 7 and rows.tolist() != list(range(7))
    assert (part["test/embeddings"] == whole["test/embeddings"][rows]).all()
    assert (part["test/logits"] == whole["test/logits"]).all()


def test_kept_weights_make_the_kept_scores(trained):
    """The stored network, loaded into a fresh one, says again what it said."""
    planned = trained[1][0]
    result = Store(trained[0]).get(planned.trial.key)
    network = models.build("lenet5", channels=1, size=28, classes=10)
    network.load_state_dict(load_file(result.weights_file))
    dataset = catalog.load("digits")
    source, indices = preparation.splits.split(dataset, **planned.trial.split)["test"]
    images = resizing.resize(dataset.images[source][indices], 28)
    with torch.no_grad():
        logits = network(torch.from_numpy(images).float()[:, None] / 256).numpy()
    assert np.allclose(logits, result.arrays["test/logits"], atol=1e-5)
    assert result.weights_file.parent.name == "weights"


def test_weights_are_kept_only_when_asked(on_digits, store):
    """They are larger than everything else."""
    assert execute(on_digits(iterations=1), store, Surroundings()).weights_file is None
    assert not store.weights_folder.exists()


def test_it_is_said_what_made_a_result(trained):
    """Device and versions stand with the numbers, outside the key."""
    made = Store(trained[0]).get(trained[1][0].trial.key).provenance
    assert made["device"].startswith("cpu")
    assert made["torch"] == torch.__version__
    assert made["python"] == platform.python_version()
    assert {"numpy", "reproduce"} < set(made)


def test_labels_and_seconds_are_stored(trained):
    """What the trial was planned for, and how long it took."""
    planned = trained[1][0]
    result = Store(trained[0]).get(planned.trial.key)
    assert result.labels == planned.labels
    assert 0 < result.seconds < 60


def test_a_finished_trial_leaves_no_checkpoint(on_digits, store):
    """It is written while training, and removed once the result is stored."""
    planned, seen = on_digits(iterations=40), []
    path = store.checkpoint_path(planned.trial.key)
    progress = lambda done, total, loss: seen.append((done, total, path.exists()))  # noqa: E731
    execute(planned, store, Surroundings(progress=progress, checkpoint_seconds=0))
    assert [row[:2] for row in seen] == [(i, 40) for i in range(1, 41)]
    assert seen[-1][2]
    assert not path.exists()


def test_another_recipe_is_refused(on_digits, store):
    """A plan of another version would give other numbers under its own key."""
    planned = on_digits()
    planned = replace(planned, trial=planned.trial.but(recipe=RECIPE + 1))
    with pytest.raises(UserError, match=rf"for recipe {RECIPE + 1}, .*recipe {RECIPE}; make the"):
        execute(planned, store, Surroundings())
    assert store.results() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"evaluate_on": ("val",)}, "no part 'val' in data set 'digits'"),
        ({"backbone": "lenet6"}, "unknown backbone 'lenet6'; did you mean 'lenet5'"),
        ({"sampler": "overfishing"}, "unknown sampler 'overfishing'"),
        ({"imbalance": {"kind": "step", "n_max": 60, "rho": 61, "mu": 0.5}}, "without a single"),
    ],
)
def test_what_cannot_be_trained_is_said_in_one_line(on_digits, store, changed, message):
    """A description may be well formed and still ask for what is not there."""
    with pytest.raises(UserError, match=message):
        execute(on_digits(**changed), store, Surroundings())
    assert store.results() == []


def test_a_disk_that_runs_full_while_training(on_digits, store):
    """A checkpoint that does not fit ends the trial in one line and leaves no part of a file."""
    planned = on_digits(iterations=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(UserError, match=r"cannot write .*checkpoints/\w+\.safetensors"):
            execute(planned, store, Surroundings(checkpoint_seconds=0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((store.path / "checkpoints").iterdir()) == []
    assert store.get(planned.trial.key) is None
    assert execute(planned, store, Surroundings()).metrics
