"""All rows of a table together: one reading, one test set, and what a reader should know."""

from collections.abc import Callable, Iterator, Sequence
from statistics import multimode

from reproduce.audit import granularity, sums, supports
from reproduce.audit.field import baselines, repeats
from reproduce.audit.judging import Judged
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.readings import AXES, Reading
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line, spread

Pairs = Sequence[tuple[Line, Judged]]
# Axes on which all rows of a table are alike, so that no common value is a contradiction.
ONE_OF_A_TABLE = ("averaging", "unit")
# Sizes tried beside a stated one that does not fit, as parts of it, and how many at most.
AROUND, MOST_SIZES = 0.1, 200


def together(
    lines: Sequence[Line], judged: Pairs, stated: Callable[[Line], Stated]
) -> Iterator[tuple[str, Outcome]]:
    """Yield what the lines say only together, with the table's name."""
    tables: dict[tuple[str, str], list[tuple[Line, Judged]]] = {}
    for line, one in judged:
        tables.setdefault((line.table, line.test_set), []).append((line, one))
    for (table, _), pairs in tables.items():
        whole = [(line, one) for line, one in pairs if not line.class_name]
        for outcome in (*_one_reading(whole), *_one_size(whole), *_notable(whole)):
            yield table, outcome
    yield from (("", one) for one in _matrices(lines, stated))
    yield from (("", one) for one in _repeats(lines))


def _one_reading(pairs: Pairs) -> Iterator[Outcome]:
    """Tell on each axis which readings fit all rows that are possible at all."""
    alive = [one for _, one in pairs if not one.accused]
    for axis in AXES:
        asked = [one for one in alive if len(one.tried(axis)) > 1]
        if not asked:
            continue
        fits = set.intersection(*(one.fits(axis) for one in asked))
        tried = set.union(*(one.tried(axis) for one in asked))
        evidence = {"rows": len(asked), "fits": sorted(map(str, fits))}
        check = f"one_{axis}"
        if not fits and axis in ONE_OF_A_TABLE:
            each = {one.row.label: _words(one.survivors, axis) for one in asked}
            told = "; ".join(f"{label}: {words}" for label, words in list(each.items())[:4])
            yield Outcome(check, INCONSISTENT, f"no one {axis} fits all {len(asked)} rows: {told}",
                          evidence, ("all rows of the table are of one kind",))  # fmt: skip
        elif fits and fits < tried:
            alike = [r for one in asked for r in one.survivors if getattr(r, axis) in fits]
            told = f"only {_words(alike, axis)} fit{'' if len(fits) > 1 else 's'}"
            number = "the row" if len(asked) == 1 else f"all {len(asked)} rows"
            yield Outcome(check, CONSISTENT, f"{told} {number}", evidence)


def _words(readings: Sequence[Reading], axis: str) -> str:
    return " or ".join(sorted({one.told([axis]) for one in readings} - {""}))


def _one_size(pairs: Pairs) -> Iterator[Outcome]:
    """Where a stated number of test images does not fit, tell which numbers would fit all rows."""
    found: dict[tuple[int, int], dict[str, str]] = {}
    for line, one in pairs:
        said, name = one.row.stated, "accuracy"
        if name in line.scores and said.n and not said.folds and not _with_spread(line, name):
            reading = Reading()
            text = one.row.mean(name, reading)
            found.setdefault((said.n, said.runs or 1), {})[one.row.label or str(line.number)] = text
    for (n, runs), printed in found.items():
        wide = min(max(2, int(n * AROUND)), MOST_SIZES)
        if len(printed) < 2:
            continue
        modes = _modes(pairs[0][1].row.stated, runs)
        if not all(_misfit(printed, [n], n, runs, mode).inconsistent for mode in modes):
            continue
        sizes = range(max(1, n - wide), n + wide + 1)
        outcome = _misfit(printed, sizes, n, runs, modes[0])
        status = INCONSISTENT if any(one.row.stated.runs for _, one in pairs) else NOT_TESTABLE
        fit = outcome.evidence["sizes_that_fit_all"]
        told = f"{n} test images do not fit all {len(printed)} rows" + (
            f"; {', '.join(map(str, fit[:6]))} do{'es' if len(fit) == 1 else ''}" if fit
            else f", nor does any number from {sizes[0]} to {sizes[-1]}"
        )  # fmt: skip
        yield Outcome("shared_size", status, told, outcome.evidence, outcome.assumptions)


def _misfit(printed: dict[str, str], sizes: Sequence[int], n: int, runs: int, mode: str) -> Outcome:
    return granularity.shared_size(printed, sizes, stated=n, runs=runs, mode=mode)


