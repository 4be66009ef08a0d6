"""What is one's own in a generated iris: its pattern around the pupil and its colours."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reproduce.randomness import generator

# Rings by sectors, and weight: coarse furrows, fibres, fine fibres.
LAYERS = (((3, 10), 0.45), ((4, 26), 0.60), ((5, 60), 0.60), ((8, 110), 0.45))
RINGS, SECTORS = 48, 320
# So many identities' patterns are drawn at a time.
FEW = 8
COLOURS = np.array(
    [
        [0.36, 0.21, 0.11], [0.22, 0.12, 0.07], [0.46, 0.31, 0.15],
        [0.36, 0.50, 0.62], [0.27, 0.37, 0.50], [0.38, 0.44, 0.28], [0.46, 0.50, 0.50],
    ], np.float32,
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """Arrays with one row per identity; `key` tells these people from others."""

    key: tuple
    layers: tuple[np.ndarray, ...]
    crypts: np.ndarray
    inner: np.ndarray
    outer: np.ndarray
    collar: np.ndarray


@lru_cache(maxsize=8)
def people(seed: int, count: int, family: int, likeness: float) -> People:
    """Draw all identities; members of a family share a part of their pattern and their colours.

    Parameters
    ----------
    likeness
        correlation of the patterns within a family, 0 to 1.
    """
    rng = generator(seed, "identities:people")
    home = np.arange(count) // family
    own, shared = np.float32(np.sqrt(1 - likeness)), np.float32(np.sqrt(likeness))

    def related(*shape: int) -> np.ndarray:
        of_family = rng.standard_normal((home[-1] + 1, *shape), dtype=np.float32)
        of_person = rng.standard_normal((count, *shape), dtype=np.float32)
        return shared * of_family[home] + own * of_person

    layers = tuple(related(*shape) for shape, _ in LAYERS)
    crypts = related(3, 12)
    hue = rng.integers(0, len(COLOURS), home[-1] + 1)[home]
    outer = COLOURS[hue] * np.exp(0.09 * related(3) + 0.14 * related(1))
    inner = outer * 0.55 + 0.45 * COLOURS[0] * np.exp(0.25 * related(1))
    collar = np.clip(0.28 + 0.06 * related(), 0.12, 0.45)
    key = (seed, count, family, likeness)
    return People(key, layers, crypts, inner.astype(np.float32), outer.astype(np.float32), collar)


def texture(persons: People, labels: np.ndarray, depth: np.ndarray, angle: np.ndarray):
    """Return the pattern of each identity at every pixel, about -2 to 2.

    Parameters
    ----------
    depth, angle
        0 at the pupil to 1 at the white, and direction in radians, [n, h, w].
    """
    patterns = np.stack([_patterns(*persons.key, int(p) // FEW)[int(p) % FEW] for p in labels])
    return _sampled(patterns, np.arange(len(labels)), depth, angle, ease=False)


@lru_cache(maxsize=128)
def _patterns(seed: int, count: int, family: int, likeness: float, group: int) -> np.ndarray:
    """Return the patterns of `FEW` identities on a grid of rings and sectors, drawn once."""
    persons, rows = people(seed, count, family, likeness), slice(group * FEW, (group + 1) * FEW)
    layers = [layer[rows] for layer in persons.layers]
    crypts, collar = persons.crypts[rows], persons.collar[rows]
    shape = (len(collar), RINGS, SECTORS)
    depth = np.linspace(0, 1, RINGS, dtype=np.float32)[None, :, None]
    angle = np.linspace(0, 2 * np.pi, SECTORS, endpoint=False, dtype=np.float32)[None, None]
    depth, angle = np.broadcast_to(depth, shape), np.broadcast_to(angle, shape)
    every = np.arange(len(collar))
    # Fibres waver on their way outwards instead of running straight.
    waver = angle + np.float32(0.16) * _sampled(layers[0], every, depth, angle)
    total = np.zeros(shape, np.float32)
    for layer, (_, weight) in zip(layers, LAYERS, strict=True):
        total += np.float32(weight) * _sampled(layer, every, depth, waver)
    total += 0.9 * np.exp(-np.square((depth - collar[:, None, None]) / 0.045))
    return total - 1.3 * np.clip(_sampled(crypts, every, depth, waver) - 0.9, 0, 1)


def _sampled(lattice, rows: np.ndarray, depth: np.ndarray, angle: np.ndarray, ease: bool = True):
    """Return values of [count, rings, sectors], one row per image; the last sector meets the first.

    Between the points of the lattice values change smoothly (`ease`) or in straight lines.
    """
    _, rings, sectors = lattice.shape
    ring = depth * np.float32(rings - 1)
    above = np.minimum(ring.astype(np.int32), rings - 2)
    turn = (angle * np.float32(0.5 / np.pi)) % np.float32(1) * np.float32(sectors)
    left = turn.astype(np.int32)
    down, across = ring - above.astype(np.float32), turn - left.astype(np.float32)
    if ease:
        down, across = down * down * (3 - 2 * down), across * across * (3 - 2 * across)
    left %= sectors
    right = (left + 1) % sectors
    upper = (rows.astype(np.int32) * (rings * sectors))[:, None, None] + above * sectors
    lower, flat = upper + sectors, lattice.reshape(-1)
    top = flat[upper + left] * (1 - across) + flat[upper + right] * across
    bottom = flat[lower + left] * (1 - across) + flat[lower + right] * across
    return top * (1 - down) + bottom * down
