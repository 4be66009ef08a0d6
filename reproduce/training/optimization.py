"""From a phase's description to torch optimizers."""

import torch
from torch import nn

from reproduce.training.phases import Phase


def learning_parts(network: nn.Module, train: str) -> list[tuple[str, nn.Parameter]]:
    """Freeze what the phase does not train and return the named parameters that learn."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(train == "all" or name.startswith("classifier."))
    return [(n, p) for n, p in network.named_parameters() if p.requires_grad]


def build_optimizer(network: nn.Module, phase: Phase) -> torch.optim.Optimizer:
    """Return the optimizer over the parts that learn, biases in a group of their own.

    Differences from Caffe, whose recipe the first paper uses: PyTorch multiplies the momentum
    buffer with today's learning rate, Caffe accumulates steps already multiplied. They are equal
    while the rate is constant and differ by less than its relative change within the buffer's
    memory (about ten steps) otherwise.
    """
    spec = phase.optimizer
    learning = learning_parts(network, phase.train)
    weights = [p for name, p in learning if not name.endswith("bias")]
    biases = [p for name, p in learning if name.endswith("bias")]
    groups = [
        {"params": weights, "multiplier": 1.0},
        {"params": biases, "multiplier": spec.bias_multiplier},
    ]
    return torch.optim.SGD(
        groups, lr=spec.learning_rate, momentum=spec.momentum, weight_decay=spec.weight_decay
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, phase: Phase, iteration: int) -> float:
    """Apply the schedule at this iteration and return the base learning rate in force."""
    rate = phase.optimizer.learning_rate * phase.schedule.factor(iteration)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["multiplier"]
    return rate
