import itertools

import numpy as np
import pytest
from scipy import stats

from reproduce.errors import UserError
from reproduce.figures.dots import places
from reproduce.papers.dual_head.combinations import contrasts, curves
from reproduce.papers.dual_head.specification import (
    SpecificationCurve,
)

CHOICES = ("reading", "k", "solarize")
RIVAL = {"no": 0.50, "yes": 0.54}
SHARED = dict.fromkeys(("simclr", "auc_cl", "supervised"), ("solarize",))
ASKED = {"choices": CHOICES, "shared": SHARED}


def rows(rivals=("simclr", "auc_cl"), seeds=(0, 1, 2)):
    """Effects over simclr: −1, +2, −5, −2 (no / yes with 5), one more for "ratio" and the rest."""
    made = [
        {"method": rival, "solarize": solarize, "seed": seed,
         "macro_f1": level + 0.02 * seed - 0.01 * turn}
        for turn, rival in enumerate(rivals) for solarize, level in RIVAL.items() for seed in seeds
    ]  # fmt: skip
    every = itertools.product(("printed", "saddle"), ("5", "ratio"), RIVAL)
    for number, (reading, k, solarize) in enumerate(every):
        level = 0.49 + 0.03 * (reading == "saddle") + 0.01 * (k == "ratio")
        made += [
            {"method": "dual_head", "combination": number, "reading": reading, "k": k,
             "solarize": solarize, "seed": seed, "macro_f1": level + 0.02 * seed}
            for seed in seeds
        ]  # fmt: skip
    return made


def curve(changed=None, rival="simclr"):
    given = rows() if changed is None else changed
    return curves(given, (rival,), "macro_f1", CHOICES, "dual_head", SHARED)[rival]


def scatter(axis, label):
    """Return where the dots of this name are, [dots, 2]."""
    squares = [found for found in axis.patches if found.get_label() == label]
    if squares:
        return places(squares[0])
    found = next(found for found in axis.collections if found.get_label() == label)
    return np.asarray(found.get_offsets())


def test_effects_are_paired_with_the_rival_of_the_same_seed_and_the_same_shared_choice():
    found = curve()
    assert 100 * found.means == pytest.approx([-5, -4, -2, -1, -1, 0, 2, 3], abs=1e-9)
    assert found.chosen[0] == {"reading": "printed", "k": "5", "solarize": "yes"}
    assert found.chosen[-1] == {"reading": "saddle", "k": "ratio", "solarize": "no"}
    # Seeds differ by two points in both arms, so that a pair of other seeds would show.
    assert all(np.ptp(effect) < 1e-12 for effect in found.effects)
    assert 100 * curve(rival="auc_cl").means == pytest.approx(100 * found.means + 1)


def test_seeds_and_combinations_without_a_rival_are_left_out():
    few = [row for row in rows() if row["method"] != "simclr" or
           (row["solarize"], row["seed"]) in {("no", 0), ("no", 2)}]  # fmt: skip
    found = curve(few)
    assert {chosen["solarize"] for chosen in found.chosen} == {"no"}
    assert [len(effect) for effect in found.effects] == [2, 2, 2, 2]


def test_a_rival_agrees_on_the_choices_that_concern_it_and_on_no_other():
    """SimCLR under either k: its own run under each is what a combination is set against."""
    two = [row for row in rows() if row["method"] == "dual_head"]
    two += [
        {**row, "k": k, "macro_f1": row["macro_f1"] + 0.1 * (k == "5")}
        for row in rows() if row["method"] == "simclr" for k in ("5", "ratio")
    ]  # fmt: skip
    shared = {"simclr": ("solarize", "k")}
    found = curves(two, ("simclr",), "macro_f1", CHOICES, "dual_head", shared)["simclr"]
    moved = [one["k"] == "5" for one in found.chosen]
    plain = {tuple(one.items()): mean for one, mean in zip(curve().chosen, curve().means,
                                                           strict=True)}  # fmt: skip
    known = [plain[tuple(one.items())] - 0.1 * far for one, far in
             zip(found.chosen, moved, strict=True)]  # fmt: skip
    assert found.means == pytest.approx(known) and sum(moved) == 4


def test_the_mean_of_all_is_as_sure_as_its_seeds_and_test_images():
    apart = [{**row, "macro_f1": row["macro_f1"] + 0.03 * (row["seed"] == 2)}
             if row["method"] == "dual_head" else row for row in rows()]  # fmt: skip
    level = curve(apart).level
    means = np.array([-1, -1, 2]) / 100
    assert level.mean == pytest.approx(means.mean()) and level.seeds == (0, 1, 2)
    half = stats.t.ppf(0.975, 2) * means.std(ddof=1) / 3**0.5
    assert (level.low, level.high) == pytest.approx((-half, half))
    assert curve(apart).ends.endswith(", of the seeds alone and so too narrow]")
    assert curve(rows(seeds=(0,))).ends == " (no interval)"

    def draws(row, metric):
        """Each run moves by its own amount on the first resample: ours by one point more."""
        return np.array([row[metric] + 0.01 * (row["method"] == "dual_head"), row[metric]])

    drawn = curves(apart, ("simclr",), "macro_f1", CHOICES, "dual_head", SHARED, draws)["simclr"]
    assert drawn.level.image_draws == pytest.approx(np.array([0.01, 0.0]), abs=1e-12)
    assert drawn.level.standard_error**2 == pytest.approx(
        means.var(ddof=1) / 3 + np.var([0.01, 0], ddof=1)
    )
    assert drawn.ends.endswith("]") and "alone" not in drawn.ends
    unknown = curves(apart, ("simclr",), "macro_f1", CHOICES, "dual_head", SHARED,
                     lambda row, metric: None)["simclr"]  # fmt: skip
    assert unknown.level.image_draws is None


