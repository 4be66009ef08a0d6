"""The audit of one paper on a page that no notebook holds."""

from reproduce.book import markup
from reproduce.figures.table import Table
from reproduce.pages.audit_tables import clean_table, findings_table
from reproduce.registry.auditing import audit


def section(key: str) -> str:
    """Return the findings on a paper's printed numbers and its clean tables, as Markdown."""
    found = audit(key)
    return markup.joined(
        [
            "## Audit of the printed numbers",
            "Do the numbers that the text prints agree with each other? The rules, the pictures "
            f"and the other texts: {{doc}}`audit`. As data: `reproduce audit {key} --json`. "
            "A misprint is not misconduct; where we are wrong, {doc}`tell us <../corrections>`.",
            shown(clean_table(found)),
            shown(findings_table(found)),
        ]
    )


def shown(table: Table) -> str:
    """Return a table with the look that it has below the cell of a notebook."""
    return f'<div class="cell_output">{table._repr_html_()}</div>'
