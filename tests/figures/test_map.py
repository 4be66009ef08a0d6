import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.map import EmbeddingMap, Maps, embedding_map

SHORT = (20, 30)


@pytest.fixture
def found(clusters):
    return embedding_map(*clusters, iterations=SHORT)


def test_the_same_seed_gives_the_same_coordinates(clusters, found):
    again = embedding_map(*clusters, iterations=SHORT)
    assert np.array_equal(found.coordinates, again.coordinates)
    assert found.coordinates.shape == (64, 2) and found.n_jobs == 1 and found.method == "bh"


def test_the_perplexity_is_capped_and_said(clusters, found):
    assert found.perplexity == 30 and found.perplexity_used == pytest.approx(21)
    assert "perplexity 21 (30 asked for, too large for 64 points)" in found.settings
    small = embedding_map(*clusters, perplexity=5, iterations=SHORT)
    assert small.perplexity_used == small.perplexity == 5
    assert "asked" not in small.settings
    assert not np.array_equal(small.coordinates, found.coordinates)


def test_quality_follows_the_labels(clusters, found):
    points, labels = clusters
    assert found.neighbours == 10
    # Of ten neighbours a point of the rare class has three of its own: it is outvoted.
    assert found.knn_accuracy_embeddings == pytest.approx(60 / 64)
    mixed = embedding_map(points, np.random.default_rng(0).permutation(labels), iterations=SHORT)
    assert mixed.knn_accuracy < found.knn_accuracy
    assert 0.5 < found.trustworthiness <= 1


def a_map(**changes):
    coordinates = np.random.default_rng(0).normal(size=(6, 2))
    given = {
        "coordinates": coordinates, "perplexity": 30, "perplexity_used": 5.0,
        "iterations": SHORT, "seed": 0, "n_jobs": 1, "method": "bh", "neighbours": 2,
        "knn_accuracy": 0.91, "knn_accuracy_embeddings": 0.955, "trustworthiness": 0.876,
        **changes,
    }  # fmt: skip
    return EmbeddingMap(**given)


LABELS = np.array([0, 0, 1, 1, 2, 2])


def test_titles_hold_the_quality_and_wrong_points_are_marked(written):
    wrong = np.array([0, 1, 1, 1, 2, 0])
    found = a_map()
    figure = Maps({"baseline": found}, LABELS, list("abc"), {"baseline": wrong}).draw()
    text = written(figure)
    assert "kNN: map 91 %, embedding 96 %" in text and "trustworthiness 0.88" in text
    assert "Baseline" in text and "predicted wrongly" in text
    marked = figure.axes[0].collections[3].get_offsets()
    assert np.array_equal(np.asarray(marked), found.coordinates[[1, 5]])
    without = Maps({"baseline": found}, LABELS, list("abc")).draw()
    assert "predicted wrongly" not in written(without)


def test_map_numbers_hold_the_three_numbers():
    said = Maps({"baseline": a_map()}, LABELS, list("abc")).words()
    assert "91.0 percent" in said and "95.5 percent" in said and "0.876" in said


@pytest.mark.parametrize(
    "points", [np.zeros((20, 4)), np.full((20, 4), np.nan), np.ones((3, 4)), np.arange(20.0)]
)
def test_embeddings_that_cannot_be_mapped_are_refused(points):
    with pytest.raises(UserError):
        embedding_map(points, np.zeros(len(points), dtype=int))


def test_bad_settings_are_refused(clusters):
    points, labels = clusters
    for changes in ({"perplexity": 0}, {"iterations": (250,)}, {"iterations": (0, 5)}):
        with pytest.raises(UserError):
            embedding_map(points, labels, **changes)
    with pytest.raises(UserError, match="labels"):
        embedding_map(points, labels[:5])
    with pytest.raises(UserError, match="baseline"):
        Maps({"baseline": a_map()}, LABELS, list("abc"), {"other": LABELS})
    with pytest.raises(UserError, match="labels"):
        Maps({"baseline": a_map()}, LABELS, list("ab"))
