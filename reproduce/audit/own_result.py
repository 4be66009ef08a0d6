"""What an audit of one's own tables comes to: found, clean, not testable, or not tried."""

from collections.abc import Sequence
from dataclasses import dataclass

from reproduce.audit.outcome import INCONSISTENT, NOT_TESTABLE, STATUSES
from reproduce.audit.own_table import Checked, check_lines
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line, Read, read_all
from reproduce.errors import UserError

FOUND, CLEAN, UNTESTABLE, NOT_TRIED = "findings", "clean", "untestable", "not_tried"
WORDS = {
    FOUND: "printed numbers that cannot all hold",
    CLEAN: "clean: checks could be run, and none found anything",
    UNTESTABLE: "untestable: the numbers are too coarse for every check tried",
    NOT_TRIED: "not tried: no check goes with what is printed",
}
HINT = (
    "a score needs n (test images) beside it, or other scores of the same row; "
    "`reproduce audit --template` says which column unlocks what"
)


@dataclass(frozen=True)
class OwnAudit:
    """The checks of one file or paper: what each said, and what was left out of the file."""

    name: str
    checked: tuple[Checked, ...]
    notes: tuple[str, ...]
    tables: tuple[str, ...]

    @property
    def status(self) -> str:
        """What all checks come to."""
        return status(self.checked)

    @property
    def by_table(self) -> dict[str, str]:
        """What the checks of each table come to."""
        return {
            # What compares several tables names none of them, and speaks of each.
            table: status([one for one in self.checked if one.table in (table, "")])
            for table in self.tables
        }

    def count(self, of: str) -> int:
        """Return how many checks ended so."""
        return sum(1 for one in self.checked if one.outcome.status == of)

    def counts(self) -> dict[str, int]:
        """Return how many checks ended in each way."""
        return {"run": len(self.checked), **{one: self.count(one) for one in STATUSES}}


def status(checked: Sequence[Checked]) -> str:
    """Return what checks come to; a table without any was not tried."""
    seen = {one.outcome.status for one in checked}
    if INCONSISTENT in seen:
        return FOUND
    if seen - {NOT_TESTABLE}:
        return CLEAN
    return UNTESTABLE if seen else NOT_TRIED


def audited(data: bytes | str, name: str, said: Stated | None = None) -> OwnAudit:
    """Read a file and run every check that it allows."""
    return of_lines(read_all(data, name, said), name)


def of_lines(read: Read, name: str) -> OwnAudit:
    """Run every check that lines allow, each with the rounding that is stated for it."""
    modes: dict[str | None, list[Line]] = {}
    for line in read.lines:
        modes.setdefault(line.stated.rounding, []).append(line)
    checked: list[Checked] = []
    for mode, lines in modes.items():
        try:
            checked += check_lines(lines, Stated(rounding=mode))
        except (RecursionError, MemoryError, OverflowError) as error:
            raise UserError(
                f"{name}: its numbers are too large for the search; expected runs and test images "
                "of a printed table"
            ) from error
        except UserError as error:
            raise UserError(f"{name}: {error}") from error
    return OwnAudit(name, tuple(checked), read.notes, read.tables)
