"""Refuse a notebook or a site that should not be published.

Every problem is one line: where it is, what is wrong, what to do. All of them are reported at
once, so that one run is enough to see what there is to mend.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from bs4 import BeautifulSoup

from reproduce.book.contents import Contents
from reproduce.book.pages import Page, alt_problem, home_paths, problems_of_styles, read_page
from reproduce.errors import UserError
from reproduce.files import relative


def check_notebooks(paths: Iterable[Path]) -> None:
    """Raise `UserError` unless every notebook is executed, free of errors and readable by all.

    Execution is off when the book is built, and then even a notebook that stopped with an error
    is published without a warning: only this check sees it.
    """
    problems = [problem for path in paths for problem in notebook_problems(path)]
    _refuse(problems, "these notebooks cannot be published")


def notebook_problems(path: Path) -> list[str]:
    """Return what is wrong with an executed notebook, one line per problem."""
    name = relative(path)
    try:
        text = path.read_text("utf-8")
        notebook = json.loads(text, parse_constant=_refuse_constant)
        cells = notebook["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{name}: not a notebook in strict JSON ({error}); run it again with finite values"]
    problems = [
        f"{name}: holds the path {found} of somebody's machine; use paths relative to the project"
        for found in home_paths(text)
    ]
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") == "code":
            problems += [f"{name}, cell {number}: {line}" for line in _cell_problems(cell)]
    return problems


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")


def _cell_problems(cell: dict) -> list[str]:
    problems = []
    outputs = cell.get("outputs", [])
    if "".join(cell.get("source", "")).strip() and cell.get("execution_count") is None:
        problems.append("not executed; run the whole notebook before it is published")
    for output in outputs:
        if output.get("output_type") == "error":
            said = f"{output.get('ename')}: {output.get('evalue')}"
            problems.append(f"stopped with {said}; mend the cause and run the notebook again")
    bundles = [output.get("data", {}) for output in outputs]
    if any(kind.startswith("image/") for bundle in bundles for kind in bundle):
        mystnb = cell.get("metadata", {}).get("mystnb") or {}
        wrong = alt_problem((mystnb.get("image") or {}).get("alt"))
        if wrong:
            problems.append(
                f"the picture's alt text {wrong}; say what is drawn in the cell's metadata, "
                "mystnb.image.alt"
            )
    for bundle in bundles:
        html = "".join(bundle.get("text/html", ""))
        for image in BeautifulSoup(html, "html.parser").find_all("img") if "<img" in html else ():
            wrong = alt_problem(image.get("alt"))
            if wrong:
                problems.append(f"the alt text of an image in an HTML output {wrong}; write one")
    return problems


def check_site(site: Path, contents: Contents) -> None:
    """Raise `UserError` unless the built site is whole and stands on its own.

    Checked are: every page of the table of contents is there and not empty; pictures have alt
    texts; links within the site lead somewhere; nothing that a browser loads by itself comes from
    another host; no page shows a path of somebody's machine.
    """
    _refuse(site_problems(Path(site), contents), "the built site cannot be published")


def site_problems(site: Path, contents: Contents) -> list[str]:
    """Return what is wrong with a built site, one line per problem."""
    pages = {
        path.relative_to(site).as_posix(): read_page(path)
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] not in ("_static", "_sources")
    }
    problems = []
    for name in contents.pages:
        page = pages.get(f"{name}.html")
        if page is None:
            problems.append(f"{name}.html: missing in the site; build the book from scratch")
        elif page.words == 0:
            problems.append(f"{name}.html: has no text; write the page or take it out of _toc.yml")
    for name, page in pages.items():
        problems += [f"{name}: {line}" for line in page.problems]
        problems += [f"{name}: {line}" for line in _dead_links(site, name, page, pages)]
    return problems + problems_of_styles(site)


def _dead_links(site: Path, name: str, page: Page, pages: dict[str, Page]) -> list[str]:
    """Return one line per link within the site that leads nowhere."""
    problems = []
    for target, anchor in page.links:
        # A trailing slash stands for the folder's first page, as a web server reads it.
        wanted = (site / name).parent / target if target else site / name
        wanted = wanted.resolve() / ("index.html" if target.endswith("/") else "")
        if not wanted.is_relative_to(site.resolve()) or not wanted.exists():
            problems.append(f"the link to {target} leads nowhere; correct it or add the page")
            continue
        other = pages.get(wanted.relative_to(site.resolve()).as_posix())
        if anchor and other is not None and anchor not in other.anchors:
            problems.append(
                f"the link to {target}#{anchor} names a place that is not on that page; "
                "correct the name"
            )
    return problems


def _refuse(problems: list[str], summary: str) -> None:
    if problems:
        raise UserError(f"{summary} ({len(problems)} to mend):\n  " + "\n  ".join(problems))
