"""How often the rule of verdicts speaks falsely, and how often it speaks at all.

`python -m benchmarks.verdict_rates` simulates experiments whose truth is known, other ones than
those that set the guard, and writes `book/results/verdict_rates.json`, from which
`benchmarks.verdict_page` makes the book's page. About two minutes on one core.
"""

import json

import numpy as np
from scipy import special

from benchmarks.verdict_guard import REPEATS, TARGET, calibrate, commit
from reproduce.evaluation.guard import guarded_multiple
from reproduce.evaluation.guard_table import MULTIPLES, SHARES
from reproduce.evaluation.joint import max_statistic_level
from reproduce.evaluation.power import power, rates_of, reach
from reproduce.evaluation.rule import Multiples, words
from reproduce.evaluation.simulated import COLLAPSE, FAMILIES, LOPSIDED, experiments
from reproduce.files import project_root, write_text
from reproduce.randomness import generator

RESULT = "book/results/verdict_rates.json"
NUMBER, SEED = 20_000, 2
KS, SEEN_SHARES, EFFECTS = (
    (5, 6, 8, 10, 15, 20, 25, 30, 40),
    (0.0, 0.25, 0.5, 0.75, 0.9),
    (2, 3, 5, 8, 12),
)
POWER_KS = (5, 10, 20, 30)
PARTS, CORRELATIONS, CLAIMS = (2, 6, 12, 42), (0.0, 0.5, 0.95), 1000
# Test images for each training image, where every repeat has a split of its own.
RATIOS = (0.1, 0.25, 0.4)
# In standard errors: so small a margin that only the sign of an effect counts.
MARGIN = 0.05
FIRM = ("holds", "holds, smaller", "holds in part", "opposite", "no practical difference")


def single() -> tuple[list[dict], list[dict]]:
    """Return false firm words where nothing is true, and how often a true effect is found."""
    false, found = [], []
    for family in FAMILIES:
        for k in KS:
            for share in SEEN_SHARES:
                sample, row = experiments(family, k, share, NUMBER, SEED), {}
                base = {"family": family, "k": k, "share": share}
                for name, guarded in (("interval", False), ("guarded", True)):
                    wide = reach(sample, k, guarded=guarded)
                    rates = rates_of(
                        words(sample.mean, sample.standard_error, wide, "greater", MARGIN)
                    )
                    row[name] = _said(rates)
                false.append(base | row)
                if k not in POWER_KS or share not in (0.0, 0.5, 0.9):
                    continue
                for effect in EFFECTS:
                    row = {}
                    for name, guarded in (("interval", False), ("guarded", True)):
                        codes = words(
                            effect + sample.mean, sample.standard_error,
                            reach(sample, k, guarded=guarded), "greater", MARGIN,
                        )  # fmt: skip
                        row[name] = round(rates_of(codes)["holds"], 4)
                    found.append(base | {"effect": effect} | row)
    return false, found


def several() -> list[dict]:
    """Return how often claims of several parts are refuted, by maximum statistic and Bonferroni.

    Each claim's joint level is found from its own differences and draws, as in a study.
    """
    rows = []
    for k in (5, 10):
        for parts in PARTS:
            for correlation in CORRELATIONS:
                sample = experiments(
                    "normal", k, 0.5, CLAIMS, SEED, parts=parts, correlation=correlation,
                    keep_draws=True,
                )  # fmt: skip
                joint = [
                    max_statistic_level(differences, draws, resamples=300, seed=number)
                    for number, (differences, draws) in enumerate(
                        zip(sample.differences, sample.image_draws, strict=True)
                    )
                ]
                row = {"k": k, "parts": parts, "correlation": correlation}
                for name, level in (("joint", np.array(joint)), ("number", 1 - 0.05 / parts)):
                    wide = _cautious(sample, k, level)
                    beyond = np.abs(sample.mean) > wide * sample.standard_error
                    below = sample.mean - 4 + wide * sample.standard_error < 0
                    row[f"false_{name}"] = round(float(beyond.any(axis=1).mean()), 4)
                    row[f"refuted_{name}"] = round(float(below.any(axis=1).mean()), 4)
                rows.append(row)
    return rows


