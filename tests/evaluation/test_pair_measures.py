"""Verification of pairs: against slow loops over pairs and thresholds, and known answers."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from reproduce.errors import UserError
from reproduce.evaluation.pair_measures import (
    Pairs,
    eer,
    genuine_similarity,
    hard_positive_similarity,
    identity_weights,
    impostor_similarity,
    measures,
    pairs_of,
    verification_auc,
)

PER_IDENTITY = 4


def embedded(seed=0, identities=7, apart=1.0):
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(identities) + 20, PER_IDENTITY)
    centres = random.normal(size=(identities, 6))
    rows = apart * np.repeat(centres, PER_IDENTITY, axis=0) + random.normal(size=(len(labels), 6))
    return rows, labels


def cosine(one, other) -> float:
    dot = math.fsum(a * b for a, b in zip(one, other, strict=True))
    return dot / math.sqrt(math.fsum(a * a for a in one) * math.fsum(b * b for b in other))


def split(rows, labels) -> tuple[list[float], list[float]]:
    """Return the cosines of genuine and of impostor pairs, by two loops."""
    genuine, impostor = [], []
    for i in range(len(labels)):
        for j in range(i):
            kind = genuine if labels[i] == labels[j] else impostor
            kind.append(cosine(rows[i], rows[j]))
    return genuine, impostor


def rate_where_equal(genuine, impostor) -> float:
    """Return the equal error rate, threshold by threshold."""
    thresholds = [*sorted({*genuine, *impostor}), math.inf]
    rejected = [sum(s < t for s in genuine) / len(genuine) for t in thresholds]
    accepted = [sum(s >= t for s in impostor) / len(impostor) for t in thresholds]
    for k in range(1, len(thresholds)):
        before, after = accepted[k - 1] - rejected[k - 1], accepted[k] - rejected[k]
        if after <= 0:
            share = before / (before - after)
            return rejected[k - 1] + share * (rejected[k] - rejected[k - 1])
    raise AssertionError("the rates always cross")


def by_hand(genuine, impostor) -> dict[str, float]:
    genuine = sorted(genuine)
    tenth = len(genuine) / 10
    whole = int(tenth)
    hardest = math.fsum(genuine[:whole]) + (tenth - whole) * genuine[min(whole, len(genuine) - 1)]
    wins = math.fsum((g > i) + (g == i) / 2 for g in genuine for i in impostor)
    return {
        "eer": rate_where_equal(genuine, impostor),
        "verification_auc": wins / (len(genuine) * len(impostor)),
        "genuine_similarity": math.fsum(genuine) / len(genuine),
        "impostor_similarity": math.fsum(impostor) / len(impostor),
        "hard_positive_similarity": hardest / tenth,
    }


def of_scores(genuine, impostor) -> Pairs:
    """Return pairs with these cosines, each of identities of its own."""
    scores = np.concatenate([genuine, impostor])
    first = np.arange(len(scores))
    second = first + np.repeat([0, 1], [len(genuine), len(impostor)])
    order = np.argsort(scores, kind="stable")
    place = np.searchsorted(np.unique(scores), scores[order])
    return Pairs(scores[order], first[order], second[order], place, len(scores) + 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("apart", [0.3, 1.0, 4.0])
def test_all_measures_are_those_of_slow_loops(seed, apart):
    rows, labels = embedded(seed, apart=apart)
    found = measures(pairs_of(rows, labels))
    assert found == pytest.approx(by_hand(*split(rows, labels)), abs=1e-9)


def test_the_area_is_that_of_scikit_learn_with_ties():
    genuine, impostor = np.array([0.2, 0.5, 0.5, 0.9]), np.array([0.1, 0.2, 0.5, 0.5, 0.3])
    expected = roc_auc_score([1] * 4 + [0] * 5, [*genuine, *impostor])
    assert verification_auc(of_scores(genuine, impostor)) == pytest.approx(expected, abs=1e-12)
    assert eer(of_scores(genuine, impostor)) == pytest.approx(rate_where_equal(genuine, impostor))


def test_normal_scores_have_the_known_rate_and_area():
    """Equal widths, d' = 2.8706 apart: EER 7.56 percent and AUC 0.9788."""
    quantiles = [NormalDist().inv_cdf((k + 0.5) / 20_000) for k in range(20_000)]
    pairs = of_scores(np.array(quantiles) + 2.8706, np.array(quantiles))
    assert eer(pairs) == pytest.approx(0.0756, abs=2e-4)
    assert verification_auc(pairs) == pytest.approx(0.9788, abs=2e-4)


