"""One real build of this project's own book, and of a tiny one that goes wrong."""

import json
import re
import runpy
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

from reproduce.book import launch, reference
from reproduce.book.build import build
from reproduce.book.contents import read_contents
from reproduce.book.website import write_configuration
from reproduce.errors import UserError

# A function or class on a generated page.
NAME = re.compile(r"^`{3,}\{py:\w+\} ([\w.]+)\(", re.MULTILINE)


def test_every_page_is_there_and_the_entrance_leads_to_the_first(published_book):
    site = published_book / "_build" / "html"
    contents = read_contents(published_book / "_build" / "stage" / "_toc.yml")
    assert len(contents.pages) >= 7
    for page in contents.pages:
        assert (site / f"{page}.html").stat().st_size > 5_000
    assert f'url={contents.root}.html"' in (site / "index.html").read_text()
    assert (site / ".nojekyll").is_file()


def test_equations_are_served_from_the_site(published_site):
    site = published_site
    page = (site / "book" / "how_to_read.html").read_text()
    assert 'src="../_static/mathjax/tex-chtml.js' in page
    assert "MathJax" in (site / "_static/mathjax/tex-chtml.js").read_text()
    assert list((site / "_static/mathjax/output/chtml/fonts").rglob("*.woff"))
    for name in ("thebe", "require.min.js", "unpkg", "jsdelivr"):
        assert name not in page


def test_other_books_can_link_to_every_name_and_page(published_site):
    with (published_site / "objects.inv").open("rb") as file:
        found = InventoryFile.load(file, "", lambda place, address: address)
    there = {**found["py:function"], **found["py:class"]}
    assert {"reproduce.losses.module", "reproduce.losses.sup_con", "reproduce.study.study.Study",
            "reproduce.models.cifar.ResNet32"} <= set(there)  # fmt: skip
    assert set(there) == {name for page in reference.PAGES for name in NAME.findall(
        reference.page(page))}  # fmt: skip
    for name, (_, _, address, _) in there.items():
        page, _, anchor = address.partition("#")
        assert anchor == name and f'id="{name}"' in (published_site / page).read_text("utf-8")
    assert "book/losses" in found["std:doc"]


def test_an_unchanged_book_is_not_read_again(project):
    (project / "book" / "papers" / "sampling.ipynb").unlink()
    (project / "book" / "papers" / "sampling.md").write_text("# Sampling\n\nText.\n")
    build("published", project)
    doctrees = project / "_build" / "doctrees"
    before = {path: path.stat().st_mtime_ns for path in doctrees.rglob("*.doctree")}
    (project / "book" / "intro.md").open("a").write("\nOne more sentence.\n")
    build("published", project)
    changed = [path.stem for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert len(before) > 1 and changed == ["intro"]
    assert "One more sentence." in (project / "_build/html/book/intro.html").read_text()


def test_a_site_that_fails_never_replaces_the_one_that_is_there(project):
    former = project / "_build" / "html" / "index.html"
    former.parent.mkdir(parents=True)
    former.write_text("the former site")
    (project / "book" / "intro.md").write_text("# A tiny book\n\nSee {doc}`papers/nowhere`.\n")
    # Twice: what Sphinx remembers of a failed build must not let the second one pass.
    for _ in range(2):
        with pytest.raises(UserError) as refusal:
            build("published", project)
        assert "book/intro.md:3" in str(refusal.value) and "papers/nowhere" in str(refusal.value)
        assert str(project) not in str(refusal.value)
    assert former.read_text() == "the former site"


def test_a_notebook_that_stopped_is_never_built(project, notebook):
    notebook["cells"][1]["outputs"] = [
        {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}
    ]
    (project / "book/papers/sampling.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(UserError, match="stopped with ValueError"):
        build("published", project)
    assert not (project / "_build" / "unchecked").exists()


@pytest.mark.parametrize(
    ("edition", "address", "repository", "launchers"),
    [
        ("published", None, None, set()),
        ("published", "https://github.com/a/b", "https://github.com/a/b", {"binder"}),
        ("latest", "https://github.com/a/b", "https://github.com/a/b", set()),
        ("published", "https://gitlab.com/a/b", "https://gitlab.com/a/b", {"binder"}),
        ("published", "https://bitbucket.org/a/b", "https://bitbucket.org/a/b", set()),
    ],
)
def test_buttons_follow_the_address(project, edition, address, repository, launchers):
    options = configured(project, edition, address)["html_theme_options"]
    assert options.get("repository_url") == repository
    assert options["use_repository_button"] is (repository is not None)
    assert {
        name.removesuffix("hub_url").removesuffix("_url")
        for name in options["launch_buttons"]
        if name.endswith("url")
    } == launchers


def test_colab_is_offered_once_the_notebooks_know_where_they_are(project, notebook):
    address = "https://github.com/a/b"
    path = project / "book/papers/sampling.ipynb"
    path.write_text(json.dumps(launch.with_cell(notebook, address)))
    offered = configured(project, "published", address)["html_theme_options"]["launch_buttons"]
    assert {"binderhub_url", "colab_url"} <= set(offered)


def test_a_host_the_theme_does_not_know_gets_a_plain_link(project):
    options = configured(project, "published", "https://codeberg.org/a/b")["html_theme_options"]
    assert [link["url"] for link in options["icon_links"]] == ["https://codeberg.org/a/b"]
    assert "repository_url" not in options or not options["use_repository_button"]


def test_extensions_that_load_from_other_hosts_are_left_out(project):
    extensions = configured(project, "published", None)["extensions"]
    assert "sphinx_thebe" not in extensions and "sphinx_comments" not in extensions
    assert "sphinx-mathjax-offline" in extensions and "myst_nb" in extensions


def configured(project: Path, edition: str, address: str | None) -> dict:
    """Return Sphinx's configuration as it would read it."""
    write_configuration(project, edition, address)
    return runpy.run_path(str(project / "conf.py"))
