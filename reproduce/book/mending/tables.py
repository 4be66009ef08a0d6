"""Tables that scroll at the side, with a name, and that have a form of their own on a phone.

A table with sentences in it becomes a list of cards on a narrow screen, one for each row, every
value under the head of its column. A table of numbers scrolls, and its first column stays.
"""

from itertools import pairwise

from bs4 import BeautifulSoup, Tag

# A cell with more letters than this does not fit beside others on a phone.
LONGEST_BESIDE_OTHERS = 48
LONGEST_TITLE = 90
FEWEST_COLUMNS = 3
FRAME = "table-frame"
# The table of an answer is read as cards whatever is in it, so that no verdict is out of sight.
ANSWER = "tag_answer-table"


def mend_tables(page: BeautifulSoup) -> None:
    """Mend every table of the article."""
    named: dict[str, int] = {}
    for table in page.select("article table"):
        if table.find_parent("table") or table.find_parent(attrs={"aria-hidden": "true"}):
            continue
        for head in table.find_all("th"):
            if not head.get_text(strip=True) and head.find("img") is None:
                head.name = "td"
                head.attrs.pop("scope", None)
        if table.thead is not None and not table.thead.get_text(strip=True):
            table.thead.decompose()
        _frame(page, table, named)
        columns = _columns(table)
        if columns is not None and (
            _has_sentences(table, len(columns)) or table.find_parent(class_=ANSWER)
        ):
            _label(table, columns)
        elif _fits_first_column(table):
            table["class"] = [*table.get("class", []), "first-column-stays"]


def _frame(page: BeautifulSoup, table: Tag, named: dict[str, int]) -> None:
    """Put a table into a box of its own that scrolls, is reached by keyboard and has a name."""
    name = _name(table)
    named[name] = named.get(name, 0) + 1
    name += f" ({named[name]})" if named[name] > 1 else ""
    box = table.parent
    own = box is not None and (
        box.get("role") == "region" or "pst-scrollable-table-container" in box.get("class", [])
    )
    if not own:
        box = table.wrap(page.new_tag("div"))
    box["class"] = [*box.get("class", []), FRAME]
    box["role"], box["tabindex"], box["aria-label"] = "region", "0", name


def _name(table: Tag) -> str:
    """Return what a table is called: its caption's first line, or what its columns are."""
    caption = table.find("caption")
    title = (caption.find(["strong", "span"]) or caption) if caption is not None else None
    said = title.get_text(" ", strip=True).removesuffix("#").strip() if title is not None else ""
    heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
    return said or "Table: " + ", ".join(filter(None, heads))


def _columns(table: Tag) -> list[str] | None:
    """Return the heads of the columns, where each has one and no cell spans several."""
    rows = table.select("thead tr")
    if len(rows) != 1 or any(table.find_all(["td", "th"], attrs={key: True})
                             for key in ("rowspan", "colspan")):  # fmt: skip
        return None
    heads = [cell.get_text(" ", strip=True) for cell in rows[0].find_all(["th", "td"])]
    widths = {len(row.find_all(["th", "td"])) for row in table.select("tbody tr")}
    return heads if widths == {len(heads)} else None


def _has_sentences(table: Tag, columns: int) -> bool:
    cells = table.select("tbody td, tbody th")
    long = (len(cell.get_text(" ", strip=True)) > LONGEST_BESIDE_OTHERS for cell in cells)
    return columns >= FEWEST_COLUMNS and any(long)


def _fits_first_column(table: Tag) -> bool:
    """Say whether there is a first column of short names that can stay in sight."""
    firsts = [row.find(["th", "td"]) for row in table.select("tr")]
    widths = [len(row.find_all(["th", "td"])) for row in table.select("tr")]
    return max(widths, default=0) >= FEWEST_COLUMNS and all(
        first is not None and not first.get("colspan") and not first.get("rowspan")
        for first in firsts
    ) and all(one == two for one, two in pairwise(widths))  # fmt: skip


def _label(table: Tag, columns: list[str]) -> None:
    """Write into each cell the head of its column, and the roles that rows lose as cards."""
    table["class"] = [*table.get("class", []), "as-cards"]
    for part in table.find_all(["thead", "tbody"]):
        part["role"] = "rowgroup"
    for row in table.find_all("tr"):
        row["role"] = "row"
        cells = row.find_all(["th", "td"])
        in_head = row.parent is not None and row.parent.name == "thead"
        for number, (cell, head) in enumerate(zip(cells, columns, strict=True)):
            kind = "columnheader" if in_head else "rowheader"
            cell["role"] = kind if cell.name == "th" else "cell"
            if number and not in_head and head:
                cell["data-label"] = head
        if not in_head and len(cells[0].get_text(" ", strip=True)) <= LONGEST_TITLE:
            cells[0]["class"] = [*cells[0].get("class", []), "card-title"]
