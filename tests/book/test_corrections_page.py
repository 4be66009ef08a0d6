"""The page of corrections accounts for every verdict that the first edition published."""

import json

from reproduce.book import corrections, verdict_words
from reproduce.evaluation.vocabulary import Verdict
from reproduce.files import project_root
from reproduce.registry import editions

STORED = json.loads((project_root() / corrections.RESULT).read_text("utf-8"))["changes"]


def test_every_published_verdict_stands_there_word_for_word():
    said = {(one["paper"], one["claim"]): one["before"] for one in STORED}
    for paper in ("class_imbalance", "dual_head"):
        first = editions.load(paper)[0]
        judged = {claim: of.verdict for claim, of in first.verdicts.items()
                  if of.verdict != Verdict.NOT_ATTEMPTED}  # fmt: skip
        assert {claim: said[paper, claim] for claim in judged} == judged


def test_what_the_review_named_is_accounted_for():
    """Two "opposite", the "holds" by 65.5 points, eight "not seen", three "no difference"."""
    of = {one["claim"]: one for one in STORED}
    named = ["undersampling_is_worse_than_baseline", "dual_focal_improves_on_focal",
             "intra_class_cutmix_moves_the_boundary"]  # fmt: skip
    named += [one["claim"] for one in STORED if one["before"] == Verdict.MECHANISM_NOT_SEEN]
    ours = [one for one in STORED if one["paper"] == "dual_head"]
    named += [one["claim"] for one in ours if one["before"] == Verdict.NO_DIFFERENCE]
    assert len(named) == 3 + 8 + 3
    for claim in named:
        assert of[claim]["after"] != of[claim]["before"], claim
        assert of[claim]["reason"] != "the same rule and the same numbers", claim


def test_the_page_shows_them_all():
    page = corrections.verdicts()
    assert page.count("\n* - ") == len(STORED) + 2
    assert "✗ opposite" in page and page.count("{dropdown} Why") == 2


def test_the_legend_has_every_word_once():
    legend = verdict_words.legend()
    assert all(legend.count(f"  - **{verdict}**\n") == 1 for verdict in Verdict)