def test_the_mean_is_drawn_left_of_the_curve_and_ends_in_arrows_beyond_it():
    apart = [{**row, "macro_f1": row["macro_f1"] + 0.2 * (row["seed"] == 2)}
             if row["method"] == "dual_head" else row for row in rows()]  # fmt: skip
    for given, arrows in ((rows(), 0), (apart, 2)):
        axis = SpecificationCurve(given, ("simclr",), **ASKED).draw().axes[0]
        low, high = axis.get_ylim()
        (mean,) = [line for line in axis.get_lines() if line.get_label() == "mean of all"]
        level = curve(given).level
        assert mean.get_xdata()[0] < 0 and mean.get_ydata()[0] == pytest.approx(100 * level.mean)
        (bar,) = [c for c in axis.collections if c.get_label() == "interval of the mean"]
        ends = bar.get_segments()[0][:, 1]
        assert ends == pytest.approx([max(low, 100 * level.low), min(high, 100 * level.high)])
        assert sum(line.get_marker() in "v^" for line in axis.get_lines()) == arrows


def test_contrasts_are_sorted_and_say_which_value_is_the_higher():
    first, second, third = contrasts(curve(), CHOICES)
    assert (first.choice, first.first, first.second) == ("solarize", "no", "yes")
    assert (second.choice, second.first, second.second) == ("reading", "saddle", "printed")
    assert third.choice == "k"
    found = [each.difference for each in (first, second, third)]
    assert found == pytest.approx([0.04, 0.03, 0.01])


def test_a_choice_of_ours_alone_has_welchs_interval():
    found, k = curve(), next(c for c in contrasts(curve(), CHOICES) if c.choice == "k")
    welch = stats.ttest_ind(found.under("k", "ratio"), found.under("k", "5"), equal_var=False)
    assert (k.low, k.high) == pytest.approx(tuple(welch.confidence_interval(0.95)))


def test_the_interval_of_a_shared_choice_has_the_chance_of_the_rivals_few_runs_too():
    found = curve()
    solarize = contrasts(found, CHOICES)[0]
    combinations = [np.array([-1, 2, 0, 3]) / 100, np.array([-5, -2, -4, -1]) / 100]
    parts = [(values.var(ddof=1), len(values)) for values in combinations]
    # Seeds of the rival are 0, 2 and 4 points above its level: a variance of 4 at either value.
    parts += [(0.0004, 3), (0.0004, 3)]
    variance = sum(v / n for v, n in parts)
    freedom = variance**2 / sum((v / n) ** 2 / (n - 1) for v, n in parts)
    half = stats.t.ppf(0.975, freedom) * variance**0.5
    assert solarize.high - solarize.difference == pytest.approx(half)
    assert not np.isfinite(contrasts(curve(rows(seeds=(0,))), CHOICES)[0].low)


def test_of_three_values_the_best_and_the_worst_are_compared():
    three = [
        {**row, "k": "25", "macro_f1": row["macro_f1"] + 0.05}
        if (row.get("k"), row.get("reading")) == ("5", "printed") else row for row in rows()
    ]  # fmt: skip
    k = next(c for c in contrasts(curve(three), CHOICES) if c.choice == "k")
    assert {k.first, k.second} == {"25", "ratio"} and k.difference > 0


def test_a_choice_that_was_not_varied_has_no_contrast():
    alone = [row for row in rows() if row.get("k") != "5"]
    assert [c.choice for c in contrasts(curve(alone), CHOICES)] == ["solarize", "reading"]
    SpecificationCurve(alone, ("simclr",), **ASKED).draw().draw_without_rendering()


def test_a_choice_that_does_not_exist_under_a_reading_is_neither_drawn_nor_compared():
    nested = [{**row, "c": "10" if row["reading"] == "saddle" or row["k"] == "5" else "1"}
              if row["method"] == "dual_head" else row for row in rows()]  # fmt: skip
    found = curves(nested, ("simclr",), "macro_f1", (*CHOICES, "c"), "dual_head", SHARED)
    chosen = found["simclr"].chosen
    assert all((one["c"] is None) == (one["reading"] == "saddle") for one in chosen)
    # Here c goes with k in the printed loss, which gains one point; the saddle's three count not.
    c = next(c for c in contrasts(found["simclr"], ("c",)))
    assert (c.first, c.second) == ("1", "10") and c.difference == pytest.approx(0.01)
    matrix = (
        SpecificationCurve(nested, ("simclr",), choices=(*CHOICES, "c"), shared=SHARED)
        .draw()
        .axes[1]
    )
    assert len(scatter(matrix, "c 10")) == len(scatter(matrix, "c 1")) == 2


