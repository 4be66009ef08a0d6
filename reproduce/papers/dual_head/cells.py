"""Yun and Kim (2026): which trials the study is made of.

The *grid* is the four methods, or those asked for, on the main data. Beside it stand:

- `second`: the same on a second data set;
- `table_6`: lambda and the number of mined negatives, wider than the paper's four points;
- `warm_up`: with and without the epochs of the similarity loss alone;
- `batch_size`: what contrastive pre-training owes to the size of its batch;
- `binary`: the four methods on two classes, one of them 5 or 10 percent, either being the rare one;
- `ablation`: the paper's method and its rivals with one component changed;
- `initialisation`: all four from other weights, `-p surrogate random` or `surrogate:NAME`;
- `length`: the registered pilot, SimCLR at three lengths of pre-training on seeds of its own;
- `choices`: random combinations of what the text leaves open, drawn as a specification curve.
"""

from itertools import product
from typing import Any

from reproduce.data import names
from reproduce.data.records import Record
from reproduce.models import initialisations
from reproduce.papers.dual_head.bed import Bed, cell, rotations
from reproduce.papers.dual_head.methods import PRE_TRAINED, VARIANTS
from reproduce.randomness import generator
from reproduce.registry import pilots
from reproduce.study.cell import Cell

EXPERIMENTS = (
    "second", "table_6", "warm_up", "batch_size", "binary", "ablation", "choices", "initialisation",
    "length",
)  # fmt: skip
# Repeats of what no claim is judged on, and of the combinations of readings.
FEWER, FEWEST = 3, 2
# Table 6 of the paper, then what lies around it.
PRINTED_WEIGHTS = ((0.1, 5), (0.2, 5), (0.5, 5), (0.2, 10))
WEIGHTS, MINED = (0.1, 0.2, 0.5, 1.0), (5, 10, 20, 40)
# Batches beside the 128 of the grid; the claims compare the smallest and the largest.
BATCHES = (32, 64, 256)
RARE_SHARES, RARE_CLASSES = (0.05, 0.1), ("normal", "abnormal")
# The paper's 1,500 images, of which 8 in 10 are trained on.
BINARY_TOTAL = 1200
# What the text leaves open and a random combination decides; the first value is the default.
CHOICES: dict[str, tuple[str, ...]] = {
    "reading": ("printed", "saddle"),
    "c": ("10", "1"),
    "k": ("ratio", "5"),
    "warm_up_weight": ("1", "lambda"),
    "solarize": ("no", "yes"),
    "similarity": ("printed", "nt_xent"),
    "score": ("half", "cosine"),
    "negatives": ("both_views", "other_view"),
}


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments that they name."""
    by_name = dict(zip(other_data(parameters), others, strict=True))
    wanted, bed, found = parameters.experiments, Bed(record, by_name), []
    for seed in parameters.seeds:
        found += _each(parameters, bed, seed, "grid")
    if "second" in wanted:
        there = Bed(by_name[parameters.second_dataset], by_name)
        for seed in parameters.seeds:
            found += _each(parameters, there, seed, "second", varied=("dataset",))
    if "table_6" in wanted:
        found += _weights(parameters, bed)
    if "warm_up" in wanted:
        found += _warm_up(parameters, bed)
    if "batch_size" in wanted:
        found += _batches(parameters, bed)
    if "binary" in wanted:
        found += _binary(parameters, by_name)
    return found


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the methods are compared with and no claim speaks of."""
    by_name = dict(zip(other_data(parameters), others, strict=True))
    wanted, bed, found = parameters.experiments, Bed(record, by_name), []
    if "ablation" in wanted:
        for seed in parameters.seeds[:FEWER]:
            found += _ablation(parameters, bed, seed)
    if "initialisation" in wanted and parameters.surrogate:
        found += _other_start(parameters, bed)
    if "choices" in wanted:
        found += _choices(parameters, bed)
    if "length" in wanted:
        found += _lengths(parameters, bed)
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


def _each(parameters, bed: Bed, seed: int, experiment: str, factors=None, varied=()) -> list[Cell]:
    return [
        cell(parameters, bed, name, seed, experiment, factors, varied)
        for name in parameters.methods
    ]


def _other_start(parameters, bed: Bed) -> list[Cell]:
    """Return the methods from other weights: at every seed where that is the second arm.

    The house's own weights are looked at by fewer repeats; random ones are how much the paper's
    start from ImageNet is worth.
    """
    kind = initialisations.parse(parameters.surrogate)[0]
    start = parameters.model_copy(update={"initialisation": parameters.surrogate})
    seeds = parameters.seeds if kind == "random" else parameters.seeds[:FEWER]
    factors = {"initialisation": kind}
    return [
        one for seed in seeds
        for one in _each(start, bed, seed, "initialisation", factors, ("initialisation",))
    ]  # fmt: skip


