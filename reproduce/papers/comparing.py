"""What differs between two runs of one paper, and what moved."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from reproduce import papers
from reproduce.papers.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

METRICS = ("accuracy", "auc")


@dataclass
class Comparison:
    """Parameters that differ, metrics that moved, verdicts that changed."""

    parameters: list[tuple[str, Any, Any]]
    shared: int = 0
    moved: int = 0
    metrics: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str, str]] = field(default_factory=list)


def compare(paper: str, one: Edition, other: Edition) -> Comparison:
    """Compare two editions of a paper by what they carry, without training or executing."""
    left, right = one.stamp(paper), other.stamp(paper)
    names = sorted({*left["parameters"], *right["parameters"]})
    values = [(n, left["parameters"].get(n), right["parameters"].get(n)) for n in names]
    found = Comparison([row for row in values if row[1] != row[2]])
    by_key = [
        {result.key: result.metrics for result in editions.read_results(edition, paper, Store())}
        for edition in (one, other)
    ]
    both = set(by_key[0]) & set(by_key[1])
    found.shared = len(both)
    found.moved = sum(by_key[0][key] != by_key[1][key] for key in both)
    found.metrics = _moves(_means(paper, one), _means(paper, other))
    before = {row["claim"]: row["verdict"] for row in left["verdicts"]}
    after = {row["claim"]: row["verdict"] for row in right["verdicts"]}
    found.verdicts = [(c, before[c], after[c]) for c in before if before[c] != after.get(c, "")]
    return found


def _means(paper: str, edition: Edition) -> dict[tuple[str, str, str], tuple[float, int]]:
    """Return metric means over seeds by (method, point, metric)."""
    parameters = papers.protocol(paper).PARAMETERS.read(edition.stamp(paper)["given"])
    store = Store()
    editions.merge(store, edition, paper)
    groups = defaultdict(list)
    for row in Study(paper, parameters, store).observations():
        factors = ("imbalance", "dataset", "rho", "mu")
        at = " ".join(f"{n} {row[n]}" for n in factors if n in row)
        for metric in METRICS:
            groups[(row["method"], at, metric)].append(row[metric])
    return {key: (mean(values), len(values)) for key, values in groups.items()}


def _moves(left: dict, right: dict) -> list[tuple[str, str, str, str, str, str]]:
    rows = []
    for method, at, metric in left:
        if (method, at, metric) in right:
            (a, n), (b, m) = left[method, at, metric], right[method, at, metric]
            before, after = f"{100 * a:.2f} % (n={n})", f"{100 * b:.2f} % (n={m})"
            rows.append((method, at, metric, before, after, f"{100 * (b - a):+.2f} points"))
    return rows