def _modes(stated: Stated, runs: int) -> tuple[str, ...]:
    said = (stated.rounding,) if stated.rounding else ("any", "ceiling")
    return (*said, "rounded_twice") if runs > 1 else said


def _with_spread(line: Line, name: str) -> bool:
    return spread(line.scores[name])


def _notable(pairs: Pairs) -> Iterator[Outcome]:
    """Tell what is possible and yet worth knowing: baselines, margins, kinds, repeats."""
    for line, one in pairs:
        reading = one.survivors[0] if one.survivors else Reading()
        if "accuracy" in line.scores and one.row.sizes:
            yield baselines.below_majority(
                one.row.mean("accuracy", reading), one.row.sizes, mode=reading.rounding
            )
    columns: dict[str, dict[str, str]] = {}
    for line, one in pairs:
        for name in line.scores:
            columns.setdefault(name, {})[one.row.label or f"line {line.number}"] = line.scores[name]
    sizes = {one.row.stated.n for _, one in pairs} - {None}
    for name, column in columns.items():
        if name == "accuracy" and len(column) > 1 and len(sizes) == 1:
            means = {one.row.label: one.row.mean(name, Reading()) for line, one in pairs
                     if name in line.scores}  # fmt: skip
            (n,) = sizes
            runs = multimode(one.row.stated.runs or 1 for _, one in pairs)[0]
            if n and len(means) > 1:
                yield baselines.under_one_image(means, n, runs=runs)
        kinds = {spread(text) for text in column.values()}
        if len(kinds) > 1:
            yield baselines.single_beside_means(column)
    full = {name: list(column.values()) for name, column in columns.items()
            if len(column) == len(pairs)}  # fmt: skip
    if len(full) > 1 and len(pairs) > 2:
        outcome = repeats.repeated_columns(full)
        # Weighted recall is accuracy: those two columns are alike where all is well.
        pair = outcome.evidence["repeated"]
        if pair and not all("accuracy" in names for names in pair):
            yield outcome


def _matrices(lines: Sequence[Line], stated: Callable[[Line], Stated]) -> Iterator[Outcome]:
    """Compare the confusion matrices of one test set, where they have one set of classes."""
    counted: dict[str, dict[str, dict[str, list[str]]]] = {}
    shared: dict[str, dict[str, dict[str, list[str]]]] = {}
    totals: dict[str, set[int]] = {}
    for line in lines:
        cells = list(line.predicted.values())
        said = stated(line)
        for n in (line.counts.get("n"), said.n):
            if n and (said.n or not line.class_name):
                totals.setdefault(line.test_set, set()).add(n)
        if (
            not line.class_name
            or not cells
            or line.runs > 1
            or said.orientation == "rows_predicted"
        ):
            continue
        shares = any("." in cell or "%" in cell for cell in cells)
        name = " ".join(part for part in (line.table, line.row) if part) or "the matrix"
        kept = (shared if shares else counted).setdefault(line.test_set, {}).setdefault(name, {})
        kept[line.class_name] = cells
    for test_set, matrices in counted.items():
        classes = {tuple(rows) for rows in matrices.values()}
        if len(matrices) > 1 and len(classes) == 1:
            yield _either_way(matrices, classes.pop(), test_set)
    for test_set, tables in shared.items():
        if len(sizes := totals.get(test_set, set())) == 1:
            yield supports.sizes_agree(tables, next(iter(sizes)), mode="any")


def _either_way(matrices, classes, test_set: str) -> Outcome:
    """Compare row sums, and where they differ column sums: the rows may be the predictions."""
    rows = sums.matrices_agree(
        {name: list(one.values()) for name, one in matrices.items()}, classes
    )
    if not rows.inconsistent:
        return rows
    columns = sums.matrices_agree(
        {
            name: [list(c) for c in zip(*one.values(), strict=True)]
            for name, one in matrices.items()
        },
        classes,
    )
    return rows if columns.inconsistent else columns


def _repeats(lines: Sequence[Line]) -> Iterator[Outcome]:
    rows = {}
    for line in lines:
        if not line.class_name and len(line.scores) > 2:
            name = " ".join(part for part in (line.table, line.row) if part)
            rows[name or f"line {line.number}"] = list(line.scores.values())
    if len(rows) > 1:
        outcome = repeats.repeated_rows(rows)
        if outcome.evidence["repeated"]:
            yield outcome
        plain = {name: row for name, row in rows.items() if not any(map(spread, row))}
        if len(plain) > 1:
            hint = repeats.copied_decimals(plain)
            if hint.status == "hint":
                yield hint
    numbers = [text for row in rows.values() for text in row if not spread(text)]
    if len(numbers) >= 50:
        hint = repeats.terminal_digits(numbers)
        if hint.status == "hint":
            yield hint
