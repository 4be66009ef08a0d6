import numpy as np
import pytest
from matplotlib.colors import to_hex

from reproduce import installed
from reproduce.errors import UserError
from reproduce.figures.dots import places
from reproduce.figures.map import EmbeddingMap, Maps, embedding_map
from reproduce.figures.map_panels import turned
from reproduce.figures.style import FREQUENT, PAPER

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


def test_without_opentsne_scikit_learn_draws_and_the_map_says_so(clusters, found, monkeypatch):
    assert found.settings.startswith("openTSNE (bh, PCA start)")
    known = installed.find_spec
    hidden = {"openTSNE"}
    monkeypatch.setattr(installed, "find_spec", lambda n: None if n in hidden else known(n))
    other, again = (embedding_map(*clusters, iterations=SHORT) for _ in range(2))
    assert np.array_equal(other.coordinates, again.coordinates)
    assert other.settings.startswith("scikit-learn (bh, PCA start)")
    assert "250 + 30 iterations, seed 0, 1 job" in other.settings
    assert other.coordinates.shape == (64, 2) and other.trustworthiness > 0.8
    assert other.knn_accuracy == pytest.approx(found.knn_accuracy, abs=0.05)


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


def drawn_points(axis, name):
    """Return the points that stand under a name, in all layers."""
    return [places(patch) for patch in axis.patches if patch.get_label() == name]


def test_titles_hold_the_quality_and_errors_are_outlines_in_their_class_colour(written):
    said = np.array([0, 1, 1, 1, 2, 0])
    found = a_map()
    figure = Maps({"baseline": found}, LABELS, list("abc"), {"baseline": said}).draw()
    text = written(figure)
    assert "kNN 91 %, trust 0.88" in text and "Baseline" in text and "wrong" in text
    centred = found.coordinates - found.coordinates.mean(axis=0)
    axis = figure.axes[0]
    assert drawn_points(axis, "a, wrong")[0] == pytest.approx(centred[[1]])
    assert drawn_points(axis, "c, wrong")[0] == pytest.approx(centred[[5]])
    assert drawn_points(axis, "b, right")[0] == pytest.approx(centred[[2, 3]])
    ring = next(patch for patch in axis.patches if patch.get_label() == "a, wrong")
    point = next(patch for patch in axis.patches if patch.get_label() == "a, right")
    assert ring.get_edgecolor() == point.get_edgecolor()
    holes = [patch for patch in axis.patches if to_hex(patch.get_edgecolor()) == PAPER]
    assert len(holes) == 2 and all(hole.get_linewidth() < ring.get_linewidth() for hole in holes)
    without = Maps({"baseline": found}, LABELS, list("abc"))
    assert "wrong" not in written(without.draw()) and without.message() == ""


def test_rare_classes_lie_in_front_in_colour_and_frequent_ones_are_grey(written):
    made = Maps({"baseline": a_map()}, LABELS, list("abc"), counts=[50, 5, 60])
    figure = made.draw()
    patches = {patch.get_label(): patch for patch in figure.axes[0].patches}
    assert to_hex(patches["a, right"].get_edgecolor()) == FREQUENT.lower()
    assert to_hex(patches["c, right"].get_edgecolor()) == FREQUENT.lower()
    assert to_hex(patches["b, right"].get_edgecolor()) != FREQUENT.lower()
    depth = [patches[f"{name}, right"].get_zorder() for name in "cab"]
    assert depth == sorted(depth) and len(set(depth)) == 3
    assert "frequent" in written(figure) and made.rare == {1}


def test_an_untrained_network_has_no_errors_to_show():
    said = {"baseline": np.array([0, 0, 0, 1, 2, 2])}
    maps = {"baseline": a_map(), "untrained": a_map()}
    made = Maps(maps, LABELS, list("abc"), said, counts=[50, 5, 60])
    trained, untrained = made.draw().axes[:2]
    assert drawn_points(trained, "b, wrong") and not drawn_points(untrained, "b, wrong")
    text = "The baseline gets 1 of the 2 rare images in this map wrong (one seed)."
    assert made.message() == text


def test_a_map_is_turned_and_mirrored_onto_the_first_and_not_stretched():
    first = np.random.default_rng(0).normal(size=(6, 2))
    moved = 3 + first @ np.array([[0.0, 1.0], [1.0, 0.0]])
    assert turned(moved, first) == pytest.approx(first - first.mean(axis=0))
    assert np.linalg.norm(turned(2 * moved, first)) == pytest.approx(
        2 * np.linalg.norm(first - first.mean(axis=0))
    )


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
