"""A table as it stands in a file, before anything in it is understood."""

from dataclasses import dataclass, replace

from reproduce.errors import UserError

# A table in print has a hundred rows; what has thousands is a file of raw data.
MOST_ROWS = 5_000
MOST_COLUMNS = 200


@dataclass(frozen=True)
class Grid:
    """Rows of texts, each with its line in the file; `title` is a caption, a sheet's name.

    `strict` where each row must have as many cells as the heading (a CSV says where it has not).
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    title: str = ""
    strict: bool = False
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns."""
        return max((len(cells) for _, cells in self.rows), default=0)

    def transposed(self) -> "Grid":
        """Return the table with its columns as rows; all stand where it began."""
        first = self.rows[0][0]
        padded = [(*cells, *[""] * (self.width - len(cells))) for _, cells in self.rows]
        turned = tuple((first, tuple(column)) for column in zip(*padded, strict=True))
        return replace(self, rows=turned)


def grid(rows, title: str = "", strict: bool = False, notes: tuple[str, ...] = ()) -> Grid:
    """Return a table without its empty rows, or say that it is too large."""
    kept = tuple(
        (line, tuple(" ".join(cell.split()) for cell in cells)) for line, cells in rows
        if any(cell.strip() for cell in cells)
    )  # fmt: skip
    if len(kept) > MOST_ROWS + 1:
        raise UserError(
            f"{len(kept) - 1:,} rows; expected at most {MOST_ROWS:,}: a table as printed, not raw "
            "results; give it in parts"
        )
    found = Grid(kept, " ".join(title.split()), strict, notes)
    if found.width > MOST_COLUMNS:
        raise UserError(
            f"{found.width:,} columns; expected at most {MOST_COLUMNS}: a printed table"
        )
    return found
