"""Measures of verification on resampled identities, without ever building a resample.

Pairs share images and people, so neither is resampled: identities are, each with all its images.
Every identity is drawn a number of times of its own (Poisson with mean one), whatever else is in
the sample. So a person who is tested in several splits counts as often in each of them, and effects
averaged over splits have the interval of the people behind all of them.

Scores are counted in bins of equal shares of genuine and impostor pairs together, by the identities
of both images; one product of matrices then serves all draws. Up to `BINS` distinct scores nothing
is lost; of more the rates are interpolated inside a bin as between two thresholds.
"""

import numpy as np

from reproduce.evaluation.pair_measures import HARDEST, Pairs, rate_where_equal, require_two
from reproduce.randomness import generator

BINS = 512
# Bins whose counts by identity are in memory together.
AT_ONCE = 32
ATTEMPTS = 50


def identity_counts(identities: np.ndarray, draws: int, seed: int = 0) -> np.ndarray:
    """Return how often each identity is in each draw [identities, draws], the same in any sample.

    A draw that has fewer than two of these identities, of which nothing can be measured, is drawn
    again.
    """
    known = np.unique(identities)
    found = np.stack([_of_identity(int(one), draws, seed, 0) for one in known])
    for attempt in range(1, ATTEMPTS):
        lacking = np.flatnonzero(np.count_nonzero(found, axis=0) < 2)
        if not len(lacking):
            break
        again = np.stack([_of_identity(int(one), draws, seed, attempt) for one in known])
        found[:, lacking] = again[:, lacking]
    return found


def _of_identity(identity: int, draws: int, seed: int, attempt: int) -> np.ndarray:
    return generator(seed, "identity", identity, attempt).poisson(1.0, draws).astype(np.float64)


def resampled(pairs: Pairs, drawn: np.ndarray) -> dict[str, np.ndarray]:
    """Return every measure of `verification.MEASURES` on these draws [identities, draws]."""
    for column in drawn.T:
        require_two(column)
    bins, count = _bins(pairs)
    genuine, impostor = (_counted(pairs, bins, count, drawn, kind) for kind in (True, False))
    genuine, impostor = genuine / genuine.sum(axis=0), impostor / impostor.sum(axis=0)
    below = np.cumsum(impostor, axis=0) - impostor
    return {
        "eer": np.array([rate_where_equal(g, i) for g, i in zip(genuine.T, impostor.T,
                                                                strict=True)]),
        "verification_auc": (genuine * (below + impostor / 2)).sum(axis=0),
        "genuine_similarity": _mean(pairs, drawn, True),
        "impostor_similarity": _mean(pairs, drawn, False),
        "hard_positive_similarity": _hardest(pairs, drawn),
    }  # fmt: skip


def _bins(pairs: Pairs) -> tuple[np.ndarray, int]:
    """Return the bin of each pair, rising with its score, and how many bins there are."""
    places = int(pairs.place[-1]) + 1
    if places <= BINS:
        return pairs.place, places
    share = np.zeros(places)
    for chosen in (pairs.genuine, ~pairs.genuine):
        share += np.bincount(pairs.place[chosen], minlength=places) / chosen.sum() / 2
    bin_of_place = np.minimum((np.cumsum(share) - share / 2) * BINS, BINS - 1).astype(np.int64)
    return bin_of_place[pairs.place], BINS


def _counted(pairs: Pairs, bins, count: int, drawn: np.ndarray, genuine: bool) -> np.ndarray:
    """Return how many pairs of one kind each draw has in each bin: [bins, draws]."""
    chosen = np.flatnonzero(pairs.genuine == genuine)
    people, draws = drawn.shape
    first, second, bins = pairs.first[chosen], pairs.second[chosen], bins[chosen]
    found = np.zeros((count, draws))
    if genuine:
        table = np.bincount(bins * people + first, minlength=count * people)
        return table.reshape(count, people) @ drawn
    for start in range(0, count, AT_ONCE):
        # Bins rise with the place of a pair.
        own = slice(*np.searchsorted(bins, (start, start + AT_ONCE)))
        size = min(AT_ONCE, count - start)
        cell = ((bins[own] - start) * people + first[own]) * people + second[own]
        table = np.bincount(cell, minlength=size * people**2).reshape(size * people, people)
        both = (table @ drawn).reshape(size, people, draws)
        found[start : start + size] = np.einsum("bpd,pd->bd", both, drawn)
    return found


def _mean(pairs: Pairs, drawn: np.ndarray, genuine: bool) -> np.ndarray:
    chosen, people = pairs.genuine == genuine, len(drawn)
    cell = pairs.first[chosen] * people + pairs.second[chosen]
    sums, counts = (
        np.bincount(cell, weights=weights, minlength=people**2).reshape(people, people)
        for weights in (pairs.scores[chosen], None)
    )
    if genuine:
        return (np.diag(sums) @ drawn) / (np.diag(counts) @ drawn)
    return np.einsum("pd,pd->d", sums @ drawn, drawn) / np.einsum("pd,pd->d", counts @ drawn, drawn)


def _hardest(pairs: Pairs, drawn: np.ndarray) -> np.ndarray:
    """Return the mean of the least tenth of the genuine scores in each draw."""
    chosen = pairs.genuine
    copies, scores = drawn[pairs.first[chosen]], pairs.scores[chosen]
    tenth = HARDEST * copies.sum(axis=0)
    inside = np.clip(tenth - (np.cumsum(copies, axis=0) - copies), 0, copies)
    return (scores @ inside) / tenth
