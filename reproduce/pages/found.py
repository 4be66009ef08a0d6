"""What a run found, twice: a few plain sentences for the reader, and the numbers as a table."""

import re
from collections.abc import Iterable

from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table

FEWEST, MOST = 3, 5
_SENTENCE = re.compile(r"\*\*(?P<what>.+?)\.?\*\*,?\s*(?P<said>.+)", re.DOTALL)


def in_plain_words(sentences: Iterable[str]) -> str:
    """Return the first few sentences that a run has something to say in, as a paragraph."""
    said = [sentence for sentence in sentences if sentence][:MOST]
    if not said:
        raise NothingToShow("the methods that the sentences compare were not run")
    return " ".join(said)


def numbers_table(findings: Iterable[str], provenance: str) -> Table:
    """Return findings such as "**Batch size**, macro F1: 40.1 % at 16; 41.0 % at 256." as rows.

    What comes after a semicolon, or after the colon before them, stands on a line of its own.
    """
    rows = []
    for finding in findings:
        match = _SENTENCE.fullmatch(finding)
        assert match, f"a finding begins with its subject in bold: {finding[:60]}"
        said = re.sub(r"\*\*", "", match["said"])
        rows.append([match["what"], "\n".join(_lines(said))])
    if not rows:
        raise NothingToShow("this run sets nothing side by side")
    return Table("What was measured, in numbers", ["", ""], rows, provenance)


def _lines(said: str) -> list[str]:
    """Return the clauses of some sentences, those in brackets left whole."""
    lines = [clause for sentence in _split(said, ". ") for clause in _split(sentence, "; ")]
    head, colon, tail = lines[0].partition(": ")
    if colon and len(lines) > 1:
        lines = [f"{head}:", tail, *lines[1:]]
    return [line[:1].upper() + line[1:].removesuffix(".") for line in lines]


def _split(said: str, sign: str) -> list[str]:
    """Split at a sign where no bracket is open."""
    parts = [""]
    for piece in re.split(f"({re.escape(sign)})", said):
        within = parts[-1].count("(") > parts[-1].count(")")
        if piece == sign and not within:
            parts.append("")
        else:
            parts[-1] += piece
    return [part for part in parts if part]
