"""Read one built page: its links, its places, and what is wrong within it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

SHORTEST_ALT, LONGEST_ALT = 20, 250
IMAGE_SUFFIX = re.compile(r"\.(png|jpe?g|svg|gif|webp|bmp|tiff?|avif)\s*$", re.IGNORECASE)
HOME_PATH = re.compile(
    r"(?<![\w/.:~-])(?:file://)?(?:/(?:home|Users)/[\w.-]+|/root/[\w.-]+|[A-Za-z]:\\+Users\\+[\w.-]+)"
)
STYLE_ADDRESS = re.compile(
    r"(?:@import\s+(?:url\()?|url\()\s*['\"]?\s*((?:https?:)?//[^'\")\s;]+)", re.IGNORECASE
)
SCRIPT_LOAD = re.compile(
    r"(?:\bimport\s*\(?\s*|\bfrom\s*|\.src\s*=\s*|importScripts\s*\(\s*|\bfetch\s*\(\s*"
    r"|\bURL\s*=\s*|_URL\s*=\s*)['\"`]((?:https?:)?//[^'\"`]+)"
)
# What a browser fetches without being asked. `rel=canonical` and plain links are not fetched.
FETCHED = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
FETCHED_RELATIONS = {
    "stylesheet", "preload", "modulepreload", "prefetch", "icon", "manifest", "preconnect",
    "dns-prefetch", "apple-touch-icon", "mask-icon",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What the checks need to know of a page."""

    words: int
    anchors: frozenset[str]
    links: list[tuple[str, str]]
    problems: list[str] = field(default_factory=list)


def alt_problem(alt: object) -> str | None:
    """Say what is wrong with an alt text; None if it can serve as one.

    An image whose alt text was forgotten comes out with its own path as alt text, hence the look
    at the suffix.
    """
    if not isinstance(alt, str) or not alt.strip():
        return "is missing"
    if IMAGE_SUFFIX.search(alt):
        return f"is a file's name ({alt.strip()})"
    if len(alt.strip()) < SHORTEST_ALT:
        return f"has fewer than {SHORTEST_ALT} characters ({alt.strip()})"
    if len(alt.strip()) > LONGEST_ALT:
        return f"has more than {LONGEST_ALT} characters; a table of numbers belongs in the text"
    return None


def home_paths(text: str) -> list[str]:
    """Return the paths of somebody's home folder that stand in a text, each once."""
    return sorted(set(HOME_PATH.findall(text)))


def read_page(path: Path) -> Page:
    """Read a built page."""
    html = path.read_text("utf-8")
    soup = BeautifulSoup(html, "html.parser")
    article = soup.find("article") or soup.find("main") or soup.body or soup
    problems = [
        f"loads {address} from another host; serve it from the site or leave it out"
        for address in _external(soup)
    ]
    for image in article.find_all("img"):
        wrong = alt_problem(image.get("alt"))
        if wrong:
            problems.append(
                f"the alt text of {str(image.get('src'))[:60]} {wrong}; say what the picture shows"
            )
    problems += [
        f"shows the path {found} of somebody's machine; use paths relative to the project"
        for found in home_paths(html)
    ]
    anchors = {str(tag["id"]) for tag in soup.find_all(id=True)}
    anchors |= {str(tag["name"]) for tag in soup.find_all("a", attrs={"name": True})}
    return Page(len(article.get_text().split()), frozenset(anchors), _links(soup), problems)


def problems_of_styles(site: Path) -> list[str]:
    """Return one line per address of another host in the site's style sheets."""
    problems = []
    for path in sorted(site.rglob("*.css")):
        for address in STYLE_ADDRESS.findall(path.read_text("utf-8", errors="replace")):
            name = path.relative_to(site).as_posix()
            problems.append(f"{name}: loads {address} from another host; serve it from the site")
    return problems


def _external(soup: BeautifulSoup) -> list[str]:
    """Return the addresses of other hosts that a browser would fetch while it shows the page."""
    found = [
        part
        for name, attributes in FETCHED.items()
        for tag in soup.find_all(name)
        for attribute in attributes
        for part in str(tag.get(attribute) or "").replace(",", " ").split()
        if _is_external(part)
    ]
    for link in soup.find_all("link", href=True):
        if FETCHED_RELATIONS & {part.lower() for part in link.get("rel") or ()}:
            found += [link["href"]] if _is_external(link["href"]) else []
    for style in soup.find_all("style"):
        found += STYLE_ADDRESS.findall(style.get_text())
    for tag in soup.find_all(style=True):
        found += STYLE_ADDRESS.findall(str(tag["style"]))
    for script in soup.find_all("script", src=False):
        found += SCRIPT_LOAD.findall(script.get_text())
    return sorted(set(found))


def _is_external(address: str) -> bool:
    return address.lower().startswith(("http://", "https://", "//"))


def _links(soup: BeautifulSoup) -> list[tuple[str, str]]:
    """Return the links within the site as (file, place), each once."""
    found = set()
    for tag in soup.find_all(["a", "img", "script", "link"]):
        address = _address(tag)
        parts = urlsplit(address)
        if address in ("", "#") or parts.scheme or parts.netloc:
            continue
        found.add((unquote(parts.path), unquote(parts.fragment)))
    return sorted(found)


def _address(tag: Tag) -> str:
    return str(tag.get("src" if tag.name in ("img", "script") else "href") or "")
