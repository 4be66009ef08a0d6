"""Skin under a camera: pigments absorb, bumps cast shade, lamps and devices differ.

Colour is the light that pigments leave over: `exp(-(melanin M + blood B + keratin K + blue V))`.
So a freckle or a red papule darkens pale and dark skin alike, each by its own spectrum. Tone,
lighting and device are drawn without looking at the label. They are there to vary, and stand for
no group of people: no claim of fairness can rest on them.
"""

from dataclasses import dataclass

import numpy as np

from reproduce.data.generated.fields import (
    Draws,
    blur,
    fineness,
    octaves,
    per_image,
    plane,
    shrink,
    slopes,
)

# How much each pigment absorbs of red, green and blue.
MELANIN = np.array([0.56, 0.99, 1.42], np.float32)
BLOOD = np.array([0.06, 0.74, 0.62], np.float32)
KERATIN = np.array([0.02, 0.16, 0.58], np.float32)
BLUE = np.array([1.05, 0.62, 0.28], np.float32)
BARE = np.array([1.02, 0.93, 0.86], np.float32)

# Gains of red, green and blue, gamma, blur (share of the width), noise, darkening of the corners.
DEVICES = (
    ((1.00, 1.00, 1.00), 1.00, 0.0015, 0.012, 0.10),
    ((1.06, 1.00, 0.93), 0.90, 0.0040, 0.018, 0.22),
    ((0.95, 1.00, 1.07), 1.12, 0.0025, 0.026, 0.16),
)


@dataclass
class Surroundings:
    """Nuisances of a block of images, one value each, independent of the class."""

    tone: np.ndarray
    flush: np.ndarray
    light_angle: np.ndarray
    light_strength: np.ndarray
    light_warmth: np.ndarray
    device: np.ndarray

    def extra(self) -> dict[str, np.ndarray]:
        """Return what is kept of them beside the images."""
        return {
            "tone": self.tone,
            "lighting": self.light_strength,
            "device": self.device.astype(np.int64),
        }


def surroundings(draws: Draws, nuisance: float) -> Surroundings:
    """Draw tone (0 pale to 1 dark), lighting and device of each image."""
    middle = 0.35
    spread = draws.uniform(-0.33, 0.62)
    return Surroundings(
        tone=np.clip(middle + nuisance * spread, 0.02, 1.0),
        flush=np.clip(0.22 + nuisance * 0.12 * draws.normal(), 0.02, 0.6),
        light_angle=draws.uniform(0, 2 * np.pi),
        light_strength=np.exp(nuisance * 0.22 * np.clip(draws.normal(), -2, 2)),
        light_warmth=nuisance * 0.05 * draws.normal(),
        device=np.minimum((draws.uniform() * len(DEVICES)).astype(int), len(DEVICES) - 1),
    )


@dataclass
class Skin:
    """Maps [n, h, w] that a set fills in before `photograph` turns them into an image."""

    melanin: np.ndarray
    blood: np.ndarray
    keratin: np.ndarray
    blue: np.ndarray
    height: np.ndarray
    gloss: np.ndarray


def bare_skin(draws: Draws, size: int, around: Surroundings, relief: float = 1.0) -> Skin:
    """Return skin without anything on it: mottled colour, fine relief, pores."""
    mottle = octaves(draws, "mottle", size, {3: 0.7, 7: 0.5, 16: 0.35})
    redness = octaves(draws, "redness", size, {3: 0.6, 6: 0.6, 14: 0.5})
    fine = octaves(draws, "relief", size, {24: 0.6, 48: 0.8, 96: 0.7})
    tone = per_image(0.06 + 1.35 * around.tone**1.35)
    melanin = tone * np.exp(0.07 * mottle)
    blood = per_image(around.flush) * np.exp(0.22 * redness)
    nothing = np.zeros_like(melanin)
    return Skin(
        melanin=melanin,
        blood=blood,
        keratin=nothing + 0.12,
        blue=nothing.copy(),
        height=(0.0011 * relief) * fine,
        gloss=nothing + 0.10,
    )


def _lit(skin: Skin, around: Surroundings) -> tuple[np.ndarray, np.ndarray]:
    """Return brightness and highlight of a relief under a slanting lamp."""
    along_x, along_y = slopes(skin.height)
    lamp_x, lamp_y = np.cos(around.light_angle), np.sin(around.light_angle)
    towards = along_x * per_image(lamp_x) + along_y * per_image(lamp_y)
    # A bump is bright where it faces the lamp; slopes are limited so that nothing turns black.
    shade = 1 - 0.55 * np.tanh(0.9 * towards)
    facing = (
        1
        - np.square(along_x + 0.45 * per_image(lamp_x))
        - np.square(along_y + 0.45 * per_image(lamp_y))
    )
    highlight = np.clip(facing, 0, 1) ** 14
    return shade, highlight * skin.gloss


def photograph(draws: Draws, skin: Skin, around: Surroundings, size: int) -> np.ndarray:
    """Return the images as uint8 [n, size, size, 3]: light, camera, fewer pixels, sensor noise."""
    fine = skin.melanin.shape[-1]
    shade, highlight = _lit(skin, around)
    x, y = plane(fine)
    from_lamp = (x - 0.5) * per_image(np.cos(around.light_angle)) + (y - 0.5) * per_image(
        np.sin(around.light_angle)
    )
    gains, gamma, blurs, noises, corners = (
        np.array([device[k] for device in DEVICES], np.float32)[around.device] for k in range(5)
    )
    light = per_image(0.92 * around.light_strength) * shade * (1 - 0.28 * from_lamp)
    light *= 1 - per_image(corners) * 4 * np.square((x - 0.5) ** 2 + (y - 0.5) ** 2)
    channels = []
    for c in range(3):
        density = (
            MELANIN[c] * skin.melanin + BLOOD[c] * skin.blood
            + KERATIN[c] * skin.keratin + BLUE[c] * skin.blue
        )  # fmt: skip
        warm = (1 + around.light_warmth * (1 - c)) * gains[:, c]
        channel = BARE[c] * np.exp(-density) * light + highlight
        channels.append(channel * per_image(warm))
    for number, width in enumerate(blurs.tolist()):
        if width * fine > 0.3:
            for channel in channels:
                channel[number] = blur(channel[number : number + 1], round(width, 5))[0]
    picture = shrink(np.stack(channels, axis=-1), fineness(size))
    picture = np.clip(picture, 0, 4)
    # Film and sensors alike lose bright tones gently instead of cutting them off.
    picture *= (1 + picture**5) ** np.float32(-0.2)
    picture **= (gamma / 1.9)[:, None, None, None]
    grain = draws.stream("sensor").standard_normal(picture.shape, dtype=np.float32)
    picture += grain * noises[:, None, None, None]
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
