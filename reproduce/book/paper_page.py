"""The page of a paper that no edition has run: its claim, what it prints, and what was audited.

In the order of an answer page: claim, answer, main result, caveat; then every claim, every printed
table with "not run" in each cell, what is here of it, and the audit.
"""

from reproduce import papers
from reproduce.book import audit_chapter, markup
from reproduce.pages.answer import table_of
from reproduce.pages.answered import THE_ANSWER, not_run
from reproduce.pages.claimed import claims_table
from reproduce.pages.printed_tables import of_paper


def paper_page(key: str, has_notebook: bool = False, others: str = "") -> str:
    """Return the page of a paper without an executed notebook, as Markdown.

    `others` is what others measured of it, as Markdown.
    """
    paper, found = papers.paper(key), not_run(key)
    year = "" if str(paper.year) in paper.authors else f" ({paper.year})"
    page = markup.joined(
        [
            f"# {markup.escaped(paper.heading)}",
            f"**The claim.** {markup.escaped(found.claim)}",
            f"{THE_ANSWER} {markup.escaped(found.sentence)} {found.counted}",
            audit_chapter.shown(table_of(found, provenance="as printed; nothing was trained")),
            _caveat(key, has_notebook),
            f"{markup.escaped(paper.authors)}{year}, *{markup.escaped(paper.title)}* "
            f"{{cite}}`{paper.cited}`, compares: {markup.escaped(paper.compares)}.",
            *([others] if others else []),
            "## Its printed tables",
            "Each printed number stands in one cell, letter by letter; under it is where ours will "
            "stand.",
            *(audit_chapter.shown(table) for table in of_paper(key)),
            "## What it claims",
            audit_chapter.shown(claims_table(key)),
            "## What is here",
            f"- {{ref}}`What the text leaves open <ambiguities-{key}>`, how each place can be "
            f"read, and what we take.\n"
            f"- How each claim will be judged, with its margin: `reproduce papers show {key}`.\n"
            "- {doc}`Its losses <../losses>` and {doc}`networks <../models>`, ready to use.",
            audit_chapter.section(key),
        ]
    )
    return page + "\n"


def _caveat(key: str, has_notebook: bool) -> str:
    if has_notebook:
        said = (
            f"This paper's notebook has not been executed in this edition; `reproduce run {key}` "
            "does it.\nThen `reproduce book` puts its figures, tables and verdicts on this page."
        )
    else:
        said = "No experiment of this paper was run for this edition: no claim has a verdict here."
    return f"```{{note}}\n{said}\n```"
