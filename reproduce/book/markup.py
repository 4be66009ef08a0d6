"""The pieces of Markdown that generated pages are put together from."""

import re
from collections.abc import Iterable, Sequence

# What would open emphasis, code, an equation, a link, a substitution or a table in running text.
SPECIAL = re.compile(r"([\\`*_$|\[\]<>{}~])")


def escaped(text: str) -> str:
    """Return plain text so that Markdown shows every sign of it."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return a piece of code within a sentence."""
    return f"`{text}`"


def linked(source: str, address: str | None) -> str:
    """Return the path of a source file, linked where the repository has a public address."""
    return f"[`{source}`]({address}/blob/main/{source})" if address else code(source)


def listing(text: str, language: str = "python") -> str:
    """Return lines of code."""
    return f"```{language}\n{text.strip()}\n```"


def rubric(title: str) -> str:
    """Return a heading that does not appear in the table of contents."""
    return f"```{{rubric}} {title}\n```"


def target(name: str) -> str:
    """Return a place that `{ref}` can point to."""
    return f"({name})="


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> str:
    """Return a table whose cells may hold several paragraphs, equations and bars.

    A table of bars could not: the bars of :math:`|P(i)|` would end its cells.
    """
    written = []
    for row in [columns, *rows]:
        for number, cell in enumerate(row):
            lines = cell.strip().splitlines() or [""]
            written.append(("* - " if number == 0 else "  - ") + lines[0])
            written += [f"    {line}".rstrip() for line in lines[1:]]
    head = [":header-rows: 1", f":widths: {' '.join(str(width) for width in widths)}"]
    return "\n".join(["`````{list-table}", *head, "", *written, "`````"])


def definitions(entries: Iterable[tuple[str, str]]) -> str:
    """Return terms with what they mean; a meaning may hold lists and equations."""
    written = []
    for term, meaning in entries:
        lines = meaning.strip().splitlines() or ["Not explained."]
        written.append(f"{term}\n: " + "\n".join(f"  {line}".rstrip() for line in lines).lstrip())
    return "\n\n".join(written)


def joined(parts: Iterable[str]) -> str:
    """Return blocks with one blank line between them; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
