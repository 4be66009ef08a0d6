"""What a run found, twice: a few plain sentences for the reader, and the numbers as a table."""

import re
from collections.abc import Callable, Iterable, Sequence

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import contains_zero, effect_between
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import method_label
from reproduce.pages.rows import Row
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study
from reproduce.study.tested_images import LARGE

FEWEST, MOST = 3, 5
_SENTENCE = re.compile(r"\*\*(?P<what>.+?)\.?\*\*,?\s*(?P<said>.+)", re.DOTALL)


def said_of(study: Study, asked: Iterable[Callable[[Study], str]]) -> list[str]:
    """Return the sentences that a run has something to say in, in the order asked."""
    found = []
    for one in asked:
        try:
            found.append(one(study))
        except NothingToShow:
            continue
    return [sentence for sentence in found if sentence]


def effect_of(study: Study, rows: Sequence[Row], one: str, other: str, metric: str) -> Effect:
    """Return what a method gains over another, or say that there is nothing to pair."""
    ones, others = (
        [row for row in rows if row["method"] == name and row.get(metric) is not None]
        for name in (one, other)
    )
    found = effect_between(ones, others, metric, draws_of(study)) if ones and others else None
    if found is None:
        raise NothingToShow(f"{method_label(one)} and {method_label(other)} share no seed here")
    return found


def unsure(effect: Effect) -> str:
    """Say that an effect may be none, where its interval holds 0; empty where it does not."""
    return " (which may be chance)" if contains_zero(effect) else ""


def in_plain_words(sentences: Iterable[str], study: Study | None = None) -> str:
    """Return the first few sentences that a run has something to say in, as a paragraph.

    Parameters
    ----------
    study
        where the sentences are about the test part, and claims are judged on a large one where
        there is one: two numbers for one thing need a word.
    """
    elsewhere = study is not None and LARGE in study.record.counts
    said = [sentence for sentence in sentences if sentence][: MOST - elsewhere]
    if not said:
        raise NothingToShow("the methods that the sentences compare were not run")
    if elsewhere:
        large, small = (sum(study.record.counts[part]) for part in (LARGE, "test"))
        said.append(
            f"These sentences are about the {small:,} test images; the answer above is judged on "
            f"{large:,} further ones in the same class shares, so its numbers differ."
        )
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
