"""The answer of a run: rows, differences of effects, figure, table and what an edition keeps."""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from reproduce.evaluation.significance import paired_effect
from reproduce.figures.effects import Effects
from reproduce.figures.picture import NothingToShow
from reproduce.pages import answer, answered
from reproduce.pages.answered import Ends
from reproduce.registry.main_result import Published
from reproduce.study.judging import judge
from tests.pages.test_answered import answer as made_up
from tests.pages.test_answered import row
from tests.study.conftest import same_scores, study_of  # noqa: F401

AUC = {"baseline": 0.95, "oversampling": 0.97, "undersampling": 0.96}


@pytest.fixture
def study(study_of, same_scores):  # noqa: F811
    """A run of MNIST in which oversampling is a little better at each seed."""

    def planted(cell):
        return {
            "auc": AUC.get(cell.method, 0.5)
            + 0.0005 * (cell.seed % 3) * (cell.method != "baseline")
        }

    return study_of(
        planted, same_scores, methods="baseline,oversampling,undersampling", rho=[10, 100],
        mu=[0.5], seeds=list(range(5)),
    )  # fmt: skip


def test_the_answer_of_a_run_has_its_effects_and_is_kept_as_it_is(study):
    judgements = judge(study)
    found = answer.of_study(study, judgements)
    rows = {one.contrast: one for one in found.rows}
    # The claim is amended and these seeds were seen: honest about it.
    harm = rows["Baseline at rho 100 minus Baseline at rho 10"]
    assert harm.ours.mean == pytest.approx(0.0) and harm.data == "MNIST"
    assert found.verdict == str(next(j for j in judgements
                                     if j.claim_id == found.rows[0].claim).verdict)  # fmt: skip
    assert found.registered == len(judgements)
    assert sum(found.by_verdict.values()) == sum(
        judgement.verdict != "not attempted" for judgement in judgements
    )
    assert answered.from_json(found.to_json()) == found
    assert set(harm.keys) == {cell.trial.key for cell in study.select(method="baseline")}
    line = answer.main_table.of(study, judgements=judgements).provenance
    assert "MNIST, changed laptop scale; 15 trials" in line
    assert "MNIST (the paper's own data; 54,210 training, 120 test images)" in found.data
    assert "5 seeds" in found.data and found.kind == "length"


def test_what_a_run_does_not_have_stands_as_not_run(study):
    table = answer.main_table.of(study, judgements=judge(study))
    assert list(table.columns) == ["Effect", "Paper", "Ours", "Ours minus paper's", "Verdict"]
    assert [row[1] for row in table.rows] == ["–"] * 4
    # Two-phase training was not asked for, so the claim that names it was not judged.
    assert table.rows[0][2:] == ["not run", "–", "– not attempted"]
    said = answer.sentence.of(study, judgements=judge(study))
    assert said.startswith("**The answer.** – Not put to the test: not run at this scale")


def test_the_page_says_claim_caveat_data_and_scale(study):
    assert answer.claim.of(study).startswith("**The claim.** Imbalance makes")
    said = answer.caveat.of(study, judgements=judge(study))
    assert said.startswith("**Biggest caveat.** Training was shorter") and "Data and scale" in said


def test_the_difference_of_effects_has_the_interval_of_both():
    differences = np.array([0.010, 0.016, 0.012, 0.020, 0.008])
    ours = paired_effect(differences)
    found = answer.apart(ours, Published(0.0588, 0.0044, 2.36))
    one, other = differences.var(ddof=1) / 5, 0.0044**2
    free = (one + other) ** 2 / (one**2 / 4 + other**2 / 2.36)
    half = stats.t.ppf(0.975, free) * sqrt(one + other)
    assert found.mean == pytest.approx(differences.mean() - 0.0588)
    assert (found.low, found.high) == pytest.approx((found.mean - half, found.mean + half))
    # Taken as exact where no spread is printed: ours, moved.
    exact = answer.apart(ours, Published(0.0588))
    assert (exact.low, exact.high) == pytest.approx((ours.low - 0.0588, ours.high - 0.0588))
    assert answer.apart(ours, None) is None
    assert not answer.apart(paired_effect([0.01]), Published(0.0588, 0.0044, 2.36)).sure


