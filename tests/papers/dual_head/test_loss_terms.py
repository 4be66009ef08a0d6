import pytest

from reproduce.errors import UserError
from reproduce.figures.style import method_style
from reproduce.papers.dual_head.loss_terms import LossTerms


def history(seed=0, warm_up=True, **changes):
    """Two points of warm-up, two of the joint loss, one of fine-tuning."""
    alone = [
        {"phase": 0, "iteration": 5 * n, "loss": 4.0 / n, "learning_rate": 1e-3} for n in (1, 2)
    ]
    both = [
        {
            "phase": 1, "iteration": 10 * n, "loss": 90.0, "learning_rate": 1e-3,
            "loss_similarity": 0.8 - 0.1 * n, "loss_ranking": 100.0 - 10 * n - seed,
            "gradient_similarity": 1.0, "gradient_ranking": 3.0 + 6 * (n - 1),
            "same_class_mined": 0.3 + 0.1 * n + 0.02 * seed, "same_class_all": 0.35, **changes,
        }
        for n in (1, 2)
    ]  # fmt: skip
    last = [{"phase": 2, "iteration": 7, "loss": 1.0, "training_accuracy": 0.5}]
    rows = [*alone, *both, *last] if warm_up else [*both, *last]
    first = rows[0]["phase"]
    return [{**row, "phase": row["phase"] - first} for row in rows]


def lines(figure, panel, label):
    """Return the stretches of a line, without the mark at its end."""
    found = [x for x in figure.axes[panel].get_lines() if x.get_label() == label]
    return [(list(x.get_xdata()), list(x.get_ydata())) for x in found]


def test_terms_go_on_from_phase_to_phase_with_a_gap_after_the_warm_up():
    figure = LossTerms({"dual_head": [history(0), history(1)]}).draw()
    alone, both = lines(figure, 0, "dual_head loss_similarity")
    assert alone == ([5, 10], [4, 2])
    assert both[0] == [20, 30] and both[1] == pytest.approx([0.7, 0.6])
    ((times, values),) = lines(figure, 1, "dual_head loss_ranking")
    assert times == [20, 30] and values == pytest.approx([89.5, 79.5])
    band = figure.axes[1].collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (79, 90)


def test_the_share_of_the_gradient_is_that_of_the_ranking_term():
    figure = LossTerms({"dual_head": [history()]}).draw()
    alone, both = lines(figure, 2, "dual_head share_ranking")
    assert alone[1] == [0, 0]
    assert both[1] == pytest.approx([75, 90])


def test_mined_negatives_stand_beside_all_candidates():
    figure = LossTerms({"dual_head": [history(0), history(1)]}).draw()
    ((_, mined),) = lines(figure, 3, "dual_head same_class_mined")
    ((_, candidates),) = lines(figure, 3, "dual_head same_class_all")
    assert mined == pytest.approx([41, 51])
    assert candidates == pytest.approx([35, 35])


def test_the_end_of_the_warm_up_is_marked_in_every_panel(written):
    figure = LossTerms({"dual_head": [history()]}).draw()
    for axis in figure.axes:
        dotted = [x.get_xdata()[0] for x in axis.get_lines() if x.get_linestyle() == ":"]
        assert dotted == [10]
    assert "warm-up ends" in written(figure)
    without = LossTerms({"dual_head": [history(warm_up=False)]}).draw()
    assert "warm-up" not in written(without)
    assert not [x for x in without.axes[0].get_lines() if x.get_linestyle() == ":"]


def test_a_warm_up_recorded_with_a_ranking_term_of_zero_is_a_warm_up_too():
    rows = [
        {**row, "loss_ranking": 0.0, "loss_similarity": row["loss"], "gradient_ranking": 0.0}
        if row["phase"] == 0 else row for row in history()
    ]  # fmt: skip
    assert LossTerms({"dual_head": [rows]}).words() == LossTerms({"dual_head": [history()]}).words()
    ((times, _),) = lines(LossTerms({"dual_head": [rows]}).draw(), 1, "dual_head loss_ranking")
    assert times == [20, 30]


def test_methods_have_colours_of_their_own_even_where_their_styles_share_one(written):
    names = ["dual_head"]
    # Names outside the table of styles share a few colours: two of these must meet.
    names += [f"variant_{n}" for n in range(8)]
    assert len({method_style(name).colour for name in names}) < len(names)
    figure = LossTerms({name: [history()] for name in names}).draw()
    drawn = {x.get_color() for x in figure.axes[1].get_lines() if "loss_ranking" in x.get_label()}
    assert len(drawn) == len(names)
    assert "Variant 3" in written(figure)


def test_what_was_not_measured_is_left_out():
    rows = history(same_class_mined=float("nan"), same_class_all=None)
    figure = LossTerms({"dual_head": [rows]}).draw()
    assert not lines(figure, 3, "dual_head same_class_mined")
    assert "negatives" not in LossTerms({"dual_head": [rows]}).words()
    bare = history(gradient_ranking=None, gradient_similarity=None)
    assert "gradient" not in LossTerms({"dual_head": [bare]}).words()


def test_a_term_that_is_dwarfed_by_the_warm_up_has_a_logarithmic_axis():
    figure = LossTerms({"dual_head": [history()]}).draw()
    assert [axis.get_yscale() for axis in figure.axes] == ["log", "linear", "linear", "linear"]
    negative = LossTerms({"dual_head": [history(loss_ranking=-3.0)]}).draw()
    assert negative.axes[1].get_yscale() == "linear"


def test_numbers_by_hand():
    said = LossTerms({"dual_head": [history(0), history(1)]}).words()
    assert "(2 seeds, 30 iterations, warm-up until 10); similarity term 4 at the first" in said
    assert "similarity term 0.7 at iteration 20, 0.6 at the end; ranking term 89.5 at" in said
    assert "share of the gradient 82.5 % on average while it acts (75.0 to 90.0 %)" in said
    assert said.endswith(
        "of the mined negatives 41.0 % carry the anchor's own class at first and 51.0 % at the "
        "end, of all candidates 35.0 %."
    )
    assert "no warm-up" in LossTerms({"dual_head": [history(warm_up=False)]}).words()


def test_histories_without_terms_or_of_other_lengths_are_refused():
    with pytest.raises(UserError, match="loss_ranking"):
        LossTerms({"simclr": [[{"phase": 0, "iteration": 5, "loss": 4.0}]]}).draw()
    with pytest.raises(UserError, match="one length"):
        LossTerms({"dual_head": [history(), history(warm_up=False)]}).draw()
    with pytest.raises(UserError, match="no histories"):
        LossTerms({}).draw()
    with pytest.raises(UserError, match="no histories"):
        LossTerms({"dual_head": []}).draw()
