"""Write the drawings of a built site into its pages, where they take the colours of the theme.

An SVG that is loaded as an image knows nothing of the page around it: in the dark it stays a white
card. Within the page its colours are those that `reproduce.figures.svg` gives it for either theme.
"""

import html
import re
from pathlib import Path
from urllib.parse import unquote

_IMAGE = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
MARK = '<svg class="book-figure"'


def inline_drawings(site: Path) -> int:
    """Put the drawings in place of the images that show them; return how many there were."""
    count = 0
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8")
        if ".svg" not in text:
            continue
        written, here = _IMAGE.subn(lambda found, at=page: _inlined(found[0], at), text)
        if here and written != text:
            page.write_text(written, "utf-8")
            count += written.count(MARK) - text.count(MARK)
    return count


def _inlined(image: str, page: Path) -> str:
    """Return the drawing that an image shows; the image itself if it shows none of ours."""
    said = dict(_ATTRIBUTE.findall(image))
    source = unquote(said.get("src", ""))
    if not source.endswith(".svg") or "//" in source:
        return image
    path = page.parent / source
    drawing = path.read_text("utf-8") if path.is_file() else ""
    if not drawing.startswith(MARK):
        return image
    label = html.escape(html.unescape(said.get("alt", "")), quote=True)
    return drawing.replace(MARK, f'{MARK} role="img" aria-label="{label}"', 1)
