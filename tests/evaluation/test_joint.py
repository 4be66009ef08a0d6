"""The maximum statistic against a slow one, and its level on parts that go together or do not."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from reproduce.evaluation.guard import guarded_multiple
from reproduce.evaluation.joint import deviate, joint_level, max_statistic_level
from reproduce.evaluation.several import guard_of, holm_levels, multiples, whole
from reproduce.evaluation.significance import (
    FIXED,
    RESPLIT,
    cautious_quantile,
    paired_effect,
    resplit_effect,
)
from reproduce.evaluation.simulated import experiments
from reproduce.evaluation.verdicts import Contrast, Verdict, judge_claim


def slow_level(differences, draws, resamples):
    """Draw each row with numpy's own normal vectors, and take exact t probabilities, one by one."""
    random, (k, parts) = np.random.default_rng(5), differences.shape
    r = np.corrcoef(differences.T)
    apart = r[np.triu_indices(parts, 1)]
    weight = min(1.0, sum((1 - apart**2) ** 2) / (k - 1) / sum(apart**2))
    r = (1 - weight) * r + weight * np.eye(parts)
    sd = differences.std(axis=0, ddof=1)
    v = draws.var(axis=0, ddof=1)
    chances = []
    for _ in range(resamples):
        rows = random.multivariate_normal(np.zeros(parts), r * np.outer(sd, sd), size=k)
        images = random.multivariate_normal(np.zeros(parts), np.cov(draws.T))
        known = v * random.chisquare(len(draws) - 1) / (len(draws) - 1)
        values = []
        for part in range(parts):
            a, b = rows[:, part].var(ddof=1) / k, known[part]
            t = abs(rows[:, part].mean() + images[part]) / np.sqrt(a + b)
            degrees = (a + b) ** 2 / (a**2 / (k - 1) + b**2 / (len(draws) - 1))
            values.append(stats.t.sf(t, degrees))
        chances.append(values)
    edge = np.quantile([min(values) for values in chances], 0.05)
    return 1 - np.mean(np.array(chances) < edge)


@pytest.mark.parametrize(("parts", "correlation", "share"), [(3, 0.0, 0.3), (4, 0.9, 0.6)])
def test_the_level_is_that_of_a_slow_reference(parts, correlation, share):
    sample = experiments(
        "normal", 6, share, 1, 3, parts=parts, correlation=correlation, keep_draws=True
    )
    differences, draws = sample.differences[0], sample.image_draws[0]
    fast = max_statistic_level(differences, draws, resamples=20_000)
    # A 5 % quantile of 2,000 has a relative error of about 10 %.
    assert 1 - fast == pytest.approx(1 - slow_level(differences, draws, 2000), rel=0.3)


@pytest.mark.parametrize(("k", "parts", "correlation"), [
    (5, 2, 0.0), (5, 12, 0.5), (10, 12, 0.95), *(
        pytest.param(*one, marks=pytest.mark.thorough)
        for one in [(5, 2, 0.95), (5, 12, 0.0), (10, 42, 0.5)]),
])  # fmt: skip
def test_false_refutations_of_simulated_claims(k, parts, correlation):
    number = 500
    sample = experiments(
        "normal", k, 0.3, number, 8, parts=parts, correlation=correlation, keep_draws=True
    )
    false = 0
    for one in range(number):
        level = max_statistic_level(
            sample.differences[one], sample.image_draws[one], resamples=300, seed=one
        )
        seeds, images = (stats.t.ppf(0.5 + level / 2, degrees) for degrees in (k - 1, 199))
        reach = (1 - sample.share[one]) * seeds + sample.share[one] * images
        false += (np.abs(sample.mean[one]) > reach * sample.standard_error[one]).any()
    # 6 % and two standard errors of 500.
    assert false / number < 0.06 + 0.021


def test_parts_that_go_together_cost_less_than_bonferroni_and_one_part_nothing():
    levels = {}
    for correlation in (0.0, 0.95):
        sample = experiments("normal", 10, 0.0, 1, 1, parts=42, correlation=correlation)
        levels[correlation] = max_statistic_level(sample.differences[0])
    assert 0.95 < levels[0.95] < 0.992 < levels[0.0] <= 1 - 0.05 / 42
    assert max_statistic_level(sample.differences[0][:, :1]) == 0.95
    same = np.repeat(sample.differences[0][:, :1], 5, axis=1)
    assert max_statistic_level(same) == pytest.approx(0.95, abs=0.01)


