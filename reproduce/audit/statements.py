"""Sentences without a number, on the cells that they stand on.

"Improved on the minority classes" prints no number, and stands on numbers that are printed: those
of the two methods, class by class. A sentence is contradicted where the cells say the opposite for
sure; a tie in print contradicts nothing.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from reproduce.audit.best import beats
from reproduce.audit.outcome import NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError

HOW_MANY = ("all", "any")


def goes_so(
    ours: Sequence[str],
    theirs: Sequence[str],
    *,
    places: Sequence[str] = (),
    higher: bool = True,
    of: str = "all",
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Do the cells that a sentence stands on go the way it says, all of them or any?

    `ours` is what the sentence calls better, cell for cell beside `theirs`; `higher=False` where
    better is less.
    """
    if not ours or len(ours) != len(theirs):
        raise UserError(
            f"expected as many cells on both sides, got {len(ours)} and {len(theirs)}; name the "
            "same rows and columns"
        )
    if of not in HOW_MANY:
        raise UserError(f"of: expected {' or '.join(HOW_MANY)}, got '{of}'")
    names = [places[i] if i < len(places) else f"cell {i + 1}" for i in range(len(ours))]
    against, fine = [], 0
    for name, one, other in zip(names, ours, theirs, strict=True):
        worse = beats(Printed(other, scale), Printed(one, scale), higher, mode)
        against += [f"{name}: {one} against {other}"] if worse else []
        fine += not worse
    holds = not against if of == "all" else fine > 0
    said = f"{fine} of {len(names)} cells do not speak against it" + (
        f"; {'; '.join(against)}" if against else ""
    )
    evidence = {"ours": list(ours), "theirs": list(theirs), "places": names, "against": against}
    assumed = (f"the sentence means {of} of these cells", rounding(mode))
    return Outcome("goes_so", verdict(holds), said, evidence, assumed)


def stays_within(
    values: Mapping[str, str],
    *,
    within: str | None = None,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Does what is called robust vary by no more than is said?

    `within` is the largest difference that the sentence allows, in the unit of the values; without
    one nothing can be contradicted, and the range is told.
    """
    cells = {name: Printed(text, scale) for name, text in values.items()}
    if len(cells) < 2:
        raise UserError(f"expected at least two values that are called alike, got {len(cells)}")
    ends = [one.interval(mode) for one in cells.values()]
    # The least by which the true values can differ.
    least = max(max(low for low, _ in ends) - min(high for _, high in ends), Fraction(0))
    printed = [one.exact for one in cells.values()]
    unit = next(iter(cells.values())).scale or 1
    width = (max(printed) - min(printed)) * unit
    low = min(cells, key=lambda name: cells[name].exact)
    high = max(cells, key=lambda name: cells[name].exact)
    said = f"from {cells[low].text} ({low}) to {cells[high].text} ({high}), {shown(width)} apart"
    evidence = {"values": dict(values), "range": width, "within": within}
    if within is None:
        return Outcome("stays_within", NOT_TESTABLE, f"{said}; the sentence says no number",
                       evidence, (rounding(mode),))  # fmt: skip
    allowed = Printed(within.strip().removesuffix("%").strip(), unit)
    holds = least <= allowed.interval(mode)[1]
    said += f"; claimed is at most {within}"
    return Outcome("stays_within", verdict(holds), said, evidence, (rounding(mode),))
