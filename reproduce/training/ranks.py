"""One trial on several processes, the ranks: each passes its share of a batch through the encoder.

Every rank makes the whole batch, since a batch follows from its number, and runs the one loop. Of
the batch it encodes some rows; the embeddings of all are then put together, on every rank and with
their gradients, and classifier, heads and loss see the whole batch as in one process. So whatever a
loss compares, counts or remembers (pairs, class weights, prototypes, queues) needs no second way
to be computed.

With L the loss of the whole batch, backward gives a rank dL/d(weights) through its own rows. Their
sum over the ranks is the gradient, and the optimizers take the same step everywhere. What is
computed on every rank alike, from the loss to the gradients of heads and of the loss's own
parameters, is taken from the first: on a GPU, where sums may differ in their last digits, the ranks
could drift apart otherwise.
"""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import distributed, nn

from reproduce.errors import reason
from reproduce.training.whole_batch import AsOneBatch

Value = TypeVar("Value")
# An encoder returns embeddings, and perhaps something beside them.
Encode = Callable[[torch.Tensor], Any]


class LostTouch(Exception):
    """A rank did not hear from the others: one has ended, or did not answer in time."""


class Alone:
    """The only process of a trial: all rows are its own, and nothing travels."""

    number, rank = 1, 0

    @property
    def is_first(self) -> bool:
        """Say whether this process keeps what the trial leaves."""
        return self.rank == 0

    def encoded(self, encode: Encode, images: torch.Tensor) -> Any:
        """Return what an encoder makes of the images of a batch."""
        return encode(images)

    def of_first(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return what this tensor is on the first rank."""
        return tensor

    def agreed(self, value: Value) -> Value:
        """Return what the first rank says, wherever ranks could be of different minds."""
        return value

    def agreed_to(self, proposal: bool) -> bool:
        """Return whether the first rank wants it, which is asked before every step."""
        return proposal

    def sum_gradients(self, network: nn.Module, objective: nn.Module) -> None:
        """Turn the gradients of own rows into those of the batch."""


class Ranks(Alone):
    """One of several processes that train one network; they meet by `joined`."""

    def __init__(self, rank: int, number: int, words: Any):
        self.rank, self.number = rank, number
        # The group in which Python's values travel: a GPU is not made to wait for them.
        self._words = words

    def encoded(self, encode: Encode, images: torch.Tensor) -> Any:
        """Return what an encoder makes of a batch, each rank of its rows, put together again."""
        rows = shares(len(images), self.number)
        first = sum(rows[: self.rank])
        with AsOneBatch(self, rows, self.rank):
            found = encode(images[first : first + rows[self.rank]])
        if isinstance(found, tuple):
            return tuple(_Whole.apply(part, rows, self) for part in found)
        return _Whole.apply(found, rows, self)

    def of_first(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a copy of what this tensor is on the first rank."""
        copy = tensor.detach().clone(memory_format=torch.contiguous_format)
        with _in_touch():
            distributed.broadcast(_bytes(copy), src=0)
        return copy

    def agreed(self, value: Value) -> Value:
        """Return what the first rank says."""
        told = [value]
        with _in_touch():
            distributed.broadcast_object_list(told, src=0, group=self._words)
        return told[0]

    def agreed_to(self, proposal: bool) -> bool:
        """Return whether the first rank wants it."""
        told = torch.tensor([proposal])
        with _in_touch():
            distributed.broadcast(told, src=0, group=self._words)
        return bool(told)

    def sum_gradients(self, network: nn.Module, objective: nn.Module) -> None:
        """Add up the encoder's gradients; those of all else are whole, and the first rank's."""
        named = list(network.named_parameters())
        named += [("objective", parameter) for parameter in objective.parameters()]
        by_kind: dict[torch.dtype, list[torch.Tensor]] = {}
        for name, parameter in named:
            if parameter.grad is None or not parameter.requires_grad:
                continue
            if not name.startswith("encoder.") and not self.is_first:
                parameter.grad.zero_()
            by_kind.setdefault(parameter.grad.dtype, []).append(parameter.grad)
        for gradients in by_kind.values():
            whole = self.summed(torch.cat([gradient.reshape(-1) for gradient in gradients]))
            sizes = [gradient.numel() for gradient in gradients]
            for gradient, found in zip(gradients, whole.split(sizes), strict=True):
                gradient.copy_(found.view(gradient.shape))

    def gathered(self, part: torch.Tensor) -> list[torch.Tensor]:
        """Return a tensor of every rank, all of one shape."""
        part = part.detach().contiguous()
        found = [torch.empty_like(part) for _ in range(self.number)]
        with _in_touch():
            distributed.all_gather([_bytes(one) for one in found], _bytes(part))
        return found

    def summed(self, part: torch.Tensor) -> torch.Tensor:
        """Return the sum over all ranks; the tensor itself holds it then."""
        with _in_touch():
            distributed.all_reduce(part)
        return part


def shares(rows: int, number: int) -> list[int]:
    """Return how many rows of a batch each rank has, in their order; they differ by one at most."""
    return [rows * (rank + 1) // number - rows * rank // number for rank in range(number)]


class _Whole(torch.autograd.Function):
    """The rows of all ranks in the order of the batch; backward, own rows of the whole gradient.

    The loss is computed on every rank from all rows, so its gradient at own rows has what they do
    as partners of other ranks' rows. The first rank's is the one that counts.
    """

    @staticmethod
    def forward(ctx, part, rows, ranks):  # type: ignore[override]
        """Return the rows of the whole batch."""
        ctx.rows, ctx.ranks = rows, ranks
        # Messages have one length: the shorter shares are filled up.
        filled = part.new_zeros(max(rows), *part.shape[1:])
        filled[: len(part)] = part
        every = ranks.gathered(filled)
        return torch.cat([one[:own] for one, own in zip(every, rows, strict=True)])

    @staticmethod
    def backward(ctx, gradient):  # type: ignore[override]
        """Return the gradient at own rows."""
        first = sum(ctx.rows[: ctx.ranks.rank])
        whole = ctx.ranks.of_first(gradient)
        return whole[first : first + ctx.rows[ctx.ranks.rank]], None, None


def _bytes(tensor: torch.Tensor) -> torch.Tensor:
    """Return a view of a contiguous tensor that any back end can send, whatever its kind."""
    return tensor.view(-1).view(torch.uint8)


@contextmanager
def _in_touch() -> Iterator[None]:
    """Tell an end of the conversation from what may go wrong in a computation."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise LostTouch(reason(error)) from error


@contextmanager
def joined(
    rank: int, number: int, meeting: Path, device: torch.device, patience: float
) -> Iterator[Ranks]:
    """Yield this process as one of so many that meet at a file, which nobody has used before.

    A rank that does not hear from the others for `patience` seconds raises `LostTouch`.
    """
    limit = datetime.timedelta(seconds=patience)
    with _in_touch():
        store = distributed.FileStore(str(meeting), number)
        store.set_timeout(limit)
        distributed.init_process_group(
            "nccl" if device.type == "cuda" else "gloo",
            store=store, rank=rank, world_size=number, timeout=limit,
        )  # fmt: skip
        words = distributed.new_group(backend="gloo", timeout=limit)
    try:
        yield Ranks(rank, number, words)
    finally:
        distributed.destroy_process_group()
