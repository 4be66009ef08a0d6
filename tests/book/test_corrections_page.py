"""The page of corrections accounts for every verdict that the first edition published."""

import json

from reproduce.book import corrections, verdict_words
from reproduce.evaluation.vocabulary import Verdict
from reproduce.files import project_root
from reproduce.registry import amendments, claims, editions, records
from reproduce.trials import edition as trials
from reproduce.trials.edition import Edition

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


def test_todays_word_is_that_of_the_edition_the_book_is_made_of(tmp_path):
    """A page of a paper and the page of corrections never give one claim two words."""
    edition = Edition(tmp_path)
    edition.results("dual_head", "json").parent.mkdir()
    rows = [{"claim": "outperforms_overall", "word": "holds in part (1 of 2)"}]
    edition.results("dual_head", "json").write_text(json.dumps({"verdicts": rows}), "utf-8")
    assert corrections.verdicts(edition).count("◐ holds in part (1 of 2)") == 1
    for paper in ("class_imbalance", "dual_head"):
        said = {row["claim"]: row["word"] for row in trials.published().stamp(paper)["verdicts"]}
        rows = [one for one in STORED if one["paper"] == paper]
        assert {one["claim"] for one in rows} <= set(said)
        if same_seeds(paper):  # Else the stored words are those of the trials that were replaced.
            assert {one["claim"]: one["after"] for one in rows}.items() <= said.items()


def same_seeds(paper: str) -> bool:
    seeds = {result.trial.seed for result in trials.read_results(trials.published(), paper)}
    return seeds == set(editions.load(paper)[0].seeds)


def test_the_reasons_are_those_of_todays_registry():
    """A claim that is amended again is told again, as long as its old trials are here."""
    reasons = {(one["paper"], one["claim"]): one["reason"] for one in STORED}
    compared = 0
    for paper in filter(same_seeds, ("class_imbalance", "dual_head")):
        of = {claim.id: claim.amendments for claim in claims.load(paper)}
        for claim in [name for name in of if (paper, name) in reasons]:
            for one in of[claim]:
                assert f"amended on {one.date}: {one.what}" in reasons[paper, claim], claim
                compared += 1
    assert compared or not any(map(same_seeds, ("class_imbalance", "dual_head")))


def test_every_amendment_stands_on_the_page():
    told, page = {one["claim"] for one in STORED}, corrections.amended()
    beside = {
        paper: sum(len(one.amendments) for one in claims.load(paper) if one.id not in told)
        for paper in records.papers()
    }
    assert page.count("*Why:*") == len(amendments.of_the_rule()) + sum(beside.values())
    for one in amendments.of_the_rule():
        assert corrections.escaped(one.what) in page and corrections.escaped(one.why) in page
    # Of the two papers that were frozen: claims split off others, or not attempted then.
    assert page.count("{dropdown} Amended claims") == sum(map(bool, beside.values())) >= 4


def test_the_legend_has_every_word_once():
    legend = verdict_words.legend()
    assert all(legend.count(f"  - **{verdict}**\n") == 1 for verdict in Verdict)
