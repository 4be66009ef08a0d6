"""Test images and what lies nearest to them in the embedding: right or wrong, framed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.data import catalog
from reproduce.data.preparation import prepare
from reproduce.evaluation.representation import on_sphere
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import INK, in_the_look, new_figure
from reproduce.study.cell import Cell
from reproduce.study.study import Study

NEAREST, EACH = 5, 2
RIGHT, WRONG = "#009E73", "#D55E00"


@dataclass(frozen=True)
class Found:
    """Queries and their nearest others: places among the test images [q], [q, k], and classes."""

    queries: np.ndarray
    nearest: np.ndarray
    labels: np.ndarray

    @property
    def right(self) -> float:
        """Return the share of the shown neighbours that have their query's class."""
        return float((self.labels[self.nearest] == self.labels[self.queries][:, None]).mean())


def neighbours(embeddings: np.ndarray, labels: np.ndarray) -> Found:
    """Return the first images of each class as queries, and the nearest other images by cosine."""
    rows = on_sphere(embeddings)
    queries = np.concatenate([np.flatnonzero(labels == c)[:EACH] for c in np.unique(labels)])
    near = rows[queries] @ rows.T
    near[np.arange(len(queries)), queries] = -np.inf
    nearest = np.argsort(-near, axis=1, kind="stable")[:, :NEAREST]
    return Found(queries, nearest, labels)


def of_cell(study: Study, cell: Cell) -> Found:
    """Return what lies near in a trial's embedding; kept, for editions that carry no embedding."""

    def compute():
        arrays = study.result(cell).arrays
        if "test/embeddings" not in arrays:
            raise NothingToShow("the embeddings of the test images are not in this store")
        rows = arrays["test/embedding_rows"]
        found = neighbours(arrays["test/embeddings"], arrays["test/labels"][rows].astype(int))
        places = {"queries": rows[found.queries], "nearest": rows[found.nearest]}
        return {}, {**places, "labels": arrays["test/labels"]}

    _, kept = study.measures.derived(f"retrieval/{NEAREST}/{EACH}", [cell], compute)
    return Found(kept["queries"], kept["nearest"], np.asarray(kept["labels"]).astype(int))


def images_of(study: Study, cell: Cell, places: np.ndarray) -> np.ndarray:
    """Return test images of a trial as they are stored, where they may be shown.

    The few that are shown are kept, so that an edition shows them where the data are not at hand.
    """
    if not study.record.images_publishable:
        raise NothingToShow("the images of this data set may not be shown")

    def compute():
        if not catalog.is_here(cell.trial.dataset):
            raise NothingToShow("the images are not on the machine that made this page")
        trial = cell.trial
        parts = prepare(
            catalog.load(trial.dataset), split=trial.split, imbalance=trial.imbalance,
            transforms=trial.transforms, data_seed=trial.data_seed, evaluate_on=["test"],
        )  # fmt: skip
        return {}, {"images": parts.evaluate["test"].stored(places)}

    return study.measures.derived(f"retrieval images/{NEAREST}/{EACH}", [cell], compute)[1][
        "images"
    ]


class Retrieval(Picture):
    """A row for each query: the query, then its nearest test images, framed by right or wrong.

    Parameters
    ----------
    found
        queries and what lies nearest.
    images
        pixels of the queries [q, ...] and of the neighbours [q, k, ...].
    class_names
        in the order of their numbers.
    """

    def __init__(self, found: Found, images: tuple[np.ndarray, np.ndarray], class_names):
        super().__init__()
        self.found, self.images = found, images
        self.class_names: Sequence[str] = class_names

    @in_the_look
    def draw(self) -> Figure:
        """Draw the queries with their neighbours."""
        queries, nearest = self.images
        figure, axes = new_figure(1.05 * len(queries), len(queries), NEAREST + 1)
        for row, query in enumerate(self.found.queries):
            label = self.found.labels[query]
            _image(axes[row, 0], queries[row], INK)
            axes[row, 0].set_ylabel(self.class_names[label].partition(" (")[0])
            for column, place in enumerate(self.found.nearest[row]):
                colour = RIGHT if self.found.labels[place] == label else WRONG
                _image(axes[row, column + 1], nearest[row, column], colour)
        return figure

    @property
    def _counted(self) -> tuple[int, int]:
        """Return how many of the neighbours have their query's class, and how many there are."""
        count = self.found.nearest.size
        return round(self.found.right * count), count

    def message(self) -> str:
        """Say how often the nearest image is of the same class."""
        right, count = self._counted
        return f"{right} of {count} nearest images are of the class that was asked for (one seed)"

    def seen(self) -> str:
        """Say what stands in a row."""
        return (
            f"A test image in each row, named by its class, and at its right the {NEAREST} test "
            "images that lie nearest in the embedding."
        )

    def reading(self) -> str:
        """Say what the frames mean."""
        return "Green frames: the same class; orange frames: another."

    def words(self) -> str:
        """Say how many of the neighbours have their query's class."""
        right, count = self._counted
        return (
            f"Of {len(self.found.queries)} test images, the first {EACH} of each class, the "
            f"{NEAREST} nearest others by cosine: {right} of {count} have the class of their query."
        )


def _image(axis: Axes, pixels: np.ndarray, colour: str) -> None:
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=255)
    axis.set_xticks([])
    axis.set_yticks([])
    for side in axis.spines.values():
        side.set_visible(True)
        side.set_edgecolor(colour)
        side.set_linewidth(2.2)
