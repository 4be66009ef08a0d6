"""What negatives do to the classes in a contrastive loss, summed up until the history asks."""

import torch
from torch import nn
from torch.nn import functional

from reproduce.losses.embedding.similarities import products, scaled


class Penalties(nn.Module):
    """Sums over training steps: how hard negatives of each class push, and who is near to them.

    The push of a negative on its anchor is the derivative of the loss by their similarity, its
    share of the denominator over the temperature of the anchor's class. It is summed over anchors
    by the class of the negative, prototypes among them. Beside it stands, by the class of the
    anchor, the similarity of its hardest negative. Both are part of the state, so that a run that
    goes on after an interruption says the same.
    """

    pushes: torch.Tensor
    nearest: torch.Tensor
    anchors: torch.Tensor

    def __init__(self, classes: int):
        super().__init__()
        for name in ("pushes", "nearest", "anchors"):
            self.register_buffer(name, torch.zeros(classes, dtype=torch.float64))

    @torch.no_grad()
    def add(
        self,
        rows: torch.Tensor,
        labels: torch.Tensor,
        temperatures: float | torch.Tensor,
        prototypes: torch.Tensor | None = None,
        known_prototypes: torch.Tensor | None = None,
    ) -> None:
        """Count one batch: rows [N, D] and labels [N], the temperature or one for each class."""
        rows = scaled(rows.detach())
        classes = len(self.pushes)
        stars = rows.new_zeros(0, rows.shape[1]) if prototypes is None else prototypes.to(rows)
        columns = torch.cat([labels, torch.arange(len(stars), device=rows.device)]).long()
        allowed = torch.ones(len(rows), len(columns), dtype=torch.bool, device=rows.device)
        allowed[:, : len(rows)].fill_diagonal_(False)
        if known_prototypes is not None:
            allowed[:, len(rows) :] &= known_prototypes
        similarity = products(rows, torch.cat([rows, stars]))
        tau = torch.as_tensor(temperatures, dtype=rows.dtype, device=rows.device).detach()
        tau = (tau[labels] if tau.ndim else tau.expand(len(labels)))[:, None]
        lowest = torch.finfo(rows.dtype).min
        shares = (similarity / tau).masked_fill(~allowed, lowest).softmax(1)
        negative = allowed & (labels[:, None] != columns)
        pushes = (shares / tau).masked_fill(~negative, 0).double()
        of_column = functional.one_hot(columns, classes).double()
        self.pushes += products(pushes, of_column.T).sum(0)
        there = negative.any(1)
        hardest = similarity.masked_fill(~negative, lowest).amax(1).double()
        of_row = functional.one_hot(labels.long(), classes).double() * there[:, None]
        self.nearest += (of_row * hardest.where(there, hardest.new_zeros(()))[:, None]).sum(0)
        self.anchors += of_row.sum(0)

    @torch.no_grad()
    def taken(self) -> dict[str, torch.Tensor]:
        """Return what was summed up, by class, and begin anew.

        A class without an anchor has no similarity: not a number, which no history keeps.
        """
        shares = self.pushes / self.pushes.sum()
        nearest = self.nearest / self.anchors
        found = {f"negative_push_class_{c}": value for c, value in enumerate(shares)}
        found |= {f"hardest_negative_class_{c}": value for c, value in enumerate(nearest)}
        for sums in (self.pushes, self.nearest, self.anchors):
            sums.zero_()
        return found
