"""What the papers print in prose, and what their texts leave open. Tables: `printed_tables`."""

from collections.abc import Iterable

from reproduce.figures.table import Table
from reproduce.registry.ambiguities import Ambiguity
from reproduce.registry.published import ProseNumber

WHO = {"paper": "the paper", "summary": "a third-party summary", "post": "a personal post"}


def prose_table(numbers: Iterable[ProseNumber]) -> Table:
    """Return the numbers that a text prints in its sentences, with what each stands on."""
    numbers = list(numbers)
    rows = [
        [
            f"{item.number} {item.unit}".strip(),
            item.quote,
            item.place,
            WHO[item.says],
            item.operation + (f": {item.operands}" if item.operands else ""),
        ]
        for item in numbers
    ]
    columns = ["Number", "In the sentence", "Place", "Says", "Stands on"]
    source = f"{len(rows)} numbers, transcribed as printed"
    return Table("Numbers printed in prose", columns, rows, source)


def ambiguity_table(ambiguities: Iterable[Ambiguity]) -> Table:
    """Return what a text leaves open, our readings, and which one is the default and why."""
    rows = [
        [
            item.place,
            item.printed,
            item.problem,
            "; ".join(f"{reading.name}: {reading.what}" for reading in item.readings),
            f"{item.default}, because {item.why}",
        ]
        for item in ambiguities
    ]
    columns = ["Place", "Printed", "Problem", "Readings", "Default"]
    return Table("What the text leaves open", columns, rows, f"{len(rows)} registered ambiguities")
