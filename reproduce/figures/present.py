"""Showing a figure in a notebook, with its numbers in words and where they come from."""

import base64
import io
import sys
import textwrap

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from reproduce.errors import UserError
from reproduce.figures.inputs import text_given
from reproduce.figures.provenance import NAMED, said_of_itself
from reproduce.figures.style import LOOK, QUIET

DPI = 110
LARGEST = 150_000
_SMALL = 9.5


def show(figure: Figure, *, numbers: str, provenance: str, kind: str = "") -> None:
    """Display a figure as PNG with a provenance line under it, and close it.

    Parameters
    ----------
    figure
        what a drawing function returned.
    numbers
        the figure's content in words; kept in the output's metadata, from where `reproduce run`
        appends it to the alt text of the cell.
    provenance
        see `reproduce.figures.provenance.provenance_line`.
    kind
        what kind of picture it is, for pages that set pictures side by side.
    """
    from IPython import display

    numbers = text_given("the text of the figure's numbers", numbers)
    image = png(figure, text_given("the provenance line", provenance))
    bundle = {"image/png": base64.b64encode(image).decode("ascii"), "text/plain": numbers}
    said = {"numbers": numbers, **said_of_itself(kind, provenance)}
    display.display(bundle, raw=True, metadata={NAMED: said})
    close(figure)


def png(figure: Figure, provenance: str | None = None) -> bytes:
    """Return the figure as PNG, small enough for a page that holds many.

    Where full colour takes more than 150 KB, a palette of 256 colours takes its place; where even
    that is too much, the resolution goes down step by step.
    """
    _settle(figure)
    for dpi in (DPI, 95, 80, 65):
        picture = _rendered(figure, dpi)
        if provenance:
            picture = _stacked(picture, _rendered(_strip(provenance, figure.get_figwidth()), dpi))
        for colours in (None, 256):
            image = _encoded(picture if colours is None else _with_palette(picture, colours))
            if len(image) <= LARGEST:
                return image
    raise UserError(
        f"the figure takes {len(image) // 1000} KB as PNG, expected at most {LARGEST // 1000} KB; "
        "draw fewer panels or images in one figure"
    )


def _settle(figure: Figure) -> None:
    """Lay the figure out until nothing moves: the first pass may leave a title outside."""
    with matplotlib.rc_context(LOOK):
        for _ in range(3):
            figure.draw_without_rendering()


def _rendered(figure: Figure, dpi: int) -> Image.Image:
    """Return the figure as opaque pixels."""
    target = io.BytesIO()
    with matplotlib.rc_context(LOOK):
        figure.savefig(target, format="png", dpi=dpi)
    return Image.open(target).convert("RGB")


def _strip(line: str, width: float) -> Figure:
    """Return a narrow figure that holds one small line of text, wrapped where it is long.

    A picture of its own under the figure cannot disturb the figure's layout.
    """
    lines = textwrap.wrap(line, width=int(width * 72 / (_SMALL * 0.6)))
    height = (len(lines) * _SMALL * 1.35 + 12) / 72
    strip = Figure(figsize=(width, height), facecolor="white")
    strip.text(
        0.012,
        1 - 6 / (72 * height),
        "\n".join(lines),
        va="top",
        fontsize=_SMALL,
        color=QUIET,
        fontfamily=LOOK["font.family"],
    )
    return strip


def _stacked(upper: Image.Image, lower: Image.Image) -> Image.Image:
    """Return two pictures as one, the second under the first."""
    whole = Image.new("RGB", (max(upper.width, lower.width), upper.height + lower.height), "white")
    whole.paste(upper, (0, 0))
    whole.paste(lower, (0, upper.height))
    return whole


def _with_palette(picture: Image.Image, colours: int) -> Image.Image:
    """Return the picture in few colours: even steps for drawings, the commonest for photographs."""
    drawing = picture.getcolors(2**16) is not None
    method = Image.Quantize.MAXCOVERAGE if drawing else Image.Quantize.MEDIANCUT
    return picture.quantize(colours, method)


def _encoded(picture: Image.Image) -> bytes:
    """Return a picture as PNG without date or version, so that equal pictures are equal bytes."""
    target = io.BytesIO()
    picture.save(target, format="png", optimize=True)
    return target.getvalue()


def close(figure: Figure) -> None:
    """Close a figure: in pyplot too, if it was made there, or the notebook shows it twice."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
    figure.clear()
