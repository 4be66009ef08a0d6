"""HTML: the cells of every table of a page, as a browser or a word processor copies them."""

from html.parser import HTMLParser

from reproduce.audit.formats.grid import MOST_COLUMNS, Grid, grid

# What stands in these is not read by people, or is a mark of a footnote.
SILENT = ("script", "style", "sup")


class _Tables(HTMLParser):
    """Collects cells; those over several columns or rows stand in each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[list[tuple[int, list[str]]], str]] = []
        self.row: list[str] | None = None
        self.cell: list[str] | None = None
        self.caption: list[str] | None = None
        self.span = (1, 1)
        self.down: dict[int, tuple[str, int]] = {}
        self.silent = 0
        self.title = ""
        self.begun = 1

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "table":
            self._end_row()
            self.found.append(([], ""))
            self.down = {}
        elif tag == "tr":
            self._end_row()
            self.row, self.begun = [], self.getpos()[0]
        elif tag in ("td", "th"):
            self._end_cell()
            if self.row is None:
                self.row, self.begun = [], self.getpos()[0]
            given = dict(attrs)
            self.span = (_count(given.get("colspan")), _count(given.get("rowspan")))
            self.cell = []
        elif tag == "caption":
            self.caption = []
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")
        elif tag in SILENT:
            self.silent += 1

    def handle_endtag(self, tag) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table", "thead", "tbody"):
            self._end_row()
        elif tag == "caption" and self.caption is not None and self.found:
            self.found[-1] = (self.found[-1][0], "".join(self.caption))
            self.caption = None
        elif tag in SILENT:
            self.silent = max(0, self.silent - 1)

    def handle_data(self, data) -> None:
        if self.silent:
            return
        if self.caption is not None:
            self.caption.append(data)
        elif self.cell is not None:
            self.cell.append(data)

    def _fill(self) -> None:
        """Put in what reaches down from the rows above."""
        while self.row is not None and len(self.row) in self.down:
            column = len(self.row)
            text, left = self.down.pop(column)
            if left > 1:
                self.down[column] = (text, left - 1)
            self.row.append(text)

    def _end_cell(self) -> None:
        if self.cell is None or self.row is None:
            return
        self._fill()
        text, (across, below) = "".join(self.cell), self.span
        for _ in range(across):
            if below > 1:
                self.down[len(self.row)] = (text, below - 1)
            self.row.append(text)
        self.cell, self.silent = None, 0

    def _end_row(self) -> None:
        self._end_cell()
        self._fill()
        if self.row and self.found:
            self.found[-1][0].append((self.begun, self.row))
        self.row = None


def tables(text: str) -> list[Grid]:
    """Return every table of a page that has two rows at least."""
    reader = _Tables()
    reader.feed(text)
    reader.close()
    reader._end_row()
    found = [(rows, title) for rows, title in reader.found if len(rows) > 1]
    return [grid(rows, title if len(found) > 1 else "") for rows, title in found]


def _count(text: str | None) -> int:
    if not text or not (text.isascii() and text.isdigit()) or len(text) > 6:
        return 1
    return min(max(int(text), 1), MOST_COLUMNS)
