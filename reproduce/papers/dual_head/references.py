"""Yun and Kim (2026): the trials that no claim speaks of.

What the methods are compared with to explain them, the readings of the text, and the pilot.
"""

from dataclasses import replace
from itertools import product

from reproduce.data.records import Record
from reproduce.models import initialisations
from reproduce.papers.dual_head.bed import Bed, cell, each
from reproduce.papers.dual_head.cells import FEWER, FEWEST, OF_MINUTES, other_data
from reproduce.papers.dual_head.methods import PRE_TRAINED, VARIANTS
from reproduce.randomness import generator
from reproduce.registry import pilots
from reproduce.study.cell import Cell

# Strengths of the views that the text allows: as the library has them, and the blur by the side.
VIEWS = ("dual_head_section_4_1", "dual_head_section_4_1_blur_by_side", "dual_head_mild")
# What is added to a seed for other weights on the same images.
ANOTHER = 1000
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
# Of these, what concerns a rival too. AUC-CL is taken as its authors released it.
CONCERNS = {"simclr": ("solarize", "similarity"), "auc_cl": ("solarize",)}


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
    if "views" in wanted:
        found += _views(parameters, bed)
    if "length" in wanted:
        found += _lengths(parameters, bed)
    if "divisions" in wanted and "second" in wanted:
        found += _second_networks(parameters, Bed(by_name[parameters.second_dataset], by_name))
    return found


def _second_networks(parameters, bed: Bed) -> list[Cell]:
    """Return each method once more on the divisions of the first seeds, from other weights."""
    found = []
    for seed in parameters.seeds[:OF_MINUTES]:
        for one in each(parameters, bed, seed, "divisions", {"network": 2}, ("network",)):
            again = one.trial.but(seed=seed + ANOTHER)
            found.append(replace(one, trial=again))
    return found


def _other_start(parameters, bed: Bed) -> list[Cell]:
    """Return the methods from other weights: random ones are the second arm, with more repeats."""
    kind = initialisations.parse(parameters.surrogate)[0]
    start = parameters.model_copy(update={"initialisation": parameters.surrogate})
    seeds = parameters.seeds[: OF_MINUTES if kind == "random" else FEWER]
    factors = {"initialisation": kind}
    return [
        one for seed in seeds
        for one in each(start, bed, seed, "initialisation", factors, ("initialisation",))
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


def _views(parameters, bed: Bed) -> list[Cell]:
    """Return what pre-trains with the other strengths of views, fine-tuned on them as well."""
    found = []
    for seed, views, name in product(parameters.seeds[:FEWER], VIEWS, PRE_TRAINED):
        if views != parameters.transforms and name in parameters.methods:
            at = parameters.model_copy(update={"transforms": views})
            found.append(cell(at, bed, name, seed, "views", {"views": views}, ("views",)))
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
    """Return the method under each combination, trained half as long, and rivals under theirs.

    A rival is trained once under every reading that concerns it and that a combination has.
    """
    half = {n: max(2, getattr(parameters, n) // 2) for n in ("epochs", "fine_tuning_epochs")}
    plain = parameters.model_copy(update=half)
    found = []
    every = combinations(parameters.combinations)
    for seed in parameters.seeds[:FEWEST]:
        for rival, concerned in CONCERNS.items():
            met = dict.fromkeys(tuple(one[name] for name in concerned) for one in every)
            for values in met:
                at = dict(zip(concerned, values, strict=True))
                found.append(cell(plain, bed, rival, seed, "choices", at, choices=at))
        for number, chosen in enumerate(every):
            at = {"combination": number, **chosen}
            found.append(cell(plain, bed, "dual_head", seed, "choices", at, choices=chosen))
    return found
