"""What is done to an image before a network sees it: the papers' lists of operations, by name.

The order of operations is that of the papers and the same for every recipe: crop and resize,
flip, colour jitter, gray, blur, solarize, normalise. An operation whose probability is 0 is absent.

The dual-head paper prints two lists that are not the same: its section 3.1 has Solarize and
Normalize, its section 4.1 has neither. Both are here. It prints the probabilities of section 4.1
and nothing about strengths. What it does not print stays at the default of albumentations, the
library it names (`dual_head_section_3_1`, `dual_head_section_4_1`); that makes a hue shift of up to
half a turn, so the other plausible reading, SimCLR's strengths at s = 0.5, has names of its own
(`..._simclr_strengths`). Both have strengths for photographs of 224 pixels: a blur of 1.75 pixels,
the middle of the library's range, is 0.8 % of that side, but of 64 pixels 2.7 %, which leaves
little of what tells skin lesions apart; and where a colour is the sign of a class, half a turn of
the hue takes the sign away. So there are two readings for small images: the same list with the blur
in share of the side (`..._blur_by_side`: 0.5 to 3 pixels of 224), and a mild list whose views stay
what they are of (`dual_head_mild`: crops of 30 % or more, mild colour, no blur). For Solarize of
section 3.1 no probability is printed either: the default of albumentations is 0.5, BYOL's and
DINO's second view uses 0.2.

References: Chen et al. (2020), "A simple framework for contrastive learning of visual
representations", appendix A; Krizhevsky (2009) data with the padded crop of He et al. (2016),
section 4.2; Grill et al. (2020), "Bootstrap your own latent", appendix B.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from reproduce.errors import UserError, unknown_name

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
Range = tuple[float, float]


@dataclass(frozen=True)
class Recipe:
    """Operations and their probabilities; the default of every field is the absent operation.

    Parameters
    ----------
    views
        How many independent views of each image are made.
    crop
        "none" (resize only), "resized" (a random part, resized), "padded" (pad with black, random
        part of the final size), "centre" (shorter side to size / `keep`, centre part).
    scale, ratio
        Share of the area and width / height of the random part (`crop="resized"`).
    padding, keep
        Pixels of black on each side (`"padded"`); share of the shorter side kept (`"centre"`).
    flip, jitter, gray, blur, solarize
        Probabilities.
    brightness, contrast, saturation
        Ranges of the factors; `hue`: range of the shift as a share of a full turn.
    sigma, sigma_of
        Range of the blur's standard deviation in pixels: of images with the side `sigma_of`, and
        as large a share of any other side; 0 means in pixels of the images as they are.
    threshold
        From which value (0 to 1) solarize inverts.
    mean, deviation
        What is subtracted and divided by, per colour; None: values stay in 0 to 1.
    """

    views: int = 1
    crop: Literal["none", "resized", "padded", "centre"] = "none"
    scale: Range = (0.08, 1.0)
    ratio: Range = (3 / 4, 4 / 3)
    padding: int = 0
    keep: float = 1.0
    flip: float = 0.0
    jitter: float = 0.0
    brightness: Range = (1.0, 1.0)
    contrast: Range = (1.0, 1.0)
    saturation: Range = (1.0, 1.0)
    hue: Range = (0.0, 0.0)
    gray: float = 0.0
    blur: float = 0.0
    sigma: Range = (0.1, 2.0)
    sigma_of: int = 0
    solarize: float = 0.0
    threshold: float = 0.5
    mean: tuple[float, ...] | None = None
    deviation: tuple[float, ...] | None = None

    def __post_init__(self):
        for name in ("flip", "jitter", "gray", "blur", "solarize"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"{name} is {getattr(self, name)}, expected a probability (0 to 1)")
        for name, lowest in LOWEST.items():
            low, high = getattr(self, name)
            if not lowest <= low <= high:
                raise UserError(
                    f"{name} is ({low:g}, {high:g}), expected two rising numbers from {lowest:g} up"
                )
        if self.scale[1] > 1 or self.hue[1] > 0.5:
            raise UserError(
                f"scale ends at {self.scale[1]:g} and hue at {self.hue[1]:g}; expected at most 1 "
                "(the whole image) and 0.5 (half a turn)"
            )
        if self.views < 1 or self.padding < 0 or not 0 < self.keep <= 1:
            raise UserError(
                f"views {self.views}, padding {self.padding}, keep {self.keep}: expected at least "
                "1, at least 0, and a share above 0 up to 1"
            )
        if (self.mean is None) != (self.deviation is None):
            raise UserError("mean and deviation belong together; give both or neither")

    def at(self, size: int) -> "Recipe":
        """Return the recipe for images of this side: a blur in share of the side in its pixels."""
        if not self.sigma_of:
            return self
        low, high = (value * size / self.sigma_of for value in self.sigma)
        return replace(self, sigma=(low, high), sigma_of=0)

    def normalisation(self, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Return mean and deviation for so many channels (gray: the average of the colours)."""
        if self.mean is None or self.deviation is None:
            return None
        if len(self.mean) == channels:
            return self.mean, self.deviation
        if channels == 1:
            average = [sum(values) / len(values) for values in (self.mean, self.deviation)]
            return (average[0],), (average[1],)
        raise UserError(
            f"the mean has {len(self.mean)} numbers, the images have {channels} channels; "
            "give one number per channel"
        )


