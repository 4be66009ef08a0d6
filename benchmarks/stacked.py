"""LeNet-5 many at a time: networks an hour stacked against one by one, on the device that is here.

The recipe of the class-imbalance study on random images of MNIST's shape. Seconds a step are those
of a run that is under way: building the networks and moving the images is left out of both. The
floor is the study's arithmetic at the rate at which this device multiplies two large matrices.
"""

import numpy as np
import torch
from torch import nn

from benchmarks import timing
from reproduce import models
from reproduce.data.preparation import Images
from reproduce.device import choose
from reproduce.device import prepare as prepare_device
from reproduce.methods.registry import posthoc_of
from reproduce.papers.class_imbalance.cells import SEVEN
from reproduce.papers.class_imbalance.networks import recipe
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.training.loop import Settings, train, train_stack
from reproduce.training.stacks import BATCHES_AHEAD, Member

CLASSES, IMAGES = 10, 6000
STUDY = ClassImbalance.read({"profile": "paper"})
# Networks together, steps between two looks at the clock, and looks.
ON_CPU = {"together": (8, 32), "steps": 4, "looks": 5}
ON_CUDA = {"together": (64, 256, 512), "steps": BATCHES_AHEAD, "looks": 5}


def run() -> None:
    """Print images a second and networks an hour, and what the whole study would take."""
    device = choose()
    prepare_device(device, threads=1)
    on_cuda = device.type == "cuda"
    plan = ON_CUDA if on_cuda else ON_CPU
    networks, work = networks_of_the_study(), flops_an_image() * STUDY.batch_size * STUDY.iterations
    print(
        f"{flops_an_image() / 1e6:.1f} MFLOP an image, forward and backward; the study's "
        f"{networks:,} networks of {STUDY.iterations:,} steps: {networks * work:.2g} FLOP"
    )
    print(f"{'':24s} {'images/s':>10s} {'networks/h':>11s} {'x alone':>8s} {'study, h':>9s}")
    for precision in ("float32", "bfloat16") if on_cuda else ("float32",):
        alone = seconds_alone(device, precision, plan)
        _row(f"one by one, {precision}", alone, alone)
        found = []
        for together in plan["together"]:
            found.append(seconds_stacked(device, precision, plan, together) / together)
            _row(f"{together} stacked, {precision}", found[-1], alone)
        floor = networks * work / _flops_a_second(device, precision) / 3600
        print(f"{f'floor, {precision}':24s} {'':31s} {floor:9,.1f}")
        ends = "gains" if min(found) < alone else "loses"
        print(f"stacking {ends} here: {alone / min(found):.2f} x as many networks an hour at best")
    if not on_cuda:
        print("on a CPU one network fills a core: trials are trained one by one there")


def networks_of_the_study() -> int:
    """Return how many networks the paper trains on MNIST: step and linear imbalance."""
    trained = [name for name in SEVEN if not posthoc_of(name)]
    sets = len(STUDY.rho) * (len(STUDY.mu) + 1) * len(STUDY.seeds)
    return sets * len(trained)


def flops_an_image() -> int:
    """Return additions and multiplications of one image, forward and backward.

    Backward is two products for each forward one, to weights and to inputs; the first layer's
    inputs need none.
    """
    layers = []
    network = _network(0)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(lambda layer, _, out: layers.append(_flops(layer, out)))
    network(torch.zeros(1, 1, 28, 28))
    return 3 * sum(layers) - layers[0]


def _flops(layer: nn.Module, outputs: torch.Tensor) -> int:
    return 2 * layer.weight[0].numel() * outputs[0].numel()


def seconds_alone(device, precision: str, plan: dict) -> float:
    """Return the seconds of a step of one network."""
    clock, member = timing.Clock(device), _member(0, plan)
    train(
        _network(0).to(device), member.phases, member.images, member.counts, data_seed=0, seed=0,
        precision=precision, settings=_settings(clock, plan),
    )  # fmt: skip
    return clock.seconds_a_step(plan["steps"])


def seconds_stacked(device, precision: str, plan: dict, together: int) -> float:
    """Return the seconds of a step of so many networks trained as one."""
    clock = timing.Clock(device)
    members = [_member(number, plan) for number in range(together)]
    networks = [_network(number) for number in range(together)]
    train_stack(members, networks, precision, _settings(clock, plan))
    return clock.seconds_a_step(plan["steps"])


def _settings(clock: timing.Clock, plan: dict) -> Settings:
    return Settings(clock.device, observe=clock, observe_every=plan["steps"])


_random = np.random.default_rng(0)
_PIXELS = _random.integers(0, 256, (IMAGES, 28, 28), dtype=np.uint8)
_LABELS = _random.integers(0, CLASSES, IMAGES)


def _member(number: int, plan: dict) -> Member:
    phase = recipe(STUDY).but(iterations=plan["steps"] * plan["looks"])
    images = Images(_PIXELS, _LABELS, divisor=256, rows=np.arange(IMAGES))
    counts = np.bincount(_LABELS, minlength=CLASSES).tolist()
    return Member([phase], images, counts, data_seed=number, seed=number)


def _network(number: int) -> nn.Module:
    torch.manual_seed(number)
    return models.build("lenet5", channels=1, size=28, classes=CLASSES)


def _flops_a_second(device, precision: str) -> float:
    """Return what this device does at best: the product of two large matrices."""
    size = 8192 if device.type == "cuda" else 1024
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    one = torch.rand(size, size, device=device, dtype=dtype)
    clock = timing.Clock(device)
    for _ in range(6):
        clock(0, 0, one @ one)
    return 2 * size**3 / clock.seconds_a_step(1)


def _row(name: str, seconds: float, alone: float) -> None:
    """Print a line, from the seconds that one network needs for one step."""
    an_hour = 3600 / (seconds * STUDY.iterations)
    print(
        f"{name:24s} {STUDY.batch_size / seconds:10,.0f} {an_hour:11,.1f} {alone / seconds:8.2f} "
        f"{networks_of_the_study() / an_hour:9,.1f}"
    )
