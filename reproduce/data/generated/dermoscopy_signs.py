"""The signs of which `dermoscopy` composes its pictures, each strong or faint by class."""

import numpy as np

from reproduce.data.generated.difficulty import Level
from reproduce.data.generated.fields import Draws, noise, octaves, per_image, plane, spots
from reproduce.data.generated.shapes import arcs, around, outline, scattered, smoothstep
from reproduce.data.generated.skin import Skin

GLOBULES, NESTS, CYSTS, LACUNAE, VESSELS = 49, 9, 25, 25, 8


def add_signs(draws: Draws, skin: Skin, fine: int, look: dict, level: Level) -> None:
    """Draw one spot per image into the skin's pigments.

    Parameters
    ----------
    look
        strength of each sign, [n] by name, about 0 to 1.
    """
    contrast = np.float32(level.contrast)
    amount = {name: per_image(values) * contrast for name, values in look.items()}
    centre = 0.5 + 0.085 * np.clip(draws.normal(2), -1.8, 1.8)
    distance, direction = around(fine, centre, draws.uniform(0, np.pi), draws.uniform(1.0, 1.5))
    reach = per_image(draws.uniform(0.20, 0.33))
    inner = distance / (reach * outline(draws, direction, 0.30 * look["ragged"]))
    inner = inner + 0.05 * noise(draws, "fray", fine, 14)
    soft = per_image(0.42 - 0.34 * np.clip(look["edge"], 0, 1))
    body = smoothstep(inner, 1 + soft, 1 - soft)
    width = reach.mean(axis=(1, 2))
    place = _Inside(draws, centre, width)

    _add_pigment(draws, skin, fine, amount, body, inner)
    _add_blood(draws, skin, fine, amount, body, place)
    _add_pale(draws, skin, fine, amount, body, inner, place)


class _Inside:
    """Places within a spot, and how wide it is."""

    def __init__(self, draws: Draws, centre: np.ndarray, width: np.ndarray):
        self.draws, self.centre, self.width = draws, centre, width

    def dots(self, fine: int, most: int, share: np.ndarray, low: float, high: float):
        """Return a field of up to `most` dots, a share [n] of them drawn, radius low to high."""
        places = scattered(self.draws, most, -0.9, 0.9)
        shown = np.square(places).sum(axis=-1) < 0.8
        shown = shown * (self.draws.uniform(0, 1, most) < share[:, None])
        radii = self.draws.uniform(low, high, most)
        where = self.centre[:, None] + places * self.width[:, None, None]
        return spots(where, radii, shown.astype(np.float32), fine)


def _honeycomb(draws: Draws, fine: int, frequency: np.ndarray) -> np.ndarray:
    """Return a hexagonal pattern from -1.5 (lines) to 3 (middles of the holes), slightly warped."""
    x, y = plane(fine)
    turn = draws.uniform(0, np.pi)
    bend = 0.017 * noise(draws, "bend x", fine, 8), 0.017 * noise(draws, "bend y", fine, 8)
    total = np.zeros((draws.images, fine, fine), np.float32)
    for third in range(3):
        angle = turn + third * np.pi / 3
        along = (x + bend[0]) * per_image(np.cos(angle)) + (y + bend[1]) * per_image(np.sin(angle))
        total += np.cos(2 * np.pi * per_image(frequency) * along)
    return total


def _add_pigment(draws: Draws, skin: Skin, fine: int, amount: dict, body, inner) -> None:
    patches = octaves(draws, "patches", fine, {3: 0.6, 6: 0.6, 13: 0.4})
    shade = np.exp(0.40 * np.minimum(amount["colours"], 1.3) * patches)
    skin.melanin += body * amount["pigment"] * 1.15 * shade
    comb = _honeycomb(draws, fine, draws.uniform(16, 23))
    lines = smoothstep(comb, 0.4, -1.1)
    outer = 0.35 + 0.65 * smoothstep(inner, 0.2, 0.7)
    skin.melanin += body * outer * amount["network"] * (0.75 * lines - 0.18)
    holes = smoothstep(comb, 0.9, 2.4)
    # The strawberry of an actinic keratosis: red between pale openings of the hair.
    skin.keratin += 0.30 * body * amount["follicles"] * holes
    skin.blood += body * amount["follicles"] * (0.30 - 0.65 * holes)
    cloud = smoothstep(octaves(draws, "veil", fine, {3: 0.8, 5: 0.6}), -0.1, 0.9)
    skin.blue += 0.75 * body * smoothstep(inner, 1.0, 0.5) * amount["veil"] * cloud
    np.maximum(skin.melanin, 0.02, out=skin.melanin)


def _add_blood(draws: Draws, skin: Skin, fine: int, amount: dict, body, place: _Inside) -> None:
    share = {name: values[:, 0, 0] for name, values in amount.items()}
    skin.blood += 0.85 * body * amount["red"]
    globules = np.tanh(1.6 * place.dots(fine, GLOBULES, 0.7 * share["globules"], 0.006, 0.011))
    skin.melanin += 0.75 * body * globules
    nests = smoothstep(place.dots(fine, NESTS, 0.75 * share["nests"], 0.022, 0.046), 0.25, 0.8)
    skin.blue += 0.55 * body * nests
    skin.melanin += 0.45 * body * nests
    lakes = smoothstep(place.dots(fine, LACUNAE, 0.8 * share["lacunae"], 0.022, 0.040), 0.3, 0.7)
    skin.blood += 1.5 * body * lakes
    skin.blue += 0.32 * body * lakes
    branches = arcs(
        draws, fine, np.rint(VESSELS * np.minimum(share["vessels"], 1)), VESSELS,
        draws.uniform(0.004, 0.007), 4.0,
    )  # fmt: skip
    skin.blood += 0.95 * np.sqrt(body) * branches * np.minimum(amount["vessels"], 1.2)


def _add_pale(
    draws: Draws, skin: Skin, fine: int, amount: dict, body, inner, place: _Inside
) -> None:
    share = {name: values[:, 0, 0] for name, values in amount.items()}
    scar = smoothstep(inner, 0.75, 0.15) * np.clip(amount["scar"], 0, 1.1)
    skin.melanin *= 1 - 0.75 * np.minimum(scar, 1)
    skin.blood *= 1 - 0.65 * np.minimum(scar, 1)
    cysts = np.tanh(1.8 * place.dots(fine, CYSTS, 0.7 * share["cysts"], 0.008, 0.016)) * body
    skin.melanin *= 1 - 0.70 * cysts
    skin.keratin += 0.30 * cysts
    flakes = smoothstep(octaves(draws, "flakes", fine, {7: 0.5, 15: 0.5, 30: 0.5}), -0.2, 1.3)
    scale = np.clip(body * amount["scale"] * flakes, 0, 1)
    skin.melanin *= 1 - 0.55 * scale
    skin.blood *= 1 - 0.75 * scale
    skin.keratin += 0.55 * body * amount["scale"] * (0.4 + 0.6 * flakes)
    skin.height += 0.004 * scale
