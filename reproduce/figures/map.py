"""Maps of embeddings by openTSNE, each with numbers that say how far to trust it.

openTSNE has no wheel for every system; where it is not installed scikit-learn draws, and each map
says so. The two optimise the same divergence and their maps differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce import installed
from reproduce.errors import UserError, unknown_name
from reproduce.figures import map_panels
from reproduce.figures.confusion import by_frequency
from reproduce.figures.inputs import class_labels, not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import in_the_look
from reproduce.figures.wording import as_subject, in_sentence, method_label, percent, plain, plural

FEWEST_POINTS = 10
NEIGHBOURS = 10
METHOD = "bh"
# Scikit-learn exaggerates for so many iterations, no more and no fewer, and counts them in.
EXAGGERATED = 250


@dataclass(frozen=True)
class EmbeddingMap:
    """A two-dimensional map of embeddings, how it was made and how good it is.

    Parameters
    ----------
    coordinates
        [n, 2], in the order of the embeddings.
    perplexity, perplexity_used
        as asked for, and as used: at most (n - 1) / 3.
    iterations
        with and after early exaggeration.
    seed, n_jobs, method
        what else fixes the map; another number of jobs would give another one.
    neighbours
        the k of the three quality numbers (10, or fewer on a small set).
    knn_accuracy
        share of points whose k nearest neighbours in the map vote for their class.
    knn_accuracy_embeddings
        the same in the embeddings themselves: what the map can at best show.
    trustworthiness
        1 if all neighbours in the map are neighbours in the embeddings.
    library
        what drew it: openTSNE, or scikit-learn where that is not installed.
    """

    coordinates: np.ndarray
    perplexity: float
    perplexity_used: float
    iterations: tuple[int, int]
    seed: int
    n_jobs: int
    method: str
    neighbours: int
    knn_accuracy: float
    knn_accuracy_embeddings: float
    trustworthiness: float
    library: str = "openTSNE"

    @property
    def settings(self) -> str:
        """Return how the map was made, in one line."""
        asked = "" if self.perplexity_used == self.perplexity else (
            f" ({plain(self.perplexity)} asked for, too large for {len(self.coordinates)} points)"
        )  # fmt: skip
        return (
            f"{self.library} ({self.method}, PCA start), perplexity "
            f"{self.perplexity_used:.4g}{asked}, {self.iterations[0]} + {self.iterations[1]} "
            f"iterations, seed {self.seed}, {self.n_jobs} job; k {self.neighbours}"
        )


def _checked(embeddings: Any) -> np.ndarray:
    """Return embeddings [n, d] that can be mapped, as float64."""
    points = np.asarray(embeddings, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] < 2:
        raise UserError(f"embeddings have shape {points.shape}, expected (n, d) with d at least 2")
    if len(points) < FEWEST_POINTS:
        raise NothingToShow(f"a map needs at least {FEWEST_POINTS} images, here are {len(points)}")
    if not np.isfinite(points).all():
        raise NothingToShow("embeddings hold NaN or infinity: the training diverged")
    if np.ptp(points, axis=0).max() == 0:
        raise NothingToShow(
            "all embeddings are the same point, so there is nothing to map: "
            "the network collapsed; train it longer or lower the learning rate"
        )
    return points


def embedding_map(
    embeddings: Any,
    labels: Any,
    seed: int = 0,
    perplexity: float = 30,
    iterations: tuple[int, int] = (250, 500),
) -> EmbeddingMap:
    """Map embeddings [n, d] to the plane and measure the map.

    Everything that could differ silently is fixed: one job, the Barnes-Hut gradient, exact
    neighbours and a start from the principal components. The coordinates repeat on one machine;
    across machines compare the three quality numbers instead.
    """
    from reproduce.evaluation.neighbours import knn_accuracy, trustworthiness

    points = _checked(embeddings)
    labels = class_labels(labels, len(points), range(int(np.max(labels, initial=0)) + 1))
    if not perplexity >= 1:
        raise UserError(f"perplexity is {perplexity}, expected 1 or more (30 is usual)")
    if len(iterations) != 2 or min(iterations) < 1:
        raise UserError(f"iterations are {iterations}, expected two numbers of 1 or more")
    used = min(float(perplexity), (len(points) - 1) / 3)
    fallback = bool(installed.missing(("openTSNE",)))
    if fallback:
        iterations = (EXAGGERATED, iterations[1])
    draw = _by_scikit_learn if fallback else _by_opentsne
    coordinates = draw(points, used, iterations, seed)
    k = min(NEIGHBOURS, (len(points) - 1) // 2)
    return EmbeddingMap(
        coordinates=coordinates, perplexity=float(perplexity), perplexity_used=used,
        iterations=tuple(iterations), seed=seed, n_jobs=1, method=METHOD, neighbours=k,
        knn_accuracy=float(knn_accuracy(coordinates, labels, k=k)),
        knn_accuracy_embeddings=float(knn_accuracy(points, labels, k=k)),
        trustworthiness=float(trustworthiness(points, coordinates, k=k)),
        library="scikit-learn" if fallback else "openTSNE",
    )  # fmt: skip


def _by_opentsne(
    points: np.ndarray, perplexity: float, iterations: tuple[int, int], seed: int
) -> np.ndarray:
    from openTSNE import TSNE

    tsne = TSNE(
        perplexity=perplexity, initialization="pca", metric="euclidean", neighbors="exact",
        negative_gradient_method=METHOD, n_jobs=1, random_state=seed,
        early_exaggeration_iter=iterations[0], n_iter=iterations[1],
    )  # fmt: skip
    return np.asarray(tsne.fit(points))


def _by_scikit_learn(
    points: np.ndarray, perplexity: float, iterations: tuple[int, int], seed: int
) -> np.ndarray:
    from sklearn.manifold import TSNE

    tsne = TSNE(
        perplexity=perplexity, init="pca", metric="euclidean", method="barnes_hut", n_jobs=1,
        max_iter=sum(iterations), random_state=seed,
    )  # fmt: skip
    return np.asarray(tsne.fit_transform(points), dtype=np.float64)


class Maps(Picture):
    """Maps of the same points side by side: rare classes in colour and in front of the others.

    Parameters
    ----------
    maps
        {method: map}.
    labels
        true classes [n]; they give colour and marker.
    class_names
        in the order of the labels.
    predictions
        {method: predicted classes [n]}; a point predicted wrongly is an outline. A method that is
        not in it has no classifier that was trained, and its points are all filled.
    counts
        training images of each class; those with fewer than the average are rare. Left out, or all
        equal, every class has its colour.
    """

    kind = "map"

    def __init__(
        self,
        maps: Mapping[str, EmbeddingMap],
        labels: Any,
        class_names: Sequence[str],
        predictions: Mapping[str, Any] | None = None,
        counts: Sequence[int] | None = None,
    ):
        super().__init__()
        not_empty("maps", maps)
        self.maps, self.class_names = maps, class_names
        self.order, rare = by_frequency(counts, len(class_names))
        self.rare = set(self.order[rare].tolist())
        first = next(iter(maps.values()))
        self.truth = class_labels(labels, len(first.coordinates), class_names)
        for name in predictions or {}:
            if name not in maps:
                raise unknown_name("map among the predictions", name, maps)
        self.wrong = {
            name: class_labels(said, len(self.truth), class_names) != self.truth
            for name, said in (predictions or {}).items()
        }

    def wrong_of_rare(self, name: str) -> tuple[int, int] | None:
        """Return how many points of rare classes are wrong, and of how many."""
        if name not in self.wrong or not self.rare:
            return None
        is_rare = np.isin(self.truth, list(self.rare))
        return int((self.wrong[name] & is_rare).sum()), int(is_rare.sum())

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each map, and one legend."""
        return map_panels.drawn(self)

    def message(self) -> str:
        """Say how many of the rare classes' points are wrong, where most and where least."""
        said = {name: self.wrong_of_rare(name) for name in self.maps}
        known = {name: wrong for name, wrong in said.items() if wrong is not None}
        if not known:
            return ""
        most, least = (pick(known, key=lambda name: known[name][0]) for pick in (max, min))
        text = (
            f"{as_subject(most)} gets {known[most][0]} of the {known[most][1]} rare images in "
            "this map wrong"
        )
        if known[least][0] < known[most][0]:
            text += f", {in_sentence(least)} {known[least][0]}"
        return f"{text} (one seed)."

    def seen(self) -> str:
        """Say what the maps are."""
        said = ", rare classes in colour, frequent ones in grey" if self.rare else " by class"
        count = plural(len(self.maps), "network")
        return f"t-SNE maps of the same test images in the last hidden layer of {count}{said}."

    def reading(self) -> str:
        """Say what the marks mean."""
        wrong = "Outlines: predicted wrongly. " if self.wrong else ""
        return (
            f"{wrong}The maps are turned to lie alike. Under each name: how many points have the "
            "class of their neighbours in the map (kNN), and its trustworthiness (1: all "
            "neighbours are true ones)."
        )

    def words(self) -> str:
        """Say how far each map can be believed."""
        return " ".join(
            f"{method_label(name)}: {percent(found.knn_accuracy)} percent of the points have the "
            f"class of their {found.neighbours} nearest neighbours in the map, "
            f"{percent(found.knn_accuracy_embeddings)} percent in the embeddings; "
            f"trustworthiness {found.trustworthiness:.3f}{self._errors(name)}."
            for name, found in self.maps.items()
        )

    def _errors(self, name: str) -> str:
        if name not in self.wrong:
            return ""
        rare = self.wrong_of_rare(name)
        of_rare = f", of rare classes {rare[0]} of {rare[1]}" if rare else ""
        return f"; predicted wrongly {self.wrong[name].sum()} of {len(self.truth)}{of_rare}"
