"""The pages that show the registries: complete, from the code, and built without a warning."""

import inspect
import re
import shutil
from pathlib import Path

import pytest
import torch

from reproduce import losses, models, papers
from reproduce.book import ambiguities, docstrings, front, interface, markup, networks
from reproduce.book import losses as loss_pages
from reproduce.book.contents import read_contents
from reproduce.book.registry_page import MARKER, filled
from reproduce.book.stage import stage
from reproduce.errors import UserError
from reproduce.methods import registry as methods
from reproduce.registry import ambiguities as recorded
from reproduce.registry import records

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.name for path in (ROOT / "book").glob("*.md"))


# -- all losses -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", losses.LOSSES)
def test_every_loss_is_documented(name):
    function = losses.function(name)
    said = docstrings.read(function.__doc__)
    assert said.summary.endswith(".")
    for title in ("Parameters", "Differences from the paper", "Edge cases"):
        assert said.sections.get(title), f"{name}: {title}"
    explained = {key: one for key, one in said.parameters().items() if one.text}
    assert set(inspect.signature(function).parameters) == set(explained)
    entry = loss_pages.entry(name, function, losses.objective_class(name))
    assert "```{math}" in entry
    assert "Not explained." not in entry
    for taken in losses.objective_class(name).parameters_taken():
        assert re.search(rf"^.*`{taken}`.*\n: ", entry, re.MULTILINE), f"{name}: {taken}"


@pytest.mark.parametrize("name", losses.LOSSES)
def test_nothing_of_a_docstring_is_left_as_it_was_written(name):
    entry = loss_pages.entry(name, losses.function(name), losses.objective_class(name))
    outside = re.sub(r"^ *```.*?^ *```$", "", entry, flags=re.MULTILINE | re.DOTALL)
    assert not re.findall(r"\.\. \w+::|:[a-z]+:`[^`]|^-{3,}$", outside, re.MULTILINE)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_every_example_runs(name):
    space: dict = {}
    torch.manual_seed(0)
    exec(loss_pages.example(name, losses.function(name)), space)
    assert torch.isfinite(space["loss"])
    leaves = [value for value in space.values() if getattr(value, "is_leaf", False)]
    assert any(leaf.grad is not None and leaf.grad.abs().sum() > 0 for leaf in leaves)


def test_every_loss_stands_in_the_table_and_on_one_page():
    table = loss_pages.index()
    pages = {shape: loss_pages.names_of(shape) for shape in loss_pages.SHAPES}
    assert sorted(name for names in pages.values() for name in names) == sorted(losses.LOSSES)
    for name in losses.LOSSES:
        assert table.count(f"<loss-{name}>") == 1
    with pytest.raises(UserError, match="call shape"):
        loss_pages.names_of("pixels")


def test_every_loss_belongs_to_a_paper_or_says_why_it_is_here():
    used = {name for paper in records.papers().values()
            for name in (*paper.losses, *paper.later_losses)}  # fmt: skip
    assert used <= set(losses.LOSSES)
    for name in losses.LOSSES:
        assert bool(losses.objective_class(name).relative) == (name not in used), name
        assert methods.using(name), f"no method has {name}"


