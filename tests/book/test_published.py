"""The committed edition: its numbers follow from what it carries, and it renders without data."""

import re

import nbformat
import numpy as np
import pytest

from reproduce import papers
from reproduce.book.execute import execute
from reproduce.evaluation import metrics
from reproduce.evaluation.operating import RATES
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials import edition as editions
from reproduce.trials import predicted
from reproduce.trials.edition import MEGABYTES_ALLOWED, MEGABYTES_IN_ALL, Edition
from reproduce.trials.store import Store

PAPERS = [key for key in papers.everything() if editions.published().stamp(key)]
# Lines that speak of the repository at the time of execution, not of results.
NOT_RESULTS = re.compile(r"registered in commit|no git history|not committed yet")


@pytest.fixture(params=PAPERS, scope="module")
def merged(request, tmp_path_factory):
    """Take a committed paper into an empty store; every test's data folder is empty too."""
    store = Store(tmp_path_factory.mktemp("merged"))
    outcome = editions.merge(store, editions.published(), request.param)
    assert outcome.new and not outcome.replicates
    return request.param, store


# Cells that draw masks of single images, which travel with no edition.
PIXELS = ("masks-figure",)


def texts(notebook) -> list[str]:
    """Return every text and table of a notebook's outputs, and the alt texts of its figures."""
    found = []
    for cell in notebook.cells:
        if cell.get("id") in PIXELS:
            continue
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
        found += [alt] if alt else []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found += [output.get("text", ""), data.get("text/html", data.get("text/plain", ""))]
    lines = [line for text in found for line in text.splitlines()]
    return [line for line in lines if line.strip() and not NOT_RESULTS.search(line)]


def test_there_is_a_published_edition():
    """The first paper has one."""
    assert "class_imbalance" in PAPERS


@pytest.mark.thorough
def test_it_renders_from_what_is_committed(merged, tmp_path):
    """Without data, training or arrays, the notebook says the same numbers again."""
    paper, store = merged
    stamp = editions.published().stamp(paper)
    protocol = papers.protocol(paper)
    study = Study(protocol, protocol.parameters.read(stamp["given"]), store).as_far_as_done()
    assert not study.pending()
    again = execute(study, stamp["given"], Edition(tmp_path / "again"))
    committed = nbformat.read(editions.published().notebook(paper), as_version=4)
    assert texts(nbformat.read(again, as_version=4)) == texts(committed)


def classifying(store):
    """Return the results of classification; pairs of people have no confusion counts.

    What was only tried, on validation images, has met no test image.
    """
    found = [result for result in store.results() if result.trial.task == "classification"]
    found = [result for result in found if "test" in result.trial.evaluate_on]
    if not found:
        pytest.skip("nothing here classifies")
    return found


def test_metrics_follow_from_the_committed_scores(merged):
    """Where scores travel with the edition, its metrics are those of the scores."""
    _, store = merged
    checked = 0
    for result in classifying(store):
        if "test/logits" not in result.arrays:
            continue
        scores = metrics.softmax(result.arrays["test/logits"])
        labels = result.arrays["test/labels"].astype(np.int64)
        classes = scores.shape[1]
        for name, value in metrics.summary(scores, labels, classes).items():
            assert result.metrics[f"test/{name}"] == pytest.approx(value, abs=1e-12), name
        table = metrics.confusion(labels, scores.argmax(axis=1), classes)
        assert result.confusion["test"] == table.tolist()
        checked += 1
    assert checked


def test_an_equal_error_rate_lies_on_the_committed_curve(merged):
    """Of pairs no scores travel, but the curve of both errors does: there the two are equal."""
    paper, store = merged
    curves = [
        (store.get(sources[0]), array_files.read(file)["rejected"])
        for name, sources, _, file in store.derived_from(r.key for r in store.results())
        if name.startswith("scores/test/")
    ]
    assert bool(curves) == (paper == "difficulty_aware")
    for result, rejected in curves:
        equal = result.metrics["test/eer"]
        assert np.interp(equal, RATES, rejected) == pytest.approx(equal, abs=0.01)


def test_predicted_classes_give_the_confusion_counts(merged):
    """An edition that carries the class predicted of every image says the same by both."""
    _, store = merged
    for result in store.results():
        for part, table in result.confusion.items():
            found = predicted.of(result, part, predicted.PLAIN)
            if found:
                classes, labels = found
                assert metrics.confusion(labels, classes, len(table)).tolist() == table


def test_accuracy_follows_from_every_confusion_matrix(merged):
    """Also where scores do not travel, accuracy and recall follow from the counts."""
    _, store = merged
    for result in classifying(store):
        table = np.asarray(result.confusion["test"])
        recalls = table.diagonal() / table.sum(axis=1)
        assert result.metrics["test/accuracy"] == pytest.approx(table.trace() / table.sum())
        assert result.metrics["test/balanced_accuracy"] == pytest.approx(recalls.mean())


def test_the_stamp_names_the_trials_of_its_parameters(merged):
    """Keys follow from the parameters that the stamp states."""
    paper, store = merged
    stamp = editions.published().stamp(paper)
    protocol = papers.protocol(paper)
    study = Study(protocol, protocol.parameters.read(stamp["given"]), store).as_far_as_done()
    assert sorted(study.keys()) == stamp["keys"] == [result.key for result in store.results()]
    assert study.scale == stamp["scale"]


def test_an_edition_is_small_enough_to_commit(merged):
    """A repository is cloned by everyone."""
    paper, _ = merged
    edition = editions.published()
    files = [edition.notebook(paper), *(edition.results(paper, s) for s in ("csv", "npz", "json"))]
    assert sum(file.stat().st_size for file in files) < MEGABYTES_ALLOWED * 1024**2


def test_all_papers_together_are_small_enough():
    """What is committed of all editions, notebooks included."""
    root = editions.published().root
    files = [path for folder in ("papers", "results") for path in (root / folder).glob("*")]
    assert sum(file.stat().st_size for file in files) < MEGABYTES_IN_ALL * 1024**2
