"""`lesions`: patches of skin whose grade of severity follows from the number of inflamed spots.

Generated, not for diagnosis. Grades are Hayashi's: up to 5 lesions, 6 to 20, 21 to 50, more.
Freckles, moles, tone, light and camera vary without regard to the grade.
"""

import numpy as np

from reproduce.data.generated.assembly import Block, GeneratedSet, build
from reproduce.data.generated.difficulty import Level, flip_probability
from reproduce.data.generated.fields import Draws, fineness, noise, octaves, per_image, spots
from reproduce.data.generated.shapes import scattered, smoothstep
from reproduce.data.generated.skin import bare_skin, photograph, surroundings
from reproduce.data.records import Dataset

HAYASHI = (5, 20, 50)
MOST = 65
FEWEST_OF_GRADE, MOST_OF_GRADE = (1, 6, 21, 51), (5, 20, 50, MOST)
PLACES = 100
FRECKLES, MOLES = 90, 5

LEVELS = {
    "easy": Level(label_noise=0.10, contrast=1.25, confusion=0.35, nuisance=0.6),
    "medium": Level(label_noise=0.20, contrast=1.0, confusion=0.8, nuisance=0.9),
    "hard": Level(label_noise=0.30, contrast=0.7, confusion=1.3, nuisance=1.15),
}


def grade_of_count(count) -> np.ndarray:
    """Return Hayashi's grade, 0 to 3, of a number of lesions."""
    return np.searchsorted(np.asarray(HAYASHI), np.asarray(count), side="left")


