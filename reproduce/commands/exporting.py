"""`reproduce store export`: results as one table, for a spreadsheet or a data frame."""

import importlib.util
from pathlib import Path
from typing import Any

from reproduce.errors import UserError, unknown_name
from reproduce.files import relative, replacing, write_text

SUFFIXES = (".csv", ".parquet")


def check(output: Path) -> None:
    """Refuse what could not be written, before a result is read."""
    if output.suffix not in SUFFIXES:
        raise unknown_name("ending of a table", output.suffix or output.name, SUFFIXES)
    if output.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise UserError(
            f"{relative(output)} is a Parquet file, which the package pyarrow writes, and it is "
            "not installed: install it (`pip install pyarrow`), or export a .csv"
        )


def write(results: list[Any], output: Path) -> None:
    """Write a row for each result; its columns are those of the published tables."""
    from reproduce.trials import edition

    text = edition.table(results)
    if output.suffix == ".csv":
        write_text(output, text)
    else:
        _write_parquet(text, output)


def _write_parquet(text: str, output: Path) -> None:
    """Write the same table with the types that its columns have."""
    import pyarrow
    from pyarrow import csv, parquet

    # A key of digits alone, or of digits around an e, is text: zeros in front of it are part of it.
    kept = csv.ConvertOptions(column_types={"key": pyarrow.string()})
    parsing = csv.ParseOptions(newlines_in_values=True)
    source = pyarrow.BufferReader(text.encode())
    reading = csv.ReadOptions(block_size=len(text.encode()) + 1)
    table = csv.read_csv(source, reading, parsing, kept)
    with replacing(output) as temporary:
        parquet.write_table(table, temporary)