def _lengths(parameters, bed: Bed) -> list[Cell]:
    """Return the registered pilot: SimCLR at each length, and the weights it started from.

    It is judged before fine-tuning, so that is one epoch, whatever the study's is.
    """
    pilot = pilots.named("dual_head", "length_of_pretraining")
    found = []
    for length, seed in product((0, *pilot.levels), pilot.seeds):
        at = parameters.model_copy(update={"epochs": length or 2, "fine_tuning_epochs": 1})
        name = "simclr" if length else "supervised"
        factors = {pilot.factor: length}
        found.append(cell(at, bed, name, seed, "length", factors, tuple(factors)))
    return found


def _weights(parameters, bed: Bed) -> list[Cell]:
    found = []
    for weight, mined in product(WEIGHTS, MINED):
        printed = (weight, mined) in PRINTED_WEIGHTS
        for seed in parameters.seeds if printed else parameters.seeds[:FEWEST]:
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
        for epochs in (20, 0) for seed in parameters.seeds
    ]  # fmt: skip


def _batches(parameters, bed: Bed) -> list[Cell]:
    found = []
    for size in sorted({*BATCHES, parameters.batch_size}):
        at = parameters.model_copy(update={"batch_size": size})
        compared = size in (min(BATCHES), max(BATCHES), parameters.batch_size)
        for seed in parameters.seeds if compared else parameters.seeds[:FEWER]:
            found += [
                cell(at, bed, name, seed, "batch_size", {"batch_size": size}, ("batch_size",))
                for name in PRE_TRAINED if name in parameters.methods
            ]  # fmt: skip
    return found


def _binary(parameters, records: dict[str, Record]) -> list[Cell]:
    found = []
    for rare, share in product(reversed(RARE_CLASSES), RARE_SHARES):
        bed = Bed(records[_binary_name(parameters.binary_dataset, share, rare)])
        default = rare == "abnormal"  # The other reading is no arm of a claim.
        varied = ("rare_share",) if default else ("rare_share", "rare")
        imbalance: dict[str, Any] = {"kind": "none"}
        if names.parse(parameters.binary_dataset).base != "chexpert":
            drawn = {"share": share, "rare": RARE_CLASSES.index(rare), "total": BINARY_TOTAL}
            imbalance = {"kind": "binary_share", **drawn}
        factors = {"rare_share": share, "rare": rare, "dataset": parameters.binary_dataset}
        for seed in parameters.seeds if default else parameters.seeds[:FEWER]:
            found += [
                cell(parameters, bed, name, seed, "binary", factors, varied, imbalance)
                for name in parameters.methods
            ]
    return found


def _ablation(parameters, bed: Bed, seed: int) -> list[Cell]:
    changed = [cell(parameters, bed, name, seed, "ablation") for name in VARIANTS]
    other = "as_pretraining" if parameters.fine_tuning_transforms == "none" else "none"
    at = parameters.model_copy(update={"fine_tuning_transforms": other})
    return changed + [
        cell(at, bed, name, seed, "ablation", {"fine_tuning": other}) for name in parameters.methods
    ]


def combinations(count: int) -> list[dict[str, str]]:
    """Return that many different combinations of readings, the default one first."""
    every = [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]
    # The saddle has no constant c: two of its combinations would be one and the same.
    distinct = [one for one in every if (one["reading"], one["c"]) != ("saddle", "1")]
    order = generator(0, "combinations of readings").permutation(len(distinct) - 1) + 1
    return [distinct[0], *(distinct[number] for number in order[: count - 1])]


def _choices(parameters, bed: Bed) -> list[Cell]:
    """Return the method under each combination, and its rivals, trained half as long."""
    half = {n: max(2, getattr(parameters, n) // 2) for n in ("epochs", "fine_tuning_epochs")}
    plain = parameters.model_copy(update=half)
    found = []
    for seed in parameters.seeds[:FEWEST]:
        for solarize, rival in product(CHOICES["solarize"], ("simclr", "auc_cl")):
            at = {"solarize": solarize}
            found.append(cell(plain, bed, rival, seed, "choices", at, choices=at))
        for number, chosen in enumerate(combinations(parameters.combinations)):
            at = {"combination": number, **chosen}
            found.append(cell(plain, bed, "dual_head", seed, "choices", at, choices=chosen))
    return found
