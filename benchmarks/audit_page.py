"""The page on the rates of the audit: its tables, from the stored results.

`python -m benchmarks.audit_page` rewrites what stands between the marks in `book/audit_rates.md`; a
test asserts that the page says what the results say.
"""

import json
import re

from reproduce.files import project_root, write_text

PAGE = "book/audit_rates.md"
RATES, PEERS = "book/results/audit_rates.json", "book/results/audit_peers.json"


def stored(path: str) -> dict:
    """Return results as a benchmark wrote them."""
    return json.loads((project_root() / path).read_text("utf-8"))


def tables() -> dict[str, str]:
    """Return each generated passage of the page as Markdown, by its mark."""
    forms, cases = stored(RATES)["forms"], stored(PEERS)["cases"]
    return {"summary": _summary(forms), "forms": _forms(forms), "peers": _peers(cases)}


def _summary(forms: list[dict]) -> str:
    honest, accused = (sum(one[name] for one in forms) for name in ("honest", "accused"))
    if accused:
        return f"{accused} of {honest:,} honest tables of {len(forms)} forms accused."
    least, most = (pick(forms, key=lambda one: one["honest"]) for pick in (min, max))
    even = least["honest"] == most["honest"]
    each = f"from {least['honest']:,} to {most['honest']:,}" if not even else f"{least['honest']:,}"
    fewest = (
        "of one form alone" if even else f"of the form with the fewest tables ({least['form']})"
    )
    return (
        f"{honest:,} honest tables of {len(forms)} forms, {each} of each: none accused. So a rate "
        f"above {300 / honest:.2g} % over all forms is unlikely (95 %); {fewest} that can be said "
        f"of a rate above {300 / least['honest']:.2g} % only."
    )


def _forms(forms: list[dict]) -> str:
    rows = [
        "| Form of the table | Honest tables | Accused | Misprints found |",
        "|:--|--:|--:|--:|",
    ]
    for one in forms:
        # Cut off, not rounded: "100 %" is said of all alone.
        share = f"{100 * one['found'] // one['misprints']} % of {one['misprints']}"
        rows.append(f"| {one['form']} | {one['honest']:,} | {one['accused']} | {share} |")
    return "\n".join(rows)


def _peers(cases: list[dict]) -> str:
    rows = ["| Case | Known answer, and whose | Ours |", "|:--|:--|:--|"]
    for one in cases:
        rows.append(f"| {one['case']} | {one['known']} ({one['by']}) | {one['ours']} |")
    return "\n".join(rows)


def rewritten(text: str) -> str:
    """Return the page with its generated passages as the results have them."""
    for name, passage in tables().items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{PAGE} has no mark <!-- {name} -->")
        text = pattern.sub(lambda found, new=passage: f"{found[1]}{new}{found[2]}", text)
    return text


def run() -> None:
    """Rewrite the page."""
    path = project_root() / PAGE
    write_text(path, rewritten(path.read_text("utf-8")))


if __name__ == "__main__":
    run()
