"""A store of 100,000 trials, and the full plan of a paper: seconds of what people do with them.

    python -m benchmarks.sizes

The store is made up: the published trials of `class_imbalance` over and over, with seeds of their
own. Beside it stands the published edition itself, whose page is made from that store. Seconds are
those of the processor, so that neighbours disturb them less. Writes `book/results/sizes.json`.
"""

import argparse
import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from statistics import median

from benchmarks import timing
from reproduce import papers
from reproduce.commands import listing
from reproduce.commands.store import MOST_LISTED
from reproduce.files import project_root, write_text
from reproduce.pages import report
from reproduce.papers.class_imbalance import pictures
from reproduce.study.judging import judge
from reproduce.study.running import ready
from reproduce.study.study import Study
from reproduce.trials import edition, estimate
from reproduce.trials.plan import Plan
from reproduce.trials.store import Result, Store
from reproduce.trials.stored_rows import row_of
from reproduce.trials.trial import canonical, key_of

RESULT = "book/results/sizes.json"
TRIALS, FEWER, ROUNDS = 100_000, 5_000, 3
PAPER = "class_imbalance"
# Stand for the seeds while a description is written once for all of them.
MARKS = (-730_502_911, -730_502_912)


def fill(store: Store, results: list[Result], number: int) -> None:
    """Write so many made-up trials into a store, each with the numbers of one of the results."""
    texts = []
    for result in results:
        marks = {"data_seed": MARKS[0], "seed": MARKS[1]}
        row = row_of(result)
        columns = [canonical(row[name]) for name in ("metrics", "confusion", "counts", "history")]
        text = canonical(result.trial.model_copy(update=marks).to_json())
        last = (canonical(row["provenance"]), None, canonical(row["array_names"]), None)
        labels = [canonical(label) for label in result.labels]
        texts.append((text, labels, (*columns, result.seconds, *last)))
    with store.transaction() as database:
        for place in range(number):
            text, labels, values = texts[place % len(texts)]
            for mark in MARKS:
                text = text.replace(str(mark), str(1_000 + place))
            key = key_of(text)
            database.execute("INSERT INTO trials VALUES (?, ?)", (key, text))
            database.executemany("INSERT INTO labels VALUES (?, ?)", [(key, x) for x in labels])
            marks_of_row = ", ".join("?" * (2 + len(values)))
            database.execute(f"INSERT INTO results VALUES ({marks_of_row})", (key, 0, *values))


@contextmanager
def unseen():
    """Let commands print where nobody reads it."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield


def one_by_one(path: Path) -> None:
    """Ask for each trial by itself: three questions a trial, everything decoded and checked."""
    store = Store(path)
    for key in store.trial_keys():
        store.trial(key), store.labels(key), store.replicates(key)


def study_of(store: Store, asked: dict) -> Study:
    """Return the study of the paper with these parameters, on a store."""
    protocol = papers.protocol(PAPER)
    return Study(protocol, protocol.parameters.read(asked), store)


def page_tables(path: Path, asked: dict) -> None:
    """Make the tables of the paper's page that list its trials and what they measured."""
    study = study_of(Store(path), asked).as_far_as_done()
    assert not study.pending()
    report.run_summary(study)
    report.provenance_table(study)
    report.expected(study)
    for table in (pictures.summary, pictures.per_class, pictures.every_point, pictures.numbers):
        assert not isinstance(table.of(study), str), "the published edition has them all"


def verdicts(path: Path, asked: dict) -> None:
    """Judge every claim of the page."""
    judge(study_of(Store(path), asked).as_far_as_done())


def full_plan(path: Path, store: Path) -> int:
    """Write the plan of everything that the paper trained on its own data; how many trials."""
    study = study_of(Store(store), {"profile": "paper"})
    planned = ready(study)
    Plan(planned, study.records).write(path)
    estimate.seconds(planned, study.store, 1, study.records)
    return len(planned)


def run(trials: int = TRIALS, fewer: int = FEWER, rounds: int = ROUNDS) -> dict:
    """Measure; return what is written."""
    book = edition.published()
    asked = (book.stamp(PAPER) or {})["given"]
    with tempfile.TemporaryDirectory() as name, unseen():
        folder = Path(name)
        for place, number in (("large", trials), ("small", fewer)):
            store = Store(folder / place)
            fill(store, edition.read_results(book, PAPER), number)
            edition.merge(store, book, PAPER)
        large, small = folder / "large", folder / "small"
        work: dict[str, Callable[[], object]] = {
            "opened and counted": lambda: Store(large).count(),
            "listed": lambda: listing.show(Store(large), None, MOST_LISTED),
            "filtered": lambda: listing.show(Store(large), "oversampling", MOST_LISTED),
            "listed in full": lambda: listing.show(Store(large), None, None),
            "tables of a page": lambda: page_tables(large, asked),
            "verdicts of a page": lambda: verdicts(large, asked),
            "estimate of time": lambda: estimate.speed(Store(large), "lenet5", 28),
            "full plan": lambda: full_plan(folder / "plan.json", small),
        }
        found = timing.race(work, rounds)
        batches, single = "in batches", "one by one"
        ways = timing.race(
            {
                batches: lambda: list(Store(small).overview()),
                single: lambda: one_by_one(small),
            },
            rounds,
        )
        planned = full_plan(folder / "plan.json", small)
        size = (large / "results.sqlite").stat().st_size
    for seconds in (found, ways):
        timing.table(seconds)
    return {
        "trials": trials,
        "fewer": fewer,
        "megabytes": round(size / 1e6),
        "planned": planned,
        "seconds": {name: median(of) for name, of in found.items()},
        "rounds": rounds,
        "one_by_one": median(ways[single]) / median(ways[batches]),
        "load": os.getloadavg()[0],
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=TRIALS)
    given = parser.parse_args()
    found = run(given.trials, min(FEWER, given.trials))
    write_text(project_root() / RESULT, json.dumps(found, indent=1) + "\n")
