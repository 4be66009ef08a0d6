"""Who races in the benchmark of losses: ours, its peers and the floor, all computing the same."""

from collections.abc import Callable, Iterator

import torch
from lightly.loss import NTXentLoss as OfLightly
from pytorch_metric_learning import losses as metric_learning
from pytorch_metric_learning.distances import LpDistance

from reproduce import losses

SIZE, CLASSES = 128, 10
OURS, FLOOR = "this project", "floor"
PEERS = ("pytorch-metric-learning", "lightly")
RACES = ("contrastive", "triplet", "lifted_structured", "sup_con", "nt_xent")

Loss = Callable[[torch.Tensor], torch.Tensor]


def embeddings(batch: int) -> torch.Tensor:
    """Return unit vectors that overlap: close to eight directions, so that every hinge is busy."""
    random = torch.Generator().manual_seed(batch)
    few = torch.randn(batch, 8, generator=random) @ torch.randn(8, SIZE, generator=random)
    return torch.nn.functional.normalize(few + 0.5 * torch.randn(batch, SIZE, generator=random))


def classes(batch: int) -> torch.Tensor:
    """Return ten classes in turn, as often as the batch holds them."""
    return torch.arange(batch) % CLASSES


def images(batch: int) -> torch.Tensor:
    """Return the number of the image of each row, where two views of each make the batch."""
    return torch.arange(batch // 2).repeat(2)


def floor(values: torch.Tensor) -> torch.Tensor:
    """Return what no loss over all pairs can do without: normalise, multiply, exponentiate, sum."""
    unit = torch.nn.functional.normalize(values)
    return (unit @ unit.T).exp().sum()


def contestants(race: str, batch: int) -> dict[str, Loss]:
    """Return the losses of a race at this size by who computes them, the floor first."""
    return {FLOOR: floor, **dict(_racing[race](batch))}


def _contrastive(batch: int) -> Iterator[tuple[str, Loss]]:
    labels, peer = classes(batch), metric_learning.ContrastiveLoss(pos_margin=0, neg_margin=1)
    ours = losses.function("contrastive")
    yield (
        OURS,
        lambda x: ours(x, labels, margin=1.0, squared=False, reading="separate_means"),
    )
    yield "pytorch-metric-learning", lambda x: peer(x, labels)


def _triplet(batch: int) -> Iterator[tuple[str, Loss]]:
    labels, peer = classes(batch), metric_learning.TripletMarginLoss(margin=0.2)
    ours = losses.function("triplet")
    # Ours has the paper's factor of a half.
    yield OURS, lambda x: 2 * ours(x, labels, margin=0.2, squared=False, average="active")
    yield "pytorch-metric-learning", lambda x: peer(x, labels)


def _lifted_structured(batch: int) -> Iterator[tuple[str, Loss]]:
    labels = classes(batch)
    distance = LpDistance(normalize_embeddings=False)
    peer = metric_learning.LiftedStructureLoss(neg_margin=1, pos_margin=0, distance=distance)
    ours = losses.function("lifted_structured")
    yield OURS, lambda x: ours(x, labels, margin=1.0, normalize=False)
    yield "pytorch-metric-learning", lambda x: peer(x, labels)


def _sup_con(batch: int) -> Iterator[tuple[str, Loss]]:
    labels, peer = classes(batch), metric_learning.SupConLoss(temperature=0.1)
    ours = losses.function("sup_con")
    yield OURS, lambda x: ours(x, labels, temperature=0.1)
    yield "pytorch-metric-learning", lambda x: peer(x, labels)


def _nt_xent(batch: int) -> Iterator[tuple[str, Loss]]:
    labels, ours = images(batch), losses.function("nt_xent")
    peer, of_lightly = metric_learning.NTXentLoss(temperature=0.5), OfLightly(temperature=0.5)
    yield OURS, lambda x: ours(*x.chunk(2), temperature=0.5)
    yield "pytorch-metric-learning", lambda x: peer(x, labels)
    yield "lightly", lambda x: of_lightly(*x.chunk(2))


_racing = {
    "contrastive": _contrastive,
    "triplet": _triplet,
    "lifted_structured": _lifted_structured,
    "sup_con": _sup_con,
    "nt_xent": _nt_xent,
}


def step(loss: Loss, values: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Go forward and backward once; return the loss and the gradient."""
    leaf = values.detach().requires_grad_()
    value = loss(leaf)
    value.backward()
    return float(value.detach()), leaf.grad
