"""A plain table: HTML for the notebook, text for the terminal, no colours of its own."""

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reproduce.errors import UserError
from reproduce.figures.inputs import not_empty, text_given
from reproduce.figures.provenance import NAMED, said_of_itself

# Tables of one output are told apart by it.
BETWEEN = "\n<!-- another table -->\n"


@dataclass(frozen=True)
class Table:
    """A table of finished texts, with a caption that says where the values come from.

    Parameters
    ----------
    caption
        what the table shows.
    columns
        head of each column; the first column holds the names of the rows.
    rows
        texts, as they are to be read; what follows a line break is set small under the first line.
    provenance
        data set, scale and trials (`reproduce.figures.provenance.provenance_line`).
    numeric_from
        columns from this one on are aligned to the right.
    note
        a further sentence under the caption, for instance a stand-in's role.
    kind
        what kind of table it is, for pages that set tables side by side: "comparison", or empty.
    anchor
        where links find it on its page.
    whole
        columns whose lines are not broken: an interval, a word with its mark.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    provenance: str
    numeric_from: int | None = None
    note: str = ""
    kind: str = ""
    anchor: str = ""
    whole: Sequence[int] = ()

    def __post_init__(self) -> None:
        text_given("the caption of a table", self.caption)
        text_given("the provenance of a table", self.provenance)
        not_empty("rows", self.rows)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise UserError(
                    f"a row of the table '{self.caption}' has {len(row)} cells, "
                    f"expected {len(self.columns)}"
                )

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the table says of itself, beside what the other forms show."""
        return {}, {NAMED: self.said()}

    def said(self) -> dict[str, Any]:
        """Return what the table says of itself to programs: its kind, place and trials."""
        return said_of_itself(self.kind, self.provenance, self.anchor)

    def _repr_html_(self) -> str:
        """Return the table for a notebook.

        The class `dataframe` makes the book's theme and JupyterLab give it their own colours, in
        the light and in the dark; the scroll box keeps a wide table inside a phone's screen.
        """
        head = "".join(self._cell(c, text, "th", "col") for c, text in enumerate(self.columns))
        body = "".join(f"<tr>{self._html_row(row)}</tr>" for row in self.rows)
        extra = "".join(f"<br><small>{_safe(line)}</small>" for line in self._lines_below())
        place = f' id="{_safe(self.anchor)}"' if self.anchor else ""
        return (
            f'<div{place} style="overflow-x: auto" tabindex="0" role="region" '
            f'aria-label="{_safe(self.caption)}">'
            '<table class="dataframe reproduce-table">'
            f'<caption style="caption-side: top; text-align: left"><strong>{_safe(self.caption)}'
            f"</strong>{extra}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _html_row(self, row: Sequence[str]) -> str:
        first = self._cell(0, row[0], "th", "row")
        return first + "".join(self._cell(c + 1, text, "td") for c, text in enumerate(row[1:]))

    def _cell(self, column: int, text: str, tag: str, scope: str = "") -> str:
        """Return one cell, its text escaped."""
        scope = f' scope="{scope}"' if scope else ""
        numeric = self.numeric_from is not None and column >= self.numeric_from
        side = "right; white-space: nowrap" if numeric and tag == "td" else "left"
        side = "right" if numeric and tag == "th" else side
        side += "; white-space: nowrap" if column in self.whole and tag == "td" else ""
        # Row names are often whole sentences, which are easier to read when they are not bold.
        weight = "; font-weight: normal" if "row" in scope else ""
        style = f"padding: 0.25em 0.5em; text-align: {side}{weight}"
        first, *small = str(text).split("\n")
        under = "".join(f"<br><small>{_safe(line)}</small>" for line in small)
        return f'<{tag}{scope} style="{style}">{_safe(first)}{under}</{tag}>'

    def _lines_below(self) -> list[str]:
        return [line for line in (self.note, self.provenance) if line]

    def __str__(self) -> str:
        """Return the table for a terminal, columns aligned with spaces."""
        lines = (self.columns, *self.rows)
        grid = [[str(cell).replace("\n", " ") for cell in row] for row in lines]
        widths = [max(_width(row[c]) for row in grid) for c in range(len(self.columns))]
        lines = [self._text_row(row, widths) for row in grid]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.caption, *lines, *self._lines_below()])

    def _text_row(self, row: Sequence[str], widths: Sequence[int]) -> str:
        cells = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(text))
            numeric = self.numeric_from is not None and column >= self.numeric_from
            cells.append(space + text if numeric else text + space)
        return "  ".join(cells).rstrip()


class Tables(tuple):
    """Several tables, shown one below the other."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what each table says of itself, in the order in which they stand."""
        return {}, {NAMED: {"tables": [table.said() for table in self]}}

    def _repr_html_(self) -> str:
        return BETWEEN.join(table._repr_html_() for table in self)

    def __str__(self) -> str:
        """Return them for a terminal."""
        return "\n\n".join(map(str, self))


def _safe(text: object) -> str:
    return html.escape(str(text), quote=True)


def _width(text: str) -> int:
    """Return how many terminal cells a text takes (Korean characters take two)."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