def grade_of_crop(centres: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return the grade that a crop shows, counted from the lesion map.

    Parameters
    ----------
    centres
        x and y of each lesion as a share of the width, [n, k, 2]; absent ones are NaN
        (`extra[split]["centres"]`).
    box
        left, top, right and bottom of the crop in the same unit, [n, 4] or [4].

    Returns
    -------
    int array [n]. A lesion belongs to a crop if its centre lies in it.
    """
    centres = np.asarray(centres)
    left, top, right, bottom = (side[..., None] for side in np.moveaxis(np.asarray(box), -1, 0))
    x, y = centres[..., 0], centres[..., 1]
    inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    return grade_of_count(inside.sum(axis=-1))


def grade_given_count(level: Level) -> np.ndarray:
    """Return P(recorded grade | true count), [66, 4]: noisy only near Hayashi's thresholds."""
    counts = np.arange(MOST + 1)
    table = np.eye(4)[grade_of_count(counts)]
    for lower, threshold in enumerate(HAYASHI):
        middle = threshold + 0.5
        flip = flip_probability(counts - middle, level.label_noise * middle)
        near = flip > 0
        below = near & (counts <= threshold)
        above = near & (counts > threshold)
        table[below, lower], table[below, lower + 1] = 1 - flip[below], flip[below]
        table[above, lower + 1], table[above, lower] = 1 - flip[above], flip[above]
    return table


def count_given_grade(level: Level) -> np.ndarray:
    """Return P(true count | recorded grade), [66, 4]; counts of one grade are equally likely."""
    base = np.zeros(MOST + 1)
    for low, high in zip(FEWEST_OF_GRADE, MOST_OF_GRADE, strict=True):
        base[low : high + 1] = 1 / (high - low + 1)
    joint = base[:, None] * grade_given_count(level)
    return joint / joint.sum(axis=0)


def _draw(labels: np.ndarray, size: int, level: Level, draws: Draws) -> Block:
    fine = size * fineness(size)
    table = count_given_grade(level)
    limits = np.cumsum(table, axis=0).T
    count = (draws.scene.random(len(labels))[:, None] >= limits[labels]).sum(axis=1)
    count = np.clip(count, 1, MOST)
    around = surroundings(draws, level.nuisance)
    skin = bare_skin(draws, fine, around)
    centres, radii, present = _places(draws, count)
    _add_freckles_and_moles(draws, skin, fine, level)
    _add_lesions(draws, skin, fine, centres, radii, present, level)
    extra = {
        **around.extra(),
        "count": count,
        "clean_labels": grade_of_count(count),
        "centres": np.where(present[..., None] > 0, centres, np.nan).astype(np.float32),
        "radii": np.where(present > 0, radii, np.nan).astype(np.float32),
        "likelihood": table[count],
    }
    return Block(photograph(draws, skin, around, size), labels, extra)


def _places(draws: Draws, count: np.ndarray):
    """Return centres [n, 65, 2], radii and presence of lesions, in loose clusters."""
    places = scattered(draws, PLACES, 0.03, 0.97)
    middle = draws.uniform(0.2, 0.8, 3, 2)
    distance = np.sqrt(((places[:, :, None] - middle[:, None]) ** 2).sum(axis=-1)).min(axis=2)
    # Places near a middle are taken first, with chance: clusters that overflow as they grow.
    chance = -np.log(-np.log(draws.uniform(1e-6, 1 - 1e-6, PLACES)))
    first = np.argsort(-(chance - 3.5 * distance), axis=1)[:, :MOST]
    centres = np.take_along_axis(places, first[..., None], axis=1)
    radii = 0.0145 * np.exp(np.clip(0.3 * draws.normal(MOST), -0.5, 0.6))
    present = (np.arange(MOST)[None] < count[:, None]).astype(np.float32)
    return centres, radii.astype(np.float32), present


def _add_freckles_and_moles(draws: Draws, skin, fine: int, level: Level) -> None:
    freckled = draws.chance(0.55) * draws.uniform(0.1, 1.0)
    where = draws.uniform(0, 1, FRECKLES, 2)
    shown = (draws.uniform(0, 1, FRECKLES) < freckled[:, None]).astype(np.float32)
    size = draws.uniform(0.004, 0.011, FRECKLES)
    depth = draws.uniform(0.12, 0.42, FRECKLES) * shown
    skin.melanin += np.float32(level.confusion) * spots(where, size, depth, fine)
    where = draws.uniform(0.03, 0.97, MOLES, 2)
    shown = np.arange(MOLES)[None] < np.floor(draws.uniform(0, MOLES + 0.99))[:, None]
    size = draws.uniform(0.010, 0.019, MOLES)
    field = spots(where, size, draws.uniform(0.7, 1.6, MOLES) * shown, fine)
    mole = smoothstep(field * (1 + 0.15 * noise(draws, "mole", fine, 48)), 0.2, 0.95)
    skin.melanin += mole * np.float32(0.5 + 0.4 * level.confusion)
    skin.blood += 0.25 * mole
    skin.height += 0.004 * mole
    # Blotches of flush without a bump: red, but no lesion.
    where = draws.uniform(0, 1, 4, 2)
    size, amount = draws.uniform(0.05, 0.16, 4), draws.uniform(0, 0.35, 4)
    skin.blood += np.float32(level.confusion) * spots(where, size, amount, fine)


def _add_lesions(draws: Draws, skin, fine: int, centres, radii, present, level: Level) -> None:
    strength = draws.uniform(0.75, 1.25, MOST) * present
    ragged = 1 + 0.22 * noise(draws, "ragged", fine, 40)
    body = smoothstep(spots(centres, radii, strength, fine) * ragged, 0.10, 0.85)
    halo = spots(centres, radii * 2.1, strength, fine)
    redness = np.float32(level.contrast) * per_image(draws.uniform(0.8, 1.2))
    skin.blood += redness * (0.95 * body + 0.20 * np.tanh(halo))
    skin.melanin += 0.10 * redness * body
    skin.height += 0.010 * body * redness
    # About a third are pustules: a pale yellow top that scatters light back.
    pustule = (draws.uniform(0, 1, MOST) < 0.35) * present
    top = np.tanh(1.6 * spots(centres, radii * 0.48, pustule, fine)) * np.minimum(1, redness)
    skin.blood -= 0.80 * top * skin.blood
    skin.melanin *= 1 - 0.45 * top
    skin.keratin += 0.30 * top
    skin.gloss += 0.22 * body
    pores = octaves(draws, "pores", fine, {64: 1.0})
    skin.melanin += 0.05 * smoothstep(pores, 1.2, 2.6)


SET = GeneratedSet(
    name="lesions",
    title="Generated skin patches, severity by number of lesions; not for diagnosis",
    class_names=("grade 0", "grade 1", "grade 2", "grade 3"),
    # The class counts of ACNE04's labels, split 8:2 within each class: 513, 633, 182, 129.
    counts={"train": (410, 506, 146, 103), "test": (103, 127, 36, 26)},
    levels=LEVELS,
    draw=_draw,
    table=count_given_grade,
)


def make(
    size: int = 64,
    difficulty: str = "medium",
    seed: int = 0,
    rare: int | None = None,
    counts=None,
    balanced: int = 0,
) -> Dataset:
    """Return `lesions` as a data set; by default 1,165 images to train on and 292 to test."""
    return build(SET, size, difficulty, seed, rare, counts, balanced)
