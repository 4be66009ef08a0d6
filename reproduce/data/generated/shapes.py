"""Outlines and lines from which lesions, vessels and hairs are drawn."""

import numpy as np

from reproduce.data.generated.fields import Draws, per_image, plane

HARMONICS = (2, 3, 4, 5, 6, 7)


def smoothstep(values: np.ndarray, low, high) -> np.ndarray:
    """Return 0 below `low`, 1 above `high` and a smooth rise between (bounds may be swapped)."""
    t = np.clip((values - low) / (high - low), 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)


def around(size: int, centre: np.ndarray, angle: np.ndarray, stretch: np.ndarray):
    """Return distance and direction of every pixel from a centre, in a turned, stretched frame.

    Parameters
    ----------
    centre
        x and y, [n, 2].
    angle
        the frame is turned by this many radians, [n].
    stretch
        how much longer the frame's first axis is than its second, [n].
    """
    x, y = plane(size)
    dx, dy = x - per_image(centre[:, 0]), y - per_image(centre[:, 1])
    cosine, sine = per_image(np.cos(angle)), per_image(np.sin(angle))
    longer = per_image(np.sqrt(stretch))
    along, across = (dx * cosine + dy * sine) / longer, (dy * cosine - dx * sine) * longer
    return np.sqrt(along**2 + across**2), np.arctan2(across, along)


def outline(draws: Draws, direction: np.ndarray, unevenness: np.ndarray) -> np.ndarray:
    """Return the relative radius of an irregular outline at each direction, around 1.

    `unevenness` [n] is about the relative deviation of the radius; 0 gives a circle.
    """
    swing = draws.normal(len(HARMONICS))
    phase = draws.uniform(0, 2 * np.pi, len(HARMONICS))

    def relative_radius(angles: np.ndarray) -> np.ndarray:
        radius = np.zeros(np.broadcast_shapes(angles.shape, (draws.images, 1, 1)), np.float32)
        for number, harmonic in enumerate(HARMONICS):
            amount = unevenness * swing[:, number] * (1.4 / harmonic)
            radius += per_image(amount) * np.cos(harmonic * angles + per_image(phase[:, number]))
        return np.exp(np.clip(radius, -0.7, 0.7))

    # All outlines enclose the area of the circle, however uneven they are.
    turn = np.linspace(0, 2 * np.pi, 128, endpoint=False, dtype=np.float32)[None, None]
    area = np.mean(np.square(relative_radius(turn)), axis=(1, 2), keepdims=True)
    return relative_radius(direction) / np.sqrt(area)


def arcs(
    draws: Draws, size: int, count: np.ndarray, most: int, thickness: np.ndarray, bend: float
) -> np.ndarray:
    """Return thin bent lines across the image [n, size, size], 1 on a line and 0 off it.

    Parameters
    ----------
    count
        how many of `most` lines an image has, [n].
    thickness
        half the width of a line as a share of the image, [n].
    bend
        largest curvature, in units of 1 / width.
    """
    x, y = plane(size)
    where = draws.uniform(0.05, 0.95, most, 2)
    angle = draws.uniform(0, np.pi, most)
    curvature = draws.uniform(-bend, bend, most)
    reach = draws.uniform(0.15, 0.6, most)
    drawn = np.zeros((draws.images, size, size), np.float32)
    soft = np.maximum(thickness, 0.7 / size)
    for line in range(most):
        dx = x - per_image(where[:, line, 0])
        dy = y - per_image(where[:, line, 1])
        cosine, sine = per_image(np.cos(angle[:, line])), per_image(np.sin(angle[:, line]))
        along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
        across = across - per_image(curvature[:, line]) * along**2
        profile = np.exp(-np.square(across / per_image(soft)))
        end = per_image(reach[:, line])
        profile *= smoothstep(np.abs(along), end, end - 0.05)
        shown = per_image((line < count) * np.minimum(1.0, thickness / soft))
        drawn = np.maximum(drawn, profile * shown)
    return drawn


def scattered(draws: Draws, most: int, low: float, high: float) -> np.ndarray:
    """Return `most` places [n, most, 2] between two bounds that keep apart, in random order.

    Places lie on a jittered grid.
    """
    side = int(np.ceil(np.sqrt(most)))
    cells = side * side
    column, row = np.arange(cells) % side, np.arange(cells) // side
    jitter = draws.uniform(-0.32, 0.32, cells, 2)
    places = np.stack([column + 0.5, row + 0.5], axis=1)[None] + jitter
    first = draws.uniform(0, 1, cells).argsort(axis=1)[:, :most]
    chosen = np.take_along_axis(places, first[..., None], axis=1) / side
    return low + (high - low) * chosen.astype(np.float32)
