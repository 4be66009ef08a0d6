"""Pre-training with two views: steps a second, augmentation included, against ready-made tensors.

The dual-head objective on ResNet-50 with 224 pixels, batch 128 and bfloat16 where there is a GPU;
on a CPU the small stand-in network, 28 pixels and float32, which says how much the augmentation
costs there. The contestants take turns; on a GPU the clock is the wall's, read when all is done.
"""

import time
from statistics import median

import numpy as np
import torch

from benchmarks import timing
from reproduce import device as devices
from reproduce import models
from reproduce.data.preparation import Images
from reproduce.methods.self_supervised import dual_head
from reproduce.training.inputs import Inputs, Shown
from reproduce.training.loop import Settings, run_phases
from reproduce.training.phases import Optimizer, Phase

GRADES = (410, 506, 146, 103)
ROUNDS = 5


class Ready(Inputs):
    """Batches that are on the device already: the same two views at every step."""

    def begin(self, network, device, precision) -> None:
        """Make the views once."""
        random = torch.Generator(device).manual_seed(0)
        size, count = self.images.size, self.phase.views * self.phase.batch_size
        self.views = torch.randn(
            (count, self.images.channels, size, size), device=device, generator=random
        ).contiguous(memory_format=torch.channels_last)
        self.drawn = self.stream.batch(0)
        self.labels = torch.from_numpy(self.images.labels[self.drawn]).to(device)

    def batch(self, iteration: int, device) -> Shown:
        """Return the views that were made in the beginning."""
        return Shown(self.views, self.labels, self.drawn)


def run() -> None:
    """Print seconds a step with the whole input pipeline and with none."""
    device = devices.choose()
    devices.prepare(device, threads=1)
    on_gpu = device.type == "cuda"
    backbone, size, steps = ("resnet50", 224, 40) if on_gpu else ("small_cnn", 28, 8)
    precision = "bfloat16" if on_gpu else "float32"
    images, phase = _images(size), _phase(steps)

    def trained(inputs_of):
        def work() -> float:
            torch.manual_seed(0)
            network = models.build(backbone, channels=3, size=size, classes=4).to(device)
            inputs = inputs_of(phase, images, list(GRADES), 0, 0, 0)
            started = time.perf_counter()
            run_phases(network, [phase], [inputs], list(GRADES), 0, precision, Settings(device))
            if on_gpu:
                torch.cuda.synchronize()
            return time.perf_counter() - started

        return work

    contestants = {
        "two views of every image": trained(Inputs),
        "ready-made tensors": trained(Ready),
    }
    seconds = _walls(contestants) if on_gpu else timing.race(contestants, ROUNDS)
    timing.table(seconds, "ms", 1000 / steps)
    whole, none = (median(measured) for measured in seconds.values())
    print(f"({backbone}, {size} px, batch 128, {precision}: {100 * none / whole:.0f} % of the rate "
          "without a pipeline; milliseconds a step)")  # fmt: skip


def _walls(contestants) -> dict[str, list[float]]:
    """Return wall seconds of each contestant in each round, after one round of warm-up."""
    rounds = [{name: work() for name, work in contestants.items()} for _ in range(ROUNDS + 1)]
    return {name: [found[name] for found in rounds[1:]] for name in contestants}


def _images(size: int) -> Images:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (sum(GRADES), size, size, 3), dtype=np.uint8)
    return Images(pixels, np.repeat(np.arange(4), GRADES))


def _phase(steps: int) -> Phase:
    recipe = Phase(
        batch_size=128,
        iterations=steps,
        views=2,
        transforms="dual_head_section_4_1",
        optimizer=Optimizer(name="adamw", learning_rate=1e-3, weight_decay=5e-4),
    )
    return dual_head(recipe, warm_up=0).phases[0]
