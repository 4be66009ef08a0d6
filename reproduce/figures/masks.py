"""Images with a class for every pixel: as they are, as they were marked, as methods mark them."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reproduce.errors import UserError
from reproduce.evaluation.label_maps import UNKNOWN, pixel_counts
from reproduce.evaluation.overlap import intersections_over_unions
from reproduce.figures.inputs import text_given
from reproduce.figures.picture import Picture
from reproduce.figures.style import BLUE, GREEN, ORANGE, RARE, WIDTH, WRONG, in_the_look, new_figure
from reproduce.figures.wording import method_label

INPUT, TRUTH = "image", "marked by hand"
# Class 0 is what nothing is marked on. A rare class is orange in the whole book.
COLOURS = (BLUE, RARE, GREEN, ORANGE, WRONG)
# How much of the image still shows through, and the pixels left between two images.
THROUGH, BETWEEN = 0.4, 3
NAMES, HEADS, LETTERS = 1.55, 0.75, 13


class Masks(Picture):
    """A column for each image: itself, its mask, and what each method makes of it.

    Parameters
    ----------
    images
        uint8 [n, h, w] or [n, h, w, 3], images that may be shown.
    truth
        the class of each pixel [n, h, w]; 255 where nothing is known.
    predicted
        by method, the class of each pixel [n, h, w], in the order of the rows.
    class_names
        in the order of their numbers; the first is the background.
    licence
        attribution and licence, written under the images.
    """

    def __init__(
        self,
        images: np.ndarray,
        truth: np.ndarray,
        predicted: Mapping[str, np.ndarray],
        class_names: Sequence[str],
        licence: str,
    ):
        super().__init__()
        shapes = {np.shape(maps) for maps in (truth, *predicted.values())}
        if shapes != {images.shape[:3]} or not predicted or images.dtype != np.uint8:
            raise UserError(
                f"images {images.dtype} {images.shape} and maps {sorted(shapes)}: expected uint8 "
                "images, and for each method a class for every pixel of them"
            )
        if not 2 <= len(class_names) <= len(COLOURS) + 1:
            raise UserError(
                f"{len(class_names)} classes of pixels, expected 2 to {len(COLOURS) + 1}"
            )
        self.images, self.truth, self.predicted = images, truth, dict(predicted)
        self.class_names = [str(name) for name in class_names]
        self.licence = text_given("the licence", licence)
        self.overlap = {name: self._overlap(maps) for name, maps in self.predicted.items()}

    def _overlap(self, maps: np.ndarray) -> float:
        """Return the mean IoU of the marked classes, over images that show them; or nan."""
        counts = pixel_counts(self.truth, maps, len(self.class_names))
        own = intersections_over_unions(counts)[:, 1:]
        return float(np.nanmean(own)) if (~np.isnan(own)).any() else float("nan")

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row of images for itself, the masks and each method."""
        rows = {INPUT: None, TRUTH: self.truth, **self.predicted}
        count, size = len(self.images), self.images.shape[1]
        across = (WIDTH - NAMES) / count
        figure, axes = new_figure(across * len(rows) + HEADS)
        axis = axes[0, 0]
        step = size + BETWEEN
        sheet = np.zeros((len(rows) * step, count * step, 4), dtype=np.uint8)
        for row, maps in enumerate(rows.values()):
            for column in range(count):
                place = np.s_[row * step : row * step + size, column * step : column * step + size]
                sheet[place] = self._drawn(column, maps)
        axis.imshow(sheet, interpolation="none", aspect="equal")
        axis.set_yticks(
            np.arange(len(rows)) * step + size / 2,
            [textwrap.fill(_named(name), LETTERS, break_long_words=False) for name in rows],
        )
        places, heads = self._heads()
        axis.set_xticks(np.array(places) * step + size / 2, heads)
        axis.xaxis.tick_top()
        axis.tick_params(length=0)
        axis.grid(False)
        axis.spines[:].set_visible(False)
        figure.legend(
            handles=[
                Patch(color=colour, label=name)
                for name, colour in zip(self.class_names[1:], COLOURS, strict=False)
            ],
            loc="outside lower center",
            ncols=min(3, len(self.class_names) - 1),
            title=textwrap.fill(self.licence, 62),
            title_fontsize="small",
        )
        return figure

    def _drawn(self, number: int, maps: np.ndarray | None) -> np.ndarray:
        """Return one image as RGBA, with the marked classes laid over it."""
        image = self.images[number]
        grey = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
        drawn = grey.astype(np.float64)
        if maps is not None:
            for label, colour in zip(range(1, len(self.class_names)), COLOURS, strict=False):
                marked = (maps[number] == label)[..., None]
                over = THROUGH * drawn + (1 - THROUGH) * 255 * np.array(to_rgb(colour))
                drawn = np.where(marked, over, drawn)
        opaque = np.full((*drawn.shape[:2], 1), 255.0)
        return np.concatenate([drawn, opaque], axis=2).round().astype(np.uint8)

    def _heads(self) -> tuple[list[float], list[str]]:
        """Return what neighbouring masks show, their highest class or nothing, and where they are.

        Said once over columns that show the same, since words are wider than images.
        """
        shown = np.where(self.truth == UNKNOWN, 0, self.truth).max(axis=(1, 2))
        places: list[float] = []
        names: list[str] = []
        for label, members in groupby(range(len(shown)), key=lambda column: shown[column]):
            columns = list(members)
            places.append((columns[0] + columns[-1]) / 2)
            names.append(self.class_names[label] if label else "none")
        return places, names

    def message(self) -> str:
        """Say between which overlaps with the marked regions the methods lie on these images."""
        known = {name: value for name, value in self.overlap.items() if not np.isnan(value)}
        if len(known) < 2:
            return ""
        best, worst = max(known, key=known.get), min(known, key=known.get)
        return (
            f"On these {len(self.images)} test images of one repeat, the overlap with the marked "
            f"regions (IoU) goes from {100 * known[worst]:.0f} % ({method_label(worst)}) to "
            f"{100 * known[best]:.0f} % ({method_label(best)})"
        )

    def seen(self) -> str:
        """Say what the rows and columns are."""
        marked = " and ".join(self.class_names[1:])
        return (
            f"{len(self.images)} test images, a column each: the image, its {marked} regions as "
            f"marked by hand, and as {len(self.predicted)} methods mark them."
        )

    def reading(self) -> str:
        """Say how to read the colours."""
        return (
            "The head of a column says what the image shows. Colour lies where a pixel is given to "
            "a class; where there is none it is taken for background. The images are the same for "
            "every method, drawn before any was trained."
        )

    def words(self) -> str:
        """Give the overlap of each method on the images shown."""
        told = ", ".join(
            f"{method_label(name)} {100 * value:.0f} %" if not np.isnan(value)
            else f"{method_label(name)} none"
            for name, value in self.overlap.items()
        )  # fmt: skip
        return (
            "Intersection over union of the marked classes, mean over the images shown here that "
            f"have them: {told}."
        )


def _named(name: str) -> str:
    return name if name in (INPUT, TRUTH) else method_label(name)
