"""What is said of a table beside its numbers; `None` where nobody says it.

Nothing is assumed in its place: a check tries every reading that is not ruled out here. A fact
stands in a column of the row, in a comment or file beside the table, or in an option of the
command; `Stated.over` lets the nearer one win.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from reproduce.errors import UserError, unknown_name

CHOICES = {
    "averaging": ("macro", "weighted", "micro", "class"),
    "spread": ("sd", "sd_population", "se", "ci95", "over_folds"),
    "orientation": ("rows_true", "rows_predicted"),
    "rounding": ("half_up", "half_even", "truncated", "ceiling", "either", "any"),
    "unit": ("percent", "fraction"),
}
NUMBERS = ("folds", "runs", "n")
# Whole numbers beyond this are slips of the hand, and would keep a search busy for days.
LARGEST = 10**9


@dataclass(frozen=True)
class Stated:
    """The facts of a table, or of one row.

    Attributes
    ----------
    averaging
        Over what precision, recall and F1 without a class are averaged: "macro" (plain mean over
        classes), "weighted" (by test images), "micro", or "class" (of one class, the positive one).
    spread
        What stands behind ±: a standard deviation with k - 1 ("sd") or k ("sd_population") below,
        a standard error, half of a 95 % interval, or a standard deviation over folds.
    folds, runs, n
        Folds of a cross-validation, runs that were averaged, images of the whole test set.
    counts
        Test images of each class, by its name.
    orientation
        Whether the rows of a confusion matrix are the true classes or the predicted ones.
    rounding
        How numbers were rounded (see `reproduce.audit.printed`).
    unit
        Whether scores are percentages or fractions.
    """

    averaging: str | None = None
    spread: str | None = None
    folds: int | None = None
    runs: int | None = None
    n: int | None = None
    counts: Mapping[str, int] | None = None
    orientation: str | None = None
    rounding: str | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            said = getattr(self, name)
            if said is not None and said not in known:
                raise UserError(f"{name}: expected one of {', '.join(known)}, got '{said}'")
        for name in NUMBERS:
            if (said := getattr(self, name)) is not None:
                _positive(name, said)
        for name, size in (self.counts or {}).items():
            _positive(f"counts of '{name}'", size)

    def over(self, further: "Stated") -> "Stated":
        """Return these facts, and those of `further` where these are silent."""
        missing = {
            one.name: getattr(further, one.name) for one in fields(self)
            if getattr(self, one.name) is None
        }  # fmt: skip
        return replace(self, **missing)


NAMES = tuple(one.name for one in fields(Stated))


def stated(said: Mapping[str, str], where: str = "stated") -> Stated:
    """Return facts from texts, such as `{"averaging": "macro", "counts": "cat=40, dog=60"}`."""
    found: dict = {}
    for name, text in said.items():
        if name not in NAMES:
            raise UserError(f"{where}: {unknown_name('fact', name, NAMES)}")
        text = str(text).strip()
        if not text:
            continue
        try:
            found[name] = _value(name, text)
        except UserError as error:
            raise UserError(f"{where}: {error}") from error
    try:
        return Stated(**found)
    except UserError as error:
        raise UserError(f"{where}: {error}") from error


def _value(name: str, text: str):
    if name == "counts":
        return _counts(text)
    return _whole(name, text) if name in NUMBERS else text.lower().replace("-", "_")


def _counts(text: str) -> dict[str, int]:
    """Read "cat=40, dog=60", or "40, 60" where the classes have no names."""
    found: dict[str, int] = {}
    for place, part in enumerate(text.split(","), 1):
        name, sign, size = part.rpartition("=")
        name = name.strip() if sign else f"class {place}"
        if name in found:
            raise UserError(f"counts: the class '{name}' is there twice; give it once")
        found[name] = _whole("counts", size.strip())
    return found


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST)):
        raise UserError(f"{name}: expected a whole number, at least 1, got '{text}'")
    return int(text)


def _positive(name: str, said) -> None:
    if isinstance(said, bool) or not isinstance(said, int) or not 1 <= said <= LARGEST:
        raise UserError(f"{name}: expected a whole number from 1 to {LARGEST:,}, got {said!r}")
