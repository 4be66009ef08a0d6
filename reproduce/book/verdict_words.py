"""The legend of all verdicts, as the book shows it: mark, word, firm or not, the exact rule."""

from reproduce.book.markup import escaped, table
from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.verdict_words import MARKS, RULES, is_firm


def legend() -> str:
    """Return the legend as a table, a row for each word there is."""
    rows = [
        [MARKS[verdict], f"**{verdict}**", "firm" if is_firm(verdict) else "",
         escaped(RULES[verdict])]
        for verdict in Verdict
    ]  # fmt: skip
    return table(["", "Word", "", "Said when"], rows, [1, 5, 2, 14])
