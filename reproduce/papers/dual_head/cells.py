"""Yun and Kim (2026): which trials the study is made of.

The *grid* is the four methods, or those asked for, on the main data. Beside it stand:

- `second`: the same on a second data set;
- `table_6`: lambda and the number of mined negatives, wider than the paper's four points;
- `warm_up`: with and without the epochs of the similarity loss alone;
- `batch_size`: what contrastive pre-training owes to the size of its batch;
- `binary`: the four methods on two classes, one of them 5 or 10 percent, either being the rare one;
- `ablation`: the paper's method and its rivals with one component changed;
- `initialisation`: all four from another network's encoder, `-p surrogate surrogate:NAME`;
- `choices`: random combinations of what the text leaves open, drawn as a specification curve.
"""

from dataclasses import replace
from itertools import product
from typing import Any

from reproduce.data import names
from reproduce.data.records import Record
from reproduce.methods.method import Method
from reproduce.models.weights import IMAGENET_MEAN, IMAGENET_STD
from reproduce.papers.dual_head.methods import PRE_TRAINED, VARIANTS, method
from reproduce.randomness import generator
from reproduce.study.cell import Cell
from reproduce.trials.trial import RECIPE, Trial

EXPERIMENTS = (
    "second", "table_6", "warm_up", "batch_size", "binary", "ablation", "choices", "initialisation",
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
    wanted, found = parameters.experiments, []
    for seed in parameters.seeds:
        found += _each(parameters, record, seed, "grid")
    by_name = dict(zip(other_data(parameters), others, strict=True))
    if "second" in wanted:
        for seed in parameters.seeds:
            there = by_name[parameters.second_dataset]
            found += _each(parameters, there, seed, "second", varied=("dataset",))
    if "table_6" in wanted:
        found += _weights(parameters, record)
    if "warm_up" in wanted:
        found += _warm_up(parameters, record)
    if "batch_size" in wanted:
        found += _batches(parameters, record)
    if "binary" in wanted:
        found += _binary(parameters, by_name)
    return found


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the methods are compared with and no claim speaks of."""
    wanted, found = parameters.experiments, []
    for seed in parameters.seeds[:FEWER]:
        if "ablation" in wanted:
            found += _ablation(parameters, record, seed)
        if "initialisation" in wanted and parameters.surrogate:
            start = parameters.model_copy(update={"initialisation": parameters.surrogate})
            found += [
                replace(cell, factors={**cell.factors, "initialisation": "surrogate"})
                for cell in _each(start, record, seed, "initialisation", keep=("logits",))
            ]
    if "choices" in wanted:
        found += _choices(parameters, record)
    return found


def shown_point(parameters) -> dict[str, Any]:
    """Return the point that is drawn in detail: the main data."""
    return {"dataset": parameters.dataset}


def other_data(parameters) -> list[str]:
    """Return the names of the data sets that stand beside the main one."""
    found = []
    if "second" in parameters.experiments:
        found.append(parameters.second_dataset)
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


def _each(parameters, record, seed: int, experiment: str, varied=(), keep=None) -> list[Cell]:
    return [
        _cell(parameters, record, name, seed, experiment, varied=varied, keep=keep)
        for name in parameters.methods
    ]


def _weights(parameters, record) -> list[Cell]:
    found = []
    for weight, mined in product(WEIGHTS, MINED):
        printed = (weight, mined) in PRINTED_WEIGHTS
        for seed in parameters.seeds if printed else parameters.seeds[:FEWEST]:
            at = parameters.model_copy(update={"lam": weight, "top_k": mined})
            factors = {"sim_weight": weight, "hard_negatives": mined}
            found.append(_cell(at, record, "dual_head", seed, "table_6", factors, tuple(factors)))
    return found


def _warm_up(parameters, record) -> list[Cell]:
    """Return the method with the paper's warm-up and without, in epochs of the paper's 200."""
    return [
        _cell(
            parameters.model_copy(update={"warm_up": epochs / 200}), record, "dual_head", seed,
            "warm_up", {"warm_up_epochs": epochs}, ("warm_up_epochs",),
        )
        for epochs in (20, 0) for seed in parameters.seeds
    ]  # fmt: skip


def _batches(parameters, record) -> list[Cell]:
    found = []
    for size in sorted({*BATCHES, parameters.batch_size}):
        at = parameters.model_copy(update={"batch_size": size})
        compared = size in (min(BATCHES), max(BATCHES), parameters.batch_size)
        for seed in parameters.seeds if compared else parameters.seeds[:FEWER]:
            found += [
                _cell(at, record, name, seed, "batch_size", {"batch_size": size}, ("batch_size",))
                for name in PRE_TRAINED if name in parameters.methods
            ]  # fmt: skip
    return found


def _binary(parameters, records: dict[str, Record]) -> list[Cell]:
    found = []
    for rare, share in product(reversed(RARE_CLASSES), RARE_SHARES):
        record = records[_binary_name(parameters.binary_dataset, share, rare)]
        default = rare == "abnormal"  # The other reading is no arm of a claim.
        varied = ("rare_share",) if default else ("rare_share", "rare")
        imbalance: dict[str, Any] = {"kind": "none"}
        if names.parse(parameters.binary_dataset).base != "chexpert":
            drawn = {"share": share, "rare": RARE_CLASSES.index(rare), "total": BINARY_TOTAL}
            imbalance = {"kind": "binary_share", **drawn}
        factors = {"rare_share": share, "rare": rare, "dataset": parameters.binary_dataset}
        for seed in parameters.seeds if default else parameters.seeds[:FEWER]:
            found += [
                _cell(parameters, record, name, seed, "binary", factors, varied, imbalance)
                for name in parameters.methods
            ]
    return found


def _ablation(parameters, record, seed: int) -> list[Cell]:
    changed = [_cell(parameters, record, name, seed, "ablation") for name in VARIANTS]
    other = "as_pretraining" if parameters.fine_tuning_transforms == "none" else "none"
    at = parameters.model_copy(update={"fine_tuning_transforms": other})
    return changed + [
        _cell(at, record, name, seed, "ablation", {"fine_tuning": other})
        for name in parameters.methods
    ]


def combinations(count: int) -> list[dict[str, str]]:
    """Return that many different combinations of readings, the default one first."""
    every = [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]
    # The saddle has no constant c: two of its combinations would be one and the same.
    distinct = [one for one in every if (one["reading"], one["c"]) != ("saddle", "1")]
    order = generator(0, "combinations of readings").permutation(len(distinct) - 1) + 1
    return [distinct[0], *(distinct[number] for number in order[: count - 1])]


def _choices(parameters, record) -> list[Cell]:
    """Return the method under each combination, and its rivals, trained half as long."""
    half = {n: max(2, getattr(parameters, n) // 2) for n in ("epochs", "fine_tuning_epochs")}
    plain = parameters.model_copy(update=half)
    found = []
    for seed in parameters.seeds[:FEWEST]:
        for solarize, rival in product(CHOICES["solarize"], ("simclr", "auc_cl")):
            at = {"solarize": solarize}
            found.append(_cell(plain, record, rival, seed, "choices", at, choices=at))
        for number, chosen in enumerate(combinations(parameters.combinations)):
            at = {"combination": number, **chosen}
            found.append(_cell(plain, record, "dual_head", seed, "choices", at, choices=chosen))
    return found


def _cell(
    parameters, record, name: str, seed: int, experiment: str, factors=None, varied=(),
    imbalance=None, choices=None, keep=None,
) -> Cell:  # fmt: skip
    definition = method(parameters, name, choices or {})
    factors = {"dataset": record.name, **(factors or {})}
    trial = _trial(parameters, record, definition, seed, imbalance or {"kind": "none"})
    if keep is None:
        keep = ("logits", "encoders") if experiment in ("grid", "second") else ("logits",)
        if experiment == "grid" and seed == parameters.seeds[0]:
            keep = (*keep, "embeddings")
    return Cell(name, definition, factors, seed, trial, experiment, keep, frozenset(varied))


def _trial(parameters, record, definition: Method, seed: int, imbalance: dict) -> Trial:
    # A gray image is normalised by the average of the colours.
    shown = [IMAGENET_MEAN, IMAGENET_STD]
    if len(record.shape) == 2 or record.shape[-1] == 1:
        shown = [[sum(values) / 3] for values in shown]
    return Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=parameters.backbone,
        phases=definition.phases,
        transforms={
            "size": parameters.image_size, "divisor": 255,
            "mean": list(shown[0]), "deviation": list(shown[1]),
        },
        data_seed=seed,
        seed=seed,
        split=split(parameters, record),
        imbalance=imbalance,
        evaluate_on=("test", "balanced") if "balanced" in record.counts else ("test",),
        initialisation=parameters.initialisation,
        precision=parameters.precision,
        recipe=RECIPE,
    )  # fmt: skip


def split(parameters, record: Record) -> dict[str, Any]:
    """Return the official split, or the paper's random 8:2 where the data bring none."""
    if "test" in record.counts:
        return {"kind": "official"}
    return {"kind": "random", "test_share": 0.2, "seed": parameters.split_seed}
