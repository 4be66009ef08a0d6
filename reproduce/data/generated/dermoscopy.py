"""`dermoscopy`: eight kinds of spots under a dermatoscope, in the proportions of ISIC 2019.

Generated, not for diagnosis. Each class mixes the signs that textbooks name for it (pigment
network, globules, veil, vessels, ...); an image lies between two neighbouring classes, and nearly
half way its label is noisy. Hairs, tone, light and dark corners come with every class alike.
"""

import numpy as np

from reproduce.data.generated.assembly import Block, GeneratedSet, build
from reproduce.data.generated.dermoscopy_signs import add_signs
from reproduce.data.generated.difficulty import Between, Level
from reproduce.data.generated.fields import Draws, fineness, per_image, plane
from reproduce.data.generated.shapes import arcs, smoothstep
from reproduce.data.generated.skin import bare_skin, photograph, surroundings
from reproduce.data.records import Dataset
from reproduce.errors import UserError

CLASSES = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")
MEL, NV, BCC, AK, BKL, DF, VASC, SCC = range(8)
# The training images of ISIC 2019, in the order of its header.
ISIC2019 = (4522, 12875, 3323, 867, 2624, 239, 253, 628)
TOTAL, TEST_SHARE = 2533, 0.2

SIGNS = (
    "pigment", "ragged", "network", "globules", "veil", "scar", "vessels", "nests", "cysts",
    "edge", "scale", "red", "follicles", "lacunae", "colours",
)  # fmt: skip
ARCHETYPES = np.array(
    [
        # pig  rag  net  glo  vei  sca  ves  nes  cys  edg  scl  red  fol  lac  col
        [1.00, 1.00, 0.50, 0.60, 0.95, 0.30, 0.10, 0.0, 0.0, 0.55, 0.0, 0.15, 0.0, 0.0, 1.0],
        [0.70, 0.20, 1.00, 0.35, 0.00, 0.00, 0.00, 0.0, 0.0, 0.45, 0.0, 0.10, 0.0, 0.0, 0.3],
        [0.10, 0.45, 0.00, 0.00, 0.10, 0.15, 1.00, 1.0, 0.0, 0.35, 0.1, 0.40, 0.0, 0.0, 0.2],
        [0.12, 0.60, 0.00, 0.00, 0.00, 0.00, 0.15, 0.0, 0.0, 0.10, 0.4, 0.95, 1.0, 0.0, 0.2],
        [0.60, 0.45, 0.10, 0.10, 0.00, 0.00, 0.00, 0.0, 1.0, 1.00, 0.4, 0.05, 0.1, 0.0, 0.5],
        [0.40, 0.12, 0.65, 0.00, 0.00, 1.00, 0.05, 0.0, 0.0, 0.10, 0.0, 0.20, 0.0, 0.0, 0.1],
        [0.05, 0.25, 0.00, 0.00, 0.10, 0.00, 0.00, 0.0, 0.0, 0.75, 0.0, 0.80, 0.0, 1.0, 0.2],
        [0.12, 0.60, 0.00, 0.00, 0.00, 0.30, 0.60, 0.0, 0.0, 0.50, 1.0, 0.75, 0.2, 0.0, 0.3],
    ],
    np.float32,
)
# A ring of neighbours that are mistaken for one another, and how often an image leans which way.
GRAPH = Between(
    (
        {NV: 0.7, BKL: 0.3}, {MEL: 0.7, DF: 0.3}, {SCC: 0.5, VASC: 0.5}, {BKL: 0.4, SCC: 0.6},
        {MEL: 0.5, AK: 0.5}, {VASC: 0.5, NV: 0.5}, {BCC: 0.5, DF: 0.5}, {AK: 0.6, BCC: 0.4},
    )
)  # fmt: skip

LEVELS = {
    "easy": Level(label_noise=0.06, contrast=1.25, confusion=0.3, nuisance=0.5),
    "medium": Level(label_noise=0.12, contrast=1.0, confusion=0.8, nuisance=0.8),
    "hard": Level(label_noise=0.18, contrast=0.75, confusion=1.15, nuisance=1.1),
}


