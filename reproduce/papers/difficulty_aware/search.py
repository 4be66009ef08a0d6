"""Search with Faiss and without, as `python -m benchmarks.search` measured it."""

import csv
from importlib import resources
from pathlib import Path

from reproduce.figures.table import Table

COLUMNS = ("vectors", "how", "together", "alone", "recall", "build", "memory")
FILE = Path(str(resources.files("reproduce.papers.difficulty_aware") / "search.csv"))
PLAIN, EXACT, SORTED = (
    "matrix product", "Faiss, exact (flat)", "one query at a time, all sorted",
)  # fmt: skip


def measured() -> list[dict[str, str]]:
    """Return the rows that the benchmark wrote."""
    return list(csv.DictReader(FILE.read_text("utf-8").splitlines()))


def speed_ups(rows: list[dict[str, str]]) -> dict[int, tuple[float, float]]:
    """Return, by number of vectors, how much faster exact Faiss is than a product, and sorting.

    Of queries that come together; sorting takes one after the other.
    """
    by_size: dict[int, dict[str, float]] = {}
    for row in rows:
        by_size.setdefault(int(row["vectors"]), {})[row["how"]] = float(row["together"])
    return {
        size: (of[PLAIN] / of[EXACT], of[SORTED] / of[EXACT]) for size, of in by_size.items()
    }  # fmt: skip


def search_table() -> Table:
    """Tabulate time, recall, index and memory by number of vectors."""
    rows = measured()
    said = [
        [f"{int(row['vectors']):,}", row["how"], _number(row["together"]), _number(row["alone"]),
         f"{100 * float(row['recall']):.1f}", _number(row["build"]), _number(row["memory"])]
        for row in rows
    ]  # fmt: skip
    ratios = speed_ups(rows)
    told = "; ".join(
        f"{size:,} vectors {one:.1f} and {other:.1f}" for size, (one, other) in ratios.items()
    )
    note = (
        "Exact Faiss finds what a product of matrices finds; how many times as fast it is as that, "
        f"and as sorting all cosines of one query after the other: {told}. The post's 'three times "
        "or more' names neither the number of vectors nor what it is compared with, and no index."
    )
    columns = ["Vectors", "How", "ms a query, 500 together", "ms a query, alone", "Recall at 10, %",
               "Build, s", "MiB"]  # fmt: skip
    return Table(
        "Search among unit embeddings of 64 numbers, one thread", columns, said,
        "python -m benchmarks.search, processor time; no trial of this page", 2, note,
    )  # fmt: skip


def _number(text: str) -> str:
    value = float(text)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value else "0"
