"""Yun and Kim (2026): which trials the study is made of.

The *grid* is the four methods, or those asked for, on the main data. Beside it stand, here or in
`references`, where no claim speaks of them:

- `second`: the same on a second data set;
- `table_6`: lambda and the number of mined negatives, wider than the paper's four points;
- `warm_up`: with and without the epochs of the similarity loss alone;
- `batch_size`: what contrastive pre-training owes to the size of its batch, at as many passes and
  at as many steps;
- `binary`: the four methods on two classes, one of them 5 or 10 percent, either being the rare one;
- `ablation`: the paper's method and its rivals with one component changed;
- `initialisation`: all four from other weights, `-p surrogate random` or `surrogate:NAME`;
- `views`: with the other strengths of augmentation that the text allows;
- `divisions`: a second network on each division of the second data, by which spread is told apart;
- `length`: the registered pilot, SimCLR at three lengths of pre-training on seeds of its own;
- `choices`: random combinations of what the text leaves open, drawn as a specification curve.
"""

from itertools import product
from typing import Any

from reproduce.data import names
from reproduce.data.records import Record
from reproduce.papers.dual_head.bed import ROTATING, Bed, cell, each, rotations
from reproduce.papers.dual_head.methods import PRE_TRAINED
from reproduce.study.cell import Cell

EXPERIMENTS = (
    "second", "table_6", "warm_up", "batch_size", "binary", "ablation", "choices", "initialisation",
    "views", "length", "divisions",
)  # fmt: skip
# Repeats of what no claim is judged on, and of points that the paper does not print; and of each
# experiment beside the grid where a trial takes minutes.
FEWER, FEWEST, OF_MINUTES = 3, 2, 5
# Table 6 of the paper, then what lies around it.
PRINTED_WEIGHTS = ((0.1, 5), (0.2, 5), (0.5, 5), (0.2, 10))
WEIGHTS, MINED = (0.1, 0.2, 0.5, 1.0), (5, 10, 20, 40)
# Batches beside the 128 of the grid; the claims compare the smallest and the largest.
BATCHES = (32, 64, 256)
RARE_SHARES, RARE_CLASSES = (0.05, 0.1), ("normal", "abnormal")
# The paper's 1,500 images, of which 8 in 10 are trained on.
BINARY_TOTAL = 1200


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments that they name."""
    by_name = dict(zip(other_data(parameters), others, strict=True))
    wanted, bed, found = parameters.experiments, Bed(record, by_name), []
    for seed in parameters.seeds:
        found += each(parameters, bed, seed, "grid")
    if "second" in wanted:
        there = Bed(by_name[parameters.second_dataset], by_name)
        for seed in parameters.seeds:
            found += each(parameters, there, seed, "second", varied=("dataset",))
    if "table_6" in wanted:
        found += _weights(parameters, bed)
    if "warm_up" in wanted:
        found += _warm_up(parameters, bed)
    if "batch_size" in wanted:
        found += _batches(parameters, bed)
    if "binary" in wanted:
        found += _binary(parameters, by_name)
    return found


def shown_point(parameters) -> dict[str, Any]:
    """Return the point that is drawn in detail: the main data."""
    return {"dataset": parameters.dataset}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets that stand beside the main one."""
    found = rotations(parameters.dataset)
    if "second" in parameters.experiments:
        found += [parameters.second_dataset, *rotations(parameters.second_dataset)]
    if "binary" in parameters.experiments:
        found += [
            _binary_name(parameters.binary_dataset, share, rare)
            for rare, share in product(RARE_CLASSES, RARE_SHARES)
        ]
    return list(dict.fromkeys(found))


def _binary_name(name: str, share: float, rare: str) -> str:
    """Return the data set that is rare so: CheXpert's loader draws it itself."""
    if names.parse(name).base != "chexpert":
        return name
    options = {**names.parse(name).options, "rare": rare, "share": f"{share:g}"}
    return "chexpert?" + "&".join(f"{key}={value}" for key, value in sorted(options.items()))


