"""Where a table's names stand: its heading, names over several columns, a table on its side."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from reproduce.audit.cells import NoNumber, number_of, plain
from reproduce.audit.formats.grid import Grid
from reproduce.audit.headings import (
    COUNTS,
    LABELS,
    PREDICTED,
    SCORES,
    Heading,
    heading,
    headings,
    known_names,
)  # fmt: skip
from reproduce.errors import UserError, nearest

# A heading stands among the first rows, under a title at most.
FIRST = 8
# Rows under the classes, as scikit-learn's report names them and as tables do.
OVER_CLASSES = {
    "macro avg": "macro", "macro average": "macro", "macro": "macro", "macro-average": "macro",
    "weighted avg": "weighted", "weighted average": "weighted", "weighted": "weighted",
    "weighted-average": "weighted", "micro avg": "micro", "micro average": "micro",
    "micro": "micro", "accuracy": "accuracy", "매크로 평균": "macro", "가중 평균": "weighted",
    "정확도": "accuracy",
}  # fmt: skip
PARTS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Column:
    """A column that is understood; `group` is the name over it, `of` the kind of spread it is."""

    place: int
    text: str
    role: str
    scale: int | None = None
    group: str = ""
    of: str | None = None


@dataclass(frozen=True)
class Layout:
    """The columns of a table, the rows under them, and what was seen on the way."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    groups: tuple[str, ...]
    notes: tuple[str, ...]
    orientation: str | None = None


def laid_out(grid: Grid, where: str) -> Layout:
    """Find the heading of a table and what its columns are, or say why that cannot be done."""
    if len(grid.rows) < 2:
        raise UserError(
            f"{where}: expected a header and at least one line of numbers; see --template"
        )
    if matrix := _bare_matrix(grid):
        return matrix
    at, measured = _heading_row(grid)
    turned = grid.transposed()
    if measured < 2 and len(turned.rows) > 1 and _heading_row(turned)[1] > measured:
        # Measures down the side, methods across.
        grid = replace(turned, strict=False)
        at, _ = _heading_row(grid)
    names = [plain(text) for text in grid.rows[at][1]]
    above = _groups(grid, at)
    seen = headings(names)
    columns, notes = _columns(seen, above, where)
    if not any(one.role not in LABELS for one in columns):
        raise _nothing_known(names, where)
    rows = grid.rows[at + 1 :]
    if not rows:
        raise UserError(
            f"{where}: expected a header and at least one line of numbers; see --template"
        )
    columns = _with_a_name(columns, seen, rows, names)
    for number, row in rows if grid.strict else ():
        if len(row) != len(names):
            raise UserError(
                f"{where}, line {number}: expected {len(names)} cells as in the header, got "
                f"{len(row)}"
            )
    used = {one.place for one in columns}
    ignored = [one.text for i, one in enumerate(seen) if i not in used and one.text]
    if ignored:
        names = [f"{name}{_near(name)}" for name in dict.fromkeys(ignored)]
        notes.insert(0, f"not known and left out: {', '.join(names)}")
    predicted = any(one.role.startswith(PREDICTED) for one in columns)
    groups = tuple(dict.fromkeys(one.group for one in columns if one.group)) or ("",)
    return Layout(tuple(columns), rows, groups, tuple(notes), "rows_true" if predicted else None)


def _heading_row(grid: Grid) -> tuple[int, int]:
    """Return the place of the row with most known names, and how many of scores and counts.

    A row of numbers is no heading, whatever stands before them.
    """
    best, found = (0, 0), 0
    for position, (_, cells) in enumerate(grid.rows[:FIRST]):
        if sum(map(str.isdigit, "".join(cells[1:]))) > sum(map(str.isalpha, "".join(cells[1:]))):
            continue
        roles = [one.role for one in headings(cells)]
        measured = sum(1 for role in roles if role and role not in LABELS)
        if (measured, sum(1 for role in roles if role)) > best:
            best, found = (measured, sum(1 for role in roles if role)), position
    return found, best[0]


def _groups(grid: Grid, at: int) -> list[str]:
    """Return the name over each column: of a second heading line, carried on to the right."""
    if at == 0:
        return []
    cells = [plain(text) for text in grid.rows[at - 1][1]]
    if sum(map(bool, cells)) < 2:
        return []
    below = grid.rows[at][1]
    found: list[str] = []
    for place in range(len(below)):
        text = cells[place] if place < len(cells) else ""
        # A name over one row of labels, or the same word in both lines, groups nothing.
        found.append(text or (found[-1] if found and place else ""))
    return found