def lopsided_claims() -> list[dict]:
    """Return false firm words about claims of several lopsided parts, of which nothing is true."""
    rows = []
    for family in ("normal", "log-normal", "collapse by 20 sd"):
        for k in (5, 10, 20):
            for parts in (1, 3, 12):
                for correlation in (0.0, 0.95) if parts > 1 else (0.0,):
                    options = {"family": family, "correlation": correlation, "seed": SEED}
                    options["simulations"] = 10_000
                    rates = power(k**0.5, 0.0, k, MARGIN, parts, **options)
                    row = {"family": family, "k": k, "parts": parts, "correlation": correlation}
                    rows.append(row | {"guarded": _said(rates)})
    return rows


def resplit() -> list[dict]:
    """Return false firm words where each repeat has a split of its own, and nothing is true.

    Repeats share part of their training images, so they stray together as Nadeau and Bengio take
    it, correlated by n_test / (n_train + n_test). A collapse is the affair of one training alone.
    """
    rows = []
    for family in FAMILIES:
        for k in POWER_KS:
            for ratio in RATIOS:
                random = generator(SEED, f"re-split {family}", k, round(100 * ratio))
                own = FAMILIES[family](random, (NUMBER, k))
                shared = random.normal(size=(NUMBER, 1)) * ratio**0.5 * _of_the_others(family)
                differences = own + shared
                mean, squared = differences.mean(axis=1), differences.var(axis=1, ddof=1)
                error, share = np.sqrt(squared * (1 / k + ratio)), ratio / (1 / k + ratio)
                plain = special.stdtrit(k - 1, 0.975)
                row = {"family": family, "k": k, "ratio": ratio}
                for name, guard in (
                    ("interval", 0.0),
                    ("before", guarded_multiple(k, share)),
                    ("guarded", guarded_multiple(k, 0.0)),
                ):
                    wide = Multiples(plain, plain, plain, guard)
                    rates = rates_of(words(mean[:, None], error[:, None], wide, "greater", 0.0))
                    row[name] = _said(rates)
                rows.append(row)
    return rows


def _of_the_others(family: str) -> float:
    """Return the spread of repeats that did not collapse."""
    if not family.startswith("collapse"):
        return 1.0
    depth = float(family.split()[2])
    return float((1 + COLLAPSE * (1 - COLLAPSE) * depth**2) ** -0.5)


def _said(rates: dict) -> float:
    return round(sum(rates.get(word, 0.0) for word in FIRM), 4)


def _cautious(sample, k: int, level) -> np.ndarray:
    tail = 0.5 + np.broadcast_to(level, len(sample.mean))[:, None] / 2
    of_seeds, of_images = special.stdtrit(k - 1, tail), special.stdtrit(199, tail)
    plain = special.stdtrit(sample.degrees, 0.975)
    return np.maximum(plain, (1 - sample.share) * of_seeds + sample.share * of_images)


def guards() -> list[dict]:
    """Return the guard in force, and what it would be against collapses of at most 10 sd."""
    milder = tuple(family for family in LOPSIDED if family != "collapse by 20 sd")
    return [
        {
            "k": k, "multiples": list(MULTIPLES[k]),
            "at_most_10_sd": calibrate(k, milder).tolist(),
            "unseen": round(0.9**k, 4), "in_sd": round(float(guarded_multiple(k, 0.0)) / k**0.5, 2),
        }
        for k in REPEATS
    ]  # fmt: skip


def run() -> None:
    """Simulate everything and write the results."""
    false, found = single()
    stored = {
        "commit": commit(), "seed": SEED, "experiments": NUMBER, "claims": CLAIMS,
        "target": TARGET, "shares": list(SHARES), "guards": guards(), "false": false,
        "power": found, "parts": several(), "lopsided_claims": lopsided_claims(),
        "resplit": resplit(),
    }  # fmt: skip
    rows = {name: _lines(value) for name, value in stored.items()}
    text = "{\n" + ",\n".join(f'"{name}": {value}' for name, value in rows.items()) + "\n}\n"
    write_text(project_root() / RESULT, text)
    for name in ("interval", "guarded"):
        worst = max(false, key=lambda row: row[name])
        print(f"{name}: false at most in {worst[name]:.1%} ({worst})")


def _lines(value) -> str:
    """Return JSON with one line a row."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    run()
