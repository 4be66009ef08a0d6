"""What is said of a table beside its numbers: where it may stand, and which place wins."""

import pytest

from reproduce.audit.stated import Stated, stated
from reproduce.audit.table_rows import read
from reproduce.errors import UserError

TABLE = "row,accuracy %,precision,recall,f1\na,64.81,0.70,0.60,0.60\n"


def test_nothing_is_stated_where_nobody_says_it():
    (line,) = read(TABLE)
    assert line.stated == Stated() and set(line.scores) >= {"precision", "recall", "f1"}


@pytest.mark.parametrize(
    "text",
    [
        "# averaging: macro\n# runs = 5\n" + TABLE,
        "% averaging: macro\n# Runs: 5\n" + TABLE,
        "averaging: macro\nruns: 5\n" + TABLE,
        '"averaging: macro",,,,\n"runs: 5",,,,\n' + TABLE,
        "<!-- averaging: macro -->\n<!-- runs: 5 -->\n| row | accuracy % | precision | recall "
        "| f1 |\n|--|--|--|--|--|\n| a | 64.81 | 0.70 | 0.60 | 0.60 |\n",
    ],
)  # fmt: skip
def test_a_line_beside_the_table_states_a_fact(text):
    (line,) = read(text)
    assert (line.stated.averaging, line.stated.runs, line.runs) == ("macro", 5, 5)
    assert set(line.scores) == {"accuracy", "macro_precision", "macro_recall", "macro_f1"}


def test_the_nearer_place_wins():
    text = "# runs: 3\nrow,n,runs,accuracy %\na,100,5,64.8\nb,100,,64.8\n"
    assert [one.runs for one in read(text)] == [5, 3]
    assert [one.runs for one in read(text, said=Stated(runs=4))] == [5, 4]


def test_sizes_of_classes_reach_the_lines_of_the_classes():
    found = read("row,class,recall,accuracy\na,cat,0.90,\na,dog,0.92,\na,,,0.91\n",
                 said=stated({"counts": "cat=40, dog=60"}))  # fmt: skip
    assert [dict(one.counts) for one in found] == [{"support": 40}, {"support": 60}, {"n": 100}]


def test_a_sentence_states_nothing():
    (line,) = read("# n: test images\n# averaging: macro, or so they say\n" + TABLE)
    assert line.stated == Stated()


def test_facts_over_facts_fill_only_what_is_silent():
    assert Stated(runs=3).over(Stated(runs=5, n=10)) == Stated(runs=3, n=10)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"averaging": "makro"}, "averaging: expected one of macro, weighted, micro, class"),
        ({"spread": "sigma"}, "spread: expected one of sd"),
        ({"runs": "five"}, "runs: expected a whole number"),
        ({"n": "0"}, "n: expected a whole number from 1"),
        ({"folds": "9" * 30}, "folds: expected a whole number"),
        ({"counts": "cat=40, cat=60"}, "the class 'cat' is there twice"),
        ({"avaraging": "macro"}, "did you mean 'averaging'"),
    ],
)
def test_a_slip_is_one_line(said, message):
    with pytest.raises(UserError) as refused:
        stated(said, "mine.csv")
    assert message in str(refused.value) and str(refused.value).startswith("mine.csv: ")
