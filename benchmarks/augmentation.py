"""Two augmented views: both pipelines of this project against kornia and torchvision v2.

Random resized crop, flip, colour jitter (0.8), gray (0.2), blur (0.5), normalise; one thread. The
peers get the same operations, probabilities and strengths, written as their documentation does.
An image is one that two float views were made of.
"""

from importlib.util import find_spec
from statistics import median

import numpy as np
import torch

from benchmarks import timing
from reproduce.data.augmentation import Recipe, recipe
from reproduce.data.augmentation.batched import BatchedViews
from reproduce.data.augmentation.pipelines import ImageViews
from reproduce.device import prepare as prepare_device

# Images in a batch by their size: less work in a round where an image is dear.
BATCHES = {32: 256, 64: 128, 128: 32, 224: 8}
NAMES = ("albumentations (reference)", "batched", "kornia", "torchvision v2, batched",
         "torchvision v2, per image")  # fmt: skip


def run() -> None:
    """Print images a second by size, and how many times the reference the batched one makes."""
    prepare_device(torch.device("cpu"), threads=1)
    rates: dict[str, dict[int, float | None]] = {name: {} for name in NAMES}
    for size, count in BATCHES.items():
        contestants = _contestants(size, count)
        seconds = timing.race(contestants, rounds=5)
        for name in NAMES:
            rates[name][size] = count / median(seconds[name]) if name in seconds else None
    print(f"{'images a second (two views each)':34s}" + "".join(f"{s:>8d} px" for s in BATCHES))
    for name in NAMES:
        print(f"{name:34s}" + "".join(_cell(rates[name][size]) for size in BATCHES))
    ratios = (rates["batched"][size] / rates[NAMES[0]][size] for size in BATCHES)
    print(f"{'batched / reference':34s}" + "".join(f"{ratio:>9.2f} x" for ratio in ratios))
    print(f"(rows without numbers: not installed; {_reseeding()})")


def _cell(rate: float | None) -> str:
    return f"{rate:>11.0f}" if rate is not None else f"{'-':>11s}"


def _contestants(size: int, count: int) -> dict:
    chosen = recipe("simclr_two_views", mean=(0.5, 0.5, 0.5), deviation=(0.25, 0.25, 0.25))
    pixels = _pictures(count, size)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)
    reference = ImageViews(chosen, size=size, channels=3, seed=0)
    batched = BatchedViews(chosen, size=size, seed=0)
    numbers = np.arange(count)
    found = {
        NAMES[0]: lambda: reference.batch(pixels, numbers, 0),
        NAMES[1]: lambda: batched.batch(images, 0),
    }
    if find_spec("kornia"):
        kornia = _kornia(chosen, size)
        found[NAMES[2]] = lambda: [kornia(images) for _ in range(2)]
    together, single = _torchvision(chosen, size), [torch.from_numpy(p).permute(2, 0, 1) for p in
                                                    pixels]  # fmt: skip
    # One draw for the whole batch is not the same augmentation, only what a batch costs at best.
    found[NAMES[3]] = lambda: [together(images) for _ in range(2)]
    found[NAMES[4]] = lambda: [torch.stack([together(one) for one in single]) for _ in range(2)]
    return found


def _pictures(count: int, size: int) -> np.ndarray:
    """Return smooth coloured pictures, as noise would be a strange thing to crop and blur."""
    coarse = torch.from_numpy(np.random.default_rng(0).random((count, 3, 6, 6), np.float32))
    smooth = torch.nn.functional.interpolate(coarse, (size, size), mode="bicubic")
    return (smooth.clamp(0, 1) * 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def _kernel_size(chosen: Recipe) -> int:
    return 2 * int(chosen.sigma[1] * 3.5) + 1


def _kornia(chosen: Recipe, size: int):
    from kornia import augmentation as k

    return k.AugmentationSequential(
        k.RandomResizedCrop((size, size), scale=chosen.scale, ratio=chosen.ratio),
        k.RandomHorizontalFlip(p=chosen.flip),
        k.ColorJitter(
            chosen.brightness, chosen.contrast, chosen.saturation, chosen.hue, p=chosen.jitter
        ),
        k.RandomGrayscale(p=chosen.gray),
        k.RandomGaussianBlur((_kernel_size(chosen),) * 2, chosen.sigma, p=chosen.blur),
        k.Normalize(torch.tensor(chosen.mean), torch.tensor(chosen.deviation)),
        data_keys=["input"],
    )


def _torchvision(chosen: Recipe, size: int):
    from torchvision.transforms import v2

    jitter = v2.ColorJitter(chosen.brightness, chosen.contrast, chosen.saturation, chosen.hue)
    blur = v2.GaussianBlur(_kernel_size(chosen), chosen.sigma)
    return v2.Compose([
        v2.RandomResizedCrop(size, scale=chosen.scale, ratio=chosen.ratio, antialias=False),
        v2.RandomHorizontalFlip(chosen.flip),
        v2.RandomApply([jitter], chosen.jitter),
        v2.RandomGrayscale(chosen.gray),
        v2.RandomApply([blur], chosen.blur),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(chosen.mean, chosen.deviation),
    ])  # fmt: skip


def _reseeding() -> str:
    """Measure what random access costs the reference: starting a stream before every view."""
    views = ImageViews(recipe("simclr_two_views"), size=32, channels=3, seed=0)
    image = _pictures(1, 32)[0]
    repeats = 2000
    seconds = timing.race(
        {
            "with": lambda: [views.view(image, n, 0) for n in range(repeats)],
            "without": lambda: [views._compose(image=image) for _ in range(repeats)],
        },
        rounds=5,
    )
    both = {name: median(values) / repeats * 1e6 for name, values in seconds.items()}
    cost = both["with"] - both["without"]
    return (
        f"a stream of its own for every view costs {cost:.0f} of {both['with']:.0f} microseconds "
        "at 32 px"
    )
