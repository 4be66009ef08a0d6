"""From a table as it stands to lines of named numbers: what is known of each printed row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reproduce.audit import layout, units
from reproduce.audit.cells import NoNumber, number_of, plain, uses_comma
from reproduce.audit.formats import recognised
from reproduce.audit.formats.grid import Grid
from reproduce.audit.headings import COUNTS, FACTS, LABELS, PREDICTED, SIGNED
from reproduce.audit.layout import Column
from reproduce.audit.printed import Printed, count, parse_mean_sd
from reproduce.audit.stated import LARGEST, Stated, stated
from reproduce.errors import UserError

AVERAGED = ("precision", "recall", "f1")
# What may stand in a cell of a fact or a count without being one.
SKIPPED = ("", "-", "–", "—", "n/a", "N/A")


@dataclass(frozen=True)
class Line:
    """One line: labels, counts, scores (each with its scale), and shares or counts predicted."""

    number: int
    table: str
    test_set: str
    row: str
    class_name: str
    counts: Mapping[str, int]
    scores: Mapping[str, str]
    scales: Mapping[str, int]
    predicted: Mapping[str, str]
    stated: Stated = field(default_factory=Stated)

    @property
    def runs(self) -> int:
        """How many runs were averaged."""
        return self.counts.get("runs", 1)

    def mean(self, name: str) -> str:
        """Return a score without its spread."""
        text = self.scores[name]
        return parse_mean_sd(text, self.scales[name])[0].text if spread(text) else text


@dataclass(frozen=True)
class Read:
    """The lines of a file, and what was seen in it and left out."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    tables: tuple[str, ...]


def spread(text: str) -> bool:
    """Whether a cell is a mean with its spread."""
    return any(sign in text for sign in ("±", "+-", "+/-", "\\pm"))


def read(text: str, name: str = "the table", said: Stated | None = None) -> list[Line]:
    """Return the lines of a text that holds a table or several, of any kind."""
    return list(read_all(text, name, said).lines)


def read_all(data: bytes | str, name: str, said: Stated | None = None) -> Read:
    """Return the lines of a file, and what was left out; `said` comes from its user.

    A row's own column wins over the user, and the user over a comment in the file.
    """
    if isinstance(data, str):
        grids, facts = recognised.of_text(data, name)
    else:
        grids, facts = recognised.grids(data, name)
    known = (said or Stated()).over(stated(facts, name))
    lines: list[Line] = []
    notes: list[str] = []
    refused: list[UserError] = []
    titles: list[str] = []
    for grid in grids:
        where = f"{name}, {grid.title}" if grid.title else name
        try:
            found, seen = _lines(grid, where, known)
        except UserError as error:
            if len(grids) == 1:
                raise
            # A page or workbook has other tables beside the one that is meant.
            refused.append(error)
            notes.append(f"left out: {error}")
            continue
        lines += found
        notes += [f"{where}: {note}" for note in (*grid.notes, *seen)]
        titles += list(dict.fromkeys(line.table for line in found))
    if refused and len(refused) == len(grids):
        raise refused[0]
    if not lines:
        raise UserError(
            f"{name}: expected a header and at least one line of numbers; see --template"
        )
    notes += _same_names(lines)
    return Read(tuple(lines), tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(titles)))


def _same_names(lines: list[Line]) -> list[str]:
    """Say which rows have one name and different numbers."""
    first: dict[tuple[str, str, str, str], Line] = {}
    told = []
    for line in lines:
        name = (line.table, line.test_set, line.row, line.class_name)
        other = first.setdefault(name, line)
        alike = dict(other.scores) == dict(line.scores) and other.predicted == line.predicted
        if other is not line and not alike:
            called = " ".join(part for part in name[2:] if part) or "without a name"
            told.append(
                f"lines {other.number} and {line.number} are both called '{called}' and differ"
            )
    return told


def _lines(grid: Grid, where: str, known: Stated) -> tuple[list[Line], list[str]]:
    laid = layout.laid_out(grid, where)
    if laid.orientation and not known.orientation:
        known = replace(known, orientation=laid.orientation)
    cells = [cell for _, row in laid.rows for cell in row]
    comma = uses_comma(cells)
    notes = list(laid.notes)
    scales = units.scales(laid, known, comma, notes)
    lines: list[Line] = []
    section = ""
    for number, row in laid.rows:
        if len(laid.columns) > 2 and sum(map(bool, row)) == 1 and row[0]:
            section = plain(row[0])
            continue
        for group in laid.groups:
            columns = [(one, row[one.place]) for one in laid.columns
                       if one.place < len(row) and one.group in ("", group)]  # fmt: skip
            line = _line(number, columns, scales, comma, (where, known, notes))
            line = replace(line, table=line.table or grid.title,
                           row=" ".join(part for part in (section, line.row) if part),
                           test_set=line.test_set or group)  # fmt: skip
            if line.scores or line.predicted or line.counts:
                lines.append(line)
    return layout.averages_of_classes(lines), notes


