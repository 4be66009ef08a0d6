"""How a classifier's loss is applied to a batch: plain, mixed, or pixel by pixel."""

import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Mixed, checks
from reproduce.losses.checks import IGNORED
from reproduce.losses.classifier import class_weights
from reproduce.losses.objective import Objective


class ClassifierObjective(Objective):
    """Calls `function(logits [V N, C], labels [V N])`.

    Label maps are taken as so many images: every pixel whose label is known is one row. Of mixed
    images the loss is own * loss(label) + (1 - own) * loss(label mixed in), which for cross-entropy
    is the loss of the soft label; with class weights, each of both labels brings its own.
    """

    reads = "logits"

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of the batch."""
        if batch.mixed is not None:
            return self.of_mixed(batch, batch.mixed)
        if batch.logits.ndim == 4:
            logits, labels = known_pixels(type(self).__name__, batch.logits, batch.all_labels)
            # The sum of no rows is 0, and so is its gradient; the mean of none is not a number.
            return self.call(logits, labels) if len(labels) else logits.sum()
        return self.call(batch.logits, batch.all_labels)

    def of_mixed(self, batch: Batch, mixed: Mixed) -> torch.Tensor:
        """Return the mean loss of images that were mixed."""
        if batch.logits.ndim == 4:
            raise UserError(
                f"{type(self).__name__}: mixed images expected one label each, received label "
                "maps; take the mixing out of this phase"
            )
        own = mixed.own.repeat(batch.views)
        labels = batch.all_labels
        partner = mixed.labels.repeat(batch.views)
        first = self.call(batch.logits, labels, reduction="none")
        second = self.call(batch.logits, partner, reduction="none")
        each = own * first + (1 - own) * second
        weights = self.weights(each)
        if weights is None:
            return each.mean()
        own_weights, partner_weights = weights[labels.long()], weights[partner.long()]
        return each.sum() / (own * own_weights + (1 - own) * partner_weights).sum()

    def weights(self, like: torch.Tensor) -> torch.Tensor | None:
        """Return the weights of the classes [C], or None where the phase asks for none."""
        given = {"class_weights": None, **self.parameters_given}
        asked = {name: given[name] for name in ("class_weights", "beta") if name in given}
        if asked["class_weights"] is None:
            return None
        per_class = like.new_empty(1, self.context.classes)
        return class_weights.chosen(
            type(self).__name__, **asked, counts=self.counts, like=per_class
        )


def known_pixels(
    loss: str, logits: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits [n, C] and labels [n] of the pixels whose label is known."""
    logits = checks.numbers(loss, "logits", logits, "N, C, H, W")
    labels = checks.labels(loss, mask, logits, logits.shape[1], ignored=IGNORED).reshape(-1)
    rows = logits.permute(0, 2, 3, 1).reshape(-1, logits.shape[1])
    known = labels != IGNORED
    return rows[known], labels[known]
