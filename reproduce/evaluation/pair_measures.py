r"""Verification: do two images show the same identity? Scored by the cosine of their embeddings.

A pair of one identity is *genuine*, one of two identities an *impostor*. At threshold t genuine
pairs below t are rejected falsely, :math:`FRR(t) = P(s < t)`, and impostors at t or above are
accepted falsely, :math:`FAR(t) = P(s \ge t)`. All unordered pairs count, no image with itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError
from reproduce.evaluation.representation import on_sphere

HARDEST = 0.1


@dataclass(frozen=True)
class Pairs:
    """Pairs of images: their cosine, the identities of both (numbered from 0), by rising cosine.

    `place` numbers the distinct cosines, so that equal ones are tied.
    """

    scores: np.ndarray
    first: np.ndarray
    second: np.ndarray
    place: np.ndarray
    identities: int

    @property
    def genuine(self) -> np.ndarray:
        """Say of each pair whether it is of one identity."""
        return self.first == self.second


def pairs_of(
    embeddings: ArrayLike,
    identities: ArrayLike,
    domains: ArrayLike | None = None,
    *,
    across: bool | None = None,
    kinds: ArrayLike | None = None,
) -> Pairs:
    """Return the unordered pairs of images with their cosine.

    Parameters
    ----------
    embeddings, identities
        [n, d] and [n].
    domains
        of each image, e.g. the device; needed where only some pairs are asked for.
    across
        None: all pairs; True: those of two domains; False: those within one.
    kinds
        of each image, e.g. the digit it shows, where only images of one kind are compared.
    """
    rows, numbers = on_sphere(embeddings, "embeddings"), np.asarray(identities)
    if numbers.shape != (len(rows),):
        raise UserError(
            f"expected one identity for each of {len(rows)} embeddings, received shape "
            f"{numbers.shape}"
        )
    known, numbers = np.unique(numbers, return_inverse=True)
    if across is not None and (domains is None or np.shape(domains) != (len(rows),)):
        raise UserError("pairs within or across domains need the domain of every image")
    first, second, scores = [], [], []
    for own in _of_one_kind(len(rows), kinds):
        one, other = np.triu_indices(len(own), k=1)
        cosines = rows[own] @ rows[own].T
        if across is not None:
            of_two = np.asarray(domains)[own[one]] != np.asarray(domains)[own[other]]
            one, other = one[of_two == across], other[of_two == across]
        scores.append(cosines[one, other])
        first.append(numbers[own[one]])
        second.append(numbers[own[other]])
    every = (np.concatenate(found) for found in (scores, first, second))
    return in_order(*every, len(known))


def _of_one_kind(images: int, kinds: ArrayLike | None) -> list[np.ndarray]:
    """Return the images that may be compared with each other, kind by kind."""
    if kinds is None:
        return [np.arange(images)]
    return [np.flatnonzero(np.asarray(kinds) == kind) for kind in np.unique(kinds)]


def in_order(scores: np.ndarray, first: np.ndarray, second: np.ndarray, identities: int) -> Pairs:
    """Return pairs by rising score; refuse them where genuine or impostor pairs are lacking."""
    # Rounded where float64 stops telling copies of an image apart: their cosines must tie.
    scores = np.round(scores, 12)
    order = np.argsort(scores, kind="stable")
    first, second, scores = first[order], second[order], scores[order]
    place = np.cumsum(np.diff(scores, prepend=-np.inf) > 0) - 1
    pairs = Pairs(scores, first, second, place, identities)
    if not pairs.genuine.any() or pairs.genuine.all():
        raise UserError(
            "verification needs pairs of one identity and pairs of two, received only one kind; "
            "pass several images of several identities"
        )
    return pairs


def require_two(drawn: np.ndarray) -> None:
    """Refuse a resample of fewer than two identities."""
    if np.count_nonzero(drawn) < 2:
        raise UserError("a resample holds one identity only; verification needs more identities")


def identity_weights(pairs: Pairs, drawn: ArrayLike) -> np.ndarray:
    """Return how often each pair is in a resample that has each identity so many times: [pairs].

    A genuine pair is there once for each copy of its identity, an impostor pair once for each two
    copies. Two copies of one identity make no pairs with each other.
    """
    drawn = np.asarray(drawn, dtype=np.float64)
    require_two(drawn)
    return np.where(pairs.genuine, drawn[pairs.first], drawn[pairs.first] * drawn[pairs.second])


def eer(pairs: Pairs, weights: np.ndarray | None = None) -> float:
    """Return the rate at which false rejections and false acceptances are equal.

    Interpolated linearly between the two thresholds, of all cosines that occur, at which the
    difference of the rates changes its sign.
    """
    return rate_where_equal(*_by_place(pairs, weights))


def rate_where_equal(genuine: np.ndarray, impostor: np.ndarray) -> float:
    """Return the equal error rate from the shares of pairs at each score, rising [places]."""
    rejected = np.concatenate([[0.0], np.cumsum(genuine)])
    accepted = np.concatenate([np.cumsum(impostor[::-1])[::-1], [0.0]])
    after = int(np.argmax(rejected >= accepted))
    before = after - 1
    gap = accepted[before] - rejected[before]
    share = gap / (gap + rejected[after] - accepted[after])
    return float(rejected[before] + share * (rejected[after] - rejected[before]))


def verification_auc(pairs: Pairs, weights: np.ndarray | None = None) -> float:
    """Return P(genuine > impostor) + 1/2 P(equal) of two pairs drawn at random."""
    genuine, impostor = _by_place(pairs, weights)
    below = np.cumsum(impostor) - impostor
    return float(genuine @ (below + impostor / 2))


def genuine_similarity(pairs: Pairs, weights: np.ndarray | None = None) -> float:
    """Return the mean cosine of pairs of one identity."""
    return _mean(pairs, weights, pairs.genuine)


def impostor_similarity(pairs: Pairs, weights: np.ndarray | None = None) -> float:
    """Return the mean cosine of pairs of two identities."""
    return _mean(pairs, weights, ~pairs.genuine)


def hard_positive_similarity(pairs: Pairs, weights: np.ndarray | None = None) -> float:
    """Return the mean cosine of the tenth of the genuine pairs that are least alike.

    The pair on the border of the tenth counts by the share of it that lies inside.
    """
    chosen = pairs.genuine
    of_pairs = np.ones(chosen.sum()) if weights is None else weights[chosen]
    tenth = HARDEST * of_pairs.sum()
    inside = np.clip(tenth - (np.cumsum(of_pairs) - of_pairs), 0, of_pairs)
    return float(pairs.scores[chosen] @ inside / tenth)


MEASURES = {
    "eer": eer,
    "verification_auc": verification_auc,
    "genuine_similarity": genuine_similarity,
    "impostor_similarity": impostor_similarity,
    "hard_positive_similarity": hard_positive_similarity,
}


def measures(pairs: Pairs, weights: np.ndarray | None = None) -> dict[str, float]:
    """Return every measure of these pairs, by name."""
    return {name: measure(pairs, weights) for name, measure in MEASURES.items()}


def _by_place(pairs: Pairs, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of genuine and of impostor pairs at each distinct cosine, rising."""
    places = int(pairs.place[-1]) + 1
    found = []
    for chosen in (pairs.genuine, ~pairs.genuine):
        of_pairs = None if weights is None else weights[chosen]
        counted = np.bincount(pairs.place[chosen], weights=of_pairs, minlength=places)
        found.append(counted / counted.sum())
    return found[0], found[1]


def _mean(pairs: Pairs, weights: np.ndarray | None, chosen: np.ndarray) -> float:
    return float(
        np.average(pairs.scores[chosen], weights=None if weights is None else weights[chosen])
    )
