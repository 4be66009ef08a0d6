"""The command `reproduce`."""

import sys
import traceback
from typing import Annotated, NoReturn

import typer

from reproduce import __version__, installed
from reproduce.commands import (
    audit,
    compare,
    data,
    models,
    networks,
    new,
    own,
    papers,
    replicate,
    run,
    store,
    training,
)
from reproduce.commands.check import check
from reproduce.commands.doctor import doctor
from reproduce.commands.methods import methods
from reproduce.commands.terminal import WithParameters
from reproduce.errors import Stopped, UserError

app = typer.Typer(
    no_args_is_help=True,
    help="Five papers on learning from imbalanced images, re-run.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(papers.app, name="papers")
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="models")
app.add_typer(store.app, name="store")
app.add_typer(new.app, name="new")
app.command()(papers.params)
app.command()(methods)
app.command(cls=WithParameters, context_settings=training.EXTRA)(run.run)
app.command(cls=WithParameters, context_settings=training.EXTRA)(training.plan)
app.command()(training.train)
app.command(cls=WithParameters, context_settings=training.EXTRA)(replicate.replicate)
app.command()(own.own)
app.command()(networks.export)
app.command()(networks.predict)
app.command()(audit.audit)
app.command(cls=WithParameters, context_settings=training.EXTRA)(compare.compare)
app.command()(run.book)
app.command(cls=WithParameters, context_settings=training.EXTRA)(run.publish)
app.command()(check)
app.command()(doctor)
app.command()(run.clean)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="and exit")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="show the full traceback of an error")
    ] = False,
) -> None:
    """Take the options that come before a command."""


def main() -> None:
    """Run the command; a user's mistake is one line and exit status 2, a stop on demand 130."""
    # Anywhere on the line: who has just seen an error adds it at the end.
    debug = "--debug" in sys.argv[1:]
    try:
        app([word for word in sys.argv[1:] if word != "--debug"])
    except UserError as error:
        _end(error, debug)
    except ModuleNotFoundError as error:
        absent = installed.absent(error)
        if absent is None:
            raise
        _end(absent, debug)


def _end(error: UserError, debug: bool) -> NoReturn:
    """Say what was wrong, and with what status this ends."""
    if debug:
        traceback.print_exc()
    prefix = "" if isinstance(error, Stopped) else "Error: "
    print(f"{prefix}{error}", file=sys.stderr)
    raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
