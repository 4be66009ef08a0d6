"""Two-class scores as means and spreads over runs: no false alarm, and what is found."""

import random
import statistics

import pytest

from reproduce.audit.bounds import within
from reproduce.audit.runs import ALIKE, one_test_set, possible_shares, scores_of_runs
from reproduce.errors import UserError

PERCENT = {"accuracy": 100}


def scores_of(tp: int, positives: int, tn: int, negatives: int) -> dict[str, float]:
    """Return the scores of one run, from its four cells alone."""
    fn, fp = positives - tp, negatives - tn
    precisions = [tp / (tp + fp) if tp + fp else 0.0, tn / (tn + fn) if tn + fn else 0.0]
    recalls = [tp / positives, tn / negatives]
    f1 = [2 * tp / (2 * tp + fp + fn), 2 * tn / (2 * tn + fp + fn) if tn + fp + fn else 0.0]
    return {
        "accuracy": 100 * (tp + tn) / (positives + negatives),
        "macro_precision": sum(precisions) / 2, "macro_recall": sum(recalls) / 2,
        "macro_f1": sum(f1) / 2, "precision": precisions[0], "recall": recalls[0], "f1": f1[0],
    }  # fmt: skip


def row(random_: random.Random, names=ALIKE, runs=3):
    """Return (printed scores, positives, n, runs) of a table row of real runs."""
    n = random_.randint(40, 600)
    positives = random_.randint(2, n // 2)
    negatives = n - positives
    rates = [random_.uniform(0.3, 1), random_.uniform(0.4, 1)]
    each = []
    for _ in range(runs):
        tp = round(positives * min(1, max(0, rates[0] + random_.gauss(0, 0.03))))
        tn = round(negatives * min(1, max(0, rates[1] + random_.gauss(0, 0.02))))
        each.append(scores_of(tp, positives, tn, negatives))
    deviation = random_.choice([statistics.stdev, statistics.pstdev])
    digits = {"accuracy": 2}
    printed = {}
    for name in names:
        values = [one[name] for one in each]
        d = digits.get(name, random_.choice([3, 4]))
        printed[name] = f"{statistics.mean(values):.{d}f} ± {deviation(values):.{d}f}"
    return printed, positives, n, runs


@pytest.mark.parametrize("seed", range(50))
def test_runs_that_were_made_raise_no_alarm(seed):
    random_ = random.Random(seed)
    runs = random_.choice([2, 3, 5])
    printed, positives, n, runs = row(random_, runs=runs)
    known = scores_of_runs(printed, runs, share=(positives, n), scales=PERCENT)
    assert not known.inconsistent, known.statement
    anywhere = scores_of_runs(printed, runs, scales=PERCENT)
    assert not anywhere.inconsistent, anywhere.statement


@pytest.mark.parametrize("seed", range(20))
def test_scores_of_one_class_raise_no_alarm(seed):
    names = ("accuracy", "precision", "recall", "f1")
    printed, positives, n, runs = row(random.Random(1000 + seed), names)
    found = scores_of_runs(printed, runs, share=(positives, n), scales=PERCENT)
    assert not found.inconsistent, found.statement


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_one_test_set_raise_no_alarm(seed):
    random_ = random.Random(2000 + seed)
    n = random_.randint(100, 400)
    positives = random_.randint(5, n // 2)
    rows = {}
    for name in ("first", "second"):
        base = (
            random_.randint(positives // 2, positives),
            random_.randint((n - positives) // 2, n - positives),
        )
        each = [
            scores_of(max(0, base[0] - step), positives, max(0, base[1] - 2 * step), n - positives)
            for step in (0, 1, 2)
        ]
        rows[name] = {
            score: f"{statistics.mean([one[score] for one in each]):.4f} ± "
            f"{statistics.stdev([one[score] for one in each]):.4f}"
            for score in ALIKE
        }
    found = one_test_set(rows, 3, scales=PERCENT)
    assert not found.inconsistent, found.statement


def printed_of(each, names=ALIKE, deviation=statistics.pstdev):
    return {
        name: f"{statistics.mean([one[name] for one in each]):.4f} ± "
        f"{deviation([one[name] for one in each]):.4f}"
        for name in names
    }


def test_runs_as_far_apart_as_can_be_raise_no_alarm():
    """No run is near the means: every one is a whole standard deviation away."""
    each = [scores_of(20, 20, 10, 80), scores_of(2, 20, 80, 80)]
    found = scores_of_runs(printed_of(each), 2, share=(20, 100), scales=PERCENT)
    assert not found.inconsistent, found.statement


def test_scores_of_the_larger_class_raise_no_alarm():
    each = [scores_of(tp, 80, 15, 20) for tp in (70, 71, 72)]
    names = ("accuracy", "precision", "recall", "f1")
    found = scores_of_runs(printed_of(each, names), 3, scales=PERCENT)
    assert not found.inconsistent, found.statement


def test_rows_of_two_test_sets_are_told_apart():
    rare = printed_of([scores_of(tp, 10, 170, 190) for tp in (8, 8, 9)])
    even = printed_of([scores_of(tp, 90, 98, 110) for tp in (72, 72, 73)])
    found = one_test_set({"rare": rare, "even": even}, 3, scales=PERCENT)
    assert found.inconsistent
    assert all(found.evidence["shares"].values()), "each alone has some"
    assert "no one share allows all rows" in found.statement


@pytest.mark.thorough
def test_a_wrong_share_and_a_wrong_score_are_found_in_most_rows():
    """Found when this was written: 29 wrong shares and 30 wrong scores of 30."""
    shares = scores = 0
    for seed in range(30):
        printed, positives, n, runs = row(random.Random(3000 + seed))
        other = max(1, positives // 3)
        shares += scores_of_runs(printed, runs, share=(other, n), scales=PERCENT).inconsistent
        mean, spread = printed["macro_f1"].split(" ± ")
        wrong = {**printed, "macro_f1": f"{min(0.999, float(mean) + 0.1):.4f} ± {spread}"}
        scores += scores_of_runs(wrong, runs, share=(positives, n), scales=PERCENT).inconsistent
    assert shares >= 27
    assert scores >= 27


def test_a_run_found_possible_has_the_scores():
    printed = {"accuracy": "76.35 ± 0.65", "macro_recall": "0.8093 ± 0.0123"}
    found = scores_of_runs(printed, 3, share="16", scales=PERCENT)
    run = found.evidence["one_such_run"]
    recall = (run["recall_of_that_class"] + run["recall_of_the_other"]) / 2
    assert abs(recall - 0.8093) < 0.0123 * 2**0.5 + 1e-3


def test_the_possible_shares_hold_the_true_one():
    for seed in range(8):
        printed, positives, n, runs = row(random.Random(4000 + seed))
        wrong = scores_of_runs(printed, runs, share="0.01", scales=PERCENT)
        if wrong.inconsistent and wrong.evidence["shares_that_may_have_them"]:
            low, high = wrong.evidence["shares_that_may_have_them"]
            assert low <= positives / n <= high


def test_nothing_can_have_a_recall_above_one():
    assert possible_shares({"macro_recall": (1.2, 1.3)}) is None


def test_unusable_input_is_refused_in_one_line():
    with pytest.raises(UserError, match="unknown score"):
        scores_of_runs({"recal": "0.5 ± 0.1"}, 3)
    with pytest.raises(UserError, match="at least 2"):
        scores_of_runs({"recall": "0.5 ± 0.1"}, 1)
    with pytest.raises(UserError, match="share"):
        scores_of_runs({"recall": "0.5 ± 0.1"}, 3, share="100")
    with pytest.raises(UserError, match="at least two rows"):
        one_test_set({"one": {"recall": "0.5 ± 0.1"}}, 3)


def test_a_result_is_held_against_its_range():
    assert within("5 * 100", high="100").inconsistent
    assert not within("99.96 + 0.04", high="100").inconsistent
    assert within("0.2 - 0.5", low="0").statement == "0.2 - 0.5 = -0.3 is less than 0"
    assert within("0.5", low="0", high="1").statement == "0.5 is at least 0 and at most 1"
    assert within("5,000", high="1,000").statement == "5,000 is more than 1,000"
    with pytest.raises(UserError, match="expected a lower end"):
        within("5")
