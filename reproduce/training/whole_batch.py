"""The layers of an encoder that do not take each image for itself, when it sees a share of a batch.

Batch normalisation computes means over a batch, and dropout draws its mask for a batch at once.
Where several processes each pass some images of one batch through an encoder, both are made here
what they would be of the whole: statistics (and their gradients) are put together over all
processes, and of a mask that all draw alike each takes its own rows. Whatever the network is built
of, since the functions are met where layers call them; nothing is exchanged in the network itself,
and its checkpoints are those of one process.

PyTorch's own `SyncBatchNorm` needs CUDA, other layers in the network, and leaves dropout as it is.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from reproduce.errors import UserError

# What drops a part of its input, whole maps in the case of the second.
DROPPING = (functional.dropout, functional.dropout2d)
# What draws numbers in another way, or normalises a batch where it is not seen here.
FOREIGN = (
    functional.alpha_dropout, functional.feature_alpha_dropout, functional.dropout1d,
    functional.dropout3d, functional.rrelu, torch.batch_norm, torch.dropout, torch.feature_dropout,
    torch.alpha_dropout, torch.rrelu, torch.bernoulli, torch.rand, torch.rand_like, torch.randn,
    torch.randn_like, torch.normal, torch.Tensor.bernoulli, torch.Tensor.bernoulli_,
    torch.Tensor.uniform_, torch.Tensor.normal_,
)  # fmt: skip


class Together(Protocol):
    """What is asked of the processes that share a batch."""

    def gathered(self, part: torch.Tensor) -> list[torch.Tensor]:
        """Return a tensor of every process, all of one shape."""

    def summed(self, part: torch.Tensor) -> torch.Tensor:
        """Return the sum over all processes; the tensor itself holds it then."""


class AsOneBatch(TorchFunctionMode):
    """While it is entered, `rows` of each process are treated as the one batch that they are.

    `rank` says whose rows this process has.
    """

    def __init__(self, together: Together, rows: Sequence[int], rank: int):
        super().__init__()
        self.together, self.rows, self.rank = together, tuple(rows), rank

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call a function of PyTorch, or what it would be on the whole batch."""
        given = kwargs or {}
        if function is functional.batch_norm:
            return self._normalised(*args, **given)
        if function in DROPPING:
            return self._dropped(function, *args, **given)
        if function in FOREIGN:
            name = getattr(function, "__name__", str(function))
            raise UserError(
                f"this network's encoder calls {name}, which several processes cannot share; "
                "expected dropout or batch normalisation at most: train it without --ranks"
            )
        return function(*args, **given)

    def _normalised(
        self, inputs: torch.Tensor, mean: torch.Tensor | None, variance: torch.Tensor | None,
        weight: torch.Tensor | None = None, bias: torch.Tensor | None = None,
        training: bool = False, momentum: float = 0.1, eps: float = 1e-5,
    ) -> torch.Tensor:  # fmt: skip
        """Normalise by the statistics of the whole batch, and keep those in the running ones."""
        if not training:
            return functional.batch_norm(inputs, mean, variance, weight, bias, False, momentum, eps)
        # Of one row there may be many numbers a channel: its pixels.
        a_row = inputs.numel() // inputs.shape[1] // self.rows[self.rank]
        numbers = [a_row * rows for rows in self.rows]
        outputs, found, spread = _BatchNorm.apply(inputs, weight, bias, eps, numbers, self.together)
        with torch.no_grad():
            for running, now in ((mean, found), (variance, spread)):
                if running is not None:
                    running.mul_(1 - momentum).add_(now.to(running.dtype), alpha=momentum)
        return outputs

    def _dropped(
        self, function: Callable[..., torch.Tensor], inputs: torch.Tensor, p: float = 0.5,
        training: bool = True, inplace: bool = False,
    ) -> torch.Tensor:  # fmt: skip
        """Drop what one process would drop of these rows."""
        if not training:
            return function(inputs, p, False, inplace)
        own = self.rows[self.rank]
        if len(inputs) != own:
            raise UserError(
                f"this network's encoder drops parts of {len(inputs)} rows made of {own} images, "
                "which several processes cannot share; train it without --ranks"
            )
        ones = inputs.new_ones(sum(self.rows), *inputs.shape[1:])
        if inputs.ndim == 4 and inputs.is_contiguous(memory_format=torch.channels_last):
            # Masks are drawn in the order of the memory.
            ones = ones.contiguous(memory_format=torch.channels_last)
        before = sum(self.rows[: self.rank])
        return inputs * function(ones, p, True)[before : before + own]


class _BatchNorm(torch.autograd.Function):
    r"""Batch normalisation by the statistics of all processes.

    With :math:`\hat x = (x - \mu) / \sqrt{\sigma^2 + \epsilon}`, :math:`y = w \hat x + b` and the
    gradient :math:`g` at :math:`y`, the one at :math:`x` is
    :math:`w / \sqrt{\sigma^2 + \epsilon} \, (g - \bar g - \hat x \, \overline{g \hat x})`, with the
    means over the rows of all. The gradients of :math:`w` and :math:`b` are those of own rows.
    """

    @staticmethod
    def forward(ctx, inputs, weight, bias, eps, numbers, together):  # type: ignore[override]
        """Return the outputs, and the mean and unbiased variance of the whole batch."""
        ctx.axes = [0, *range(2, inputs.ndim)]
        ctx.shape = [1, -1, *[1] * (inputs.ndim - 2)]
        ctx.total, ctx.together = sum(numbers), together
        values = inputs.float() if inputs.dtype in (torch.float16, torch.bfloat16) else inputs
        mean = values.mean(ctx.axes)
        squares = (values - mean.view(ctx.shape)).square().sum(ctx.axes)
        # Chan, Golub and LeVeque (1979): from each one's own mean, so that nothing cancels.
        every = torch.stack(together.gathered(torch.stack([mean, squares])))
        share = every.new_tensor(numbers)[:, None]
        mean = (share * every[:, 0]).sum(0) / ctx.total
        squares = (every[:, 1] + share * (every[:, 0] - mean).square()).sum(0)
        scale = (squares / ctx.total + eps).rsqrt()
        normal = (values - mean.view(ctx.shape)) * scale.view(ctx.shape)
        ctx.save_for_backward(normal, scale, weight)
        outputs = normal if weight is None else normal * weight.view(ctx.shape)
        outputs = outputs if bias is None else outputs + bias.view(ctx.shape)
        spread = squares / (ctx.total - 1)
        ctx.mark_non_differentiable(mean, spread)
        return outputs.to(inputs.dtype), mean, spread

    @staticmethod
    def backward(ctx, gradient, *_):  # type: ignore[override]
        """Return the gradients at the inputs, the weight and the bias."""
        normal, scale, weight = ctx.saved_tensors
        kind, gradient = gradient.dtype, gradient.to(normal.dtype)
        sums = torch.stack([gradient.sum(ctx.axes), (gradient * normal).sum(ctx.axes)])
        found = None
        if ctx.needs_input_grad[0]:
            plain, along = (ctx.together.summed(sums.clone()) / ctx.total).unbind()
            found = gradient - plain.view(ctx.shape) - normal * along.view(ctx.shape)
            factor = scale if weight is None else scale * weight
            found = (found * factor.view(ctx.shape)).to(kind)
        of_weight = None if weight is None else sums[1].to(weight.dtype)
        return found, of_weight, sums[0] if ctx.needs_input_grad[2] else None, None, None, None
