"""How a loss of whole label maps is applied to a batch."""

import torch

from reproduce.errors import UserError
from reproduce.losses import Batch
from reproduce.losses.objective import Objective


class SegmentationObjective(Objective):
    """Calls `function(logits [V N, C, H, W], mask [V N, H, W])`."""

    reads = "logits"

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the loss of the batch, all its pixels together."""
        if batch.mixed is not None:
            raise UserError(
                f"{type(self).__name__} expected one label per pixel, received mixed images; "
                "take the mixing out of this phase"
            )
        return self.call(batch.logits, batch.all_labels)


def mean_over_present(losses: torch.Tensor, present: torch.Tensor) -> torch.Tensor:
    """Return the mean loss of the classes that the masks show; 0 if they show none."""
    return (losses * present).sum() / present.sum().clamp_min(1)
