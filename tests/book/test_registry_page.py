"""The pages that show the registries: complete, from the code, and built without a warning."""

import inspect
import re
import shutil
from pathlib import Path

import pytest
import torch

from reproduce import losses, models, papers
from reproduce.book import ambiguities, docstrings, markup, networks
from reproduce.book import losses as loss_pages
from reproduce.book.contents import read_contents
from reproduce.book.registry import MARKER, filled
from reproduce.book.stage import stage
from reproduce.errors import UserError
from reproduce.losses.embedding.sup_con import SupCon
from reproduce.losses.objective import EmbeddingObjective
from reproduce.papers import ambiguities as recorded

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.name for path in (ROOT / "book").glob("*.md"))


def made_up(
    embeddings: torch.Tensor, labels: torch.Tensor, *, counts, width: float = 2.0, size: float = 2.0
):
    r"""Weigh apples, :math:`a`.

    .. math:: L = |a|

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The apples.
    width, size : float
        Both; 2 in the paper.

    Differences from the paper
    --------------------------
    None.

    References
    ----------
    Somebody (2001).
    """


class Kept(EmbeddingObjective):
    """Keeps the apples.

    Parameters
    ----------
    rotten : bool
        Whether they are.

    Edge cases
    ----------
    No apple.
    """

    function = staticmethod(made_up)

    def __init__(self, context, *, rotten: bool = False):
        super().__init__(context)
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.register_buffer("apples", torch.zeros(1))


@pytest.fixture(scope="module")
def entry():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(loss_pages.RELATIVES, "made_up", "made up for a test")
        return loss_pages.entry("made_up", made_up, Kept, "https://example.org/ours")


# -- the entry of a loss --------------------------------------------------------------------------


def test_an_entry_has_its_place_equation_and_call(entry):
    assert entry.startswith("(loss-made_up)=\n\n## made_up\n\nWeigh apples, {math}`a`.\n")
    assert "```{math}\nL = |a|\n```" in entry
    assert "```python\nmade_up(embeddings, labels, *, counts, width=2.0, size=2.0)\n```" in entry


def test_an_entry_has_every_parameter_with_its_default(entry):
    shown = entry[entry.index("Parameters") : entry.index("Differences")]
    assert re.findall(r"^(.+)\n: (.+)$", shown, re.MULTILINE) == [
        ("`embeddings` *Tensor \\[N, D\\]*", "The apples."),
        ("`labels`", "Not explained."),
        ("`counts`", "Not explained."),
        ("`width`, `size` *float*, default `2.0`", "Both; 2 in the paper."),
    ]


def test_an_entry_links_to_its_source_only_where_it_can_be_read(entry):
    module = made_up.__module__.replace(".", "/")
    assert f"[`{module}.py`](https://example.org/ours/blob/main/{module}.py)" in entry
    assert markup.linked(f"{module}.py", None) == f"`{module}.py`"


def test_an_entry_says_what_the_objective_takes_learns_and_keeps(entry):
    assert "`Kept` reads embeddings. Keeps the apples." in entry
    assert "`rotten` *bool*, default `False`\n: Whether they are." in entry
    assert "Learns `weight`." in entry
    assert "Keeps `apples` between steps" in entry
    assert entry.index("Keeps `apples`") < entry.index("No apple.") < entry.index("Somebody")


def test_an_objective_that_only_calls_its_function_takes_one_sentence():
    entry = loss_pages.entry("sup_con", losses.function("sup_con"), SupCon)
    assert "As an objective of a phase, `SupCon` reads embeddings." in entry
    assert "{rubric} As an objective" not in entry


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
    assert set(loss_pages.COMPARED_IN) == set(papers.PAPERS) == set(ambiguities.PAPERS_IN_SHORT)
    used = {name for names in loss_pages.COMPARED_IN.values() for name in names}
    assert used | set(loss_pages.RELATIVES) == set(losses.LOSSES)
    assert not used & set(loss_pages.RELATIVES)


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
    trained = {name for names in networks.TRAINED_IN.values() for name in names}
    assert trained <= set(models.BACKBONES)


