"""A figure as SVG that is small, the same bytes each time, and takes the colours of its page.

Shown as an image it stands on white. Written into a page (`reproduce.book.mending.drawings`) it
has no ground of its own, and in the dark every colour of the house's look gives way to its lighter
twin: the colours are CSS variables, whose values for the dark stand in the drawing itself.
"""

import colorsys
import hashlib
import io
import re

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from reproduce.figures import style
from reproduce.registry.records import looks

# What the page's own dark ground and letters look like; the ground is the theme's where it says.
_GROUND, _LETTERS = "#14181e", "#e4e7ea"
_FIXED = {
    style.PAPER: f"var(--pst-color-background, {_GROUND})",
    style.INK: _LETTERS, style.QUIET: "#b4bac0", style.FAINT: "#8d949b",
    style.GRID: "#343a41", style.BAND: "#1f252c", style.MARGIN: "#3d444c",
    style.FREQUENT: "#5d6873", style.REGION: "#1c2b39", "#cccccc": "#4a5057", "#000000": _LETTERS,
}  # fmt: skip
_LEGIBLE = 5.0
_NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(figure: Figure) -> str:
    """Return a laid-out figure as SVG."""
    target = io.StringIO()
    with matplotlib.rc_context(style.LOOK):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return _themed(_small(target.getvalue()), figure)


def _small(text: str) -> str:
    """Return the drawing without what no browser needs, and places of two decimals.

    What is written in it stays as it is: a number between tags is a result.
    """
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", lambda found: _of_two_decimals(found[0]), text)
    text = re.sub(r"stroke-linejoin: miter; ?|stroke-miterlimit: 100000; ?", "", text)
    text = re.sub(r"\n\s*", "\n", text).replace(" \nL", "L").replace(" \n", " ")
    return _own_ids(text)


def _of_two_decimals(tag: str) -> str:
    tag = re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", tag)
    return re.sub(r"(\.\d)0\b|\.00\b", r"\1", tag)


def _own_ids(text: str) -> str:
    """Keep the ids that something refers to, under names that no other figure of a page has."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    wanted = sorted(set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", text)))
    names = {(one or other): f"f{digest}-{turn}" for turn, (one, other) in enumerate(wanted)}

    def renamed(found: re.Match) -> str:
        name = names.get(found[1])
        return f' id="{name}"' if name else ""

    text = re.sub(r' id="([^"]+)"', renamed, text)
    text = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", text)
    return re.sub(r'href="#([^"]+)"', lambda found: f'href="#{names[found[1]]}"', text)


def _themed(text: str, figure: Figure) -> str:
    """Return the drawing with variables for the colours of the look, and their dark values."""
    used: dict[str, str] = {}
    dark = dark_colours()

    def variable(found: re.Match) -> str:
        colour = found[1].lower()
        if colour not in dark:
            return found[0]
        used[colour] = dark[colour]
        return f": var(--c{colour[1:]}, {colour})"

    text = re.sub(r": (#[0-9a-fA-F]{6})\b", variable, text)
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    values = "".join(f"--c{colour[1:]}:{value};" for colour, value in sorted(used.items()))
    # Without a colour of its own, letters and marks are black.
    rules = f'html[data-theme="dark"] .book-figure{{fill:{_LETTERS};{values}}}'
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    box = f"0 0 {0.75 * width:g} {0.75 * height:g}"
    head = (
        f'<svg class="book-figure" {_NAMESPACES} width="{width}" height="{height}" '
        f'viewBox="{box}">\n<style>{rules}</style>'
    )
    return head + text[text.index(">") + 1 :]


def dark_colours() -> dict[str, str]:
    """Return {colour of the look: the same in the dark}."""
    named = {look.colour for look in looks().values() if look.colour}
    named |= {*style.CLASS_COLOURS, *style.OTHER_COLOURS, style.PUBLISHED, style.RARE}
    named |= set(style.FURTHER_COLOURS)
    named |= {style.legible(colour) for colour in named}
    found = {colour.lower(): lighter(colour) for colour in named}
    return found | {colour.lower(): dark for colour, dark in _FIXED.items()}


def lighter(colour: str, ground: str = _GROUND) -> str:
    """Return a colour of the same hue, light enough to be seen on a dark ground."""
    hue, light, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    while light < 0.95:
        made = colorsys.hls_to_rgb(hue, light, saturation)
        if contrast(made, to_rgb(ground)) >= _LEGIBLE:
            break
        light += 0.01
    return matplotlib.colors.to_hex(colorsys.hls_to_rgb(hue, light, min(saturation, 0.85)))


def contrast(one: tuple, other: tuple) -> float:
    """Return the contrast of two colours as WCAG defines it, from 1 to 21."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: tuple) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
