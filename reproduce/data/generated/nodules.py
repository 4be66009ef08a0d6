"""`nodules`: pictures like ultrasound of the thyroid, with the outline of a nodule as a mask.

Generated, not for diagnosis. About 92 % of pixels are background, 5 % belong to benign and 3 % to
malignant nodules, as in the set of the balanced contrastive paper. Benign ones are oval, wide,
smooth, haloed, partly fluid; malignant ones dark, ragged, tall, with bright grains and shadows. An
image may lie between; nearly half way its label, and so the class of its whole mask, is noisy.
"""

import numpy as np

from reproduce.data.generated.assembly import Block, GeneratedSet, build
from reproduce.data.generated.difficulty import Between, Level
from reproduce.data.generated.fields import (
    Draws,
    fineness,
    noise,
    octaves,
    per_image,
    plane,
    shrink,
    spots,
)
from reproduce.data.generated.shapes import around, outline, scattered, smoothstep
from reproduce.data.records import Dataset

BACKGROUND, BENIGN, MALIGNANT = range(3)
SIGNS = ("darkness", "ragged", "tall", "halo", "grains", "fluid", "shadow")
ARCHETYPES = np.array(
    [[0, 0, 0, 0, 0, 0, 0], [0.25, 0.12, 0.0, 1.0, 0.05, 0.7, 0.0],
     [1.0, 0.75, 1.0, 0.1, 1.0, 0.0, 0.8]], np.float32,
)  # fmt: skip
GRAPH = Between(({BACKGROUND: 1.0}, {MALIGNANT: 1.0}, {BENIGN: 1.0}))
# Share of the image that a nodule covers, on average; the same for both kinds.
AREA = 0.089
GRAINS = 36

LEVELS = {
    "easy": Level(label_noise=0.06, contrast=1.3, confusion=0.4, nuisance=0.5),
    "medium": Level(label_noise=0.12, contrast=1.0, confusion=0.8, nuisance=0.8),
    "hard": Level(label_noise=0.18, contrast=0.7, confusion=1.2, nuisance=1.05),
}


def _draw(labels: np.ndarray, size: int, level: Level, draws: Draws) -> Block:
    fine = size * fineness(size)
    nearer, farther, t = GRAPH.draw(labels, level.label_noise, draws.scene)
    mixed = (1 - t[:, None]) * ARCHETYPES[nearer] + t[:, None] * ARCHETYPES[farther]
    mixed = mixed + 0.10 * level.confusion * draws.normal(len(SIGNS))
    look = {name: np.clip(mixed[:, k], 0, 1.3) for k, name in enumerate(SIGNS)}
    device = (draws.uniform() * 3).astype(np.int64).clip(0, 2)
    gain = level.nuisance * 0.10 * draws.normal()
    echo = _neck(draws, fine, level)
    inside = _add_nodule(draws, echo, fine, look, labels != BACKGROUND, level)
    mask = (shrink(inside, fineness(size)) >= 0.5) * labels[:, None, None]
    images = _scan(draws, echo, device, gain, size, level)
    extra = {
        "device": device, "lighting": gain.astype(np.float32), "clean_labels": nearer,
        "distance": t, "likelihood": GRAPH.likelihood(nearer, farther, t, level.label_noise),
    }  # fmt: skip
    return Block(images, labels, extra, mask.astype(np.uint8))


