"""Verification: embeddings kept, pairs measured, identities resampled."""

from itertools import combinations
from math import erf, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from reproduce import tasks
from reproduce.errors import UserError
from reproduce.evaluation import compared
from reproduce.evaluation import pair_measures as pairing
from reproduce.evaluation.compared import Shown
from reproduce.evaluation.identity_draws import identity_counts
from reproduce.tasks import verification

CPU = torch.device("cpu")
OF = tasks.named("verification")


@pytest.fixture
def embedded():
    """Seven identities of two to five images each, of which some are hard to tell apart."""
    random = np.random.default_rng(5)
    identities = np.repeat([30, 2, 11, 7, 40, 5, 9], [2, 3, 4, 2, 5, 3, 3])
    centres = {int(c): random.normal(size=4) for c in np.unique(identities)}
    rows = np.stack([centres[int(c)] + random.normal(size=4) for c in identities])
    order = random.permutation(len(rows))
    return rows[order].astype(np.float32), identities[order]


def shown(embedded):
    """Return embeddings, and whom they show."""
    return embedded[0], Shown(embedded[1])


def cosine(one, other):
    one, other = one.astype(float), other.astype(float)
    return round(float(one @ other / sqrt((one @ one) * (other @ other))), 12)


def slow(genuine, impostor):
    """Measure lists of cosines by counting, threshold by threshold and pair by pair."""
    genuine, impostor = sorted(genuine), np.array(impostor)
    before = (0.0, 1.0)
    for threshold in [*sorted({*genuine, *impostor.tolist()}), np.inf]:
        rejected = np.mean([score < threshold for score in genuine])
        accepted = np.mean(impostor >= threshold)
        if rejected >= accepted:
            gap = before[1] - before[0]
            share = gap / (gap + rejected - accepted)
            eer = before[0] + share * (rejected - before[0])
            break
        before = (rejected, accepted)
    wins = [np.mean(score > impostor) + np.mean(score == impostor) / 2 for score in genuine]
    return {
        "eer": eer, "verification_auc": np.mean(wins), "genuine_similarity": np.mean(genuine),
        "impostor_similarity": np.mean(impostor),
    }  # fmt: skip


def pairs_of_copies(embeddings, identities, copies):
    """Return the cosines of genuine and of impostor pairs where identities are there in copies.

    Every copy of an identity is someone with all its images. Two copies of one identity are not
    compared: they are the same person, and their pairs are there within each copy.
    """
    people = [
        (identity, np.flatnonzero(identities == identity))
        for identity, times in zip(np.unique(identities), copies, strict=True)
        for _ in range(int(times))
    ]
    genuine = [
        cosine(embeddings[a], embeddings[b])
        for _, images in people for a, b in combinations(images, 2)
    ]  # fmt: skip
    impostor = [
        cosine(embeddings[a], embeddings[b])
        for (one, images), (other, others) in combinations(people, 2) if one != other
        for a in images for b in others
    ]  # fmt: skip
    return genuine, impostor


def test_measures_are_those_of_all_pairs_counted_one_by_one(embedded):
    found = OF.summary(*shown(embedded), classes=3)
    expected = slow(*pairs_of_copies(*embedded, [1] * 7))
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert next(iter(found)) == OF.headline == "eer"
    assert found["hard_positive_similarity"] < found["genuine_similarity"]


@pytest.mark.parametrize(
    "metric", ["eer", "verification_auc", "genuine_similarity", "impostor_similarity"]
)
def test_a_resample_has_whole_identities_as_often_as_they_are_drawn(embedded, metric):
    """Built anew: each draw with all its images, and no pair between two copies of one."""
    drawn = OF.resampled(*shown(embedded), metric, 8, seed=3)
    copies = identity_counts(embedded[1], 8, seed=3)
    assert copies.shape == (7, 8) and copies.max() > 1 and copies.min() == 0
    for number in range(8):
        expected = slow(*pairs_of_copies(*embedded, copies[:, number]))[metric]
        assert drawn[number] == pytest.approx(expected, abs=1e-12)
    assert (drawn == OF.resampled(*shown(embedded), metric, 8, seed=3)).all()


