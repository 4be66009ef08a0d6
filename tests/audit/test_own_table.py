"""A table of one's own: its columns, what is checked without asking, and what is refused."""

import random

import pytest

from reproduce.audit.outcome import INCONSISTENT
from reproduce.audit.own_table import check, template
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import read
from reproduce.errors import UserError


def checks(text, **options):
    return {one.outcome.check: one.outcome for one in check(text, **options)}


def wrong(text, **options):
    return [one for one in check(text, **options) if one.outcome.inconsistent]


def test_the_template_is_itself_a_table_without_a_finding():
    found = check(template())
    assert len(found) > 20
    assert not [one for one in found if one.outcome.inconsistent]


def test_the_template_says_what_every_column_means():
    for name in ("support", "weighted_f1", "eer", "positives", "test_set"):
        assert f"#   {name}: " in template()


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        ("row,n,runs,accuracy %", "a,502,1,64.81", "proportion"),
        ("row,n,runs,accuracy", "a,292,3,74.54% ± 0.41%", "spread_of_runs"),
        ("row,macro_precision,macro_recall,macro_f1", "a,0.7841,0.7851,0.7920", "macro_f1_bound"),
        ("row,class,precision,recall,f1", "a,cat,0.50,0.50,0.60", "f1_of_class"),
        ("row,accuracy %,weighted_recall", "a,85.68,84.29%", "weighted_recall_is_accuracy"),
        ("row,iba_0.1,iba_0.5,iba_1", "a,0.60,0.55,0.54", "linear_in_alpha"),
        ("row,positives,negatives,runs,recall,precision", "a,10,90,1,0.85,0.90", "binary_matrix"),
    ],
)
def test_one_line_is_checked_by_what_it_prints(header, line, expected):
    found = check(f"{header}\n{line}\n", stated=Stated(spread="sd", averaging="class"))
    assert [one.outcome.check for one in found if one.outcome.status == INCONSISTENT] == [expected]
    assert found[0].row.startswith("a")


MATRIX = """\
table,row,class,n,support,accuracy,recall,macro_recall,predicted cat,predicted dog
Table 1,ours,cat,,40,,0.90,,36,4
Table 1,ours,dog,,60,,0.92,,{dog}
Table 1,ours,,100,,0.91,,0.91,,
"""


def test_a_confusion_matrix_is_held_against_everything_printed_of_it():
    assert wrong(MATRIX.format(dog="5,55")) == []
    found = {one.outcome.check for one in wrong(MATRIX.format(dog="5,45"))}
    assert found == {"matrix_rows", "matrix_total", "score"}
    repair = checks(MATRIX.format(dog="5,45"))["one_cell"]
    assert not repair.inconsistent, "a way to mend it is no second finding"
    assert "45 → 55" in repair.statement


def test_averages_are_held_against_the_lines_of_the_classes():
    text = """\
row,class,support,precision,recall,iou,macro_precision,weighted_precision,accuracy,miou,n
a,cat,10,0.40,0.40,0.30,,,,,
a,dog,30,0.80,0.80,0.70,,,,,
a,,,,,,{macro},{weighted},{accuracy},{miou},{n}
"""
    fine = {"macro": "0.60", "weighted": "0.70", "accuracy": "0.70", "miou": "0.50", "n": "40"}
    assert wrong(text.format(**fine)) == []
    for name, value, expected in (
        ("macro", "0.72", "macro_average"), ("weighted", "0.72", "weighted_average"),
        ("accuracy", "0.75", "weighted_average"), ("miou", "0.52", "mean_iou"),
        ("n", "41", "sum_of_parts"),
    ):  # fmt: skip
        found = {one.outcome.check for one in wrong(text.format(**{**fine, name: value}))}
        assert expected in found, name


def test_shares_of_rows_are_held_against_the_sizes_of_the_classes():
    text = (
        "row,class,support,predicted cat,predicted dog\na,cat,{},0.9273,0.0727\na,dog,50,0.10,0.90"
    )
    assert wrong(text.format(55)) == []
    (found,) = wrong(text.format(54), stated=Stated(orientation="rows_true"))
    assert found.outcome.check == "implied_size"
    assert len(wrong(text.format(54))) == 1, "a heading says that columns are predictions"
    assert wrong(text.format(54), stated=Stated(orientation="rows_predicted")) == []