def test_code_on_the_page_of_losses_runs():
    space: dict = {}
    text = (ROOT / "book/losses.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, space)
    assert torch.isfinite(space["loss"])


# -- networks and ambiguities ---------------------------------------------------------------------


def test_every_network_has_a_row_and_an_entry():
    page = networks.entries()
    for name in models.BACKBONES:
        assert f"(network-{name})=\n\n### {name}\n" in page
        assert page.count(f"<network-{name}>`") == 1
    assert re.search(r"`resnet32 <network-resnet32>`\n  - classification\n.*\n  - 464,154\n", page)
    trained = {name for paper in records.papers().values() for name in paper.networks}
    assert trained <= set(models.BACKBONES)


def test_a_network_inherits_what_a_parent_without_an_entry_says():
    for name in ("resnet8", "resnet32"):
        entry = networks.entry(name)
        assert entry.count("{rubric} Differences from the paper") == 1
        assert "None in the layers. Weights of convolutions" in entry
    # Its parent is a network of its own, and what that one says of its layers is not true of it.
    assert "{rubric}" not in networks.entry("hrnet_small_ocr")
    assert "{rubric} Differences from the paper" in networks.entry("hrnet_w48_ocr")


def test_the_printed_parameter_counts_stand_beside_ours():
    shown = networks.parameter_counts()
    for printed in ("23,587,712", "21,802,784", "3,228,864"):
        assert printed in shown
    assert shown.startswith("3 of 3 printed numbers")


@pytest.mark.parametrize("paper", papers.names())
def test_every_ambiguity_is_shown_with_its_readings_and_ours(paper):
    page = ambiguities.entries(paper)
    for found in recorded.load(paper):
        place = page.index(f"(ambiguity-{paper}-{found.id})=")
        entry = page[place:].split("\n(ambiguity-", 1)[0]
        assert entry.count("`** (ours") == 1
        assert f"**`{found.default}`** (ours" in entry
        for reading in found.readings:
            assert f"**`{reading.name}`**" in entry
            assert not reading.ask or f"Ask for it: `{reading.ask}`" in entry
            said = "Not yet" if reading.name == found.default else "Not a parameter"
            assert not reading.unasked or f" {said}: {markup.escaped(reading.unasked)}" in entry


def test_a_reading_of_ours_that_waits_is_not_said_to_be_taken_already():
    (found,) = [one for one in recorded.load("balanced_contrastive") if one.id == "auxiliary_loss"]
    waiting = {"ask": None, "unasked": "a phase has one objective so far"}
    found = found.model_copy(update={
        "readings": [one.model_copy(update=waiting) for one in found.readings]})  # fmt: skip
    entry = ambiguities.entry(found)
    assert f"- **`{found.default}`** (ours, once it can be asked for): " in entry
    assert "Not yet: a phase has one objective so far" in entry
    assert f"**We take** `{found.default}`, once it can be asked for. " in entry
    assert "Not a parameter: a phase has one objective so far" in entry


def test_printed_formulas_are_shown_sign_by_sign():
    printed = "z*_c = (1 - m) [z]_c, |k| < $3 ~ `a`"
    assert re.sub(r"\\(.)", r"\1", markup.escaped(printed)) == printed
    assert markup.escaped("a*b*c") == r"a\*b\*c"


# -- the pages ------------------------------------------------------------------------------------


def test_every_page_with_a_marker_is_in_the_table_of_contents():
    known = {Path(page).name for page in read_contents(ROOT / "_toc.yml").pages}
    marked = [name for name in PAGES if MARKER.search((ROOT / "book" / name).read_text("utf-8"))]
    assert len(marked) == 13
    assert {name.removesuffix(".md") for name in marked} <= known


@pytest.mark.parametrize("name", PAGES)
def test_markers_are_spelled_rightly(name):
    """A marker that is none would be left out of the page without a word."""
    text = (ROOT / "book" / name).read_text("utf-8")
    assert len(re.findall("registry:", text)) == len(MARKER.findall(text))


def test_pages_show_every_registry_once():
    said = [
        marker.groups()
        for name in PAGES
        for marker in MARKER.finditer((ROOT / "book" / name).read_text("utf-8"))
    ]
    shapes = [("losses", shape) for shape in loss_pages.SHAPES]
    shapes += [("front", part) for part in front.PARTS]
    shapes += [("names", part) for part in interface.NAMES]
    whole = [
        (kind, None)
        for kind in (
            "losses",
            "networks",
            "parameters",
            "ambiguities",
            "open",
            "verdicts",
            "corrections",
            "amendments",
            "power",
            "gallery",
        )
    ]
    assert sorted(said, key=str) == sorted([*shapes, *whole], key=str)


def test_every_paper_has_a_section_of_what_it_leaves_open():
    page = ambiguities.sections()
    for key, paper in records.papers().items():
        head = f"(ambiguities-{key})=\n\n## {paper.heading}\n\n{{cite}}`{paper.cited}`"
        assert page.count(head) == 1
        assert ambiguities.entries(key) in page


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("loses", "unknown registry of a page 'loses'"),
        ("networks lenet5", "`registry: networks lenet5`, which does not exist"),
        ("losses pixels", "unknown call shape 'pixels'"),
        ("ambiguities nobody", "nobody"),
    ],
)
def test_a_marker_of_nothing_is_refused(marker, said):
    with pytest.raises(UserError, match=said):
        filled(f"# Page\n\n<!-- registry: {marker} -->\n")


def test_a_page_is_filled_when_it_is_staged(project, tmp_path):
    page = project / "book/intro.md"
    page.write_text("# Open\n\n<!-- registry: open -->\n\nThat was it.\n")
    stage(project, "published", tmp_path / "stage")
    staged = (tmp_path / "stage/book/intro.md").read_text("utf-8")
    assert "{dropdown} AUC constant" in staged and "registry:" not in staged
    assert staged.startswith("# Open\n") and staged.endswith("That was it.\n")


@pytest.mark.thorough
def test_generated_pages_build_without_a_warning(project):
    """All of them together, since they link to each other; Sphinx turns warnings into errors.

    They may link to any page of the book and to its glossary. Pages written by hand are here for
    these links only: each has its title, and papers have pages that wait for their notebook.
    """
    from reproduce.book.build import build

    shutil.rmtree(project / "book")
    shutil.copytree(ROOT / "book/_static", project / "book/_static")
    for name in ("_config.yml", "_toc.yml", "book/references.bib"):
        shutil.copyfile(ROOT / name, project / name)
    (project / "book/course").mkdir()
    course = [page for page in read_contents(ROOT / "_toc.yml").pages if "/course/" in page]
    for name in [*PAGES, *(f"{page.removeprefix('book/')}.md" for page in course)]:
        source = ROOT / "book" / name
        text = source.read_text("utf-8") if source.is_file() else ""
        whole = MARKER.search(text) or name in ("bibliography.md", "glossary.md")
        (project / "book" / name).write_text(text if whole else f"# The page {name}\n")
    site = build("published", project)
    html = (site / "book/losses_embedding.html").read_text("utf-8")
    assert 'id="loss-sup-con"' in html and "math notranslate" in html
