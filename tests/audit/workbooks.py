"""A small Excel workbook, made of its parts, for tests of what reads one."""

import io
import zipfile
from collections.abc import Mapping

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def parts(cells: str, merged: str = "", formats: tuple[int, ...] = (0, 10, 2, 3)) -> dict[str, str]:
    """Return the parts of a workbook of one sheet; `formats` are the numbers of its styles."""
    styles = "".join(f'<xf numFmtId="{one}"/>' for one in formats)
    joined = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return {
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets>'
                           '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
                                      'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEETS}"><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}"><si><t>Method</t></si><si><r><t>ou</t></r>'
                                "<r><t>rs</t></r></si></sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEETS}"><sheetData>{cells}</sheetData>'
                                    f"{joined}</worksheet>",
    }  # fmt: skip


def packed(of: Mapping[str, str]) -> bytes:
    """Return a workbook of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in of.items():
            archive.writestr(name, text)
    return written.getvalue()


def text(place: str, said: str) -> str:
    """Return a cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


def number(place: str, value: str, style: int = 0) -> str:
    """Return a cell with a number, shown in a style."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


ONE = (
    f'<row r="1"><c r="A1" t="s"><v>0</v></c>{text("B1", "n")}{text("C1", "Accuracy")}</row>'
    f'<row r="2"><c r="A2" t="s"><v>1</v></c>{number("B2", "502")}{number("C2", "0.6481", 1)}</row>'
)
