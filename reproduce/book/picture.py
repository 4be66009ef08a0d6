"""The picture of the book in the README: the first screen of an answer page, as it is built.

`python -m reproduce.book.picture` takes it from the built site, with the Chromium of the system.
The picture carries a digest of what gives such a page its form, and a test compares it, so that the
README cannot go on showing a page that looks otherwise by now.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from reproduce.errors import UserError
from reproduce.files import project_root, relative, replacing

PAGE = "book/papers/class_imbalance.html"
PICTURE = "book/_static/book.png"
# Pixels of the screen, each drawn as two by two.
WIDTH, HEIGHT, SCALE = 1280, 800, 2
COLOURS = 64
NAMED = "Form"
# What gives an answer page its form.
FORM = ("reproduce/pages/answer.py", "reproduce/figures/effects.py", "book/_static/*.css")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def form(root: Path) -> str:
    """Return a digest of the files that give an answer page its form."""
    digest = hashlib.sha256()
    for pattern in FORM:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def form_of(picture: Path) -> str | None:
    """Return the digest that a picture carries; None without one."""
    from PIL import Image

    with Image.open(picture) as image:
        return image.info.get(NAMED)


def take(root: Path) -> Path:
    """Take the picture of the built page, small enough for a repository, and return its path."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    page = root / "_build" / "html" / PAGE
    if not page.is_file():
        raise UserError(
            f"{relative(page)} is not there; `reproduce book --edition published` builds it"
        )
    said = PngInfo()
    said.add_text(NAMED, form(root))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "page.png"
        _photograph(page, raw)
        with Image.open(raw) as image:
            small = image.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
    with replacing(root / PICTURE) as target:
        small.save(target, format="png", optimize=True, pnginfo=said)
    return root / PICTURE


def _photograph(page: Path, target: Path) -> None:
    """Let a browser without a window draw the first screen of a page."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise UserError(f"no browser found, expected one of {', '.join(BROWSERS)}; install one")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--disable-background-networking", f"--force-device-scale-factor={SCALE}",
         f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={target}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


if __name__ == "__main__":
    print(relative(take(project_root())))