def test_an_identity_drawn_twice_is_no_impostor_of_itself():
    """Two identities far apart, whose images are all alike: no draw may hold a like impostor."""
    rows = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [-1, 0], [-1, 0]], dtype=np.float32)
    identities = np.array([0, 0, 0, 1, 1, 2, 2])
    copies = identity_counts(identities, 40)
    assert (copies == 2).any() and (np.count_nonzero(copies, axis=0) >= 2).all()
    found = OF.every_resampled(rows, Shown(identities), 40)
    assert (found["impostor_similarity"] <= 0).all()
    assert (found["genuine_similarity"] == 1).all()
    assert (found["eer"] == 0).all()


def test_the_error_rate_of_normal_scores_is_the_one_in_the_books():
    """EER = Phi(-d'/2) and AUC = Phi(d'/sqrt 2) for two normal distributions of one width."""
    random, distance = np.random.default_rng(0), 2.0
    scores = np.concatenate([random.normal(distance, 1, 40_000), random.normal(0, 1, 40_000)])
    first, second = np.zeros(80_000, int), np.repeat([0, 1], 40_000)
    order = np.argsort(scores)
    place = np.arange(80_000)
    pairs = pairing.Pairs(scores[order], first[order], second[order], place, 2)

    def phi(z):
        return (1 + erf(z / sqrt(2))) / 2

    assert pairing.eer(pairs) == pytest.approx(phi(-distance / 2), abs=0.004)
    assert pairing.verification_auc(pairs) == pytest.approx(phi(distance / sqrt(2)), abs=0.004)


def test_all_embeddings_are_kept_as_float32_with_their_identities(tiny, images):
    images.labels = images.labels + 700
    found = OF.predict(tiny(), images, 3, CPU, "float32", ("embeddings",))
    assert found.arrays["embeddings"].shape == (24, 6)
    assert found.arrays["embeddings"].dtype == np.float32
    assert found.arrays["embedding_rows"].tolist() == list(range(24))
    assert (found.arrays["labels"] == images.labels).all()
    assert found.arrays["labels"].dtype == np.int32
    assert OF.predict(tiny(), images, 3, CPU, "float32").arrays == {}


def test_of_many_images_equally_many_of_everyone_are_compared(tiny, images, monkeypatch):
    """Classes of 12, 8 and 4 images: 5, 5 and 4 make 14; two of each at the least."""
    whole = OF.predict(tiny(), images, 3, CPU, "float32", ("embeddings",)).arrays
    for most, expected in ((24, [12, 8, 4]), (14, [5, 5, 4]), (13, [4, 4, 4]), (1, [2, 2, 2])):
        rows = compared.evenly_of_each(images.labels, most)
        assert np.bincount(images.labels[rows]).tolist() == expected
        assert (np.diff(rows) > 0).all()
        monkeypatch.setattr(verification, "IMAGES_COMPARED", most)
        found = OF.predict(tiny(), images, 3, CPU, "float32", ("embeddings",))
        assert (found.arrays["embedding_rows"] == rows).all()
        assert found.scores == pytest.approx(whole["embeddings"][rows], abs=1e-6)
        stored = {f"test/{name}": array for name, array in found.arrays.items()}
        scores, truth = OF.scores(SimpleNamespace(arrays=stored))
        assert (scores == found.scores).all() and (truth.identities == found.truth.identities).all()
    drawn = compared.evenly_of_each(images.labels, 13)
    firsts = [np.flatnonzero(images.labels == c)[:4] for c in range(3)]
    assert drawn.tolist() != np.sort(np.concatenate(firsts)).tolist(), "not simply the first ones"


def test_there_is_no_confusion_matrix(embedded):
    assert OF.table(*shown(embedded), 3) is None


def test_a_measure_of_another_task_is_refused(embedded):
    with pytest.raises(UserError, match=r"unknown measure of verification 'accuracy'.*eer"):
        OF.resampled(*shown(embedded), "accuracy", 3)