LOWEST = {
    "scale": 1e-6, "ratio": 1e-6, "brightness": 0, "contrast": 0, "saturation": 0, "hue": -0.5,
    "sigma": 1e-3,
}  # fmt: skip
SIMCLR_STRENGTHS: dict[str, Any] = {
    # SimCLR's jitter (0.8, 0.8, 0.8, 0.2) times s = 0.5, its value for small images.
    "brightness": (0.6, 1.4), "contrast": (0.6, 1.4), "saturation": (0.6, 1.4), "hue": (-0.1, 0.1),
    "sigma": (0.1, 2.0),
}  # fmt: skip
LIBRARY_STRENGTHS: dict[str, Any] = {
    # The defaults of albumentations 2.0.8.
    "brightness": (0.8, 1.2), "contrast": (0.8, 1.2), "saturation": (0.8, 1.2), "hue": (-0.5, 0.5),
    "sigma": (0.5, 3.0),
}  # fmt: skip
FIVE = {"views": 2, "crop": "resized", "flip": 0.5, "jitter": 0.8, "gray": 0.2, "blur": 0.5}
# Of a part of the image that is large enough to hold a lesion; no hue to speak of.
MILD: dict[str, Any] = {
    "views": 2, "crop": "resized", "scale": (0.3, 1.0), "flip": 0.5, "jitter": 0.8,
    "brightness": (0.8, 1.2), "contrast": (0.8, 1.2), "saturation": (0.8, 1.2),
    "hue": (-0.02, 0.02),
}  # fmt: skip
NORMALIZE = {"mean": IMAGENET_MEAN, "deviation": IMAGENET_DEVIATION}

RECIPES: dict[str, Recipe] = {
    "none": Recipe(),
    "flip": Recipe(flip=0.5),
    # A random part of the final size out of larger stored images, mirrored or not.
    "imagenet_crop": Recipe(crop="padded", flip=0.5),
    "crop_flip": Recipe(crop="padded", padding=4, flip=0.5),
    "simclr_two_views": Recipe(**FIVE, **SIMCLR_STRENGTHS),
    "dual_head_section_3_1": Recipe(**FIVE, **LIBRARY_STRENGTHS, solarize=0.5, **NORMALIZE),
    "dual_head_section_4_1": Recipe(**FIVE, **LIBRARY_STRENGTHS),
    "dual_head_section_3_1_simclr_strengths": Recipe(
        **FIVE, **SIMCLR_STRENGTHS, solarize=0.2, **NORMALIZE
    ),
    "dual_head_section_4_1_simclr_strengths": Recipe(**FIVE, **SIMCLR_STRENGTHS),
    "dual_head_section_4_1_blur_by_side": Recipe(**FIVE, **LIBRARY_STRENGTHS, sigma_of=224),
    "dual_head_mild": Recipe(**MILD),
    # 224 of 256 pixels, whatever the size.
    "validation": Recipe(crop="centre", keep=0.875),
    "validation_normalised": Recipe(crop="centre", keep=0.875, **NORMALIZE),
}


def recipe(name: str, **changes: Any) -> Recipe:
    """Return the recipe of this name, with some of its fields changed."""
    if name not in RECIPES:
        raise unknown_name("augmentation", name, RECIPES)
    known = {of_recipe.name for of_recipe in fields(Recipe)}
    for wrong in set(changes) - known:
        raise unknown_name("setting of an augmentation", wrong, known)
    return replace(RECIPES[name], **changes)
