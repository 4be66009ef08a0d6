"""The main result of each paper: its comparisons exist, and its published effects are printed."""

from math import sqrt

import pytest
from scipy import stats

from reproduce.errors import UserError
from reproduce.registry import main_result, records
from reproduce.registry.headline import Headline, MainComparison, PrintedEffect


def set_headline(monkeypatch, paper, headline):
    changed = records.paper(paper).model_copy(update={"headline": headline})
    known = {**records.papers(), paper: changed}
    monkeypatch.setattr(records, "papers", lambda: known)


def comparison(**changes):
    given = {
        "claim": "notable_f1_improvement", "contrast": "dual_head minus simclr",
        "words": "over SimCLR",
    }  # fmt: skip
    return MainComparison(**given | changes)


@pytest.mark.parametrize("paper", records.papers())
def test_every_paper_has_a_headline_whose_comparisons_are_registered(paper):
    assert records.paper(paper).headline is not None
    found = main_result.load(paper)
    assert found and all(one.words for one in found)
    assert 40 < len(main_result.sentence(paper)) < 260


def test_a_published_effect_is_the_difference_of_two_printed_cells_with_welchs_interval():
    cells = {"table": "Table 5", "metric": "F1-score", "of": "Proposed", "over": "SimCLR"}
    found = main_result.printed_effect("dual_head", PrintedEffect(**cells, runs=3))
    # As printed: 0.7920 ± 0.0022 and 0.7332 ± 0.0073.
    values, stds = (0.7920, 0.7332), (0.0022, 0.0073)
    error = sqrt(sum(std**2 / 3 for std in stds))
    assert found.mean == pytest.approx(values[0] - values[1]) == pytest.approx(0.0588)
    assert found.standard_error == pytest.approx(error)
    # scipy's Welch interval from means, spreads and counts.
    welch = stats.ttest_ind_from_stats(values[0], stds[0], 3, values[1], stds[1], 3, False)
    free = (stds[0] ** 2 / 3 + stds[1] ** 2 / 3) ** 2 / sum((s**2 / 3) ** 2 / 2 for s in stds)
    assert found.degrees == pytest.approx(free)
    assert found.mean / found.standard_error == pytest.approx(welch.statistic)
    low, high = found.ends
    assert (low + high) / 2 == pytest.approx(found.mean) and low < found.mean < high
    with pytest.raises(UserError, match="say in runs"):
        main_result.printed_effect("dual_head", PrintedEffect(**cells))


def test_without_printed_spreads_there_is_an_effect_and_no_interval():
    cells = {"table": "Table 1", "dataset": "ISIC2019", "metric": "F1-score", "unit": 0.01}
    found = main_result.printed_effect(
        "balanced_contrastive", PrintedEffect(**cells, of="BDCL(ours)", over="TSC")
    )
    assert found.mean == pytest.approx(0.0032) and found.ends is None


def test_an_effect_that_is_claimed_to_be_less_has_the_sign_of_ours(monkeypatch):
    less = comparison(claim="auc_cl_worse_on_grade_3", contrast="auc_cl minus simclr")
    set_headline(monkeypatch, "dual_head", Headline(claim="Worse.", main=[less]))
    assert main_result.load("dual_head")[0].published.mean == pytest.approx(-0.16)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claim": "no_such"}, "is no claim"),
        ({"contrast": "dual_head minus nobody"}, "it has: dual_head minus simclr"),
        ({"printed": PrintedEffect(table="Table 5", metric="F1-score", of="Proposed",
                                   over="AUC-CL", runs=3)}, "registers 0.0588"),
        ({"printed": PrintedEffect(table="Table 9", metric="F1-score", of="Proposed",
                                   over="AUC-CL")}, "its tables are"),
    ],
)  # fmt: skip
def test_a_headline_that_names_what_is_not_there_is_refused(monkeypatch, changes, said):
    set_headline(monkeypatch, "dual_head", Headline(claim="X.", main=[comparison(**changes)]))
    with pytest.raises(UserError, match=said):
        main_result.load("dual_head")


def test_a_headline_is_one_sentence_and_names_a_comparison_once():
    with pytest.raises(ValueError, match="full stop"):
        Headline(claim="It is better", main=[comparison()])
    with pytest.raises(ValueError, match="twice"):
        Headline(claim="It is better.", main=[comparison(), comparison(words="again")])
    with pytest.raises(ValueError, match="main"):
        Headline(claim="It is better.", main=[])


def test_a_paper_without_a_headline_gets_its_first_claim(monkeypatch):
    set_headline(monkeypatch, "dual_head", None)
    found = main_result.load("dual_head")
    assert [one.claim.id for one in found] == ["outperforms_overall"] * 2
    assert main_result.sentence("dual_head").startswith("The proposed dual-head method")