def _neck(draws: Draws, fine: int, level: Level) -> np.ndarray:
    """Return how strongly tissue echoes, on a logarithmic scale: layers, gland, vessel, airway."""
    x, y = plane(fine)
    depth = y + 0.020 * noise(draws, "layers", fine, 4)
    fat = per_image(draws.uniform(0.10, 0.16))
    muscle = fat + per_image(draws.uniform(0.07, 0.12))
    streaks = noise(draws, "streaks", fine, 5, 48)
    echo = -0.55 + 0.30 * streaks + np.zeros((draws.images, 1, 1), np.float32)
    echo = np.where(depth < fat, -0.15 + 0.35 * streaks, echo)
    echo = echo + 1.3 * np.exp(-np.square((depth - fat) / 0.008))
    echo = echo + 0.9 * np.exp(-np.square((depth - muscle) / 0.007))
    echo = echo + 1.6 * smoothstep(y, 0.035, 0.0)
    # The gland: an even, brighter oval that fills most of the picture below the muscle.
    centre = np.stack([0.5 + 0.05 * draws.normal(), 0.56 + 0.02 * draws.normal()], axis=1)
    distance, direction = around(fine, centre, 0.1 * draws.normal(), draws.uniform(1.15, 1.5))
    edge = 0.36 * outline(draws, direction, np.full(draws.images, 0.06, np.float32))
    gland = smoothstep(distance / edge, 1.03, 0.97) * smoothstep(depth, muscle, muscle + 0.02)
    capsule = np.exp(-np.square((distance / edge - 1.02) / 0.025)) * (depth > muscle)
    texture = octaves(draws, "gland", fine, {6: 0.10, 14: 0.08})
    echo = echo * (1 - gland) + gland * (0.38 + texture) + 0.7 * capsule
    side = np.sign(draws.uniform(-1, 1))
    # The carotid artery, a dark round hole with bright walls, and the airway with its shadow.
    place = np.stack([0.5 + side * draws.uniform(0.38, 0.45), draws.uniform(0.5, 0.7)], axis=1)
    distance, _ = around(fine, place, draws.uniform(0, 3), draws.uniform(1, 1.2))
    ring = distance / per_image(draws.uniform(0.07, 0.10))
    echo = echo - 2.2 * smoothstep(ring, 1.05, 0.9) + 1.1 * np.exp(-np.square((ring - 1) / 0.1))
    airway = per_image(0.5 - side * draws.uniform(0.44, 0.56))
    distance = np.sqrt(np.square(x - airway) + np.square(y - 0.42))
    echo = echo + 1.4 * np.exp(-np.square((distance - 0.12) / 0.012)) * (y < 0.45)
    echo = echo - 1.4 * smoothstep(np.abs(x - airway), 0.13, 0.10) * smoothstep(y, 0.36, 0.46)
    return _add_confusers(draws, echo, fine, level)


def _add_confusers(draws: Draws, echo: np.ndarray, fine: int, level: Level) -> np.ndarray:
    """Add vessels and patches that look like small nodules, without a mask, on any class alike."""
    where = np.stack([draws.uniform(0.2, 0.8, 4), draws.uniform(0.35, 0.8, 4)], axis=2)
    shown = draws.chance(0.5, 4) * draws.uniform(0.4, 1.4, 4)
    echo = echo - np.float32(level.confusion) * spots(
        where, draws.uniform(0.012, 0.03, 4), shown, fine
    )
    where = draws.uniform(0.1, 0.9, 3, 2)
    amount = draws.uniform(-0.5, 0.5, 3)
    return echo + np.float32(level.confusion) * spots(
        where, draws.uniform(0.05, 0.15, 3), amount, fine
    )


