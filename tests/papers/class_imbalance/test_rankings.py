import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.rankings import (
    RankingByLength,
    ranking,
)

# By method and length: the values of three seeds.
VALUES = {
    "baseline": {100: (0.90, 0.90, 0.90), 1000: (0.94, 0.94, 0.94)},
    "oversampling": {100: (0.88, 0.89, 0.91), 1000: (0.96, 0.95, 0.97)},
    "undersampling": {100: (0.93, 0.92, 0.95), 1000: (0.945, 0.93, 0.93)},
}


def rows():
    return [
        {"method": method, "iterations": length, "seed": seed, "auc": value}
        for method, lengths in VALUES.items() for length, seeds in lengths.items()
        for seed, value in enumerate(seeds)
    ]  # fmt: skip


def test_ranks_of_the_means_and_how_many_seeds_agree():
    found = ranking(rows(), "auc")
    assert found.lengths == [100, 1000]
    assert found.ranks.tolist() == [[2, 2], [3, 1], [1, 3]]
    # After 100, seed 2 swaps the lower two; after 1000, seed 0 does.
    assert found.agree.tolist() == [[2, 2], [2, 3], [3, 2]]


def test_methods_alike_share_a_row_and_ties_their_mean_rank():
    same = [{**row, "method": "thresholding"} for row in rows() if row["method"] == "baseline"]
    assert ranking([*rows(), *same], "auc").names[0] == ["baseline", "thresholding"]
    tied = [row for row in rows() if row["method"] == "baseline"]
    tied += [{**row, "method": "focal", "auc": row["auc"] + 0.01 * (row["seed"] - 1)}
             for row in tied]  # fmt: skip
    assert ranking(tied, "auc").ranks.tolist() == [[1.5, 1.5], [1.5, 1.5]]


def test_the_picture_has_values_above_and_ranks_below_with_the_best_on_top():
    figure = RankingByLength(rows()).draw()
    upper, lower = figure.axes
    assert upper.get_xscale() == "log"
    means = [line.get_ydata() for line in upper.get_lines() if len(line.get_xdata()) == 2]
    assert np.allclose(means[1], [100 * 2.68 / 3, 96])
    assert lower.get_ylim()[0] > lower.get_ylim()[1]
    marks = {tuple(t.get_position()): t.get_text() for t in lower.texts if t.get_text().isdigit()}
    assert marks[100, 1.0] == "3" and marks[1000, 3.0] == "2" and len(marks) == 6
    assert "3 seeds have this very rank" in RankingByLength(rows()).reading()


def test_the_title_says_in_how_many_seeds_the_first_is_first():
    assert RankingByLength(rows()).message() == (
        "The highest mean roc auc after 100 iterations is that of Undersampling (first at 3 of 3 "
        "seeds), after 1,000 that of Oversampling (at 3)."
    )
    always = [row for row in rows() if row["method"] != "undersampling"]
    always = [{**row, "auc": row["auc"] - 0.02 * (row["method"] == "baseline")} for row in always]
    assert RankingByLength(always).message() == (
        "Oversampling has the highest mean roc auc at each of 2 lengths (3 seeds), and is first in "
        "5 of 6 pairs of a seed and a length."
    )


def test_numbers_by_hand():
    said = RankingByLength(rows()).words()
    assert "After 100 iterations: 1 Undersampling 93.33 (3 of 3 seeds agree), 2 Baseline" in said
    assert "After 1000 iterations: 1 Oversampling 96.00 (3 of 3 seeds agree)" in said


def test_gaps_in_the_table_are_refused():
    with pytest.raises(UserError, match="oversampling was not trained for 1000"):
        ranking([r for r in rows() if (r["method"], r["iterations"]) != ("oversampling", 1000)],
                "auc")  # fmt: skip
    with pytest.raises(UserError, match="no seed"):
        ranking([{**r, "seed": r["seed"] + 9 * (r["method"] == "baseline")} for r in rows()], "auc")