def test_the_curve_rises_and_hollow_dots_are_not_above_zero(written):
    figure = SpecificationCurve(rows(), published={"simclr": 0.0588}, margin=0.02, **ASKED).draw()
    simclr, matrix, auc_cl, _ = figure.axes
    above = scatter(simclr, "above 0")
    assert above == pytest.approx(np.array([[6, 2], [7, 3]]))
    assert len(scatter(simclr, "not above 0")) == 6
    assert "above 0 in 2 of 8 (25 %) readings" in written(figure)
    paper = [line for line in simclr.get_lines() if line.get_label() == "paper"]
    assert paper[0].get_ydata() == pytest.approx([5.88, 5.88])
    assert not [line for line in auc_cl.get_lines() if line.get_label() == "paper"]
    shade = simclr.patches[0].get_extents().transformed(simclr.transData.inverted())
    assert (shade.y0, shade.y1) == pytest.approx((-2, 2))
    assert matrix.get_xlim() == simclr.get_xlim()


def test_the_matrix_has_a_dot_for_every_value_of_every_combination():
    _, matrix = SpecificationCurve(rows(), ("simclr",), **ASKED).draw().axes
    names = [label.get_text() for label in matrix.get_yticklabels()]
    assert names[:2] == ["Ranking loss: printed", "Ranking loss: saddle"] and len(names) == 6
    # By rising effect: printed with yes, saddle with yes ... ; places 3 and 4 are equal.
    assert set(scatter(matrix, "solarize yes")[:, 0]) <= {0, 1, 2, 3, 4}
    assert {0, 1, 2} <= set(scatter(matrix, "solarize yes")[:, 0])
    for choice in CHOICES:
        dots = [places(c)[:, 0] for c in matrix.patches
                if str(c.get_label()).startswith(choice + " ")]  # fmt: skip
        assert sorted(np.concatenate(dots)) == list(range(8))
    bold = [t.get_text() for t in matrix.get_yticklabels() if t.get_fontweight() == "bold"]
    assert bold == ["Solarize: no", "Solarize: yes"]
    means = {round(t.get_position()[1]): t.get_text() for t in matrix.texts}
    assert (means[0], means[1], means[4], means[5]) == ("−2.5", "+0.5", "+1.0", "−3.0")


def test_bars_reach_from_the_lowest_to_the_highest_seed():
    moved = [{**row, "macro_f1": row["macro_f1"] + 0.03 * (row["seed"] == 2)}
             if row["method"] == "dual_head" else row for row in rows()]  # fmt: skip
    axis = SpecificationCurve(moved, ("simclr",), **ASKED).draw().axes[0]
    bar = axis.collections[0].get_segments()[-1]
    assert bar[:, 1] == pytest.approx([3, 6])


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_all_is_within_the_page(seeds):
    figure = SpecificationCurve(rows(seeds=seeds), published={"simclr": 0.1}, **ASKED).draw()
    for _ in range(2):
        figure.draw_without_rendering()
    for axis in figure.axes:
        for text in [*axis.texts, *axis.get_yticklabels(), axis._left_title]:
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.x1 <= figure.bbox.width + 1, text.get_text()


def test_numbers_by_hand():
    said = SpecificationCurve(
        rows(), ("simclr",), published={"simclr": 0.025}, margin=0.02, **ASKED
    ).words()
    assert "8 combinations: from −5.0 to +3.0, median −1.0, mean −1.0 [−1.0, −1.0, of the " in said
    assert "seeds alone and so too narrow], above 0 in 2 of 8 (25 %)" in said
    assert "as large as the paper's +2.5 in 1 of 8 (12 %)" in said
    assert "beyond the margin of 2 in 1 of 8 (12 %)" in said
    assert "Solarize, no minus yes +4.0 [" in said
    assert said.index("Solarize") < said.index("Ranking loss") < said.index("Hard negatives k")


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match=r"no rows of 'supervised'.*dual_head"):
        SpecificationCurve(rows(), ("supervised",), **ASKED).draw()
    with pytest.raises(UserError, match="unknown column of the observations 'c'"):
        SpecificationCurve(rows(), shared=SHARED).draw()
    with pytest.raises(UserError, match="same seed and the same solarize"):
        other = [
            {**row, "seed": row["seed"] + 9} if row["method"] == "simclr" else row for row in rows()
        ]
        SpecificationCurve(other, ("simclr",), **ASKED).draw()
    with pytest.raises(UserError, match="shared choices"):
        SpecificationCurve(rows(), choices=("reading", "k"), shared=SHARED).draw()
    with pytest.raises(UserError, match="no rivals"):
        SpecificationCurve(rows(), (), **ASKED).draw()
    with pytest.raises(UserError, match="more than once"):
        SpecificationCurve(rows() + rows()[-1:], **ASKED).draw()
