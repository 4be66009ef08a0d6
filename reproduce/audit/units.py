"""Percentages or fractions: the scale of each column, where nobody says it too."""

from reproduce.audit.cells import NoNumber, number_of
from reproduce.audit.headings import PREDICTED, SCORES, SIGNED
from reproduce.audit.layout import Column, Layout
from reproduce.audit.printed import Printed
from reproduce.audit.stated import Stated

# Where a small number may be a percentage as well as a share: a table of percentages does not tell.
SMALL_EITHER_WAY = ("error", "eer")


def scales(laid: Layout, known: Stated, comma: bool, notes: list[str]) -> dict[int, int | None]:
    """Return the scale of each column of scores; None where each cell says it, or none does.

    Where nobody says it, a column with a number above 1 is of percentages.
    """
    found: dict[int, int | None] = {}
    silent: list[Column] = []
    above: list[str] = []
    for one in laid.columns:
        if one.role not in SCORES and not one.role.startswith(("iba_", PREDICTED)):
            continue
        if one.scale or known.unit:
            found[one.place] = one.scale or (100 if known.unit == "percent" else 1)
            continue
        numbers, percent = _numbers(laid.rows, one.place, comma)
        whole = all("." not in text for text in numbers)
        if percent or not numbers or (one.role.startswith(PREDICTED) and whole):
            found[one.place] = None
        elif any(abs(Printed(text, 1).exact) > 1 for text in numbers) and one.role not in SIGNED:
            found[one.place] = 100
            above.append(one.text)
        else:
            found[one.place] = 1
            silent += [one] if one.role in SMALL_EITHER_WAY else []
    if above:
        notes.append(f"numbers above 1, so read as percentages: {', '.join(dict.fromkeys(above))}")
    for one in silent if 100 in found.values() else ():
        found[one.place] = 0
        notes.append(
            f"'{one.text}' may be percentages or shares, and is left out; write % behind its name"
        )
    return found


def _numbers(rows, place: int, comma: bool) -> tuple[list[str], bool]:
    texts, percent = [], False
    for _, row in rows:
        try:
            cell = number_of(row[place], comma) if place < len(row) else None
        except NoNumber:
            continue
        if cell and cell.mean:
            texts.append(cell.mean)
            percent = percent or cell.percent
    return texts, percent