def test_the_table_has_paper_ours_difference_and_a_marked_verdict():
    table = answer.table_of(made_up(), provenance="retinamnist, laptop scale")
    assert table.rows[0] == [
        "Macro F1, over SimCLR", "+5.9\n[+4.2, +7.5]", "+1.3\n[−0.8, +3.4]",
        "−4.6\n[−8.0, −1.0]", "? undecided",
    ]  # fmt: skip
    assert table.note.startswith("Ours on RetinaMNIST. Effects in percentage points")
    of_summary = answer.table_of(made_up(says="summary"), provenance="x")
    assert of_summary.columns[1] == "Summary" and "The summary's follow" in of_summary.note
    two = answer.table_of(made_up(rows=(row(), row(data="MNIST"))), provenance="x")
    assert [one[0].partition("\n")[2] for one in two.rows] == ["RetinaMNIST", "MNIST"]
    assert table.rows[1][1] == "–" and "printed spreads" in table.note
    assert "alone would say" not in table.note
    # What the guard took back; an interval that ends within the margin is undecided by itself.
    within = row(ours=Ends(0.06, 0.004, 0.116))
    assert "alone would" not in answer.table_of(made_up(rows=(within,)), provenance="x").note
    guarded = row(ours=Ends(0.06, 0.004, 0.116), withheld="holds")
    note = answer.table_of(made_up(rows=(guarded,)), provenance="x").note
    assert "In one line the interval alone would say “holds”; from so few" in note
    both = answer.table_of(made_up(rows=(guarded, guarded)), provenance="x").note
    assert "In 2 lines the interval alone would say “holds”; from so few" in both
    none = answer.table_of(made_up(rows=(row(ours=None, apart=None, word="not run",
                                             verdict="not run"),)), provenance="x")  # fmt: skip
    assert none.rows[0][2:] == ["not run", "–", "not run"]


def test_the_figure_draws_paper_and_ours_under_its_message(written):
    made = Effects([row(), row(words="over AUC-CL", paper=Ends(0.0367))], "Cannot tell: +1.3")
    figure = made.draw()
    text = written(figure).replace("\n", " ")
    assert made.message() == "Cannot tell: +1.3." and "over AUC-CL" in text
    marks = {line.get_marker(): [] for line in figure.axes[0].get_lines()}
    for line in figure.axes[0].get_lines():
        marks[line.get_marker()] += list(line.get_xdata())
    assert marks["D"] == pytest.approx([5.88, 3.67]) and marks["o"] == pytest.approx([1.3, 1.3])
    assert "the paper" in text and "95 % interval" in text


def test_labels_of_several_lines_do_not_run_into_each_other():
    long = "with oversampling over doing nothing, averaged over the whole grid of imbalances"
    figure = Effects([row(words=long) for _ in range(3)], "m").draw()
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    boxes.sort(key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))


def test_the_figure_says_where_less_is_better(written):
    rate = row(metric="eer", paper=None)
    assert "percentage points (less is better)" in written(Effects([rate], "m").draw())
    assert "better" not in written(Effects([row()], "m").draw())


def test_the_figure_has_an_axis_for_each_metric_and_short_words(written):
    cosine = row(metric="class_centre_cosine", ours=Ends(0.2, 0.1, 0.3), paper=None)
    picture = Effects([row(), cosine, row(ours=None), row(ours=None, paper=None)], "m")
    assert [len(rows) for rows in picture.panels.values()] == [2, 1]
    figure = picture.draw()
    of_f1, of_cosine = figure.axes
    assert of_f1.get_xlabel() == "percentage points" and of_cosine.get_xlabel() == "difference"
    drawn = [line for line in of_cosine.get_lines() if line.get_marker() == "o"]
    assert drawn[0].get_xdata()[0] == 0.2, "a cosine is not a hundredth"
    assert "Macro F1" in written(figure)
    many = Effects([row(words=f"over rival number {n}") for n in range(8)], "m")
    assert len(many.words()) <= 250 and many.words().endswith(".")
    with pytest.raises(NothingToShow):
        Effects([row(ours=None, paper=None)], "m")
