"""Maps of embeddings by openTSNE, each with numbers that say how far to trust it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError, unknown_name
from reproduce.figures.inputs import class_labels, not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import class_style, in_the_look, panels, title
from reproduce.figures.wording import method_label, percent, plain

FEWEST_POINTS = 10
NEIGHBOURS = 10
METHOD = "bh"


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

    @property
    def settings(self) -> str:
        """Return how the map was made, in one line."""
        asked = "" if self.perplexity_used == self.perplexity else (
            f" ({plain(self.perplexity)} asked for, too large for {len(self.coordinates)} points)"
        )  # fmt: skip
        return (
            f"openTSNE ({self.method}, PCA start), perplexity {self.perplexity_used:.4g}{asked}, "
            f"{self.iterations[0]} + {self.iterations[1]} iterations, seed {self.seed}, "
            f"{self.n_jobs} job; k {self.neighbours}"
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
    from openTSNE import TSNE

    from reproduce.evaluation.neighbours import knn_accuracy, trustworthiness

    points = _checked(embeddings)
    labels = class_labels(labels, len(points), range(int(np.max(labels, initial=0)) + 1))
    if not perplexity >= 1:
        raise UserError(f"perplexity is {perplexity}, expected 1 or more (30 is usual)")
    if len(iterations) != 2 or min(iterations) < 1:
        raise UserError(f"iterations are {iterations}, expected two numbers of 1 or more")
    used = min(float(perplexity), (len(points) - 1) / 3)
    tsne = TSNE(
        perplexity=used, initialization="pca", metric="euclidean", neighbors="exact",
        negative_gradient_method=METHOD, n_jobs=1, random_state=seed,
        early_exaggeration_iter=iterations[0], n_iter=iterations[1],
    )  # fmt: skip
    coordinates = np.asarray(tsne.fit(points))
    k = min(NEIGHBOURS, (len(points) - 1) // 2)
    return EmbeddingMap(
        coordinates=coordinates, perplexity=float(perplexity), perplexity_used=used,
        iterations=tuple(iterations), seed=seed, n_jobs=1, method=METHOD, neighbours=k,
        knn_accuracy=float(knn_accuracy(coordinates, labels, k=k)),
        knn_accuracy_embeddings=float(knn_accuracy(points, labels, k=k)),
        trustworthiness=float(trustworthiness(points, coordinates, k=k)),
    )  # fmt: skip


class Maps(Picture):
    """Maps of the same points side by side, with their quality in each title.

    Parameters
    ----------
    maps
        {method: map}.
    labels
        true classes [n]; they give colour and marker, and the name written in the cluster.
    class_names
        in the order of the labels.
    predictions
        {method: predicted classes [n]}; points predicted wrongly get a black cross.
    columns
        maps beside each other.
    """

    kind = "map"

    def __init__(
        self,
        maps: Mapping[str, EmbeddingMap],
        labels: Any,
        class_names: Sequence[str],
        predictions: Mapping[str, Any] | None = None,
        columns: int = 2,
    ):
        super().__init__()
        not_empty("maps", maps)
        self.maps, self.class_names, self.columns = maps, class_names, columns
        self.truth = {
            name: class_labels(labels, len(found.coordinates), class_names)
            for name, found in maps.items()
        }
        self.wrong = {
            name: _wrong(name, predictions, truth, class_names)
            for name, truth in self.truth.items()
        }

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel for each map, and one legend."""
        count, columns = len(self.maps), self.columns
        figure, axes = panels(count, 4.1 if min(columns, count) > 1 else 6.2, columns)
        for axis, (name, found) in zip(axes, self.maps.items(), strict=True):
            _scatter(axis, found.coordinates, self.truth[name], self.class_names)
            wrong = self.wrong[name]
            if wrong is not None:
                axis.scatter(
                    *found.coordinates[wrong].T, marker="x", c="black", s=26, linewidths=1.2,
                    zorder=3,
                )  # fmt: skip
            title(
                axis,
                method_label(name),
                f"kNN: map {percent(found.knn_accuracy, 0)} %, "
                f"embedding {percent(found.knn_accuracy_embeddings, 0)} %",
                f"trustworthiness {found.trustworthiness:.2f}",
            )
        _legend(figure, axes[0], any(wrong is not None for wrong in self.wrong.values()))
        return figure

    def words(self) -> str:
        """Say how far each map can be believed."""
        return " ".join(
            f"{method_label(name)}: {percent(found.knn_accuracy)} percent of the points have the "
            f"class of their {found.neighbours} nearest neighbours in the map, "
            f"{percent(found.knn_accuracy_embeddings)} percent in the embeddings; "
            f"trustworthiness {found.trustworthiness:.3f}."
            for name, found in self.maps.items()
        )


def _wrong(
    name: str, predictions: Mapping[str, Any] | None, truth: np.ndarray, class_names: Sequence[str]
) -> np.ndarray | None:
    """Return which points of a map are predicted wrongly, None where no prediction is given."""
    if predictions is None:
        return None
    if name not in predictions:
        raise unknown_name("map among the predictions", name, predictions)
    return class_labels(predictions[name], len(truth), class_names) != truth


def _scatter(
    axis: Axes, coordinates: np.ndarray, labels: np.ndarray, class_names: Sequence[str]
) -> None:
    """Draw the points of one map, and its short class names in the clusters."""
    short = max(len(str(name)) for name in class_names) <= 4 and len(class_names) <= 20
    size = float(np.clip(9000 / len(coordinates), 6, 34))
    for index, class_name in enumerate(class_names):
        points = coordinates[labels == index]
        if len(points) == 0:
            continue
        style = class_style(index)
        axis.scatter(
            *points.T, s=size, c=style.colour, marker=style.marker, alpha=0.75, linewidths=0,
            label=str(class_name),
        )  # fmt: skip
        if short:
            _write_name(axis, points, str(class_name), style.colour)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(False)
    axis.spines[:].set_visible(True)
    axis.spines[:].set_color("#cccccc")
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_box_aspect(1)


def _write_name(axis: Axes, points: np.ndarray, name: str, colour: str) -> None:
    """Write a class's name at the point of it that is nearest to all others."""
    distances = np.abs(points - np.median(points, axis=0)).sum(axis=1)
    place = points[distances.argmin()]
    halo = [patheffects.withStroke(linewidth=3.5, foreground="white")]
    axis.text(
        *place, name, color=colour, fontsize=13, fontweight="bold", ha="center", va="center",
        zorder=4, path_effects=halo,
    )  # fmt: skip


def _legend(figure: Figure, axis: Axes, marked: bool) -> None:
    """Put one legend for all maps under them."""
    handles, names = axis.get_legend_handles_labels()
    if marked:
        handles.append(axis.scatter([], [], marker="x", c="black", s=26, linewidths=1.2))
        names.append("predicted wrongly")
    longest = max(map(len, names[:-1] if marked else names))
    columns = max(2, min(6, 60 // (longest + 5)))
    figure.legend(
        handles, names, loc="outside lower center", ncols=columns, markerscale=1.6,
        handletextpad=0.2, columnspacing=1.2,
    )  # fmt: skip
