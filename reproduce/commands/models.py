"""`reproduce models`: networks, their published weights, and surrogates for these."""

import time
from typing import Annotated

import typer

from reproduce.commands.terminal import new_table, out, progress
from reproduce.commands.training import StorePath
from reproduce.errors import Stopped, UserError
from reproduce.files import relative

app = typer.Typer(no_args_is_help=True, help="Networks: list, get weights, train surrogates.")

# What parameters are counted for.
CHANNELS, CLASSES = 3, 10
# Where no bar can be drawn, a line is printed at most so often.
LINE_SECONDS = 10


@app.command("list")
def list_models() -> None:
    """List all networks and what they can start from: published weights, and surrogates.

    Example: reproduce models list
    """
    from reproduce import installed, models
    from reproduce.models import initialisations, surrogate, weights

    counted = not installed.missing(installed.TRAINING)
    table = new_table("network", "task", "parameters", "smallest image", "weights", "here")
    for name, backbone in models.BACKBONES.items():
        known = list(weights.WEIGHTS.get(name, ()))
        here = [weights.here(name, of_name) is not None for of_name in known]
        starts = [
            initialisations.pinned(name, f"imagenet:{of_name}") if is_here else of_name
            for of_name, is_here in zip(known, here, strict=True)
        ]
        row = (name, backbone.task, f"{_parameters(name):,}" if counted else "-", _smallest(name))
        shown = "\n".join("yes" if is_here else "no" for is_here in here)
        table.add_row(*row, "\n".join(starts) or "-", shown)
    out.print(table)
    if counted:
        out.print(f"parameters: for {CHANNELS} channels and {CLASSES} classes, classifier included")
    else:
        out.print(
            f"torch is not installed, so nothing is counted or built: {installed.how('train')}"
        )
    surrogates = surrogate.names()
    if surrogates:
        table = new_table("surrogate", "network", "trained on", "held-out accuracy")
        for name in surrogates:
            table.add_row(*_surrogate(name))
        out.print(table)
    out.print(f"{len(surrogates)} surrogate(s); folder of weights: {relative(weights.folder())}")


@app.command()
def fetch(
    backbone: Annotated[str, typer.Argument(help="name of a network, e.g. resnet50")],
    name: Annotated[str, typer.Argument(help="name of its weights, e.g. IMAGENET1K_V2")],
) -> None:
    """Download published ImageNet weights; nothing else here ever does.

    Example: reproduce models fetch resnet50 IMAGENET1K_V2
    """
    from reproduce import installed, models
    from reproduce.models import initialisations, weights

    models.find(backbone)
    installed.require(installed.TRAINING, "fetching weights", installed.how("train"))
    was_here = weights.here(backbone, name)
    path = weights.fetch(backbone, name, progress=out.is_terminal)
    published = weights.named(backbone, name).sha256
    checked = "SHA-256 as published" if published else "its publisher names no SHA-256"
    already = "was here already, " if was_here else ""
    print(f"{relative(path)} ({path.stat().st_size / 1e6:.1f} MB), {already}{checked}")
    _tell_start(initialisations.pinned(backbone, f"imagenet:{name}"))