def test_the_printed_parameter_counts_stand_beside_ours():
    shown = networks.parameter_counts()
    for printed in ("23,587,712", "21,802,784", "3,228,864"):
        assert printed in shown
    assert shown.startswith("3 of 3 printed numbers")


@pytest.mark.parametrize("paper", papers.PAPERS)
def test_every_ambiguity_is_shown_with_its_readings_and_ours(paper):
    page = ambiguities.entries(paper)
    for found in recorded.load(paper):
        place = page.index(f"(ambiguity-{paper}-{found.id})=")
        entry = page[place:].split("\n(ambiguity-", 1)[0]
        assert entry.count(" (ours): ") == 1
        assert f"**`{found.default}`** (ours)" in entry
        for reading in found.readings:
            assert f"**`{reading.name}`**" in entry
            assert not reading.ask or f"Ask for it: `{reading.ask}`" in entry
            assert not reading.unasked or "*Not implemented*" in entry


def test_a_loss_links_to_what_is_open_about_it():
    name = "difficulty_aware_sup_con"
    entry = loss_pages.entry(name, losses.function(name), losses.objective_class(name))
    for found in recorded.load("difficulty_aware"):
        asks = any(one.ask and one.ask.objective == name for one in found.readings)
        assert (f"<ambiguity-difficulty_aware-{found.id}>" in entry) == asks


def test_printed_formulas_are_shown_sign_by_sign():
    printed = "z*_c = (1 - m) [z]_c, |k| < $3 ~ `a`"
    assert re.sub(r"\\(.)", r"\1", markup.escaped(printed)) == printed
    assert markup.escaped("a*b*c") == r"a\*b\*c"


# -- the pages ------------------------------------------------------------------------------------


def test_every_page_with_a_marker_is_in_the_table_of_contents():
    known = {Path(page).name for page in read_contents(ROOT / "_toc.yml").pages}
    marked = [name for name in PAGES if MARKER.search((ROOT / "book" / name).read_text("utf-8"))]
    assert len(marked) == 7
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
    places = [("ambiguities", paper) for paper in papers.PAPERS]
    whole = [(kind, None) for kind in ("losses", "networks", "parameters", "ambiguities")]
    assert sorted(said, key=str) == sorted([*shapes, *places, *whole], key=str)


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
    page.write_text("# Open\n\n<!-- registry: ambiguities dual_head -->\n\nThat was it.\n")
    stage(project, "published", tmp_path / "stage")
    staged = (tmp_path / "stage/book/intro.md").read_text("utf-8")
    assert "### AUC constant" in staged and "registry:" not in staged
    assert staged.startswith("# Open\n") and staged.endswith("That was it.\n")


def test_generated_pages_build_without_a_warning(project):
    """All of them together, since they link to each other; Sphinx turns warnings into errors."""
    from reproduce.book.build import build

    marked = [name for name in PAGES if MARKER.search((ROOT / "book" / name).read_text("utf-8"))]
    for name in (*marked, "bibliography.md", "references.bib"):
        shutil.copyfile(ROOT / "book" / name, project / "book" / name)
    (project / "book/how_to_read.md").write_text("# How to read\n")
    (project / "book/intro.md").write_text("# A book of registries\n")
    shutil.copyfile(ROOT / "_config.yml", project / "_config.yml")
    shutil.copytree(ROOT / "book/_static", project / "book/_static")
    pages = ["how_to_read.md", *marked, "bibliography.md"]
    chapters = "".join(f"  - file: book/{name.removesuffix('.md')}\n" for name in pages)
    (project / "_toc.yml").write_text(f"format: jb-book\nroot: book/intro\nchapters:\n{chapters}")
    (project / "book/papers/sampling.ipynb").unlink()
    site = build("published", project)
    html = (site / "book/losses_embedding.html").read_text("utf-8")
    assert 'id="loss-sup-con"' in html and "math notranslate" in html