def test_deviates_are_as_rare_as_their_t():
    for degrees in (3.0, 4.0, 15.7, 199.0):
        t = np.array([1.0, 2.5, 6.0])
        exact = stats.norm.isf(stats.t.sf(t, degrees))
        assert deviate(t, np.full(3, degrees)) == pytest.approx(exact, abs=0.04)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_the_cautious_quantile_keeps_its_level_in_the_far_tail(share):
    sample = experiments("normal", 5, share, 60_000, 4)
    seeds, images = (stats.t.isf(0.0021, degrees) for degrees in (4, 199))
    reach = (1 - sample.share) * seeds + sample.share * images
    beyond = (np.abs(sample.mean) > reach * sample.standard_error).mean()
    assert beyond < 0.0042 + 3 * np.sqrt(0.0042 / 60_000)
    e = paired_effect([1.0, 2.0, 3.0, 4.0, 6.0], 0.3)
    by_hand = (1 - e.share_of_images) * stats.t.isf(0.0021, 4) + e.share_of_images * stats.t.isf(
        0.0021, 199
    )
    assert cautious_quantile(e, 0.9958) == pytest.approx(by_hand)


def effects(values, seeds=(1, 2, 3, 4, 5, 6), draws=None):
    return [
        paired_effect(v, seeds=seeds, image_draws=None if draws is None else d)
        for v, d in zip(values, draws if draws is not None else values, strict=True)
    ]


def test_without_common_seeds_or_draws_there_is_no_joint_level():
    random = np.random.default_rng(0)
    values, draws = random.normal(size=(2, 6)), random.normal(size=(2, 50)) / 9
    first, second = effects(values, draws=draws)
    assert 0.95 < joint_level([first, second]) <= 0.975
    assert joint_level(effects(values)) is not None, "no images, so seeds are enough"
    other = effects(values, seeds=(1, 2, 3, 4, 5, 7), draws=draws)[1]
    bare = paired_effect(values[1], 0.1, seeds=(1, 2, 3, 4, 5, 6))
    short = effects(values, draws=draws[:, :40])[1]
    unnamed = paired_effect(values[1], image_draws=draws[1])
    for stranger in (other, bare, short, unnamed):
        assert joint_level([first, stranger]) is None
        pair = [Contrast(n, e, "greater", 0.1) for n, e in (("a", first), ("b", stranger))]
        assert multiples(pair)[0].upper == cautious_quantile(first, 0.975)


def test_an_overlap_of_training_parts_does_not_lower_the_guard():
    """Test images of the same share do: behind them no collapse hides."""
    differences = [0.02, 0.03, 0.025, 0.01, 0.02]
    split = resplit_effect(differences, 400, 100, seeds=range(5))
    fixed = replace(split, design=FIXED)
    assert split.share_of_images == pytest.approx(0.25 / (0.2 + 0.25)) and split.design == RESPLIT
    assert guard_of(split) == guarded_multiple(5, 0.0) > guard_of(fixed) > 1.96
    [of_split], [of_fixed] = (
        multiples([Contrast("a", one, "greater", 0.001)]) for one in (split, fixed)
    )
    assert of_split.guard == guard_of(split) and of_fixed.guard == guard_of(fixed)


def test_holm_goes_on_while_parts_fail():
    def part(mean):
        return Contrast(str(mean), paired_effect([mean - 0.1, mean, mean + 0.1]), "greater", 0.001)

    # Two degrees of freedom, SE = .0577: the two-sided values are .0033, .0133, .054 and 1.
    contrasts = [part(-0.5), part(1.0), part(-0.24), part(-1.0)]
    assert holm_levels(contrasts) == pytest.approx([1 - 0.05 / 3, 0.975, 0.975, 1 - 0.05 / 4])


def test_a_claim_of_many_kindred_parts_can_be_refuted():
    """All parts lie 7 standard errors the wrong way: too little for Bonferroni at 42 parts."""
    random = np.random.default_rng(2)
    common = random.normal(size=6) + np.array([1, -1, 1, -1, 1, -1]) * 0.2
    common = (common - common.mean()) / common.std(ddof=1)
    draws = random.normal(size=200)
    contrasts, strangers = [], []
    for number in range(42):
        values = common + 0.02 * random.normal(size=6)
        kin = draws * 3 + 0.02 * random.normal(size=200)
        effect = paired_effect(values - 12.0, image_draws=kin, seeds=range(6))
        contrasts.append(Contrast(str(number), effect, "greater", 0.1))
        alone = paired_effect(values - 12.0, float(kin.var(ddof=1)))
        strangers.append(Contrast(str(number), alone, "greater", 0.1))
    reach, apart = multiples(contrasts)[0], multiples(strangers)[0]
    assert reach.upper < 1.2 * reach.plain < 1.5 * reach.plain < apart.upper
    judgement = judge_claim(contrasts, scale="laptop", data_role="own")
    assert judgement.word == "opposite"
    assert {part.verdict for part in judgement.parts} == {Verdict.OPPOSITE}


def test_the_failing_word_of_a_claim_is_one_of_its_parts():
    holds, flat, bad = Verdict.HOLDS, Verdict.NO_DIFFERENCE, Verdict.OPPOSITE
    assert whole([holds, flat]) == (Verdict.HOLDS_IN_PART, 1)
    assert whole([flat, bad, Verdict.UNDECIDED]) == (bad, 1)
    assert whole([Verdict.ANOTHER_SIZE, flat]) == (Verdict.ANOTHER_SIZE, 1)