def _line(
    number: int, columns: Iterable[tuple[Column, str]], known_scales, comma: bool, beside
) -> Line:
    where, known, notes = beside
    where = f"{where}, line {number}"
    labels: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    scores: dict[str, str] = {}
    scales: dict[str, int] = {}
    predicted: dict[str, str] = {}
    facts: dict[str, str] = {}
    for one, cell in columns:
        name = one.role
        if name in LABELS:
            labels.setdefault(name, []).append(plain(cell))
        elif name in FACTS:
            facts[name] = "" if cell in SKIPPED else cell
        elif name in COUNTS:
            if (size := _count(name, cell, comma, where)) is not None:
                counts[name] = size
        elif one.of:
            _add_spread(scores, name, cell, comma)
            facts.setdefault("spread", one.of)
        elif known_scales[one.place] != 0:
            found = _score(one, cell, known_scales[one.place], comma, where, notes)
            if found:
                kept, key = (
                    (predicted, name.removeprefix(PREDICTED)) if name.startswith(PREDICTED)
                    else (scores, name)
                )  # fmt: skip
                kept[key], scales[key if kept is scores else name] = found
    own = stated(facts, where).over(known)
    names = [
        " ".join(part for part in labels.get(name, []) if part)
        for name in ("table", "test_set", "row", "class")
    ]
    _fill_in(names[3], counts, own)
    if not names[3] and own.averaging in ("macro", "weighted"):
        for part in AVERAGED:
            if part in scores and f"{own.averaging}_{part}" not in scores:
                scores[f"{own.averaging}_{part}"] = scores.pop(part)
                scales[f"{own.averaging}_{part}"] = scales.pop(part)
    own = replace(own, **{one: counts[one] for one in ("runs", "folds", "n") if one in counts})
    return Line(number, *names, counts, scores, scales, predicted, own)


def _fill_in(class_name: str, counts: dict[str, int], own: Stated) -> None:
    """Put what is said of the whole table into a row that does not say it."""
    if own.runs and "runs" not in counts:
        counts["runs"] = own.runs
    sizes = {name.lower(): size for name, size in (own.counts or {}).items()}
    if class_name:
        if class_name.lower() in sizes and "support" not in counts:
            counts["support"] = sizes[class_name.lower()]
    elif "n" not in counts and (own.n or sizes):
        counts["n"] = own.n or sum(sizes.values())


def _count(name: str, cell: str, comma: bool, where: str) -> int | None:
    try:
        found = number_of(cell, comma, share=False)
        if found.mean is None:
            return None
        text = found.mean.rstrip("0").rstrip(".") if "." in found.mean else found.mean
        size = count(text)
    except (NoNumber, UserError) as error:
        raise UserError(f"{where}, {name}: expected a number of images, got '{cell}'") from error
    if not 1 <= size <= LARGEST:
        raise UserError(f"{where}, {name}: expected at least 1, at most {LARGEST:,}, got {cell}")
    return size


def _add_spread(scores: dict[str, str], name: str, cell: str, comma: bool) -> None:
    try:
        found = number_of(cell, comma)
    except NoNumber:
        return
    if found.mean and name in scores and not spread(scores[name]):
        mean, sign = (scores[name].removesuffix("%"), "%" if scores[name].endswith("%") else "")
        scores[name] = f"{mean} ± {found.mean}{sign}"


def _score(one: Column, cell: str, scale: int | None, comma: bool, where: str, notes):
    """Return a score as the checks read it with its scale, or None where none is printed."""
    try:
        found = number_of(cell, comma)
    except NoNumber:
        notes.append(f"{where.rpartition(', ')[2]}, {one.text}: '{cell}' is no number; left out")
        return None
    if found.mean is None:
        return None
    if found.left_out.strip("()"):
        notes.append(
            f"{where.rpartition(', ')[2]}, {one.text}: of '{cell}' only {found.text} is read"
        )
    scale = 100 if found.percent else scale or 1
    number = Printed(found.mean, scale)
    lowest = -1 if one.role in SIGNED else 0
    if not one.role.startswith(PREDICTED) and not lowest <= number.exact <= 1:
        hint = f"; if it is a percentage, write {cell}% or name the column '{one.role} %'"
        raise UserError(
            f"{where}, {one.text}: {cell} is not between {lowest * scale} and {scale}"
            f"{hint if scale == 1 and 1 < number.exact <= 100 else ''}"
        )
    if one.role.startswith(PREDICTED):
        if number.exact < 0:
            raise UserError(f"{where}, {one.text}: expected no number below zero, got {cell}")
        return found.mean + ("%" if scale == 100 else ""), scale
    return found.text + ("%" if found.percent else ""), scale
