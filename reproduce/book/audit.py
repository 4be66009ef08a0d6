"""What the book says of a paper whose notebook no edition holds: what is here, and its audit."""

from reproduce import papers
from reproduce.book import markup
from reproduce.figures.table import Table
from reproduce.pages.audit_tables import clean_table, findings_table
from reproduce.registry.auditing import audit


def paper_page(key: str, has_notebook: bool = False) -> str:
    """Return the page of a paper without an executed notebook, as Markdown."""
    paper = papers.paper(key)
    year = "" if str(paper.year) in paper.authors else f" ({paper.year})"
    page = markup.joined(
        [
            f"# {markup.escaped(paper.title)}",
            f"{markup.escaped(paper.authors)}{year} {{cite}}`{paper.cited}` compares: "
            f"{markup.escaped(paper.compares)}.",
            _note(key, has_notebook),
            "## What is here",
            f"- {{ref}}`What the text leaves open <ambiguities-{key}>`, how each place can be "
            f"read, and what we take.\n"
            f"- Its registered claims, none of them tested yet: `reproduce papers show {key}`.\n"
            "- {doc}`Its losses <../losses>` and {doc}`networks <../models>`, ready to use.",
            section(key),
        ]
    )
    return page + "\n"


def section(key: str) -> str:
    """Return the findings on a paper's printed numbers and its clean tables, as Markdown."""
    found = audit(key)
    return markup.joined(
        [
            "## Audit of the printed numbers",
            "Do the numbers that the text prints agree with each other? The rules, the pictures "
            f"and the other texts: {{doc}}`audit`. As data: `reproduce audit {key} --json`. "
            "A misprint is not misconduct; where we are wrong, {doc}`tell us <../corrections>`.",
            _shown(clean_table(found)),
            _shown(findings_table(found)),
        ]
    )


def _shown(table: Table) -> str:
    """Return a table with the look that it has below the cell of a notebook."""
    return f'<div class="cell_output">{table._repr_html_()}</div>'


def _note(key: str, has_notebook: bool) -> str:
    if has_notebook:
        said = (
            f"This paper's notebook has not been executed in this edition; `reproduce run {key}` "
            "does it.\nThen `reproduce book` puts its figures, tables and verdicts on this page."
        )
    else:
        said = "No experiment of this paper was run for this edition: no claim has a verdict here."
    return f"```{{note}}\n{said}\n```"
