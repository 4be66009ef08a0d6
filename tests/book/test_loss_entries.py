"""What the book says of a loss: its function, its objective, and what is open about it."""

import re

import pytest
import torch

from reproduce import losses
from reproduce.book import losses as loss_pages
from reproduce.book import reference
from reproduce.losses.embedding.sup_con import SupCon
from reproduce.losses.objective import EmbeddingObjective
from reproduce.registry import ambiguities as recorded


def made_up(
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    *,
    counts,
    width: float = 2.0,
    size: float = 2.0,
    sort: float | None = None,
):
    r"""Weigh apples, :math:`a`.

    .. math:: L = |a|

    Parameters
    ----------
    embeddings : Tensor [N, D]
        The apples.
    width, size, sort : float
        Each; 2 in the paper.

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
    relative = "made up for a test"

    def __init__(self, context, *, rotten: bool = False):
        super().__init__(context)
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.register_buffer("apples", torch.zeros(1))


@pytest.fixture(scope="module")
def entry():
    return loss_pages.entry("made_up", made_up, Kept)


def entry_of(name: str) -> str:
    return loss_pages.entry(name, losses.function(name), losses.objective_class(name))


def test_an_entry_has_its_place_equation_and_call(entry):
    assert entry.startswith("(loss-made_up)=\n\n## made_up\n\nWeigh apples, {math}`a`.\n")
    assert "```{math}\nL = |a|\n```" in entry
    called = "made_up(embeddings, labels, *, counts, width=2.0, size=2.0, sort=None)"
    # Its heading stands in the contents already.
    assert f"```{{py:function}} reproduce.losses.{called}\n:no-contents-entry:\n```" in entry


def test_an_entry_has_every_parameter_with_its_default(entry):
    shown = entry[entry.index("Parameters") : entry.index("Differences")]
    assert re.findall(r"^(.+)\n: (.+)$", shown, re.MULTILINE) == [
        ("`embeddings` *Tensor \\[N, D\\]*", "The apples."),
        ("`labels`", "Not explained."),
        ("`counts`", "Not explained."),
        (
            "`width`, `size`, `sort` *float*, defaults `width=2.0`, `size=2.0`, `sort=None`",
            "Each; 2 in the paper.",
        ),
    ]


def test_an_entry_links_to_its_source_only_where_it_can_be_read(entry):
    module = made_up.__module__.replace(".", "/")
    assert f"Source: `{module}.py`." in entry
    there = reference.page("losses_embedding", "https://example.org/ours")
    file = "reproduce/losses/embedding/bdcl.py"
    assert f"Source: [`{file}`](https://example.org/ours/blob/main/{file})." in there
    assert f"Source: `{file}`." in reference.page("losses_embedding")


def test_an_entry_says_what_the_objective_takes_learns_and_keeps(entry):
    heading = "```{rubric} As an objective of a phase\n```"
    assert f"{heading}\n\n`Kept` reads embeddings. Keeps the apples.\n" in entry
    assert "`rotten` *bool*, default `False`\n: Whether they are." in entry
    assert "Learns `weight`." in entry
    assert "Keeps `apples` between steps" in entry
    assert entry.index("Keeps `apples`") < entry.index("No apple.") < entry.index("Somebody")


def test_an_objective_that_only_calls_its_function_takes_one_sentence():
    entry = loss_pages.entry("sup_con", losses.function("sup_con"), SupCon)
    assert "As an objective of a phase, `SupCon` reads embeddings." in entry
    assert "{rubric} As an objective" not in entry


def test_an_objective_with_heads_names_them():
    entry = entry_of("dual_head")
    heads = "the projection heads `similarity` and `ranking`"
    assert f"`DualHead` reads what {heads} make of 2 views of each image." in entry
    assert "embeddings of 2 views" not in entry


def test_a_loss_says_where_it_appears_or_why_it_is_here(entry):
    assert "Appears in none of the papers; it is made up for a test. Source:" in entry
    akin = "none of the papers; it is a relative of logit adjustment; methods with it: "
    assert f"Appears in {akin}`balanced_softmax`. Source:" in entry_of("balanced_softmax")
    # A text of 2018 has no loss of 2022; the summary through which it was read names it.
    later = "the summary of Buda et al. (2018), among later work"
    assert f"Appears in BDCL (2024), {later}. Source:" in entry_of("tsc")


# -- what the texts leave open --------------------------------------------------------------------


def open_about(name: str, place: str) -> str:
    """Return what the entry of a loss says after its link to a place that is open."""
    return re.search(rf"^- .*-{place}>`: (.+)\.$", entry_of(name), re.MULTILINE)[1]


def test_a_loss_links_to_what_is_open_about_it():
    name = "difficulty_aware_sup_con"
    entry = entry_of(name)
    for found in recorded.load("difficulty_aware"):
        asks = any(one.ask and one.ask.objective == name for one in found.readings)
        assert (f"<ambiguity-difficulty_aware-{found.id}>" in entry) == asks


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        (
            "difficulty_aware_sup_con",
            "normalisation",
            "`normalisation='per_anchor'` (ours), `normalisation='printed'` or "
            "`normalisation='weighted_mean'`",
        ),
        ("ldam", "ldam_with_drw", "`class_weights='effective_number'` (ours) or the default"),
        (
            "contrastive",
            "ordered_pairs",
            "the default (ours) or `ordered` (not a parameter: it is twice the sum that "
            'reduction="sum" gives)',
        ),
        (
            "calibrated_focal",
            "dual_focal_loss",
            "`regression_terms` (ours; by `losses.dual_focal()`) or the default",
        ),
        (
            "cross_entropy",
            "auxiliary_loss",
            "`customary` (ours; by `reproduce.training.terms.auxiliary`) or the default",
        ),
    ],
)
def test_it_says_which_reading_is_ours_and_why_one_cannot_be_asked_for(name, place, said):
    assert open_about(name, place) == said


@pytest.mark.parametrize("name", losses.LOSSES)
def test_of_every_open_place_one_reading_is_ours(name):
    lines = re.findall(r"^- .*<ambiguity-.*$", entry_of(name), re.MULTILINE)
    assert all(len(re.findall(r"\(ours[),;]", line)) == 1 for line in lines)
