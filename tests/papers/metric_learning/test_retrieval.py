"""What lies nearest to a test image, against a slow search, and what may be shown of it."""

import numpy as np
import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.papers.metric_learning.retrieval import (
    NEAREST,
    Found,
    Retrieval,
    images_of,
    neighbours,
)
from tests.papers.metric_learning.made_up import study_of


def test_the_nearest_are_those_of_a_slow_search():
    random = np.random.default_rng(0)
    rows, labels = random.normal(size=(40, 6)), random.integers(0, 3, 40)
    found = neighbours(rows, labels)
    assert found.queries.tolist() == [i for c in range(3) for i in np.flatnonzero(labels == c)[:2]]
    for query, nearest in zip(found.queries, found.nearest, strict=True):
        cosine = [
            (-float(rows[query] @ rows[j] / np.linalg.norm(rows[query]) / np.linalg.norm(rows[j])),
             j)
            for j in range(40) if j != query
        ]  # fmt: skip
        assert nearest.tolist() == [j for _, j in sorted(cosine)[:NEAREST]]


def test_right_and_wrong_are_counted():
    labels = np.array([0, 0, 1, 1, 0, 1])
    found = Found(np.array([0]), np.array([[1, 2, 3, 4, 5]]), labels)
    images = np.zeros((1, 4, 4), np.uint8), np.zeros((1, 5, 4, 4), np.uint8)
    picture = Retrieval(found, images, ("a", "b"))
    assert found.right == pytest.approx(2 / 5)
    assert "2 of 5 have the class of their query" in picture.words()
    assert picture.message().startswith("2 of 5 nearest images")
    frames = [tuple(axis.spines["top"].get_edgecolor()) for axis in picture.draw().axes[1:]]
    assert frames[0] == frames[3] != frames[1] == frames[2] == frames[4]


def test_images_that_may_not_be_shown_are_not(tmp_path):
    study = study_of(tmp_path, seeds=[0], experiments="none")
    with pytest.raises(NothingToShow, match="may not be shown"):
        images_of(study, study.cells[0], np.array([0]))
