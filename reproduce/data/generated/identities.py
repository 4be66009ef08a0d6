"""`identities`: a thousand generated irises, each seen by two devices, for verification.

Generated: no eye of any person. 700 identities train; 300 others appear in `test` alone, so that
nothing of them can be learned by heart (open set). Device 0 is a colour camera, device 1 sees in
near infrared, where the colour of an iris fades (cross domain). Identities come in families of
four that look alike, the more so the harder the level. Labels have no noise.
"""

import numpy as np

from reproduce.data.generated.assembly import Block, GeneratedSet, build
from reproduce.data.generated.difficulty import Level
from reproduce.data.generated.fields import (
    Draws,
    blur,
    fineness,
    octaves,
    per_image,
    plane,
    shrink,
    spots,
)
from reproduce.data.generated.iris import people, texture
from reproduce.data.generated.shapes import arcs, smoothstep
from reproduce.data.records import Dataset

IDENTITIES, TRAINED, FAMILY = 1000, 700, 4
DEVICES = ("colour", "near infrared")
UNSEEN = tuple(range(TRAINED, IDENTITIES))
WHITE, VESSEL = np.array([[0.90, 0.86, 0.83], [0.05, 0.34, 0.30]], np.float32)
SKIN = np.array([[0.93, 0.74, 0.62], [0.36, 0.24, 0.18]], np.float32)

LEVELS = {
    "easy": Level(label_noise=0, contrast=1.2, confusion=0.3, nuisance=0.5),
    "medium": Level(label_noise=0, contrast=1.0, confusion=0.55, nuisance=0.8),
    "hard": Level(label_noise=0, contrast=0.8, confusion=0.75, nuisance=1.1),
}


def _draw(labels: np.ndarray, size: int, level: Level, draws: Draws) -> Block:
    fine = size * fineness(size)
    persons = people(draws.seed, IDENTITIES, FAMILY, level.confusion)
    device = draws.occurrence % len(DEVICES)
    infrared = per_image(device)
    centre = 0.5 + level.nuisance * 0.055 * np.clip(draws.normal(2), -1.8, 1.8)
    radius = per_image(0.35 * (1 + 0.10 * level.nuisance * np.clip(draws.normal(), -2, 2)))
    opening = per_image(0.40 + 0.14 * draws.uniform(-level.nuisance, 1))
    dilation = per_image(0.36 + 0.13 * level.nuisance * draws.uniform(-1, 1))
    turn = per_image(0.38 * level.nuisance * draws.uniform(-1, 1))
    tone = draws.uniform()
    lighting = np.exp(0.16 * level.nuisance * draws.normal())
    balance = np.exp(0.09 * level.nuisance * np.clip(draws.normal(3), -2, 2))

    x, y = plane(fine)
    dx, dy = x - per_image(centre[:, 0]), y - per_image(centre[:, 1])
    distance = np.sqrt(dx**2 + dy**2) / radius
    angle = np.arctan2(dy, dx) + turn
    depth = np.clip((distance - dilation) / (1 - dilation), 0, 1)
    pattern = np.float32(level.contrast) * texture(persons, labels, depth, angle)
    colour = _iris_colour(persons, labels, pattern, depth, infrared)
    colour = _pupil_and_white(draws, colour, distance, dilation, infrared, fine)
    colour = _lids(draws, colour, dx, dy, opening, tone, infrared, fine)
    # A phone guesses the colour of the light, and not always well.
    colour *= _planes(np.where(device[:, None] == 0, balance, 1))
    images = _capture(draws, colour, device, centre, lighting, size, level)
    extra = {
        "device": device, "tone": tone, "lighting": lighting.astype(np.float32),
        "family": labels // FAMILY, "capture": draws.occurrence // len(DEVICES),
    }  # fmt: skip
    return Block(images, labels, extra)


def _planes(colours: np.ndarray) -> np.ndarray:
    """Return one colour per image, [n, 3], as [n, 3, 1, 1]."""
    return colours[:, :, None, None].astype(np.float32)


def _iris_colour(persons, labels, pattern, depth, infrared) -> np.ndarray:
    """Return [n, 3, h, w]: the person's own colour in visible light, grey in infrared."""
    inner, outer = _planes(persons.inner[labels]), _planes(persons.outer[labels])
    grey = 0.425 + 0.25 * outer.mean(axis=1, keepdims=True)
    seen = infrared[:, None]
    inner, outer = inner + seen * (grey - inner), outer + seen * (grey - outer)
    blend = smoothstep(depth, per_image(persons.collar[labels]), 0.9)
    ring = 1 - 0.60 * smoothstep(depth, 0.86, 1.0)
    strength = (0.42 * (1 - 0.25 * infrared)).astype(np.float32)
    return (inner + blend[:, None] * (outer - inner)) * (np.exp(strength * pattern) * ring)[:, None]


