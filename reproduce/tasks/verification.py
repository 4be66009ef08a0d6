"""Verification: whether two images show the same identity, one that training never saw.

Kept are embeddings and identities; the scores of pairs are computed from them whenever they are
asked for. Pairs grow with the square of the images: of a large part some images of every identity
are compared, the same for every trial. One part of the data is measured under several rules of
which images are compared (`evaluation.compared`), each under a name of its own.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from reproduce.data.targets import IDENTITY
from reproduce.errors import unknown_name
from reproduce.evaluation import compared, identity_draws, pair_measures
from reproduce.evaluation.checked_inputs import require_finite
from reproduce.evaluation.compared import Shown
from reproduce.tasks.task import Predicted, Stored, Task

if TYPE_CHECKING:
    import torch

    from reproduce.data.preparation import Images
    from reproduce.models.network import Network

# Two million pairs: a quarter of a second to measure, a hundred megabytes. Where only images of
# one of ten kinds are compared, more images make no more pairs.
IMAGES_COMPARED, IMAGES_OF_KINDS = 2000, 4800
ABOUT = ("domains", "kinds")


class Verification(Task[Shown]):
    """Scores are embeddings [n, d], the truth is an identity an image [n]."""

    name = "verification"
    targets = IDENTITY
    network = "classification"
    headline, headline_words = "eer", "equal error rate"
    keeps = ("embeddings", "gradients")
    scores_travel = False
    carried = ("embeddings", "embedding_rows", "labels", *ABOUT)
    drawn_in_any_split = True

    def correct(self, logits: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
        """Return how many training images are given to their identity, where a loss reads that."""
        return (logits.argmax(dim=-1) == targets).sum()

    def predict(
        self,
        network: "Network",
        images: "Images",
        classes: int,
        device: "torch.device",
        precision: str,
        keep: Iterable[str] = (),
        known: np.ndarray | None = None,
    ) -> Predicted[Shown]:
        """Return embeddings and identities of the images that are compared, and keep them."""
        from reproduce.tasks.prediction import predict

        about = {name: images.about.get(name) for name in ABOUT}
        most = IMAGES_COMPARED if about["kinds"] is None else IMAGES_OF_KINDS
        rows = compared.evenly_of_each(images.labels, most)
        _, embeddings = predict(network, images.part(rows), device, precision)
        require_finite(embeddings, "embeddings")
        shown = {name: whose[rows] for name, whose in about.items() if whose is not None}
        arrays = {}
        if "embeddings" in keep:
            labels = images.labels.astype(np.int32)
            arrays = {"embeddings": embeddings, "embedding_rows": rows, "labels": labels}
            arrays |= {name: whose.astype(np.int16) for name, whose in shown.items()}
        return Predicted(embeddings, _shown(images.labels[rows], shown), arrays)

    def summary(self, scores: np.ndarray, truth: Shown, classes: int) -> dict[str, float]:
        """Return the measures of all pairs that the rule of `truth` compares."""
        return pair_measures.measures(compared.pairs(scores, truth))

    def summaries(
        self, scores: np.ndarray, truth: Shown, classes: int, part: str
    ) -> Iterable[tuple[str, dict[str, float]]]:
        """Yield the measures of the part, then those under each other rule that it has."""
        for rule in truth.rules():
            name = f"{part}:{rule}" if rule else part
            yield name, self.summary(scores, truth.under(rule), classes)

    def scores(self, result: Stored, part: str = "test") -> tuple[np.ndarray, Shown]:
        """Return the embeddings [n, d], and whom they show, of a part or of a rule on it."""
        part, rule = compared.split_name(part)
        names = ("embeddings", "embedding_rows", "labels")
        embeddings, rows, labels = self.stored(result, part, *names)
        about = {
            name: result.arrays[f"{part}/{name}"].astype(np.int64)
            for name in ABOUT if f"{part}/{name}" in result.arrays
        }  # fmt: skip
        return embeddings, _shown(labels[rows].astype(np.int64), about).under(rule)

    def resampled(
        self, scores: np.ndarray, truth: Shown, metric: str, draws: int, seed: int = 0
    ) -> np.ndarray:
        """Resample identities, each with all its images and their pairs.

        An identity that is drawn twice is there twice: its genuine pairs count twice, and an
        impostor pair counts once for each two copies of its identities. Between the two copies of
        one identity no pair is made: they would be genuine pairs that are there already, or images
        with themselves, and never impostors.
        """
        if metric not in pair_measures.MEASURES:
            raise unknown_name("measure of verification", metric, pair_measures.MEASURES)
        return self.every_resampled(scores, truth, draws, seed)[metric]

    def every_resampled(
        self, scores: np.ndarray, truth: Shown, draws: int, seed: int = 0
    ) -> dict[str, np.ndarray]:
        """Return all measures on the same draws: finding the pairs is what takes long."""
        drawn = identity_draws.identity_counts(truth.identities, draws, seed)
        return identity_draws.resampled(compared.pairs(scores, truth), drawn)


def _shown(identities: np.ndarray, about: dict[str, np.ndarray]) -> Shown:
    return Shown(identities, about.get("domains"), about.get("kinds"))
