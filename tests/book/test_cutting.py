"""Pages cut from an executed notebook."""

import copy
import json

import pytest

from reproduce.book.contents import read_contents
from reproduce.book.cutting import WHOLE, cut, short_title
from reproduce.book.stage import stage
from reproduce.errors import UserError

PAGE = "book/papers/dual_head"


def markdown(text: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(text: str, *tags: str) -> dict:
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": text, "outputs": []}


def notebook_of(*cells: dict) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


THREE = notebook_of(
    markdown("# Dual-head contrast\n\nThe claim."),
    code("lam = 0.2", "parameters"),
    code("lam = 0.5", "injected-parameters", "hide-input"),
    code("answer()"),
    markdown("## Confusion matrices\n\n```bash\n# no heading\n```"),
    markdown("(dual-head-method)=\n# Dual-head: how it was done\n\nTwo views."),
    code("method()"),
    markdown("(dual-head-rerun)=\n# Dual-head: run it again\n"),
    code("expected()"),
)  # fmt: skip


def sources(one) -> list[str]:
    return ["".join(cell["source"]) for cell in one.notebook["cells"]]


def test_pages_begin_at_headings_of_level_1_and_are_named_by_labels():
    cuts = cut(PAGE, THREE)
    assert [one.page for one in cuts] == [PAGE, f"{PAGE}-method", f"{PAGE}-rerun"]
    assert [one.title for one in cuts] == ["The answer", "How it was done", "Run it again"]
    assert "## Confusion matrices\n\n```bash\n# no heading\n```" in sources(cuts[0])


def test_every_cell_is_on_one_page_and_the_notebook_is_not_changed():
    before = copy.deepcopy(THREE)
    cuts = cut(PAGE, THREE)
    assert before == THREE
    assert sum(len(one.notebook["cells"]) for one in cuts) == len(THREE["cells"])
    shown = [cell["source"] for one in cuts for cell in one.notebook["cells"] if "outputs" in cell]
    assert sorted(shown) == sorted(c["source"] for c in THREE["cells"] if "outputs" in c)


def test_settings_are_shown_where_the_reader_is_told_how_to_run_it_again():
    answer, _, rerun = cut(PAGE, THREE)
    assert sources(answer)[1] == "answer()"
    assert sources(rerun)[1:] == ["lam = 0.2", "lam = 0.5", "expected()"]


def test_settings_stay_where_no_page_says_how_to_run_it_again():
    answer, _ = cut(PAGE, notebook_of(*THREE["cells"][:7]))
    assert sources(answer)[1] == "lam = 0.2"


def test_each_page_leads_to_its_siblings_and_to_the_whole_notebook():
    _, method, _ = cut(PAGE, THREE, trials=True)
    lines = sources(method)[0].splitlines()
    assert lines[:3] == ["(dual-head-method)=", "# Dual-head: how it was done", ""]
    assert lines[3] == "```{div} pages-of-paper"
    assert lines[-1] == "Two views."
    (line,) = [line for line in lines if "Yun and Kim" in line]
    assert "{doc}`The answer <dual_head>` · **How it was done** · " in line
    assert "{doc}`Run it again <dual_head-rerun>` · " in line
    assert line.endswith(
        "{doc}`Trials <dual_head-trials>` · {download}`Whole notebook <whole/dual_head.ipynb>`"
    )
    assert "Trials" not in sources(cut(PAGE, THREE)[1])[0], "an edition without results has none"


def test_an_answer_leads_to_its_own_sections_and_other_pages_need_no_such_line():
    cells = [*THREE["cells"]]
    cells.insert(5, markdown("## t-SNE maps\n\nPoints."))
    answer, method, _ = cut(PAGE, notebook_of(*cells))
    (line,) = [line for line in sources(answer)[0].splitlines() if line.startswith("On this page")]
    assert line == (
        'On this page: <a href="#confusion-matrices">Confusion matrices</a> · '
        '<a href="#t-sne-maps">t-SNE maps</a>'
    )
    assert "On this page" not in sources(method)[0]
    bare = cut(PAGE, notebook_of(*THREE["cells"][:4], *THREE["cells"][5:]))
    assert "On this page" not in sources(bare[0])[0]


def test_cells_before_the_first_heading_belong_to_the_first_page():
    first, _ = cut(PAGE, notebook_of(code("begin()"), *THREE["cells"][:1], *THREE["cells"][5:7]))
    assert sources(first)[0] == "begin()"


def test_a_notebook_with_one_title_stays_one_page(notebook):
    assert cut("book/papers/sampling", notebook) == []


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            "# More",
            r"dual_head begins a page at '# More' without a name; write \(dual-head-NAME\)=",
        ),
        ("(other-more)=\n# More", "without a name"),
        ("(dual-head-method)=\n# More", "two pages named method"),
    ],
)
def test_a_page_without_a_name_of_its_own_is_refused(added, said):
    with pytest.raises(UserError, match=said):
        cut(PAGE, notebook_of(*THREE["cells"], markdown(added)))


def test_titles_in_the_contents_are_short():
    assert short_title("Dual-head: how it was done") == "How it was done"
    assert short_title("More") == "More"


def test_staging_lays_the_pages_out_and_keeps_the_whole(project, tmp_path, notebook):
    notebook["cells"] += [markdown("(sampling-more)=\n# Sampling: more\n"), code("2 + 2")]
    whole = json.dumps(notebook)
    (project / "book/papers/sampling.ipynb").write_text(whole)
    staged = tmp_path / "stage"
    staged.mkdir()
    contents = stage(project, "published", staged)
    assert contents.pages == ("book/intro", "book/papers/sampling", "book/papers/sampling-more")
    assert contents == read_contents(staged / "_toc.yml")
    assert "title: More" in (staged / "_toc.yml").read_text()
    assert (staged / f"book/papers/{WHOLE}/sampling.ipynb").read_text() == whole
    page = json.loads((staged / "book/papers/sampling-more.ipynb").read_text())
    assert [cell["cell_type"] for cell in page["cells"]] == ["markdown", "code"]
    # Once it is one page again, nothing of the pages remains.
    notebook["cells"] = notebook["cells"][:-2]
    (project / "book/papers/sampling.ipynb").write_text(json.dumps(notebook))
    assert stage(project, "published", staged).pages == ("book/intro", "book/papers/sampling")
    left = [path.name for path in (staged / "book/papers").rglob("*")]
    assert left == ["sampling.ipynb"]
