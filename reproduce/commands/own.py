"""`reproduce own`: from a folder of one's own images to a network that was chosen honestly."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce.commands.terminal import new_table, out, progress
from reproduce.commands.training import StorePath, Workers, time_of
from reproduce.files import project_root, relative, write_text

# What is true of every image, or of those that show no side: nothing that depends on colours.
AUGMENTATIONS = ("none", "flip", "crop_flip")


def own(
    folder: Annotated[
        Path, typer.Argument(help="a sub-folder of images for each class, or those in train, test")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="folder to write; default runs/own-NAME")
    ] = None,
    size: Annotated[int, typer.Option("--size", min=8, help="side of the images in pixels")] = 32,
    fit: Annotated[
        str, typer.Option("--fit", help="how images are made square: crop, pad or stretch")
    ] = "crop",
    repeats: Annotated[
        int, typer.Option("--repeats", min=2, help="networks of each remedy; 5 for a firm word")
    ] = 5,
    remedies: Annotated[
        str, typer.Option("--remedies", help="comma-separated; `reproduce methods` lists them")
    ] = "",
    backbone: Annotated[
        str, typer.Option("--backbone", help="network; by default sized to the number of images")
    ] = "",
    iterations: Annotated[
        int, typer.Option("--iterations", min=0, help="training steps; 0: sized to the images")
    ] = 0,
    augmentation: Annotated[
        str, typer.Option("--augmentation", help="none; flip or crop_flip where left is as right")
    ] = "none",
    group_copies: Annotated[
        bool,
        typer.Option("--group-copies", help="write groups.csv: near copies stay in one part"),
    ] = False,
    look: Annotated[
        bool, typer.Option("--look", help="count and check the images, and train nothing")
    ] = False,
    store: StorePath = None,
    workers: Workers = 0,
) -> None:
    """Count and check your images, compare remedies for imbalance on them, export the best network.

    Not for diagnosis. A second call goes on where the first has stopped.

    Examples: reproduce own photos

    reproduce own photos --look

    reproduce own photos --size 64 --repeats 10 --remedies oversampling,focal -o results
    """
    from reproduce.data import sources
    from reproduce.errors import unknown_name
    from reproduce.own import report
    from reproduce.own.folder import Folder

    if fit not in sources.FITS:
        raise unknown_name("fit", fit, sources.FITS)
    if augmentation not in AUGMENTATIONS:
        raise unknown_name("augmentation", augmentation, AUGMENTATIONS)
    images = Folder(folder, size, fit)
    if group_copies:
        out.print(f"written: {relative(images.group_copies())}")
        images = Folder(folder, size, fit)
    _show(report.counted(images))
    out.print(report.imbalance(images))
    findings = images.findings()
    for line in findings.passed:
        out.print(f"ok: {line}", soft_wrap=True)
    for line in findings.problems:
        out.print(f"wrong: {line}", soft_wrap=True)
    if look:
        return
    from reproduce.own.comparing import REMEDIES, Remedies, Settings
    from reproduce.trials.store import Store

    asked = tuple(name.strip() for name in remedies.split(",") if name.strip()) or REMEDIES
    settings = Settings(repeats, backbone, iterations, augmentation, asked)
    target = output or project_root() / "runs" / f"own-{folder.resolve().name}"
    compared = Remedies(images, settings, Store(store))
    _train(compared, workers)
    _show(report.compared(compared))
    out.print(report.caveat(compared))
    out.print(report.choice(compared))
    for file in _write(compared, images, findings, target):
        out.print(f"written: {relative(file)}", soft_wrap=True)


def _train(compared, workers: int) -> None:
    from reproduce.trials import engine

    planned, store = compared.planned(), compared.store
    store.put_record(compared.record)
    options = engine.Options(workers=workers, keep_weights=True)
    pending = engine.pending(planned, store, options.keep_weights)
    at_once = workers or engine.default_workers()
    about = time_of(pending, store, at_once, [compared.record])
    settings = compared.settings
    out.print(
        f"{settings.backbone}, {settings.iterations} steps: {len(planned)} networks, "
        f"{len(pending)} to train{about}"
    )
    with progress(planned, store) as reporter:
        summary = engine.run(planned, store, options, reporter)
    engine.require_all(summary)


def _write(compared, images, findings, target: Path) -> list[Path]:
    from reproduce.networks.exporting import export
    from reproduce.own import report

    cell = compared.chosen
    network, card = export(
        compared.store,
        cell.trial.key,
        target / "net.safetensors",
        steps=cell.definition.posthoc,
        chosen=report.choice(compared),
    )
    write_text(target / "report.md", report.page(images, findings, compared, network.name))
    write_text(target / "comparison.csv", report.comparison_csv(compared))
    return [network, card, target / "report.md", target / "comparison.csv"]


def _show(table) -> None:
    head, rows = table
    shown = new_table(*head)
    for row in rows:
        shown.add_row(*row)
    out.print(shown)
