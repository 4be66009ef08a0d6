"""Let the site's search show sentences, not the source of equations and not code cells' toggles."""

import re
from pathlib import Path

SCRIPT = "_static/searchtools.js"
# What Sphinx takes out of a page before it quotes from it.
LEFT_OUT = re.compile(r'\[("\.headerlink", "script", "style")\]')
LEFT_OUT_TOO = (
    "div.math", ".cell_input", "details.hide > summary", ".header-article-items",
    ".prev-next-area", ".bd-footer-content",
)  # fmt: skip


def mend_search(site: Path) -> None:
    """Mend the script of a built site that quotes from the pages found."""
    path = site / SCRIPT
    if path.is_file():
        path.write_text(mended_script(path.read_text("utf-8")), "utf-8")


def mended_script(script: str) -> str:
    """Return the script with what it should not quote; one that is mended stays as it is."""
    more = ", ".join(f'"{selector}"' for selector in LEFT_OUT_TOO)
    return LEFT_OUT.sub(lambda match: f"[{match[1]}, {more}]", script)