def counts_for(total: int = TOTAL) -> dict[str, tuple[int, ...]]:
    """Return counts per class that sum to `total`, in ISIC 2019's proportions, split 8:2.

    Fractions are given to the classes with the largest remainders, and no class gets fewer than
    five images, so that each is trained and tested on.
    """
    if not isinstance(total, int) or total < 5 * len(CLASSES):
        raise UserError(
            f"total of 'dermoscopy' is {total!r}, expected a whole number from {5 * len(CLASSES)} "
            "on, so that every class is in both splits"
        )
    exact = np.array(ISIC2019) * total / sum(ISIC2019)
    whole = np.maximum(np.floor(exact).astype(int), 5)
    while whole.sum() != total:
        step = 1 if whole.sum() < total else -1
        gap = np.where((whole > 5) | (step > 0), step * (exact - whole), -np.inf)
        whole[int(np.argmax(gap))] += step
    test = np.rint(whole * TEST_SHARE).astype(int)
    return {"train": tuple((whole - test).tolist()), "test": tuple(test.tolist())}


def _draw(labels: np.ndarray, size: int, level: Level, draws: Draws) -> Block:
    fine = size * fineness(size)
    nearer, farther, t = GRAPH.draw(labels, level.label_noise, draws.scene)
    mixed = (1 - t[:, None]) * ARCHETYPES[nearer] + t[:, None] * ARCHETYPES[farther]
    mixed = mixed + 0.10 * level.confusion * draws.normal(len(SIGNS))
    look = {name: np.clip(mixed[:, k], 0, 1.3) for k, name in enumerate(SIGNS)}
    surround = surroundings(draws, level.nuisance)
    # Pressed flat under glass and lit from all sides: hardly any relief, pale to brown skin.
    surround.tone *= 0.62
    skin = bare_skin(draws, fine, surround, relief=0.25)
    add_signs(draws, skin, fine, look, level)
    _add_hairs(draws, skin, fine, level)
    images = _through_a_tube(draws, photograph(draws, skin, surround, size), size)
    extra = {
        **surround.extra(),
        "clean_labels": nearer,
        "between": np.stack([nearer, farther], axis=1),
        "distance": t,
        "likelihood": GRAPH.likelihood(nearer, farther, t, level.label_noise),
    }
    return Block(images, labels, extra)


def _add_hairs(draws: Draws, skin, fine: int, level: Level) -> None:
    hairy = draws.chance(0.45) * draws.uniform(1, 7.99)
    thickness = draws.uniform(0.0022, 0.0045)
    hairs = arcs(draws, fine, np.floor(hairy * min(1.0, 0.4 + level.confusion)), 7, thickness, 1.3)
    skin.melanin += 2.2 * hairs


def _through_a_tube(draws: Draws, images: np.ndarray, size: int) -> np.ndarray:
    """Darken the corners, as some dermatoscopes do, on any class alike."""
    x, y = plane(size)
    distance = np.sqrt((x - 0.5) ** 2 + (y - 0.5) ** 2)
    radius = per_image(draws.uniform(0.50, 0.60))
    seen = smoothstep(distance, radius + 0.03, radius)
    dark = per_image(draws.chance(0.4))
    return np.rint(images * (1 - dark * (1 - seen) * 0.93)[..., None]).astype(np.uint8)


SET = GeneratedSet(
    name="dermoscopy",
    title="Generated dermatoscope pictures in ISIC 2019's proportions; not for diagnosis",
    class_names=CLASSES,
    counts=counts_for(TOTAL),
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
    total: int = TOTAL,
    balanced: int = 0,
) -> Dataset:
    """Return `dermoscopy` as a data set; a `total` of 25,331 is as many as ISIC 2019 has."""
    wanted = counts or counts_for(total)
    return build(SET, size, difficulty, seed, rare, wanted, balanced)