def test_scores_that_do_not_overlap_make_no_error_and_reversed_ones_all():
    apart = of_scores(np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3]))
    assert (eer(apart), verification_auc(apart)) == (0.0, 1.0)
    reversed_ = of_scores(np.array([0.1, 0.2]), np.array([0.8, 0.9]))
    assert (eer(reversed_), verification_auc(reversed_)) == (1.0, 0.0)


def test_equal_scores_everywhere_are_chance():
    same = of_scores(np.full(3, 0.5), np.full(5, 0.5))
    assert (eer(same), verification_auc(same)) == (0.5, 0.5)


def test_weights_are_identities_drawn_again():
    """Copies of an identity written out; two copies of one make no pairs with each other."""
    rows, labels = embedded(5)
    drawn = np.array([2, 0, 1, 3, 1, 0, 0])
    genuine, impostor = [], []
    copies = [identity for identity, times in enumerate(drawn) for _ in range(times)]
    for a, one in enumerate(copies):
        of_one = rows[labels == one + 20]
        genuine += split(of_one, np.zeros(len(of_one)))[0]
        for other in copies[:a]:
            if other != one:
                impostor += [cosine(x, y) for x in of_one for y in rows[labels == other + 20]]
    pairs = pairs_of(rows, labels)
    found = measures(pairs, identity_weights(pairs, drawn))
    assert found == pytest.approx(by_hand(genuine, impostor), abs=1e-9)
    once = measures(pairs, identity_weights(pairs, np.ones(7)))
    assert once == pytest.approx(measures(pairs), abs=1e-12)


def test_pairs_within_and_across_domains_are_all_pairs():
    rows, labels = embedded(6)
    device = np.arange(len(labels)) % 2
    within, across = (pairs_of(rows, labels, device, across=side) for side in (False, True))
    assert len(within.scores) + len(across.scores) == len(pairs_of(rows, labels).scores)
    both = [(i, j) for i in range(len(labels)) for j in range(i) if device[i] != device[j]]
    expected = sorted(cosine(rows[i], rows[j]) for i, j in both)
    assert across.scores == pytest.approx(expected, abs=1e-9)
    assert across.genuine.sum() == sum(labels[i] == labels[j] for i, j in both)


def test_neither_scale_nor_order_of_images_matters():
    rows, labels = embedded(8)
    order = np.random.default_rng(0).permutation(len(labels))
    moved = measures(pairs_of(rows[order] * 7, labels[order]))
    assert moved == pytest.approx(measures(pairs_of(rows, labels)), abs=1e-9)


def test_copies_of_an_image_are_tied():
    rows = np.random.default_rng(1).normal(size=(1, 300)).repeat(4, axis=0)
    rows = np.concatenate([rows, rows * 3])
    pairs = pairs_of(rows, [0, 0, 1, 1, 2, 2, 3, 3])
    assert set(pairs.place) == {0}
    assert (eer(pairs), verification_auc(pairs)) == (0.5, 0.5)


def test_what_has_no_answer_is_refused():
    rows, labels = embedded()
    for wrong in (np.arange(len(labels)), np.zeros(len(labels), int)):
        with pytest.raises(UserError, match="received only one kind"):
            pairs_of(rows, wrong)
    with pytest.raises(UserError, match="one identity for each of 28 embeddings"):
        pairs_of(rows, labels[:-1])
    with pytest.raises(UserError, match="one identity only"):
        identity_weights(pairs_of(rows, labels), [4, 0, 0, 0, 0, 0, 0])
    with pytest.raises(UserError, match="need the domain of every image"):
        pairs_of(rows, labels, across=True)


def test_each_similarity_is_a_mean_of_its_own_kind():
    pairs = of_scores(np.arange(1, 21) / 20, np.array([0.0, 0.1]))
    assert genuine_similarity(pairs) == pytest.approx(0.525)
    assert impostor_similarity(pairs) == pytest.approx(0.05)
    assert hard_positive_similarity(pairs) == pytest.approx(0.075)
