"""What errors cost: by hand, and the cases in which it is a metric that is known."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.costs import expected_cost, missed

MATRIX = np.array([[50, 3, 7], [4, 10, 6], [1, 0, 1]])
COSTS = np.array([[0, 2, 1], [3, 0, 5], [8, 13, 0]])


def test_every_answer_pays_what_the_matrix_says():
    # An image after the other, each with its own price.
    paid = [COSTS[i, j] for i in range(3) for j in range(3) for _ in range(MATRIX[i, j])]
    assert expected_cost(MATRIX, COSTS) == pytest.approx(np.mean(paid), rel=1e-12)


def test_a_mix_is_that_of_where_it_is_used():
    shares, generator = np.array([0.7, 0.1, 0.2]), np.random.default_rng(0)
    by_hand = sum(
        shares[i] * sum(MATRIX[i, j] / MATRIX[i].sum() * COSTS[i, j] for j in range(3))
        for i in range(3)
    )
    assert expected_cost(MATRIX, COSTS, shares) == pytest.approx(by_hand, rel=1e-12)
    assert expected_cost(MATRIX, COSTS, 300 * shares) == pytest.approx(by_hand, rel=1e-12)
    true = generator.choice(3, 200_000, p=shares)
    answers = [generator.choice(3, p=row / row.sum(), size=200_000) for row in MATRIX]
    drawn = COSTS[true, np.choose(true, answers)].mean()
    assert drawn == pytest.approx(by_hand, abs=0.03)


def test_equal_prices_are_one_minus_the_accuracy():
    accuracy = np.trace(MATRIX) / MATRIX.sum()
    assert expected_cost(MATRIX, missed(np.ones(3))) == pytest.approx(1 - accuracy, rel=1e-12)


def test_prices_that_make_up_for_the_shares_are_one_minus_the_mean_recall():
    shares = np.array([100, 10, 1])
    recall = np.mean(np.diag(MATRIX) / MATRIX.sum(axis=1))
    cost = expected_cost(MATRIX, missed(1 / shares), shares)
    assert cost * shares.sum() / 3 == pytest.approx(1 - recall, rel=1e-12)


def test_a_class_that_never_comes_needs_no_image():
    matrix = np.array([[3, 1], [0, 0]])
    assert expected_cost(matrix, missed([2, 9]), [1, 0]) == pytest.approx(0.5)
    with pytest.raises(UserError, match="a class has a share and no tested image"):
        expected_cost(matrix, missed([2, 9]), [1, 1])


def test_nonsense_is_refused():
    with pytest.raises(UserError, match=r"received \(2, 2\) beside \(3, 3\)"):
        expected_cost(MATRIX, missed([1, 2]))
    for shares in ([1, 2], [1, -1, 1], [0, 0, 0], [np.nan, 1, 1]):
        with pytest.raises(UserError, match="shares expected one number from 0 for each of 3"):
            expected_cost(MATRIX, COSTS, shares)