def _pupil_and_white(draws, colour, distance, dilation, infrared, fine) -> np.ndarray:
    pupil = smoothstep(distance, dilation + 0.02, dilation - 0.02)[:, None]
    white = smoothstep(distance, 0.985, 1.03)[:, None]
    vessels = arcs(draws, fine, np.full(draws.images, 7.0), 7, draws.uniform(0.003, 0.005), 2.5)
    vessels = (vessels * (1 - infrared))[:, None]
    shade = (1 - 0.30 * smoothstep(distance, 1.0, 1.7))[:, None]
    sclera = _planes(WHITE[None]) * shade * (1 - _planes(VESSEL[None]) * vessels)
    colour += white * (sclera - colour)
    colour += pupil * (np.float32(0.03) - colour)
    return colour


def _lids(draws, colour, dx, dy, opening, tone, infrared, fine) -> np.ndarray:
    """Draw upper and lower lid in the tone of some skin, with the upper one's shadow and lashes."""
    upper = -opening + 0.9 * dx**2 - dy
    lower = dy - opening * 1.08 + 0.7 * dx**2
    skin = SKIN[0] * (1 - tone[:, None]) + SKIN[1] * tone[:, None]
    grey = 0.35 + 0.45 * skin.mean(axis=1, keepdims=True)
    skin = skin * (1 - infrared[:, 0]) + grey * infrared[:, 0]
    folds = octaves(draws, "lids", fine, {5: 0.05, 12: 0.05, 40: 0.04})
    crease = 1 - 0.35 * np.exp(-np.square((upper - 0.09) / 0.014))
    lid = smoothstep(np.maximum(upper, lower), -0.006, 0.006)
    shadow = 1 - 0.45 * smoothstep(upper, -0.10, 0.0)
    margin = np.exp(-np.square(np.maximum(upper, lower) / 0.013))
    # Lashes fan out from the edge of the upper lid.
    fan = np.sin(np.arctan2(dx, dy + 1.1) * 150 + 30 * folds)
    lashes = smoothstep(fan, 0.25, 0.8) * smoothstep(np.abs(upper - 0.015), 0.075, 0.02)
    dark = 1 - 0.45 * margin - 0.50 * lashes * (1 - 0.45 * margin)
    colour *= (shadow * (1 - lid) * dark)[:, None]
    colour += _planes(skin) * ((1 + folds) * crease * lid * dark)[:, None]
    return colour


def _capture(draws, colour, device, centre, lighting, size: int, level: Level) -> np.ndarray:
    fine = colour.shape[-1]
    # Visible light leaves the bright patch of a window, infrared two small lamps.
    at = centre[:, None] + draws.uniform(-0.10, 0.10, 1, 2)
    pair = np.concatenate([at, at + np.array([[[0.055, 0.0]]], np.float32)], axis=1)
    width = np.where(device[:, None] == 0, [[0.026, 0.019]], [[0.010, 0.010]]).astype(np.float32)
    glint = np.minimum(spots(pair, width, np.full_like(width, 1.4), fine), 1)[:, None]
    colour *= per_image(lighting)[:, None]
    colour += glint * (1 - colour)
    softness = level.nuisance * draws.uniform(0.0, 0.006) + 0.002 * (device == 1)
    for number, deviation in enumerate(softness.tolist()):
        if deviation * fine > 0.3:
            colour[number] = blur(colour[number], round(deviation, 4))
    picture = shrink(colour.reshape(-1, fine, fine), fineness(size))
    picture = np.moveaxis(picture.reshape(len(device), 3, size, size), 1, -1)
    grain = draws.stream("sensor").standard_normal(picture.shape, dtype=np.float32)
    # One sensor behind three filters is grainy in each colour; the infrared one has no filters.
    infrared = per_image(device)[..., None]
    grain = infrared * 0.030 * grain[..., :1] + (1 - infrared) * 0.020 * grain
    picture = np.clip(picture, 0, 4)
    picture *= (1 + picture**5) ** np.float32(-0.2)
    picture = picture ** np.float32(0.85) + np.float32(level.nuisance) * grain
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def _counts() -> dict[str, tuple[int, ...]]:
    known, unseen = TRAINED, IDENTITIES - TRAINED
    return {
        "train": (4,) * known + (0,) * unseen,
        "test": (0,) * known + (4,) * unseen,
        "seen": (2,) * known + (0,) * unseen,
    }


SET = GeneratedSet(
    name="identities",
    title="Generated irises of 1,000 made-up identities, two devices; of no person",
    class_names=tuple(f"identity {number:03d}" for number in range(IDENTITIES)),
    # Two captures on each device; `seen` holds one further capture of each trained identity.
    counts=_counts(),
    levels=LEVELS,
    draw=_draw,
    table=None,
    task="verification",
    turning=(),
    tested=UNSEEN,
    grouped="family",
)


def make(
    size: int = 64,
    difficulty: str = "medium",
    seed: int = 0,
    rare: int | None = None,
    counts=None,
    balanced: int = 0,
) -> Dataset:
    """Return `identities`: 2,800 images of 700, `test` of 300 others, `seen` of the 700 again."""
    return build(SET, size, difficulty, seed, rare, counts, balanced)
