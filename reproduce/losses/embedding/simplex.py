"""Targets for the classes that lie as far apart on the unit sphere as they can."""

import math
from functools import lru_cache

import torch

from reproduce.losses import checks

TEMPERATURE = 0.07
STEPS = 1000
LEARNING_RATE = 0.2


def even_targets(classes: int, size: int) -> torch.Tensor:
    r"""Return C unit vectors [C, D] spread evenly over the sphere, in float64.

    Up to C = D + 1 these are the corners of a regular simplex, all of whose cosines are
    :math:`-1/(C-1)`: the best there is, written down at once. Beyond, where no such simplex fits,
    they minimise :math:`\frac{1}{C} \sum_i \log \sum_j \exp(t_i \cdot t_j / 0.07)`. The search
    starts at numbers of its own, so the same C and D always give the same targets.
    """
    checks.parameter("even_targets", "classes", classes, least=1)
    checks.parameter("even_targets", "size", size, least=1)
    return simplex(classes, size) if classes <= size + 1 else _searched(classes, size).clone()


def simplex(classes: int, size: int) -> torch.Tensor:
    """Return the corners of a regular simplex [C, D] for C of at most D + 1.

    They are the columns of Helmert's matrix, whose rows are orthogonal to each other and to the
    vector of ones, so that the corners have equal lengths, equal cosines and the mean zero.
    """
    if classes == 1:
        return torch.eye(1, size, dtype=torch.float64)
    step = torch.arange(1, classes, dtype=torch.float64)[:, None]
    place = torch.arange(classes, dtype=torch.float64)
    rows = (place < step).double() - step * (place == step)
    rows = rows / (step * (step + 1)).sqrt() * math.sqrt(classes / (classes - 1))
    return torch.nn.functional.pad(rows.T, (0, size - classes + 1))


@lru_cache
@torch.enable_grad()
def _searched(classes: int, size: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(classes, size, generator=generator, dtype=torch.float64)
    targets = _on_sphere(start).requires_grad_()
    optimizer = torch.optim.Adam([targets], lr=LEARNING_RATE)
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * math.cos(math.pi / 2 * step / STEPS) ** 2
        optimizer.zero_grad()
        unit = _on_sphere(targets)
        (unit @ unit.T / TEMPERATURE).logsumexp(1).mean().backward()
        optimizer.step()
        with torch.no_grad():
            targets.copy_(_on_sphere(targets))
    return targets.detach()


def _on_sphere(rows: torch.Tensor) -> torch.Tensor:
    length: torch.Tensor = rows.norm(dim=1, keepdim=True)
    return rows / length
