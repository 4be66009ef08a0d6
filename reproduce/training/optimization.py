"""From a phase's description to torch optimizers."""

import torch
from torch import nn

from reproduce.training.parts import learning_parts
from reproduce.training.phases import Optimizer, Phase


def build_optimizer(network: nn.Module, objective, phase: Phase) -> torch.optim.Optimizer:
    """Return the optimizer over the parts that learn: weights, biases, parameters of the loss.

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
    of_loss = [p for p in objective.parameters() if p.requires_grad]
    if of_loss:
        groups.append({"params": of_loss, **_own_rate(phase)})
    return _make(spec, groups)


def _own_rate(phase: Phase) -> dict[str, float]:
    own = phase.loss_parameters
    if not own.learning_rate:
        return {"multiplier": 1.0}
    multiplier = own.learning_rate / phase.optimizer.learning_rate
    return {"multiplier": multiplier, "weight_decay": own.weight_decay}


def _make(spec: Optimizer, groups: list[dict]) -> torch.optim.Optimizer:
    shared = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    if spec.name == "sgd":
        return torch.optim.SGD(groups, momentum=spec.momentum, nesterov=spec.nesterov, **shared)
    made_by = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[spec.name]
    return made_by(groups, **shared)


def take_over(run, before) -> None:
    """Give a phase the optimizer's state of the one before, and its objective's if it is the same.

    By parameter and not by place: a head more or less moves the places of all that follow.
    """
    state = before.optimizer.state
    same = [(p, p) for p in run.network.parameters()]
    if before.phase.objective == run.phase.objective:
        run.objective.load_state_dict(before.objective.state_dict())
        theirs = dict(before.objective.named_parameters())
        same += [(p, theirs[name]) for name, p in run.objective.named_parameters()]
    learning = {p for group in run.optimizer.param_groups for p in group["params"]}
    for ours, there in same:
        if ours in learning and there in state:
            run.optimizer.state[ours] = state[there]


def set_learning_rate(
    optimizer: torch.optim.Optimizer, phase: Phase, iteration: int, length: int, per_epoch: int
) -> float:
    """Apply the schedule at this iteration of `length` and return the base rate in force."""
    schedule = phase.schedule
    unit = per_epoch if schedule.unit == "epoch" else 1
    rate = phase.optimizer.learning_rate * schedule.factor(iteration // unit, length // unit)
    for group in optimizer.param_groups:
        group["lr"] = rate * group["multiplier"]
    return rate


def turn_ascending(objective) -> None:
    """Reverse the gradients of those parameters of the loss that climb."""
    for name in objective.ascent:
        gradient = getattr(objective, name).grad
        if gradient is not None:
            gradient.neg_()
