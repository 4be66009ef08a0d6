"""One printed row: its scores, what is stated of it, and what each score is under a reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from reproduce.audit.printed import Printed, parse_mean_sd
from reproduce.audit.readings import Open, Reading, readings
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line, spread

PARTS = ("precision", "recall", "f1")
NAMED = ("macro", "weighted")


@dataclass(frozen=True)
class Row:
    """One printed row of a table, of the whole test set or of one class.

    `sizes` are the class sizes where known; `positive` says which of two classes the scores of one
    class are of, where that is known.
    """

    label: str
    scores: Mapping[str, str]
    scales: Mapping[str, int | None]
    stated: Stated = field(default_factory=Stated)
    class_name: str = ""
    support: int | None = None
    sizes: tuple[int, ...] | None = None
    positive: int | None = None

    @property
    def has_spread(self) -> bool:
        """Whether any score is printed with a spread."""
        return any(spread(text) for text in self.scores.values())

    def readings(self) -> list[Reading]:
        """Return every reading of this row."""
        averaged = not self.class_name and any(part in self.scores for part in PARTS)
        unit = any(self._unit(name) is None for name in self.scores)
        return readings(self.stated, Open(self.has_spread, averaged, unit))

    def scale(self, name: str, reading: Reading) -> int:
        """Return what a score was multiplied by before it was printed."""
        return self._unit(name) or reading.unit or 1

    def mean(self, name: str, reading: Reading) -> str:
        """Return a score without its spread, as a text that carries its own scale."""
        text, scale = self.scores[name], self.scale(name, reading)
        text = parts(text)[0].text
        return text if scale == 1 or "%" in text else f"{text}%"

    def canonical(self, reading: Reading) -> dict[str, str]:
        """Return {score: the column it stands in}.

        Precision, recall and F1 without a class are what the reading says they are averaged over.
        """
        found: dict[str, str] = {}
        for name in self.scores:
            known = name
            if reading.averaging in NAMED and name in PARTS:
                known = f"{reading.averaging}_{name}"
            elif reading.averaging == "micro" and name in PARTS:
                known = f"micro_{name}"
            found.setdefault(known, name)
        return found

    def _unit(self, name: str) -> int | None:
        text = self.scores[name]
        if self.scales.get(name) or "%" in text:
            return self.scales.get(name) or 100
        return 100 if parts(text)[0].exact > 1 else None


# A cell is read again under every reading of its row.
@lru_cache(maxsize=10_000)
def parts(text: str) -> tuple[Printed, Printed | None]:
    """Return the number of a cell, and its spread where it has one."""
    return parse_mean_sd(text, 1) if spread(text) else (Printed(text, 1), None)


def row_of(line: Line, stated: Stated | None = None) -> Row:
    """Return a line of an own table as a row, with what its columns and the table state."""
    counts = line.counts
    own = Stated(n=counts.get("n") if not line.class_name else None, runs=counts.get("runs"))
    said = own.over(stated or Stated())
    sizes: tuple[int, ...] | None = None
    positive = None
    if {"positives", "negatives"} <= set(counts):
        sizes, positive = (counts["positives"], counts["negatives"]), 0
    elif said.counts and len(said.counts) > 1:
        sizes = tuple(said.counts.values())
    if said.n is None and sizes and not line.class_name:
        said = replace(said, n=sum(sizes))
    return Row(
        label=" ".join(part for part in (line.row, line.class_name) if part),
        scores=line.scores, scales=dict(line.scales), stated=said, class_name=line.class_name,
        support=counts.get("support"), sizes=sizes, positive=positive,
    )  # fmt: skip
