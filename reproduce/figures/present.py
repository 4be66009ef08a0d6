"""Showing a figure in a notebook: what it tells, the picture, its numbers, its origin."""

import base64
import html
import io
import re
import sys

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from reproduce.errors import UserError
from reproduce.figures.inputs import text_given
from reproduce.figures.picture import Picture
from reproduce.figures.provenance import NAMED, said_of_itself
from reproduce.figures.style import LOOK
from reproduce.figures.svg import svg

# Twice the pixels of the place on a page, for the screens that have them.
DPI = 192
LARGEST = 150_000


def announcement(picture: Picture) -> str:
    """Return what stands over a picture: its message in bold, and what is seen; may be empty."""
    said = f"{picture.seen()} {picture.reading()}".strip()
    message = picture.message()
    return f"**{message}** {said}".strip() if message else said


def show(picture: Picture, origin: str) -> None:
    """Display a picture between what it tells and its numbers, and close it.

    The announcement and the alt text stand in the outputs' metadata too, from where `reproduce run`
    takes them as the figure's caption and alt text (`reproduce.book.execute.polish`).

    Parameters
    ----------
    picture
        what is shown.
    origin
        where it comes from, see `reproduce.figures.provenance.provenance_line`.
    """
    from IPython import display

    numbers = text_given("the text of the figure's numbers", picture.words())
    text_given("the provenance line", origin)
    caption, figure = announcement(picture), picture.draw()
    if caption:
        display.display(
            {"text/markdown": caption, "text/plain": caption}, raw=True,
            metadata={NAMED: {"announces": True}},
        )  # fmt: skip
    said = {"numbers": numbers, "caption": caption, "alt": picture.alt()}
    said |= said_of_itself(picture.kind, origin)
    bundle = {**drawing(figure), "text/plain": numbers}
    display.display(bundle, raw=True, metadata={NAMED: said})
    display.display({"text/html": notes(numbers, origin), "text/plain": origin}, raw=True)
    close(figure)


def notes(numbers: str, origin: str) -> str:
    """Return what stands under a figure: where it comes from, and its numbers folded away."""
    # A sentence a line; the full stop of "1." or of "0.5" ends none.
    lines = re.split(r"(?<=[^\d\s]\.|\)\.|\d\.)\s+(?=[A-Z])", numbers)
    listed = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return (
        f'<div class="figure-notes"><small>{html.escape(origin)}</small>'
        f"<details><summary>Numbers of this figure</summary><ul>{listed}</ul></details></div>"
    )


def drawing(figure: Figure) -> dict[str, str]:
    """Return a figure as SVG, or as PNG where that takes too much of a page; by media type."""
    _settle(figure)
    lines = svg(figure)
    if len(lines.encode()) <= LARGEST:
        return {"image/svg+xml": lines}
    return {"image/png": base64.b64encode(png(figure)).decode("ascii")}


def png(figure: Figure) -> bytes:
    """Return the figure as PNG, small enough for a page that holds many.

    Where full colour takes more than 150 KB, a palette of 256 colours takes its place; where even
    that is too much, the resolution goes down step by step.
    """
    _settle(figure)
    for dpi in (DPI, 160, 128, 96):
        picture = _rendered(figure, dpi)
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
