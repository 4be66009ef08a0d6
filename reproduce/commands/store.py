"""`reproduce store`: look at results, carry them between machines, keep them in order."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands import listing
from reproduce.commands.training import StorePath, Workers
from reproduce.errors import UserError
from reproduce.files import relative

# More lines than these nobody reads, and the longest tables take seconds to make.
MOST_LISTED = 1000

app = typer.Typer(no_args_is_help=True, help="Results: list, show, pack, merge, check, clean.")


def _open(path: Path | None):
    from reproduce.trials.store import Store

    return Store(path)


@app.command("ls")
def list_trials(
    store: StorePath = None,
    method: Annotated[str | None, typer.Option(help="only trials of this method")] = None,
    published: Annotated[
        bool, typer.Option("--published", help="the trials of the published edition instead")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help=f"all of them, not the newest {MOST_LISTED:,} alone")
    ] = False,
) -> None:
    """List trials, the newest last: what they are, and what they reached or why they have not.

    Example: reproduce store ls --method oversampling
    """
    if published:
        listing.show_published(method)
    else:
        listing.show(_open(store), method, None if every else MOST_LISTED)


@app.command()
def show(key: Annotated[str, typer.Argument(help="key of a trial")], store: StorePath = None):
    """Show a trial: its description, labels and results; here or in the published edition.

    Example: reproduce store show 6d7259ad7bd17f25
    """
    import json

    from reproduce.tasks import task_of
    from reproduce.trials import edition

    opened, book = _open(store), edition.published()
    carried = book.keys(key)
    matching = sorted({*opened.trial_keys(key), *carried})
    if len(matching) != 1:
        found = "no trial" if not matching else f"{len(matching)} trials"
        raise UserError(
            f"{found} '{key}' in {relative(opened.path)} or the published edition, expected one; "
            "`reproduce store ls` and `reproduce store ls --published` list them"
        )
    whole = matching[0]
    place, results = relative(opened.path), opened.replicates(whole)
    if whole in carried and not results:  # One that only waits here may have been published.
        paper = carried[whole]
        results = [one for one in edition.read_results(book, paper) if one.key == whole]
        date = (book.stamp(paper) or {}).get("executed", "of an unknown date")
        place = f"the published edition of {paper}, {date}"
    trial = results[0].trial if results else opened.trial(whole)
    content = {
        "key": whole,
        "from": place,
        **({"code of one's own": trial.own_code} if trial.own_code else {}),
        "trial": trial.to_json(),
        "labels": list(results[0].labels) if results else opened.labels(whole),
        "results": [
            {
                "headline": task_of(result.trial).said(result, digits=2),
                "metrics": result.metrics,
                "confusion": result.confusion,
                "seconds": result.seconds,
                "provenance": result.provenance,
                "arrays": result.array_names,
            }
            for result in results
        ],
    }
    print(json.dumps(content, indent=1))


@app.command()
def pack(
    output: Annotated[Path, typer.Option("-o", "--output", help="file to write")],
    store: StorePath = None,
    contents: Annotated[
        str, typer.Option("--with", help="results, weights or checkpoints (comma-separated)")
    ] = "results",
    max_mb: Annotated[
        float, typer.Option("--max-mb", min=0.1, help="split into parts of at most this size")
    ] = 1024.0,
) -> None:
    """Pack the store into one file, or into parts of a stated size; no other file is replaced.

    Example: reproduce store pack -o results.zip --max-mb 16
    """
    from reproduce.errors import unknown_name
    from reproduce.trials import pack as packing

    wanted = tuple(part.strip() for part in contents.split(","))
    for part in wanted:
        if part not in packing.CONTENTS:
            raise unknown_name("content of a pack", part, packing.CONTENTS)
    for path in packing.pack(_open(store), output, wanted, max_mb):
        print(f"{relative(path)} ({path.stat().st_size / 1024**2:.1f} MB)")


@app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="a .csv or .parquet file")],
    store: StorePath = None,
    published: Annotated[
        bool, typer.Option("--published", help="the trials of the published edition instead")
    ] = False,
) -> None:
    """Write results as one table, a row a trial; Parquet where pyarrow is installed.

    Example: reproduce store export -o results.csv
    """
    from reproduce.commands import exporting

    exporting.check(output)
    place, found = listing.published() if published else listing.stored(_open(store))
    if not found:
        raise UserError(f"there are no results in {place} to export; train or merge some first")
    exporting.write(found, output)
    print(f"{len(found)} results of {place} in {relative(output)}")


@app.command()
def merge(
    sources: Annotated[
        list[str], typer.Argument(help="packed files, or 'published' for the committed results")
    ],
    store: StorePath = None,
    into_the_book: Annotated[
        bool, typer.Option("--publish", help="write replications under book/, ready to commit")
    ] = False,
) -> None:
    """Take packed or published results into the store; a damaged file changes nothing.

    An independent replication is kept beside them, and is none of ours.

    Example: reproduce store merge results.part1.zip results.part2.zip
    """
    from reproduce.commands.replicated import take
    from reproduce.registry import records
    from reproduce.trials import edition, pack

    opened = _open(store)
    others = take(sources, opened.path, into_the_book)
    for source in (one for one in sources if one not in others):
        if source == "published":
            book = edition.published()
            if not any(book.stamp(key) or book.waiting(key).is_file() for key in records.works()):
                raise UserError(
                    f"no published results in {relative(book.root)}; run this inside a copy of the "
                    "repository, which carries them"
                )
            merged = {
                f"published {key}": edition.merge(opened, book, key)
                for key in records.works()
                if book.stamp(key)
            }
            merged |= {
                f"waiting for the next edition of {key}": pack.merge(opened, book.waiting(key))
                for key in records.works()
                if book.waiting(key).is_file()
            }
        else:
            merged = {source: pack.merge(opened, Path(source))}
        for name, outcome in merged.items():
            print(f"{name}: {outcome.new} new, {outcome.known} known already")
            for line in outcome.replicates:
                print(f"  other numbers for a known trial, both kept: {line}")
            if outcome.missing_parts:
                print(f"  this was {outcome.missing_parts}")


@app.command()
def check(
    store: StorePath = None,
    rerun: Annotated[
        int, typer.Option("--rerun", min=0, help="also train so many finished trials again")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", help="draws the trials to train again")] = 0,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", min=0, help="draw among trials that took no longer than this"),
    ] = None,
    workers: Workers = 0,
) -> None:
    """Check that every file is there and undamaged, and every number what its trial gives.

    Examples: reproduce store check

    reproduce store check --rerun 10 --seconds 120
    """
    from reproduce.trials import upkeep

    opened = _open(store)
    problems = upkeep.check(opened)
    for line in problems:
        print(line)
    if problems:
        raise UserError(f"{len(problems)} problem(s) in {relative(opened.path)}, listed above")
    number, place = opened.count(), relative(opened.path)
    print(f"{number} results in {place}: all files intact, all numbers sound")
    if rerun:
        from reproduce.commands.trained_again import train_again

        train_again(opened, rerun, seed, workers, seconds)


@app.command("rm")
def remove(
    keys: Annotated[list[str], typer.Argument(help="keys of trials")], store: StorePath = None
) -> None:
    """Forget trials and their results (files go with `store gc`).

    Example: reproduce store rm 6d7259ad7bd17f25
    """
    from reproduce.trials import upkeep

    print(f"{upkeep.remove(_open(store), keys)} trial(s) removed")


@app.command("gc")
def collect(
    store: StorePath = None,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="also files of trials the database does not know")
    ] = False,
) -> None:
    """Delete files that no result needs: orphans, checkpoints of finished trials, partials.

    Example: reproduce store gc
    """
    from reproduce.trials import upkeep

    collected = upkeep.collect(_open(store), even_strangers=unknown)
    print(f"{collected.files} file(s) deleted, {collected.bytes / 1024**2:.1f} MB freed")