def _add_nodule(draws: Draws, echo, fine: int, look: dict, present, level: Level) -> np.ndarray:
    """Draw the nodule into the echo and return its inside, 0 to 1."""
    amount = {name: per_image(v * present) * np.float32(level.contrast) for name, v in look.items()}
    centre = np.stack([draws.uniform(0.33, 0.67), draws.uniform(0.46, 0.66)], axis=1)
    stretch = draws.uniform(1.25, 1.6) * np.exp(-0.62 * look["tall"])
    distance, direction = around(fine, centre, 0.25 * draws.normal(), stretch)
    # Mean square of the relative width is one, so that the mean area is what it should be.
    width = np.sqrt(AREA / np.pi) * np.sqrt(draws.uniform(0.45, 1.55))
    reach = per_image(width) * outline(draws, direction, 0.34 * look["ragged"])
    inner = distance / reach
    inside = smoothstep(inner, 1.001, 0.999) * per_image(present)
    soft = smoothstep(inner, 1.06, 0.94) * per_image(present)
    x, y = plane(fine)
    below = smoothstep(y - per_image(centre[:, 1]), 0.0, 0.10)
    behind = below * smoothstep(np.abs(x - per_image(centre[:, 0])), per_image(width), 0.0)
    echo -= 0.75 * behind * (1 - soft) * amount["shadow"]
    echo += 0.45 * behind * (1 - soft) * amount["fluid"]
    own = octaves(draws, "inside", fine, {9: 0.16, 20: 0.14})
    echo += soft * (own * per_image(present) - 1.05 * amount["darkness"])
    echo -= 0.95 * np.exp(-np.square((inner - 1.03) / 0.055)) * amount["halo"]
    pools = smoothstep(octaves(draws, "pools", fine, {8: 0.8, 13: 0.5}), 0.25, 0.75)
    echo -= 1.5 * pools * smoothstep(inner, 0.95, 0.75) * amount["fluid"]
    places = scattered(draws, GRAINS, -0.75, 0.75)
    shown = draws.uniform(0, 1, GRAINS) < 0.45 * look["grains"][:, None]
    shown = shown * (np.square(places).sum(axis=-1) < 0.55)
    where = centre[:, None] + places * width[:, None, None]
    grains = spots(where, draws.uniform(0.004, 0.008, GRAINS), shown.astype(np.float32), fine)
    echo += 1.9 * np.tanh(1.5 * grains) * amount["grains"] ** 0.5
    return inside


def _scan(draws: Draws, echo, device, gain, size: int, level: Level) -> np.ndarray:
    """Return what a scanner shows of the echoes: speckle, depth, its own gain and contrast."""
    fine = echo.shape[-1]
    _, y = plane(fine)
    parts = [noise(draws, f"speckle {part}", fine, 80, 150) for part in "ab"]
    # The length of a random phasor, as coherent sound gives it; its logarithm is what is shown.
    speckle = 0.5 * np.log(0.5 * (np.square(parts[0]) + np.square(parts[1])) + 0.10)
    contrast = np.array([0.125, 0.15, 0.11], np.float32)[device]
    level_of = np.array([0.40, 0.35, 0.43], np.float32)[device]
    fading = np.array([0.10, 0.22, 0.16], np.float32)[device]
    shown = per_image(level_of + gain) + per_image(contrast) * (1.45 * echo + 0.80 * speckle)
    shown = shown - per_image(fading) * (y - 0.4)
    shown = shrink(shown.astype(np.float32), fineness(size))
    grain = draws.stream("sensor").standard_normal(shown.shape, dtype=np.float32)
    shown = np.clip(shown + 0.012 * grain, 0.015, 4)
    shown *= (1 + shown**5) ** np.float32(-0.2)
    return np.clip(np.rint(shown * 255), 0, 255).astype(np.uint8)


SET = GeneratedSet(
    name="nodules",
    title="Generated ultrasound-like pictures with masks of nodules; not for diagnosis",
    class_names=("background", "benign", "malignant"),
    # Images without a nodule, with a benign, with a malignant one.
    counts={"train": (80, 450, 270), "test": (20, 112, 68)},
    levels=LEVELS,
    draw=_draw,
    table=lambda level: GRAPH.table(level.label_noise),
    task="segmentation",
    turning=(BENIGN, MALIGNANT),
)


def make(
    size: int = 64,
    difficulty: str = "medium",
    seed: int = 0,
    rare: int | None = None,
    counts=None,
    balanced: int = 0,
) -> Dataset:
    """Return `nodules` as a data set with masks; by default 800 images to train on, 200 to test.

    `labels` say which nodule an image shows (0 for none); `masks` say so for each pixel.
    """
    return build(SET, size, difficulty, seed, rare, counts, balanced)
