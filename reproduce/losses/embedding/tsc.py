"""Targeted supervised contrastive learning: classes are drawn to targets spread evenly."""

from typing import Any

import torch

from reproduce.errors import UserError
from reproduce.losses import Context, checks
from reproduce.losses.embedding.pixels import PixelsOrImages
from reproduce.losses.embedding.prototypes import ClassVectors
from reproduce.losses.embedding.similarities import positives as same_class
from reproduce.losses.embedding.similarities import products, reduced, scaled
from reproduce.losses.embedding.simplex import even_targets


def tsc(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    targets: torch.Tensor | None = None,
    assignment: torch.Tensor | None = None,
    target_weight: float = 0.2,
    positives: int | None = 6,
    views: int = 1,
    temperature: float = 0.07,
    reading: str = "printed",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Contrast with k positives, and a pull to the target of the class (the TSC paper's loss).

    .. math::

        L_i = \frac{-1}{k + 1} \sum_{p \in P_k(i)} \log \frac{\exp(z_i \cdot z_p / \tau)}{D_i}
              - \lambda \log \frac{\exp(z_i \cdot t_{y_i} / \tau)}{D_i}, \qquad
        D_i = \sum_{a \neq i} \exp(z_i \cdot z_a / \tau) + \sum_{c=1}^{C} \exp(z_i \cdot t_c / \tau)

    :math:`P_k(i)` holds the other view of the anchor's image and k more rows of its class, drawn
    at random: with as many positives for every class, large classes are not pulled together
    harder than small ones. The targets t are points on the sphere as far apart as can be, and
    repel whatever is not of their class. Without targets this is k-positive contrastive learning
    (KCL), the warm-up of the paper.

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The outputs of the projection head; scaled to length one here.
    labels : Tensor [N]
        The classes; 0 to C - 1 where there are targets.
    targets : Tensor [C, D] or None
        Unit vectors; None leaves them out of both terms.
    assignment : Tensor [C] of whole numbers or None
        Which target each class has; None gives class c the target c.
    target_weight : float
        :math:`\lambda`; the paper's is 0.2, the best of ten values from 0.01 to 10.
    positives : int or None
        k; the paper's is 6. None takes every row of the class and draws nothing.
    views : int
        The rows are so many views of each image, first views first. The other views of an image
        are always positives and k counts those of other images; with 1 (default) there are none.
    temperature : float
        :math:`\tau`; 0.07 in the authors' code.
    reading : str
        "printed", as above, or "code": the authors' code divides the sum of both terms by the
        number of all positives, the target among them, so the pull to the target is k + 2 times
        weaker than printed.
    reduction : str
        "mean" over all N anchors (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    The paper contrasts with a queue of earlier embeddings, or, on CIFAR, with a large batch;
    here it is always the batch. Positives are drawn with torch's generator, so they depend on the
    order of the batch.

    Edge cases
    ----------
    The divisor is always the number of positives: k + 1 with two views as above, k with one, and
    less where a class has fewer than k other rows, of which all are taken. An
    anchor without any positive keeps its second term; without targets its loss is zero, and it
    still counts in the mean. An embedding of zeros has cosine zero with everything and receives
    no gradient.

    References
    ----------
    Li, Cao, Yuan, Fan, Yang, Feris, Indyk, Katabi (2022). Targeted Supervised Contrastive Learning
    for Long-Tailed Recognition.

    Kang, Li, Xie, Yuan, Feng (2021). Exploring Balanced Feature Spaces for Representation Learning.
    """
    checks.choice("tsc", "reading", reading, ("printed", "code"))
    checks.parameter("tsc", "temperature", temperature, above=0)
    checks.parameter("tsc", "target_weight", target_weight, least=0)
    rows = scaled(checks.numbers("tsc", "embeddings", embeddings, "N, D"))
    labels = checks.labels("tsc", labels, rows, None if targets is None else len(targets))
    positive = _positives(labels, positives, views)
    count = positive.sum(1)
    columns = rows if targets is None else torch.cat([rows, _in_order(rows, targets, assignment)])
    exponents = products(rows, columns) / temperature
    # A finite number, since an anchor without targets may have no candidate at all.
    itself = torch.eye(*exponents.shape, dtype=torch.bool, device=rows.device)
    candidates = exponents.masked_fill(itself, torch.finfo(rows.dtype).min)
    log_denominator = candidates.logsumexp(1)
    among_rows = log_denominator[:, None] - exponents[:, : len(rows)]
    each = among_rows.masked_fill(~positive, 0).sum(1)
    if targets is None:
        return reduced("tsc", each / count.clamp_min(1), reduction)
    own_target = exponents.gather(1, len(rows) + labels[:, None]).squeeze(1)
    to_target = target_weight * (log_denominator - own_target)
    if reading == "code":
        return reduced("tsc", (each + to_target) / (count + 1), reduction)
    return reduced("tsc", each / count.clamp_min(1) + to_target, reduction)


def assigned(centroids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return which target [C] each class has, so that the sum of their cosines is the largest."""
    # Here, so that whoever takes a loss into a project of their own needs PyTorch alone.
    from scipy.optimize import linear_sum_assignment

    cosines = products(scaled(centroids).to(targets.dtype), targets).detach().cpu().numpy()
    _, chosen = linear_sum_assignment(cosines, maximize=True)
    return torch.as_tensor(chosen, device=targets.device)


def _positives(labels: torch.Tensor, wanted: int | None, views: int) -> torch.Tensor:
    """Return a mask [N, N]: the other views of an image, and k others of its class, drawn."""
    if wanted is not None and (not isinstance(wanted, int) or wanted < 0):
        raise UserError(f"tsc: positives expected a whole number from 0 or None, received {wanted}")
    if views < 1 or len(labels) % views:
        raise UserError(
            f"tsc: expected as many rows for each of {views} views, received {len(labels)} rows"
        )
    same = same_class(labels)
    if wanted is None:
        return same
    image = torch.arange(len(labels), device=labels.device) % (len(labels) // views)
    own = same & (image[:, None] == image)
    others = same & ~own
    keys = torch.rand(same.shape, device=labels.device).masked_fill(~others, -1)
    drawn = keys.topk(min(wanted, len(labels)), dim=1).indices
    return own | (others & torch.zeros_like(own).scatter(1, drawn, True))


def _in_order(
    rows: torch.Tensor, targets: torch.Tensor, assignment: torch.Tensor | None
) -> torch.Tensor:
    """Return the targets [C, D], that of class c in row c."""
    targets = checks.numbers("tsc", "targets", targets, "C, D").to(rows.dtype)
    if targets.shape[1] != rows.shape[1]:
        raise UserError(
            f"tsc: targets expected [C, {rows.shape[1]}], received {list(targets.shape)}"
        )
    if assignment is None:
        return targets
    if assignment.shape != targets.shape[:1]:
        raise UserError(
            f"tsc: assignment expected [{len(targets)}], received {list(assignment.shape)}"
        )
    return targets[assignment]


class TSC(PixelsOrImages):
    """The loss with targets made before training and assigned to the classes at every step.

    Every class has a centroid that follows its embeddings, without gradient. In training it moves
    at the beginning of a step; then the classes are assigned those targets with which the sum of
    the cosines of centroids and targets is the largest (the Hungarian method). Up to D + 1 classes
    the targets are a regular simplex, beyond they are searched for. The warm-up, half of the
    paper's epochs, is a phase before with `targets=False`: centroids follow in it as well, and the
    phase that continues it takes them over.

    Of label maps, pixels are drawn with torch's generator, anew at every step.

    Parameters
    ----------
    targets : bool
        Draw the classes to targets; without them this is KCL.
    target_weight, positives, temperature, reading : optional
        As in the function.
    momentum : float
        Weight of the new mean in a centroid, which is then scaled to length one; the paper's is
        0.1.
    segmentation_pairs, pixels_per_class, compared : optional
        Which pixels of label maps: "sampled_per_class" (default), as many of every class, or
        "sampled_at_random"; at most so many per class, 256; those "within_each_image" (default)
        with each other, or "across_the_batch".
    """

    function = staticmethod(tsc)
    targets: torch.Tensor

    def __init__(
        self,
        context: Context,
        *,
        targets: bool = True,
        target_weight: float = 0.2,
        positives: int | None = 6,
        temperature: float = 0.07,
        momentum: float = 0.1,
        reading: str = "printed",
        segmentation_pairs: str = "sampled_per_class",
        pixels_per_class: int = 256,
        compared: str = "within_each_image",
    ):
        super().__init__(context, segmentation_pairs, pixels_per_class, compared)
        checks.parameter("tsc", "momentum", momentum, above=0, most=1)
        self.with_targets = targets
        self.given: dict[str, Any] = {
            "target_weight": target_weight,
            "positives": positives,
            "temperature": temperature,
            "reading": reading,
        }
        size = context.embedding_size
        # Also where they are not used yet, so that the next phase can take over the whole state.
        self.register_buffer("targets", even_targets(context.classes, size).float())
        self.centroids = ClassVectors(context.classes, size, momentum=momentum)

    def prepare(self, rows: torch.Tensor, labels: torch.Tensor) -> None:
        """Move the centroids."""
        self.of_own_size(rows)
        if self.training:
            units = scaled(checks.numbers("tsc", "embeddings", rows.detach(), "N, D"))
            known = checks.labels("tsc", labels, units, self.context.classes)
            self.centroids.move(units, known)

    def of_rows(self, rows: torch.Tensor, labels: torch.Tensor, views: int) -> torch.Tensor:
        """Return the loss of each row, its class drawn to the target nearest to its centroid."""
        given = {**self.given, "views": views, "reduction": "none"}
        if self.with_targets:
            assignment = assigned(self.centroids.vectors, self.targets)
            given |= {"targets": self.targets, "assignment": assignment}
        return tsc(rows, labels, **given)
