"""What the README says was found: written from the published edition, never by hand.

`python -m reproduce.book.readme` writes it anew after an edition was published; a test compares.
"""

import re

from reproduce.book import front
from reproduce.errors import UserError
from reproduce.files import project_root, relative, write_text
from reproduce.registry import records
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

BEGIN, END = "<!-- found: written by `python -m reproduce.book.readme` -->", "<!-- /found -->"
PART = re.compile(f"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", re.DOTALL)


def found(edition: Edition) -> str:
    """Return the message of the front page's figure, and a row for each paper."""
    head = [f"**{message}.**\n" for message in front.messages(edition)]
    rows = [
        f"| `{row.key}`<br>{_named(row.key, edition)} | {row.claim} | {row.answer} "
        f"| {row.verdicts} |"
        for row in front.rows(edition)
    ]
    table = ["| paper | it claims | our answer | verdicts |", "|---|---|---|---|", *rows]
    below = [part for part in (front.glossed(edition), front.audited_in_words(edition)) if part]
    return "\n".join([*head, *table, "", "\n\n".join(below)]) + "\n"


def _named(key: str, edition: Edition) -> str:
    """Return a paper's name, with a link to its executed notebook where there is one."""
    name = records.paper(key).short
    path = edition.notebook(key)
    return f"[{name}]({relative(path)})" if path.is_file() else name


def with_found(text: str, edition: Edition) -> str:
    """Return the text of the README with what an edition found."""
    if not PART.search(text):
        raise UserError(f"README.md has no part between '{BEGIN}' and '{END}'; put both back")
    return PART.sub(lambda _: f"{BEGIN}\n{found(edition)}{END}", text)


def main() -> None:
    """Write the part anew."""
    path = project_root() / "README.md"
    write_text(path, with_found(path.read_text("utf-8"), editions.published()))
    print(f"{path.name} says what the published edition found")


if __name__ == "__main__":
    main()
