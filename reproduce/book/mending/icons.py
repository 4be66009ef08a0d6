"""Icons as SVG in the page, in place of the script that draws them in the browser.

The theme loads all 2,000 icons of Font Awesome (Free, CC BY 4.0) into every page to show a dozen.
The drawings are read from that script when the book is built, so none of them is copied here.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Comment, Tag

from reproduce.errors import UserError

SCRIPT = "_static/scripts/fontawesome.js"
CREDIT = " Icons: Font Awesome Free by @fontawesome, fontawesome.com, CC BY 4.0 "
STYLES = {
    "fa-solid": "fas", "fas": "fas", "fa": "fas", "fa-regular": "far", "far": "far",
    "fa-brands": "fab", "fab": "fab",
}  # fmt: skip
# Classes that say how large an icon is, not which.
SIZES = re.compile(r"fa-(?:lg|sm|xs|xl|2xs|2xl|fw|\d+x)$")
# The end of each set within the script: the icons of a style stand before it.
ENDS = re.compile(r'\("(?P<style>fa[brs])",\w+\)')


@dataclass(frozen=True)
class Icons:
    """The drawings of the theme's script; without the script there is nothing to draw."""

    script: str

    @classmethod
    def of(cls, site: Path) -> "Icons":
        """Read the script of a built site."""
        path = site / SCRIPT
        return cls(path.read_text("utf-8") if path.is_file() else "")

    def draw(self, page: BeautifulSoup) -> None:
        """Put a drawing in the place of each icon, and leave the script out of the page."""
        scripts = page.find_all("script", src=re.compile(re.escape(Path(SCRIPT).name)))
        if not scripts or not self.script:
            return
        for tag in page.find_all(["i", "span"], class_=list(STYLES)):
            name = _name_of(tag)
            if name:
                tag.replace_with(self._drawn(page, tag, *name))
        for script in scripts:
            script.replace_with(Comment(CREDIT))

    def take_away(self, site: Path) -> None:
        """Remove the script, and the source maps that only its authors read."""
        for path in (site / "_static" / "scripts").glob("fontawesome.js*"):
            if "LICENSE" not in path.name:
                path.unlink()
        for path in (site / "_static" / "scripts").glob("*.map"):
            path.unlink()

    def _drawn(self, page: BeautifulSoup, tag: Tag, style: str, name: str) -> Tag:
        width, height, path = drawing(self.script, style, name)
        kept = [part for part in tag["class"] if part not in STYLES]
        svg = page.new_tag("svg", attrs={
            "class": ["svg-inline--fa", *kept], "viewBox": f"0 0 {width} {height}",
            "aria-hidden": "true", "focusable": "false",
        })  # fmt: skip
        svg.attrs |= {key: value for key, value in tag.attrs.items() if key.startswith("data-")}
        svg.append(page.new_tag("path", attrs={"fill": "currentColor", "d": path}))
        return svg


def _name_of(tag: Tag) -> tuple[str, str] | None:
    """Return style and name of the icon that an empty tag stands for."""
    classes = tag.get("class", [])
    names = [part for part in classes if part.startswith("fa-") and part not in STYLES]
    names = [part.removeprefix("fa-") for part in names if not SIZES.match(part)]
    style = next(STYLES[part] for part in classes if part in STYLES)
    return None if tag.get_text(strip=True) or not names else (style, names[0])


@cache
def drawing(script: str, style: str, name: str) -> tuple[int, int, str]:
    """Return width, height and outline of an icon, as the script holds them."""
    begin = 0
    for end in ENDS.finditer(script):
        if end["style"] == style:
            found = re.compile(
                rf'[{{,]"?{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[^"]*","([^"]*)"\]'
            ).search(script, begin, end.start())
            if found:
                return int(found[1]), int(found[2]), found[3]
        begin = end.end()
    raise UserError(
        f"the theme has no icon '{name}' in the style '{style}'; name another one in _config.yml"
    )
