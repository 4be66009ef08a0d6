"""Class sizes that printed rates imply: whole numbers of images must stand behind every rate.

A row of a row-normalised confusion matrix is a set of whole numbers over their own sum. At four
digits few sums below a test set's size give such a row, and two tables of one test set must agree.
"""

from collections.abc import Mapping, Sequence

from reproduce.audit.granularity import whole_counts
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, verdict
from reproduce.audit.printed import Printed, numbers, rounding
from reproduce.errors import UserError

# How many sizes a statement names.
# Class sizes tried in one search: a third of a second.
MOST_SIZES = 20_000
NAMED = 2


def fits_row(row: Sequence[Printed], n: int, mode: str = "either") -> bool:
    """Whether whole numbers that add up to n print as this row when divided by n."""
    ranges = [whole_counts(one, n, mode, highest=n) for one in row]
    return all(ranges) and sum(r[0] for r in ranges) <= n <= sum(r[-1] for r in ranges)


def fits_rates(rates: Sequence[Printed], n: int, mode: str = "either") -> bool:
    """Whether each of these rates is a whole number over n."""
    return all(whole_counts(one, n, mode, highest=n) for one in rates)


def row_sizes(
    row: Sequence[str], largest: int, *, mode: str = "either", scale: int | None = None
) -> list[int]:
    """Return every class size up to `largest` that gives this row-normalised row."""
    cells = _row(row, scale)
    if mode in ("half_even", "half_up"):
        return [n for n in range(1, _size(largest) + 1) if fits_row(cells, n, mode)]
    # As `fits_row` does it, with the ends of every cell taken once.
    ends = [one.interval(mode) for one in cells]
    whole = [(a.numerator, a.denominator, b.numerator, b.denominator) for a, b in ends]
    found = []
    for n in range(1, _size(largest) + 1):
        least = most = 0
        for a, b, c, d in whole:
            first, last = max(0, -(-a * n // b)), min(n, c * n // d)
            if first > last:
                break
            least, most = least + first, most + last
        else:
            if least <= n <= most:
                found.append(n)
    return found


def row_is_whole(row: Sequence[str], *, mode: str = "either", scale: int | None = None) -> Outcome:
    """Do the shares of a row add up to one, as far as they are printed?"""
    cells = _row(row, scale)
    ends = [one.interval(mode) for one in cells]
    low, high = sum(end[0] for end in ends), sum(end[1] for end in ends)
    holds = low <= 1 <= high
    total = sum(one.exact for one in cells)
    said = (
        f"the row {' + '.join(one.text for one in cells)} adds up to "
        f"{float(total * cells[0].scale):g}, rounding allows "
        f"{float(low * cells[0].scale):g} to {float(high * cells[0].scale):g}"
    )
    evidence = {"row": [one.text for one in cells], "sum": total, "low": low, "high": high}
    assumed = ("the row holds every share", rounding(mode))
    return Outcome("row_is_whole", verdict(holds), said, evidence, assumed)


def implied_size(
    row: Sequence[str],
    *,
    stated: int | None = None,
    largest: int | None = None,
    whole_row: bool = True,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Does the stated class size give these rates, or where none is stated does any size?

    `whole_row`: the rates are a full row of a confusion matrix and add up to one; otherwise they
    are any rates of one class. Sizes are tried up to `largest` (default: twice the stated size, or
    where none is stated the size beyond which every rate can be printed), and to `MOST_SIZES`: what
    no size up to there gives is then not testable.
    """
    cells = _row(row, scale)
    finest = max(int(1 / one.unit) for one in cells)
    largest = largest or min(2 * _size(stated) if stated else finest, MOST_SIZES)
    fits = fits_row if whole_row else fits_rates
    sizes = [n for n in range(1, largest + 1) if fits(cells, n, mode)]
    evidence = {
        "row": [one.text for one in cells], "stated": stated, "largest_tried": largest,
        "possible_sizes": sizes[:200], "how_many_possible": len(sizes),
    }  # fmt: skip
    assumed = ("one class, one run" + (", all its images in the row" if whole_row else ""),
               rounding(mode))  # fmt: skip
    holds = fits(cells, stated, mode) if stated else bool(sizes)
    if holds and stated and stated >= finest:
        said = f"rates printed so coarsely fit every size as large as {stated}"
        return Outcome("implied_size", NOT_TESTABLE, said, evidence, assumed)
    if not stated and not sizes and largest == MOST_SIZES < finest:
        said = f"no size up to {largest} gives rates printed so finely; larger ones are not tried"
        return Outcome("implied_size", NOT_TESTABLE, said, evidence, assumed)
    shown = ", ".join(map(str, sorted(_nearest(sizes, stated)))) or "none"
    shown += " and others" if len(sizes) > NAMED else ""
    texts = ", ".join(one.text for one in cells)
    asked = f"{stated} images" if stated else f"any size up to {largest}"
    said = (
        f"the rates {texts} fit {asked}" if holds
        else f"the rates {texts} are no whole numbers over {asked}"
    ) + f"; sizes that give them: {shown}"  # fmt: skip
    return Outcome("implied_size", verdict(holds), said, evidence, assumed)


def sizes_agree(
    tables: Mapping[str, Mapping[str, Sequence[str]]],
    total: int,
    *,
    exact_total: bool = True,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can row-normalised tables of one test set have one set of class sizes?

    `tables` maps a table's name to class name -> row. The sizes of the classes must add up to
    `total` (`exact_total=False`: at most to it).
    """
    classes = list(dict.fromkeys(name for rows in tables.values() for name in rows))
    each: dict[str, dict[str, set[int]]] = {
        table: {name: set(row_sizes(row, total, mode=mode, scale=scale))
                for name, row in rows.items()}
        for table, rows in tables.items()
    }  # fmt: skip
    shared = {
        name: set.intersection(*(rows[name] for rows in each.values() if name in rows))
        for name in classes
    }
    found = _with_sum([sorted(shared[name]) for name in classes], total, exact_total)
    alone = {
        table: _with_sum([sorted(rows[name]) for name in rows], total, exact_total)
        for table, rows in each.items()
    }
    evidence = {
        "total": total, "classes": classes, "sizes": found, "sizes_by_table": alone,
        "possible": {t: {c: sorted(s)[:60] for c, s in rows.items()} for t, rows in each.items()},
    }  # fmt: skip
    assumed = ("all tables are of the same test images, one run each", rounding(mode),
               f"{'exactly' if exact_total else 'at most'} {total} images")  # fmt: skip
    if found:
        said = f"class sizes {', '.join(map(str, found))} give all {len(tables)} tables"
        return Outcome("sizes_agree", CONSISTENT, said, evidence, assumed)
    ways = ", ".join(
        f"{table} {'with ' + ' + '.join(map(str, sizes)) if sizes else 'with none'}"
        for table, sizes in alone.items()
    )
    said = f"no class sizes that add up to {'' if exact_total else 'at most '}{total} give " + (
        f"{len(tables)} tables at once (alone: {ways})" if len(tables) > 1 else next(iter(tables))
    )
    return Outcome("sizes_agree", INCONSISTENT, said, evidence, assumed)


def _with_sum(options: list[list[int]], total: int, exact: bool) -> list[int]:
    """Choose one number of each list so that they add up to the total; [] where none do."""
    if not all(options):
        return []
    ways: list[dict[int, int]] = [{0: 0}]
    for numbers_of_class in options:
        ways.append({
            done + one: one for done in ways[-1] for one in numbers_of_class if done + one <= total
        })  # fmt: skip
    ends = [total] if exact else sorted(ways[-1], reverse=True)
    if not ends or ends[0] not in ways[-1]:
        return []
    chosen, left = [], ends[0]
    for way in reversed(ways[1:]):
        chosen.append(way[left])
        left -= way[left]
    return chosen[::-1]


def _nearest(sizes: list[int], stated: int | None) -> list[int]:
    place = stated or 0
    return sorted(sizes, key=lambda n: abs(n - place))[:NAMED]


def _row(row: Sequence[str], scale: int | None) -> tuple[Printed, ...]:
    cells = numbers(row, scale)
    if not cells:
        raise UserError("expected a row of at least one rate, got none")
    if any(one.exact < 0 for one in cells):
        raise UserError(f"expected rates of 0 or more, got {', '.join(one.text for one in cells)}")
    return cells


def _size(n: int) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise UserError(f"class size: expected a whole number of at least 1, got {n!r}")
    return n