def test_matrices_are_compared_within_one_test_set_only():
    text = """\
test_set,row,class,predicted cat,predicted dog
{first},ours,cat,36,4
{first},ours,dog,5,55
{second},theirs,cat,35,6
{second},theirs,dog,4,56
"""
    (found,) = wrong(text.format(first="", second=""))
    assert found.outcome.check == "matrices_agree"
    with pytest.raises(UserError, match="nothing in it can be checked"):
        check(text.format(first="A", second="B"))


def test_rounding_is_an_argument():
    text = "row,n,runs,accuracy %\na,503,1,85.68"
    assert wrong(text, mode="either") and not wrong(text, mode="any") and not wrong(text)


def test_two_classes_with_their_spreads_are_held_together():
    text = (
        "row,positives,negatives,runs,accuracy %,macro_precision,macro_recall,macro_f1\n"
        "a,15,285,3,67.24 ± 3.32,0.6450 ± 0.0119,0.7604 ± 0.0209,0.6122 ± 0.0306"
    )
    found = {one.outcome.check: one.outcome.statement for one in wrong(text)}
    (told,) = found.values()
    assert "of one class in the test set, not 15 of 300" in told


@pytest.mark.parametrize("seed", range(60))
def test_tables_of_real_matrices_raise_no_alarm(seed):
    random_ = random.Random(seed)
    classes = ["a", "b", "c", "d"][: random_.randint(2, 4)]
    matrix = [[random_.randint(0, 40) + 30 * (i == j) for j in range(len(classes))]
              for i in range(len(classes))]  # fmt: skip
    digits = random_.randint(2, 4)
    total = sum(map(sum, matrix))
    lines, values = [], {"precision": [], "recall": [], "f1": []}
    for i, name in enumerate(classes):
        truly, predicted = sum(matrix[i]), sum(row[i] for row in matrix)
        scores = (matrix[i][i] / predicted, matrix[i][i] / truly,
                  2 * matrix[i][i] / (truly + predicted))  # fmt: skip
        for part, value in zip(values, scores, strict=True):
            values[part].append(value)
        cells = ",".join(map(str, matrix[i]))
        lines.append(f"ours,{name},,{truly}," + ",".join(f"{one:.{digits}f}" for one in scores)
                     + f",,,,,{cells}")  # fmt: skip
    means = ",".join(f"{sum(found) / len(classes):.{digits}f}" for found in values.values())
    accuracy = 100 * sum(matrix[i][i] for i in range(len(classes))) / total
    lines.append(f"ours,,{total},,,,,{accuracy:.2f},{means}" + "," * len(classes))
    header = (
        "row,class,n,support,precision,recall,f1,accuracy %,macro_precision,macro_recall,macro_f1,"
        + ",".join(f"predicted {name}" for name in classes)
    )
    assert wrong("\n".join([header, *lines])) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a header and at least one line"),
        ("row,n\n", "expected a header and at least one line"),
        ("row,acuracy\na,0.5\n", "did you mean 'accuracy'"),
        ("row,accuracy,accuracy %\na,0.5,50\n", "'accuracy' is there twice"),
        ("row,n,accuracy\na,10\n", "line 2: expected 3 cells"),
        ("# unit: fraction\nrow,n,accuracy\na,10,97.41\n", "name the column 'accuracy %'"),
        ("row,n,accuracy\na,ten,0.5\n", "line 2, n: expected a number of images"),
        ("row,n,accuracy\na,0,0.5\n", "line 2, n: expected at least 1"),
        ("row,n,accuracy\n# told\na,10,about 0.5\n", "nothing in it can be checked"),
        ("row,accuracy\na,0.5\n", "nothing in it can be checked"),
        ("row,class,predicted a,predicted b\nx,b,1,2\nx,a,3,4\n", "in one order"),
        ("row,class,predicted a\nx,a,1\nx,b,2\n", "a line and a column for each class"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(text, message):
    with pytest.raises(UserError) as refused:
        check(text, "mine.csv")
    assert message in str(refused.value) and "\n" not in str(refused.value)


def test_marks_of_bytes_dashes_and_spaces_are_no_numbers():
    (line,) = read("\ufeffrow , n,accuracy %, f1 \n a , 10 , 50.0 , - \n")
    assert (line.row, line.counts["n"], dict(line.scores)) == ("a", 10, {"accuracy": "50.0"})
    assert line.scales == {"accuracy": 100}
