"""One vector per class that follows the embeddings of the class from batch to batch."""

import torch
from torch import nn
from torch.nn import functional

from reproduce.errors import UserError
from reproduce.losses import checks
from reproduce.losses.embedding.similarities import products, scaled


def class_means(
    rows: torch.Tensor, labels: torch.Tensor, classes: int, counted: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean of every class [C, D], and which classes have any row [C].

    Only rows where `counted` [N] is true are taken, all of them where it is None; a class without
    any has a mean of zeros.
    """
    member = functional.one_hot(labels, classes).to(rows.dtype)
    if counted is not None:
        member = member * counted[:, None]
    sizes = member.sum(0)
    # A product of matrices, since scattered additions on a GPU come in any order.
    return products(member.T, rows.T) / sizes.clamp_min(1)[:, None], sizes > 0


def follow(
    old: torch.Tensor,
    seen: torch.Tensor,
    means: torch.Tensor,
    present: torch.Tensor,
    *,
    momentum: float,
    unit: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move the vectors [C, D] of the classes present towards their means; say which are seen now.

    A class seen for the first time takes its mean as it is, any other `momentum` of it and the
    rest of the old vector. With `unit` they are scaled to length one.
    """
    means = means.to(old.dtype)
    new = torch.where(seen[:, None], (1 - momentum) * old + momentum * means, means)
    new = scaled(new) if unit else new
    return torch.where(present[:, None], new, old), seen | present


def of_classes(
    rows: torch.Tensor, temperatures: float | torch.Tensor, prototypes: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor, int | None]:
    """Return temperatures, prototypes (none are an empty table), and how many classes there are."""
    try:
        tau = torch.as_tensor(temperatures, dtype=rows.dtype, device=rows.device)
    except (TypeError, ValueError) as error:
        raise UserError(
            f"bdcl: temperatures expected a number or one per class, received {temperatures!r}"
        ) from error
    if tau.ndim:
        tau = checks.numbers("bdcl", "temperatures", tau, "C")
    # Reading a temperature would make a GPU wait; there its owner keeps it in bounds.
    if tau.device.type == "cpu":
        checks.parameter("bdcl", "temperatures", float(tau.detach().min()), above=0)
    if prototypes is None:
        return tau, rows.new_zeros(0, rows.shape[1]), len(tau) if tau.ndim else None
    stars = checks.numbers("bdcl", "prototypes", prototypes, "C, D").to(rows.dtype)
    classes = len(tau) if tau.ndim else len(stars)
    if stars.shape != (classes, rows.shape[1]):
        raise UserError(
            f"bdcl: prototypes expected [{classes}, {rows.shape[1]}], received {list(stars.shape)}"
        )
    return tau, scaled(stars, normalize=False), classes


class ClassVectors(nn.Module):
    """A vector per class, and which classes have been seen; the others have a vector of zeros."""

    vectors: torch.Tensor
    seen: torch.Tensor

    def __init__(self, classes: int, size: int, *, momentum: float, unit: bool = True):
        super().__init__()
        self.momentum, self.unit = momentum, unit
        self.register_buffer("vectors", torch.zeros(classes, size))
        self.register_buffer("seen", torch.zeros(classes, dtype=torch.bool))

    @torch.no_grad()
    def move(
        self, rows: torch.Tensor, labels: torch.Tensor, counted: torch.Tensor | None = None
    ) -> None:
        """Follow the rows [N, D] of length one, or those of them that are counted [N]."""
        means, present = class_means(rows.detach(), labels, len(self.vectors), counted)
        # New tensors: a loss that has not been differentiated yet still needs the old ones.
        self.vectors, self.seen = follow(
            self.vectors, self.seen, means, present, momentum=self.momentum, unit=self.unit
        )


class HardPrototypes(ClassVectors):
    """Prototypes that follow only the hard embeddings of a class, once the class has been seen."""

    def __init__(self, classes: int, size: int, *, hard_examples: str, momentum: float, unit: bool):
        super().__init__(classes, size, momentum=momentum, unit=unit)
        self.hard_examples = hard_examples
        if hard_examples == "auxiliary_head":
            self.auxiliary = nn.Linear(size, classes)
            # Linear and convex: zeros are as good a start as any, and draw no random numbers.
            nn.init.zeros_(self.auxiliary.weight)
            nn.init.zeros_(self.auxiliary.bias)

    def auxiliary_loss(self, rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return zero, with the gradient that trains the auxiliary head and nothing else."""
        loss = functional.cross_entropy(self._guess(rows), labels)
        return loss - loss.detach()

    def move_to_hard(self, rows: torch.Tensor, labels: torch.Tensor) -> None:
        """Follow the hard ones of the rows [N, D] of length one; all of them in a new class."""
        self.move(rows, labels, self.hard(rows, labels) | ~self.seen[labels])

    @torch.no_grad()
    def hard(self, rows: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return which rows [N] are hard, as the prototypes stand now."""
        if self.hard_examples == "every":
            return torch.ones_like(labels, dtype=torch.bool)
        if self.hard_examples == "auxiliary_head":
            return self._guess(rows).argmax(1) != labels
        similarity = products(rows, scaled(self.vectors).to(rows.dtype))
        if self.hard_examples == "nearest_prototype":
            return similarity.masked_fill(~self.seen, -torch.inf).argmax(1) != labels
        own = similarity.gather(1, labels[:, None])
        means, _ = class_means(own, labels, len(self.vectors))
        return (own < means[labels]).squeeze(1)

    def _guess(self, rows: torch.Tensor) -> torch.Tensor:
        guess: torch.Tensor = self.auxiliary(rows.detach().to(self.auxiliary.weight.dtype))
        return guess