def _columns(seen: list[Heading], above: list[str], where: str):
    columns: list[Column] = []
    notes: list[str] = []
    for place, one in enumerate(seen):
        group = above[place] if place < len(above) else ""
        role, of, scale = one.role, one.of, one.scale
        if group and group != one.text:
            together = heading(f"{group} {one.text}").role
            over = heading(group)
            if together in SCORES and together != role:
                role, group = together, ""
            elif role is None and of is None and over.role in SCORES and not one.text:
                role, scale, group = over.role, over.scale, ""
            elif role in LABELS or over.role in LABELS:
                group = ""
        else:
            group = ""
        if of and role is None:
            before = [c.role for c in columns if c.place == place - 1 and not c.of]
            role = before[0] if before and before[0] in SCORES else None
        if role is None:
            continue
        same = [c for c in columns if c.role == role and c.of == of and c.group in (group, "")]
        if same and role not in LABELS:
            if same[0].text.lower() == one.text.lower() or not _says_more(same[0], one):
                raise UserError(
                    f"{where}: the column '{role}' is there twice ({same[0].text}, {one.text}); "
                    "give it once, or name its groups in a line above"
                )
            notes.append(f"'{one.text}' means the same as '{same[0].text}' and is left out")
            continue
        columns.append(Column(place, one.text or role, role, scale, group, of))
    return columns, notes


def _says_more(first: Column, other: Heading) -> bool:
    """Say whether two names of one role are different words: "recall" and "sensitivity"."""
    words = [text.lower().replace("%", "").replace("()", "").strip() for text in
             (first.text, other.text)]  # fmt: skip
    return words[0] != words[1]


def _with_a_name(columns, seen, rows, names):
    """Take the first column of words for the names of rows, where no column is called so."""
    if any(one.role in ("row", "class") for one in columns):
        return columns
    for place in range(len(seen)):
        if any(one.place == place for one in columns):
            continue
        texts = [row[place] for _, row in rows if place < len(row) and row[place]]
        if texts and not all(_is_number(text) for text in texts):
            role = "class" if any(plain(text).lower() in OVER_CLASSES for text in texts) else "row"
            return [Column(place, names[place] or role, role), *columns]
        break
    return columns


def _is_number(text: str) -> bool:
    try:
        number_of(text)
    except NoNumber:
        return False
    return True


def _bare_matrix(grid: Grid) -> Layout | None:
    """Return a confusion matrix that names its classes once across and once down."""
    names = [plain(text) for text in grid.rows[0][1]]
    down = [plain(cells[0]) if cells else "" for _, cells in grid.rows[1:]]
    size = len(names) - 1
    if size < 2 or down[:size] != names[1:] or len(down) > size + 1 or len(set(down)) < len(down):
        return None
    if any(heading(name).role in (*SCORES, *COUNTS) for name in names[1:]):
        return None
    corner = names[0].lower()
    said = None
    for first, found in (("true", "rows_true"), ("actual", "rows_true"), ("실제", "rows_true"),
                         ("predicted", "rows_predicted"), ("예측", "rows_predicted")):  # fmt: skip
        if corner.startswith(first):
            said = found
    columns = [Column(0, names[0] or "class", "class")]
    columns += [Column(i, name, PREDICTED + name) for i, name in enumerate(names[1:], 1)]
    note = "read as a confusion matrix" + (
        "" if said else "; it does not say whether its rows are the true or the predicted classes"
    )
    return Layout(tuple(columns), grid.rows[1 : size + 1], ("",), (note,), said)


def averages_of_classes(lines: list) -> list:
    """Join the rows "macro avg", "weighted avg" and "accuracy" into the line of the whole."""
    found: dict[tuple[str, str, str], list[Any]] = {}
    kept: list[Any] = []
    for line in lines:
        if plain(line.class_name).lower() in OVER_CLASSES:
            found.setdefault((line.table, line.test_set, line.row), []).append(line)
        else:
            kept.append(line)
    for (table, test_set, row), block in found.items():
        scores: dict[str, str] = {}
        scales: dict[str, int] = {}
        counts: dict[str, int] = {}
        for line in block:
            kind = OVER_CLASSES[plain(line.class_name).lower()]
            for name, size in line.counts.items():
                counts["n" if name == "support" else name] = size
            for name, text in line.scores.items():
                named = _named(kind, name)
                if named:
                    scores[named], scales[named] = text, line.scales[name]
        whole = next((one for one in kept if (one.table, one.test_set, one.row, one.class_name)
                      == (table, test_set, row, "")), None)  # fmt: skip
        if whole is not None:
            kept.remove(whole)
            scores, scales = {**scores, **whole.scores}, {**scales, **whole.scales}
            counts |= whole.counts
        kept.append(replace(block[0], class_name="", counts=counts, scores=scores, scales=scales,
                            predicted={}))  # fmt: skip
    return kept


def _named(kind: str, name: str) -> str | None:
    if kind == "accuracy":
        return "accuracy" if name in ("f1", "accuracy") else None
    if name in PARTS:
        return f"{kind}_{name}"
    return {"iou": "miou", "dice": "mdice"}.get(name) if kind == "macro" else None


def _near(name: str) -> str:
    """Return the known name that a slip of the hand may have meant."""
    found = get_close_matches(name.lower(), known_names(), n=1, cutoff=0.8)
    return f" (did you mean '{found[0]}'?)" if found else ""


def _nothing_known(names: list[str], where: str) -> UserError:
    told = ", ".join(f"'{name}'" for name in names[:8] if name) or "nothing"
    unknown = [name for name in names if name and heading(name).role is None]
    near = next((hint for name in unknown if (hint := nearest(name, known_names()))), "")
    return UserError(
        f"{where}: no column is known among {told}{near} (known: {', '.join(known_names())}); "
        "see --template"
    )
