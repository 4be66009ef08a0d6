"""`warts_corns`: close-ups of thick skin, bare, with a corn, or with a wart like it.

Generated, not for diagnosis. A corn is a smooth yellowish plateau with a glassy core; skin lines
run over it. A wart is rough, speckled with dark dots, ragged at its edge, and interrupts them. An
image lies somewhere between two of the three classes; nearly half way its label is noisy.
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
    spots,
)
from reproduce.data.generated.shapes import arcs, around, outline, scattered, smoothstep
from reproduce.data.generated.skin import bare_skin, photograph, surroundings
from reproduce.data.records import Dataset

NORMAL, CORN, WART = range(3)
FEATURES = ("presence", "yellow", "core", "rough", "dots", "ridges", "ragged", "ring")
ARCHETYPES = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.15, 0.0],
        [1.0, 1.0, 1.0, 0.10, 0.05, 0.85, 0.12, 0.25],
        [1.0, 0.45, 0.15, 1.0, 1.0, 0.10, 0.45, 0.55],
    ],
    np.float32,
)
GRAPH = Between(({CORN: 0.5, WART: 0.5}, {WART: 0.8, NORMAL: 0.2}, {CORN: 0.8, NORMAL: 0.2}))
DOTS, SPECKS = 49, 6

LEVELS = {
    "easy": Level(label_noise=0.06, contrast=1.3, confusion=0.3, nuisance=0.5),
    "medium": Level(label_noise=0.12, contrast=1.0, confusion=0.8, nuisance=0.8),
    "hard": Level(label_noise=0.18, contrast=0.7, confusion=1.3, nuisance=1.05),
}


def _draw(labels: np.ndarray, size: int, level: Level, draws: Draws) -> Block:
    fine = size * fineness(size)
    nearer, farther, t = GRAPH.draw(labels, level.label_noise, draws.scene)
    mixed = (1 - t[:, None]) * ARCHETYPES[nearer] + t[:, None] * ARCHETYPES[farther]
    mixed = mixed + 0.10 * level.confusion * draws.normal(len(FEATURES))
    look = {name: np.clip(mixed[:, k], 0, 1.3) for k, name in enumerate(FEATURES)}
    surround = surroundings(draws, level.nuisance)
    skin = bare_skin(draws, fine, surround, relief=0.7)
    skin.keratin += per_image(draws.uniform(0.05, 0.30))
    _add_lesion(draws, skin, fine, look, level)
    _add_confusers(draws, skin, fine, level)
    extra = {
        **surround.extra(),
        "clean_labels": nearer,
        "between": np.stack([nearer, farther], axis=1),
        "distance": t,
        "likelihood": GRAPH.likelihood(nearer, farther, t, level.label_noise),
    }
    return Block(photograph(draws, skin, surround, size), labels, extra)


def _skin_lines(draws: Draws, fine: int) -> np.ndarray:
    """Return the ridges of a fingertip or a sole: even stripes, gently bent."""
    x, y = plane(fine)
    angle, bend = draws.uniform(0, np.pi), draws.uniform(-0.9, 0.9)
    frequency = draws.uniform(13, 21)
    along = x * per_image(np.cos(angle)) + y * per_image(np.sin(angle))
    across = y * per_image(np.cos(angle)) - x * per_image(np.sin(angle))
    across = across + per_image(bend) * np.square(along - 0.5)
    across = across + 0.012 * noise(draws, "lines", fine, 5)
    return np.sin(2 * np.pi * per_image(frequency) * across)


def _add_lesion(draws: Draws, skin, fine: int, look: dict, level: Level) -> None:
    strength = per_image(look["presence"]) * np.float32(level.contrast)
    centre = 0.5 + 0.13 * np.clip(draws.normal(2), -1.8, 1.8)
    distance, direction = around(fine, centre, draws.uniform(0, np.pi), draws.uniform(1.0, 1.35))
    reach = per_image(draws.uniform(0.17, 0.29))
    reach = reach * outline(draws, direction, 0.35 * look["ragged"])
    inner = distance / reach
    body = smoothstep(inner, 1.08, 0.80)
    rim = np.exp(-np.square((inner - 1.05) / 0.16))
    core = smoothstep(inner, 0.62, 0.20)

    ridges = _skin_lines(draws, fine)
    kept = 1 - np.clip(body * np.minimum(1, strength), 0, 1) * per_image(1 - look["ridges"])
    skin.height += 0.0032 * ridges * kept
    skin.blood += 0.05 * ridges * kept
    papillae = octaves(draws, "papillae", fine, {18: 0.8, 36: 0.6})
    rough = per_image(look["rough"]) * strength
    skin.height += body * strength * 0.020 + 0.0062 * papillae * body * rough
    skin.blood *= 1 - 0.55 * np.clip(body * strength, 0, 1.2)
    skin.keratin += body * strength * (0.22 + 0.50 * per_image(look["yellow"]))
    skin.melanin += body * rough * (0.10 + 0.10 * np.tanh(papillae))
    skin.melanin += 0.16 * strength * rim * per_image(look["yellow"])
    skin.blood += 0.42 * strength * rim * per_image(look["ring"])

    glassy = core * strength * per_image(look["core"])
    skin.melanin *= 1 - np.clip(0.35 * glassy, 0, 0.8)
    skin.keratin += 0.30 * glassy
    skin.height -= 0.012 * glassy
    skin.gloss += 0.20 * glassy
    rim_of_core = np.exp(-np.square((inner - 0.52) / 0.09))
    skin.melanin += 0.20 * rim_of_core * strength * per_image(look["core"])

    places = scattered(draws, DOTS, -0.85, 0.85)
    where = centre[:, None] + places * reach.mean(axis=(1, 2))[:, None, None]
    near = np.square(places).sum(axis=-1) < 0.72
    shown = near * (draws.uniform(0, 1, DOTS) < 0.75 * look["dots"][:, None])
    radii = draws.uniform(0.0055, 0.0105, DOTS)
    clots = np.tanh(1.5 * spots(where, radii, shown.astype(np.float32), fine))
    skin.melanin += 0.85 * clots * strength
    skin.blood += 0.75 * clots * strength


def _add_confusers(draws: Draws, skin, fine: int, level: Level) -> None:
    """Creases, specks of dirt, a callus without a core, redness: on any class alike."""
    amount = np.float32(level.confusion)
    crease = arcs(
        draws, fine, np.floor(draws.uniform(0, 3.99)), 3, draws.uniform(0.004, 0.009), 0.8
    )
    skin.height -= 0.010 * crease
    skin.blood += 0.22 * crease
    where, radii = draws.uniform(0, 1, SPECKS, 2), draws.uniform(0.004, 0.010, SPECKS)
    shown = (draws.uniform(0, 1, SPECKS) < 0.35).astype(np.float32)
    dirt = np.tanh(1.5 * spots(where, radii, shown, fine))
    skin.melanin += amount * dirt * per_image(draws.uniform(0.5, 1.2))
    where, radii = draws.uniform(0.05, 0.95, 2, 2), draws.uniform(0.10, 0.26, 2)
    shown = draws.chance(0.4, 2) * draws.uniform(0.15, 0.55, 2)
    callus = spots(where, radii, shown, fine)
    skin.keratin += amount * callus
    skin.blood *= 1 - np.clip(0.4 * amount * callus, 0, 0.8)
    where, radii = draws.uniform(0, 1, 2, 2), draws.uniform(0.08, 0.22, 2)
    skin.blood += amount * spots(where, radii, draws.uniform(0, 0.32, 2), fine)


SET = GeneratedSet(
    name="warts_corns",
    title="Generated close-ups of normal skin, corns and warts; not for diagnosis",
    class_names=("normal skin", "corn", "wart"),
    # Table 1 of Kim, Kim and Chun (2021).
    counts={"train": (808, 350, 855), "test": (202, 87, 213)},
    levels=LEVELS,
    draw=_draw,
    table=lambda level: GRAPH.table(level.label_noise),
)


def make(
    size: int = 64,
    difficulty: str = "medium",
    seed: int = 0,
    rare: int | None = None,
    counts=None,
    balanced: int = 0,
) -> Dataset:
    """Return `warts_corns` as a data set; by default 2,013 images to train on and 502 to test."""
    return build(SET, size, difficulty, seed, rare, counts, balanced)