def _repeated(parameters) -> list[int]:
    """Return the seeds of an experiment beside the grid: fewer where a trial takes minutes.

    Its claims are then illustrations, of so many of the registered repeats.
    """
    return parameters.seeds[:OF_MINUTES] if parameters.dataset == ROTATING else parameters.seeds


def _weights(parameters, bed: Bed) -> list[Cell]:
    found = []
    for weight, mined in product(WEIGHTS, MINED):
        printed = (weight, mined) in PRINTED_WEIGHTS
        around = [] if parameters.dataset == ROTATING else parameters.seeds[:FEWEST]
        for seed in _repeated(parameters) if printed else around:
            at = parameters.model_copy(update={"lam": weight, "top_k": mined})
            factors = {"sim_weight": weight, "hard_negatives": mined}
            found.append(cell(at, bed, "dual_head", seed, "table_6", factors, tuple(factors)))
    return found


def _warm_up(parameters, bed: Bed) -> list[Cell]:
    """Return the method with the paper's warm-up and without, in epochs of the paper's 200."""
    return [
        cell(
            parameters.model_copy(update={"warm_up": epochs / 200}), bed, "dual_head", seed,
            "warm_up", {"warm_up_epochs": epochs}, ("warm_up_epochs",),
        )
        for epochs in (20, 0) for seed in _repeated(parameters)
    ]  # fmt: skip


def _batches(parameters, bed: Bed) -> list[Cell]:
    if parameters.dataset == ROTATING:
        return _compared_batches(parameters, bed)
    found, methods = [], [name for name in PRE_TRAINED if name in parameters.methods]
    for size in sorted({*BATCHES, parameters.batch_size}):
        at = parameters.model_copy(update={"batch_size": size})
        compared = size in (min(BATCHES), max(BATCHES), parameters.batch_size)
        for seed in parameters.seeds if compared else parameters.seeds[:FEWER]:
            factors = {"batch_size": size}
            found += [
                cell(at, bed, name, seed, "batch_size", factors, tuple(factors)) for name in methods
            ]
    return found


def _compared_batches(parameters, bed: Bed) -> list[Cell]:
    """Return what claims compare: two sizes at as many passes, and the small one at as many steps.

    At as many steps it is pre-trained for as much shorter as its batch is smaller.
    """
    small, large = min(BATCHES), max(BATCHES)
    short = max(2, round(parameters.epochs * small / large))
    points = (
        ({"batch_size": small}, parameters.epochs),
        ({"batch_size": large}, parameters.epochs),
        ({"batch_size": small, "matched": "steps"}, short),
    )
    found, methods = [], [name for name in ("simclr", "auc_cl") if name in parameters.methods]
    for (factors, epochs), seed, name in product(points, _repeated(parameters), methods):
        changed = {"batch_size": factors["batch_size"], "epochs": epochs}
        at = parameters.model_copy(update=changed)
        found.append(cell(at, bed, name, seed, "batch_size", factors, tuple(factors)))
    return found


def _binary(parameters, records: dict[str, Record]) -> list[Cell]:
    found = []
    for rare, share in product(reversed(RARE_CLASSES), RARE_SHARES):
        bed = Bed(records[_binary_name(parameters.binary_dataset, share, rare)])
        default = rare == "abnormal"  # The other reading of the claims has fewer repeats.
        varied = ("rare_share",) if default else ("rare_share", "rare")
        imbalance: dict[str, Any] = {"kind": "none"}
        if names.parse(parameters.binary_dataset).base != "chexpert":
            drawn = {"share": share, "rare": RARE_CLASSES.index(rare), "total": BINARY_TOTAL}
            imbalance = {"kind": "binary_share", **drawn}
        factors = {"rare_share": share, "rare": rare, "dataset": parameters.binary_dataset}
        for seed in _repeated(parameters) if default else parameters.seeds[:FEWER]:
            found += [
                cell(parameters, bed, name, seed, "binary", factors, varied, imbalance)
                for name in parameters.methods
            ]
    return found
