"""`reproduce data`: what there is, whether it is right, and how to get it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from reproduce.commands.terminal import out
from reproduce.errors import UserError
from reproduce.files import relative

app = typer.Typer(no_args_is_help=True, help="Data sets: list, describe, check, get, prepare.")

DataName = Annotated[
    str, typer.Argument(help="name of a data set, e.g. mnist or 'acne04?split=fold0'")
]
# Where no bar can be drawn, a line is printed at most so often.
LINE_SECONDS = 5


@app.command("list")
def list_data() -> None:
    """List all data sets: what they are for, how large, on which terms, and whether they are here.

    Example: reproduce data list
    """
    from reproduce.data import catalog

    table = Table("name", "task", "classes", "images", "licence", "papers", "here")
    others = [name for name in catalog.at_hand() if name not in catalog.CATALOG]
    for name in [*catalog.CATALOG, *others]:
        entry = catalog.entry_of(name)
        classes, images = _size_of(name, entry)
        here = _here(name, entry)
        papers = ", ".join(users_of(name)) or "-"
        table.add_row(name, entry.task, classes, images, entry.licence, papers, here)
    out.print(table)
    out.print(
        f"data folder: {relative(catalog.data_folder())}; also npz:PATH, folder:PATH (a "
        "sub-folder a class) and masks:PATH (images and masks)",
        highlight=False,
    )


@app.command()
def info(name: DataName) -> None:
    """Describe a data set: source, licence, counts, options, layout, what may be shown of it.

    Example: reproduce data info acne04
    """
    from reproduce.data import catalog, fetch

    entry = catalog.require_known(name)
    table = Table("what", "value", show_lines=False)
    classes, images = _size_of(name, entry)
    path = catalog.path_of(name)
    counts = [
        f"{split}: {', '.join(map(str, found)) if isinstance(found, tuple) else found}"
        for split, found in entry.published.items()
    ]
    rows = {
        "title": entry.title,
        "task": entry.task,
        "classes": f"{classes}: {', '.join(entry.class_names)}" if entry.class_names else classes,
        "images": "; ".join(counts) or images,
        "size": entry.size,
        "licence": entry.licence,
        "source": entry.source,
        "used by": ", ".join(users_of(name)) or "none of the papers",
        "role": entry.role,
        "page": entry.page,
        "terms": entry.terms,
        "images may be published": "yes" if entry.images_publishable else "no",
        "download": _download(name, entry, fetch.can_fetch(name)),
        "expected": "\n".join(entry.layout) or (relative(path) if path else ""),
        "or a ready copy": fetch.ready_copy(name) if entry.packed else "",
        "here": _here(name, entry),
        "options": "\n".join(
            f"{key}={option.default}  {option.meaning}{_allowed(option)}"
            for key, option in catalog.options_of(name).items()
        ),
    }
    for what, value in rows.items():
        if value:
            table.add_row(what, str(value))
    out.print(table, highlight=False, markup=False)


@app.command()
def croissant(name: DataName) -> None:
    """Print a data set's description in Croissant (JSON-LD), for catalogs and loaders of data.

    Example: reproduce data croissant mnist
    """
    import json

    from reproduce.data import catalog, names
    from reproduce.data.croissant import described

    entry, parsed = catalog.require_known(name), names.parse(name)
    if parsed.base not in catalog.CATALOG:
        raise UserError(
            f"'{name}' is a file of yours, of which the catalog knows nothing to describe; "
            "expected a name that `reproduce data list` shows"
        )
    print(json.dumps(described(parsed.base, entry), indent=1, ensure_ascii=False))


@app.command()
def verify(name: DataName) -> None:
    """Check a data set: counts, checksums, unreadable images, identical images in two splits.

    Example: reproduce data verify retinamnist
    """
    from reproduce.data import verify as verification

    with _bar("reading", count=True) as report:
        findings = verification.verify(name, report)
    for line in findings.passed:
        print(f"ok: {line}")
    for line in findings.problems:
        print(f"wrong: {line}")
    if findings.problems:
        raise UserError(f"{len(findings.problems)} problem(s) with '{name}', listed above")
    print(f"'{name}' is in order")


@app.command()
def fetch(
    name: DataName,
    size: Annotated[int | None, typer.Option("--size", help="side in pixels (MedMNIST)")] = None,
    again: Annotated[bool, typer.Option("--again", help="replace what is here")] = False,
) -> None:
    """Download a data set where that is allowed; for the others, say where and how to get it.

    Example: reproduce data fetch 'retinamnist?size=64'
    """
    from reproduce.data import catalog, preparing
    from reproduce.data import fetch as fetching

    entry = catalog.require_known(name)
    name = preparing.with_size(name, size) if entry.fetched else name
    if not entry.fetched:
        for line in fetching.instructions(name):
            print(line)
        if catalog.path_of(name) is not None:
            print("nothing was downloaded")
        return
    path = catalog.path_of(name)
    if path.is_file() and not again:
        print(f"{relative(path)} is here already; --again replaces it")
        return
    with _bar(f"fetching {name}", count=False) as report:
        path = fetching.fetch(name, report)
    size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))
    print(f"{relative(path)} ({size / 1e6:.1f} MB), checksum as published")


@app.command()
def prepare(
    name: DataName,
    size: Annotated[int | None, typer.Option("--size", help="side in pixels")] = None,
) -> None:
    """Unpack a data set's archives and decode its images once, so that every start is quick.

    Example: reproduce data prepare acne04 --size 256
    """
    from reproduce.data import catalog, preparing

    catalog.require_known(name)
    wanted = preparing.with_size(name, size)
    started = time.monotonic()
    with _bar("decoding", count=True) as report:
        dataset = preparing.prepare(wanted, report)
    took = time.monotonic() - started
    for split, labels in dataset.labels.items():
        shape = " x ".join(str(side) for side in dataset.images[split].shape[1:])
        print(f"{split}: {len(labels)} images of {shape}")
    print(f"'{wanted}' is ready ({took:.1f} s), fingerprint {dataset.fingerprint[:16]}")


def users_of(name: str) -> list[str]:
    """Return the keys of the papers that use a data set, as their own or as a stand-in."""
    from reproduce.data import names
    from reproduce.registry import records

    plain = names.parse(name).plain
    return [paper.key for paper in records.papers().values() if plain in paper.data]


def _here(name: str, entry) -> str:
    """Say whether a data set can be opened here, and as what where it is not the release."""
    from reproduce.data import catalog

    if not catalog.is_here(name):
        return "no"
    if catalog.form_of(name) == "packed" and not catalog.folder_of(name).is_dir():
        return "a copy"
    return "generated" if entry.kind == "generated" else "yes"


def _size_of(name: str, entry) -> tuple[str, str]:
    """Return the numbers of classes and images as text, `-` where they are not fixed."""
    if entry.kind == "generated":
        from reproduce.data.generated import DESCRIPTIONS

        if name not in DESCRIPTIONS:
            return "-", "-"
        made = DESCRIPTIONS[name]
        images = sum(sum(counts) for counts in made.counts.values())
        return str(len(made.class_names)), f"{images:,}"
    total = entry.total()
    classes = len(entry.class_names) if entry.class_names else entry.identities
    return str(classes or "-"), f"{total:,}" if total else "-"


def _download(name: str, entry, allowed: bool) -> str:
    if allowed:
        return f"`reproduce data fetch {name}` ({entry.download or 'from its makers'})"
    if entry.kind in ("embedded", "generated"):
        return ""
    return f"not by this command ({entry.download or 'not public'}); see page and terms"


def _allowed(option) -> str:
    if option.choices:
        return f" ({', '.join(str(choice) for choice in option.choices)})"
    if option.low is None or option.high >= 2**31:
        return ""
    return f" ({option.low:g} to {option.high:g})"


@contextmanager
def _bar(title: str, count: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a reporter of progress: a bar at a terminal, a line now and then elsewhere."""
    if not out.is_terminal:
        last = time.monotonic()

        def line(done: int, total: int | None) -> None:
            nonlocal last
            if time.monotonic() - last > LINE_SECONDS:
                last = time.monotonic()
                shown = f"{done} of {total}" if count else f"{done / 1e6:.0f} MB"
                print(f"{title}: {shown}", flush=True)

        yield line
        return
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn() if count else DownloadColumn())
    with Progress(*columns, console=out, transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
