"""Maps of a study's stored embeddings, computed once and kept beside the results."""

import numpy as np

from reproduce.figures.map import EmbeddingMap, embedding_map
from reproduce.figures.picture import NothingToShow
from reproduce.randomness import generator
from reproduce.study.cell import Cell
from reproduce.study.study import Study

_FIELDS = (
    "perplexity", "perplexity_used", "iterations", "seed", "n_jobs", "method", "neighbours",
    "knn_accuracy", "knn_accuracy_embeddings", "trustworthiness", "library",
)  # fmt: skip


def map_of(study: Study, cell: Cell, images: int) -> tuple[EmbeddingMap, np.ndarray, np.ndarray]:
    """Return the map of so many test images by a cell's network, their labels and predictions.

    The same images for every cell, so that maps can stand side by side.
    """

    def compute():
        result = study.result(cell)
        if "test/embeddings" not in result.arrays:
            raise NothingToShow(
                f"the embeddings of trial {result.key} were not kept; "
                f"`reproduce run {study.paper} --force` makes them again"
            )
        rows = result.arrays["test/embedding_rows"]
        chosen = np.sort(generator(0, "map").permutation(len(rows))[:images])
        labels = result.arrays["test/labels"][rows[chosen]].astype(np.int64)
        scores, _ = study.measures.scores(cell)
        drawn = embedding_map(result.arrays["test/embeddings"][chosen], labels)
        arrays = {
            "coordinates": drawn.coordinates,
            "labels": labels,
            "predictions": scores[rows[chosen]].argmax(axis=1),
        }
        return {name: getattr(drawn, name) for name in _FIELDS}, arrays

    steps = "+".join(cell.definition.posthoc) or "none"
    values, arrays = study.measures.derived(f"map/{images}/{steps}", [cell], compute)
    values["iterations"] = tuple(values["iterations"])
    drawn = EmbeddingMap(coordinates=arrays["coordinates"], **values)
    return drawn, arrays["labels"], arrays["predictions"]
