"""`reproduce store ls`: a line for each trial, and the results that stand behind such lines."""

from collections.abc import Iterable, Iterator
from typing import Any

from reproduce.commands.terminal import out, points_of, show_table
from reproduce.files import relative

COLUMNS = ("key", "data", "point", "for", "seed", "seconds", "on test images")
# Key, trial (None: nobody knows what it was), labels, results, and what is missing instead.
Line = tuple[str, Any, Any, list[Any], str]


def show(store: Any, method: str | None, most: int | None) -> None:
    """Print the trials of a store, or of one method, the newest last and so many at most."""
    keys = store.noted(method)
    older = max(0, len(keys) - most) if most else 0
    _print(_lines(store, keys[older:]), method, relative(store.path))
    if older:
        out.print(f"These are the newest; `--all` lists {older:,} older ones too")


def show_published(method: str | None) -> None:
    """Print the trials of the published edition."""
    place, results = published()
    _print(((one.key, one.trial, one.labels, [one], "") for one in results), method, place)


def published() -> tuple[str, list[Any]]:
    """Return what the published edition is called, and its results, each trial once."""
    from reproduce.trials import edition

    book = edition.published()
    found = {r.key: r for paper in book.papers() for r in edition.read_results(book, paper)}
    return "the published edition", [one for _, one in sorted(found.items())]


def stored(store: Any) -> tuple[str, list[Any]]:
    """Return where a store is, and its results."""
    return relative(store.path), [one for found in store.overview() for one in found.results]


def _lines(store: Any, keys: Iterable[str]) -> Iterator[Line]:
    failures = store.failures()
    for found in store.overview(keys):
        if found.damage:
            yield found.key, None, (), [], "damaged"
        else:
            missing = failures.get(found.key, "pending")
            yield found.key, found.trial, found.labels, found.results, missing


def _print(lines: Iterable[Line], method: str | None, place: str) -> None:
    from reproduce.tasks import task_of

    rows, damaged = [], 0
    for key, trial, labels, results, missing in lines:
        if trial is None:  # Shown whatever is asked for: nobody knows what it was.
            rows.append((key, "", "", "", "", "", missing))
            damaged += 1
            continue
        methods = list(dict.fromkeys(label.get("method", "") for label in labels))
        if method and method not in methods:
            continue
        reached, seconds = missing, ""
        if results:
            reached = task_of(trial).said(*results, digits=2)
            seconds = f"{results[0].seconds:.0f}"
        point = points_of(labels, trial)
        rows.append(
            (key, trial.dataset, point, ", ".join(methods), str(trial.seed), seconds, reached)
        )
    show_table(COLUMNS, rows)
    out.print(f"{len(rows)} trials in {place}")
    if damaged:
        out.print(f"{damaged} damaged: `reproduce store check` says how")
