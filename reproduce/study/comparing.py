"""What differs between two runs of one paper, and what moved."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from reproduce.errors import UserError
from reproduce.study.parameters import Parameters
from reproduce.study.protocol import Protocol
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

METRICS = ("accuracy", "macro_f1", "auc")
ABSENT = "not in it"

# Mean over seeds, and how many, by (method, point, metric).
Means = dict[tuple[str, str, str], tuple[float, int]]


@dataclass
class Comparison:
    """Parameters that differ, metrics that moved, verdicts that changed."""

    parameters: list[tuple[str, Any, Any]]
    shared: int = 0
    moved: int = 0
    metrics: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str, str]] = field(default_factory=list)


def compare(protocol: Protocol, one: Edition, other: Edition) -> Comparison:
    """Compare two editions of a paper by what they carry, without training or executing."""
    paper = protocol.paper.key
    left, right = (_stamp(edition, paper) for edition in (one, other))
    # Read again: an edition is silent on parameters that are younger than it is.
    asked = [_parameters(protocol, stamp).model_dump(mode="json") for stamp in (left, right)]
    values = [(name, asked[0][name], asked[1][name]) for name in sorted(asked[0])]
    found = Comparison([row for row in values if row[1] != row[2]])
    # Stores of their own: what two editions say of one trial must not be mixed, nor taken over.
    with TemporaryDirectory(prefix="reproduce-compare-") as folder:
        stores = [Store(Path(folder) / name) for name in ("one", "other")]
        for store, edition in zip(stores, (one, other), strict=True):
            editions.merge(store, edition, paper)
        by_key = [{result.key: result.metrics for result in store.results()} for store in stores]
        found.metrics = _moves(
            _means(protocol, left, stores[0]), _means(protocol, right, stores[1])
        )
    both = set(by_key[0]) & set(by_key[1])
    found.shared = len(both)
    found.moved = sum(by_key[0][key] != by_key[1][key] for key in both)
    before, after = (_verdicts(stamp) for stamp in (left, right))
    claims = dict.fromkeys([*before, *after])
    rows = [(claim, before.get(claim, ABSENT), after.get(claim, ABSENT)) for claim in claims]
    found.verdicts = [row for row in rows if row[1] != row[2]]
    return found


def _stamp(edition: Edition, paper: str) -> dict[str, Any]:
    stamp = edition.stamp(paper)
    if stamp is None:
        raise UserError(f"{edition.root} holds no page of {paper}; expected two runs of one paper")
    return stamp


def _verdicts(stamp: dict[str, Any]) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in stamp["verdicts"]}


def _parameters(protocol: Protocol, stamp: dict[str, Any]) -> Parameters:
    return protocol.parameters.read(stamp["given"])


def _means(protocol: Protocol, stamp: dict[str, Any], store: Store) -> Means:
    """Return metric means over seeds by (method, point, metric)."""
    study = Study(protocol, _parameters(protocol, stamp), store).as_far_as_done()
    groups = defaultdict(list)
    for row in study.observations():
        at = " ".join(f"{name} {row[name]}" for name in protocol.paper.factors if name in row)
        for metric in METRICS:
            groups[(row["method"], at, metric)].append(row[metric])
    return {key: (mean(values), len(values)) for key, values in groups.items()}


def _moves(left: Means, right: Means) -> list[tuple[str, str, str, str, str, str]]:
    rows = []
    for method, at, metric in left:
        if (method, at, metric) in right:
            (a, n), (b, m) = left[method, at, metric], right[method, at, metric]
            before, after = f"{100 * a:.2f} % (n={n})", f"{100 * b:.2f} % (n={m})"
            rows.append((method, at, metric, before, after, f"{100 * (b - a):+.2f} points"))
    return rows