@app.command()
def surrogate(
    name: Annotated[str, typer.Argument(help="name to keep it under")],
    backbone: Annotated[str, typer.Option("--backbone", help="network to train")],
    data: Annotated[str, typer.Option("--data", help="data set to train on, e.g. cifar10")],
    epochs: Annotated[
        int | None, typer.Option("--epochs", min=1, help="length of training; 30 by default")
    ] = None,
    iterations: Annotated[
        int | None, typer.Option("--iterations", min=1, help="length in iterations instead")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", min=1, help="side of the images; 32, or the smallest")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of weights, order, held out")] = 0,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="images a step")] = 128,
    learning_rate: Annotated[
        float | None,
        typer.Option("--learning-rate", min=1e-9, help="0.1, or 0.01 without normalisation"),
    ] = None,
    threads: Annotated[
        int, typer.Option("--threads", min=1, help="of a CPU; another number, other last digits")
    ] = 1,
    store: StorePath = None,
    again: Annotated[bool, typer.Option("--again", help="replace one of this name")] = False,
) -> None:
    """Train a network on a data set, to start from where ImageNet weights cannot be had.

    Stopped by Ctrl-C it leaves a checkpoint; the same command goes on from there.

    Example: reproduce models surrogate my_resnet --backbone resnet50 --data cifar10 --epochs 60
    """
    from reproduce.models import surrogate as files
    from reproduce.trials import surrogates
    from reproduce.trials.store import Store

    path = files.path_of(name)
    trial = surrogates.describe(
        backbone, data, size=size, seed=seed, epochs=epochs, iterations=iterations,
        batch_size=batch_size, learning_rate=learning_rate, threads=threads,
    )  # fmt: skip
    if path.is_file() and not again:
        if files.about(name).get("key") != trial.key:
            raise UserError(
                f"there is a surrogate '{name}' already and it was trained otherwise; choose "
                "another name, or replace it with --again: trials planned with it then refuse"
            )
        print(f"{relative(path)} is here already, trained exactly so")
    else:
        result = _trained(name, trial, Store(store))
        print(surrogates.held_out(trial, result))
        surrogates.keep(name, trial, result)
        print(f"{relative(path)} ({path.stat().st_size / 1e6:.1f} MB)")
    _tell_start(files.pinned(name))


def _trained(name: str, trial, store):
    """Return the result of the trial, its weights in the store; train it where they are not."""
    from reproduce.trials import engine, surrogates
    from reproduce.trials.trial import Planned

    if surrogates.has_weights(store, trial):
        return store.get(trial.key)
    planned = [Planned(trial, ({"method": f"surrogate {name}"},))]
    options = engine.Options(workers=1, keep_weights=True, force=store.get(trial.key) is not None)
    print(f"training {trial.backbone} on {trial.dataset} (trial {trial.key})", flush=True)
    if out.is_terminal:
        with progress(planned, store) as reporter:
            summary = engine.run(planned, store, options, reporter)
    else:
        summary = engine.run(planned, store, options, _Lines())
    if summary.failures:
        raise UserError(summary.failures[trial.key])
    if not surrogates.has_weights(store, trial):
        raise Stopped("Stopped with a checkpoint; the same command goes on from there")
    return store.get(trial.key)


class _Lines:
    """A line of progress now and then, for logs and pipes: one surrogate may train for hours."""

    def __init__(self):
        self.last = 0.0

    def __call__(self, event) -> None:
        late = time.monotonic() - self.last >= LINE_SECONDS
        if event.kind == "progress" and (late or event.done == event.total):
            self.last = time.monotonic()
            done = f"{event.done:,} of {event.total:,} iterations"
            print(f"{done}, loss {event.loss:.3f}", flush=True)


def _tell_start(initialisation: str) -> None:
    print(f"a trial starts from it with the initialisation {initialisation}")


def _parameters(name: str) -> int:
    import torch

    from reproduce import models

    # Tensors on the "meta" device have shapes and no numbers: nothing is drawn, nothing is stored.
    with torch.device("meta"):
        size = models.find(name).smallest
        network = models.build(name, channels=CHANNELS, size=size, classes=CLASSES)
    return models.parameter_count(network)


def _smallest(name: str) -> str:
    from reproduce import models

    known = models.find(name)
    only = ", no other" if name == "lenet5" else ""
    return f"{known.smallest} px{only}" + (f", by {known.multiple}" if known.multiple > 1 else "")


def _surrogate(name: str) -> tuple[str, ...]:
    """Return a row of the table; a damaged file is a row too."""
    from reproduce.models import surrogate as files

    try:
        said, start = files.about(name), files.pinned(name)
    except UserError as error:
        return name, "damaged", str(error), "-"
    found = said.get("held_out_accuracy")
    accuracy = "-" if found is None else f"{100 * found:.1f} %"
    return start, said["backbone"], f"{said['data']}, seed {said['seed']}", accuracy
