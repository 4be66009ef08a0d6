"""The page of the registered plan, with made-up results: it stands before anything is trained."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.registry import plans
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Store
from tests.notebooks import page
from tests.papers.dual_head.test_bed import KNOWN
from tests.papers.dual_head.test_bed_controls import TRAINED, better, put, taught
from tests.papers.filling import filled

COUNTS = {2: [1140, 60], 4: list(TRAINED), 5: [486, 128, 206, 194, 66]}
PROVENANCE = {"device": "cpu", "python": "3", "torch": "2", "numpy": "2"}
SUMMARY = ("accuracy", "balanced_accuracy", "macro_f1", "auc", "gmean_recall", "worst_class_recall")


def put_whole(store: Store, cell) -> None:
    """Store a result of a trial with all that a page reads of it."""
    put(store, cell, taught(cell), better(cell), True)
    result = store.get(cell.trial.key)
    arrays = dict(result.arrays)
    if "embeddings" in cell.keep:
        labels = arrays["test/labels"]
        noise = np.random.default_rng(cell.seed).normal(size=(len(labels), 8))
        arrays["test/embeddings"] = (np.eye(8)[labels] + noise).astype(np.float32)
        arrays["test/embedding_rows"] = np.arange(len(labels), dtype=np.int32)
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    history = [
        {"phase": number, "iteration": 9 * phase.epochs, "loss": 0.1, "learning_rate": 1e-3,
         "training_accuracy": 0.5}
        for number, phase in enumerate(cell.trial.phases)
    ]  # fmt: skip
    store.put(replace(
        result, counts=COUNTS[len(KNOWN[cell.trial.dataset].class_names)], history=history,
        metrics={f"{part}/{name}": better(cell) for part in result.confusion for name in SUMMARY},
        provenance=PROVENANCE, array_names=tuple(sorted(arrays)),
        array_file=store.arrays_folder / file,
    ))  # fmt: skip


@pytest.mark.thorough
def test_the_page_of_the_registered_plan_stands(tmp_path, monkeypatch):
    monkeypatch.setattr("reproduce.study.study.find_record", lambda name, store: KNOWN[name])
    values, store = plans.load("dual_head").values, Store(tmp_path / "store")
    for known in KNOWN.values():
        store.put_record(known)
    study = filled(Study(dual_head, dual_head.parameters.read(values), store), put_whole)
    assert study.registered is not None and not study.pending()
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "none"))
    shown = page.execute("dual_head", **values)
    assert {name for name, texts in shown.shown.items() if not texts} <= {
        "launch", "parameters", "open",
    }  # fmt: skip
    assert "the small batch minus the large" in shown.text, "batches of equal steps are said"
    assert "illustration (5 of 10 repeats)" in shown.text, "what has fewer than registered"
