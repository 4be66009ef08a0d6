"""Excel's .xlsx: numbers as they are shown, which is how they are printed."""

import io
import re
import zipfile
import zlib
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

from reproduce.audit.formats.grid import MOST_COLUMNS, MOST_ROWS, Grid, grid
from reproduce.errors import UserError

LARGEST = 50_000_000
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The formats of numbers that a file need not list.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00"}
PLAIN = re.compile(r"(?P<grouped>#,##)?0(?P<digits>\.0+)?(?P<percent>%)?")
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def sheets(data: bytes, name: str) -> list[Grid]:
    """Return every filled sheet of a workbook, with merged cells filled in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > LARGEST:
                raise UserError(f"{name} unpacks to over {LARGEST:,} bytes; expected a small table")
            names = [one for one in packed.namelist() if one.endswith((".xml", ".rels"))]
            return _sheets({one: packed.read(one) for one in names}, name)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, OSError,
            NotImplementedError, RuntimeError, EOFError,
            zlib.error) as error:  # fmt: skip
        raise UserError(
            f"{name} cannot be read as an Excel workbook; save it again, or as CSV"
        ) from error


def _sheets(parts: dict[str, bytes], name: str) -> list[Grid]:
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise UserError(f"{name} declares entities, as no workbook does; save it as CSV")
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    texts = _texts(parts.get("xl/sharedStrings.xml"))
    formats = _formats(parts.get("xl/styles.xml"))
    found = []
    for sheet in book.iter(f"{MAIN}sheet"):
        link = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        target = targets.get(link, "").lstrip("/").removeprefix("xl/")
        if f"xl/{target}" in parts:
            rows = _rows(ElementTree.fromstring(parts[f"xl/{target}"]), texts, formats)
            if any(cell for _, cells in rows for cell in cells):
                found.append(grid(rows, sheet.get("name", "")))
    if not found:
        raise UserError(f"{name} has no filled sheet; expected a heading and a line of numbers")
    return found if len(found) > 1 else [Grid(found[0].rows)]


def _texts(part: bytes | None) -> list[str]:
    if part is None:
        return []
    return ["".join(one.text or "" for one in item.iter(f"{MAIN}t") )
            for item in ElementTree.fromstring(part).iter(f"{MAIN}si")]  # fmt: skip


def _formats(part: bytes | None) -> list[str]:
    """Return the format of each style of a cell."""
    if part is None:
        return []
    root = ElementTree.fromstring(part)
    own = {int(one.get("numFmtId", 0)): one.get("formatCode", "")
           for one in root.iter(f"{MAIN}numFmt")}  # fmt: skip
    styles = root.find(f"{MAIN}cellXfs")
    known = {**BUILT_IN, **own}
    return [] if styles is None else [known.get(int(one.get("numFmtId", 0)), "") for one in styles]


def _rows(sheet, texts: list[str], formats: list[str]) -> list[tuple[int, list[str]]]:
    cells: dict[tuple[int, int], str] = {}
    for cell in sheet.iter(f"{MAIN}c"):
        place = _place(cell.get("r", ""))
        if place and place[0] <= MOST_ROWS + 100 and place[1] <= MOST_COLUMNS:
            cells[place] = _shown(cell, texts, formats)
        elif place and place[0] > MOST_ROWS:
            raise UserError(f"over {MOST_ROWS:,} rows; expected a table as printed")
    for merged in sheet.iter(f"{MAIN}mergeCell"):
        first, _, last = merged.get("ref", "").partition(":")
        start, end = _place(first), _place(last)
        if start and end and start in cells and (end[0] - start[0] + 1) * (end[1] + 1) < 10**5:
            for row in range(start[0], end[0] + 1):
                for column in range(start[1], end[1] + 1):
                    cells[row, column] = cells[start]
    width = max((column for _, column in cells), default=0)
    numbers = sorted({row for row, _ in cells})
    return [(row, [cells.get((row, i), "") for i in range(1, width + 1)]) for row in numbers]


def _place(reference: str) -> tuple[int, int] | None:
    found = REFERENCE.fullmatch(reference)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column


def _shown(cell, texts: list[str], formats: list[str]) -> str:
    """Return a cell as the sheet shows it."""
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
    if kind == "inlineStr":
        return "".join(one.text or "" for one in cell.iter(f"{MAIN}t"))
    if kind == "s":
        return texts[int(value)] if value.isdigit() and int(value) < len(texts) else ""
    if kind != "n" or not value:
        return value
    style = cell.get("s", "0")
    code = formats[int(style)] if style.isdigit() and int(style) < len(formats) else ""
    try:
        return _formatted(Decimal(value), code)
    except InvalidOperation:
        return value


def _formatted(number: Decimal, code: str) -> str:
    found = PLAIN.fullmatch(code.split(";")[0].replace("\\", "").replace('"', "").strip("_) ("))
    if abs(number.adjusted()) > 30:
        return str(number)
    if not found:
        # Up to eleven digits, as a cell without a format shows; they end the noise of 0.1 + 0.2.
        return f"{float(number):.11g}"
    scaled = number * 100 if found["percent"] else number
    digits = len(found["digits"] or ".") - 1
    # Excel rounds a half away from zero, and so does this.
    shown = scaled.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP")
    return f"{shown:{',' if found['grouped'] else ''}f}{found['percent'] or ''}"
