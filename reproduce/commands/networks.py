"""`reproduce export` and `predict`: a trained network leaves the store, and is asked."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from reproduce import installed
from reproduce.commands.terminal import out
from reproduce.commands.training import StorePath
from reproduce.files import relative, write_text


def export(
    key: Annotated[str, typer.Argument(help="key of a trial whose weights were kept")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="the .safetensors file to write")
    ] = Path("net.safetensors"),
    store: StorePath = None,
) -> None:
    """Write a trained network into one file that stands alone, and a card of it beside the file.

    Of a trial that `run` or `train` was told to keep the weights of.

    Example: reproduce export 6d7259ad7bd17f25 -o net.safetensors
    """
    installed.require(installed.TRAINING, "exporting a network", installed.how("train"))
    from reproduce.networks.exporting import export as write
    from reproduce.trials.store import Store

    for file in write(Store(store), key, output):
        out.print(relative(file), soft_wrap=True)


def predict(
    network: Annotated[Path, typer.Argument(help="a file that `reproduce export` wrote")],
    images: Annotated[list[Path], typer.Argument(help="image files, or folders of them")],
    thresholded: Annotated[
        bool,
        typer.Option("--thresholded", help="divide probabilities by the shares in training"),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="write the table here, not to the screen")
    ] = None,
) -> None:
    """Ask an exported network about images: a CSV of labels and probabilities. Not for diagnosis.

    Examples: reproduce predict net.safetensors photo.jpg more_photos

    reproduce predict net.safetensors more_photos --thresholded -o labels.csv
    """
    installed.require(installed.TRAINING, "asking a network", installed.how("train"))
    from reproduce.networks import asking
    from reproduce.networks.reading import read

    exported, files = read(network), asking.files_in(images)
    found = asking.probabilities(exported.header, asking.logits_of(exported, files), thresholded)
    said = asking.table(exported.header, files, found)
    # Beside the table, so that it can be piped into another program.
    print(f"Probabilities are {exported.header.calibration}.", file=sys.stderr)
    if output:
        write_text(output, said)
        print(f"{len(files)} images in {relative(output)}", file=sys.stderr)
    else:
        print(said, end="")
