"""BDCL, section 3.3: a class for every pixel of ultrasound images, by seven methods.

The text compares cross-entropy, Lovász-softmax, focal loss, LDAM, soft IoU, TSC and BDCL on a set
that is not public, with HRNetV2-W48 and OCR. Here they run on BUSI's masks (`laptop`), divided 8 to
2 by groups of near twins, in each repeat anew; on HAM10000's masks beside it; and on generated
`nodules` (`quick`, `smoke`). All seven see as many images: TSC and BDCL spend the last 15 % of
their steps on a new classifier of a frozen encoder, images of each class shown equally often. OCR's
own classifier has a cross-entropy of weight 0.4 wherever the encoder learns. Classes of pixels are
counted over all training pixels; a split leaves 624 images of BUSI to train on and 156 to test (27
without a lesion, 87 benign, 42 malignant, or a few more or less).

A step of the small network on 16 images of 64 pixels took 0.17 to 0.25 s of one core, so 35
networks of 800 steps are about 1.5 to 2 core-hours, the ablation (10 networks) 0.5, the readings
that train anything (30) 1.5 and the second set (35) 2.

Experiments:

- `segmentation`: the seven methods, and what claims on pixels are judged on;
- `segmentation_ablation`: BDCL without either of its two parts;
- `segmentation_readings`: pixels compared across the batch, no auxiliary loss;
- `segmentation_second`: the seven methods on the second set.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reproduce.data import catalog
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.method import Method, part
from reproduce.methods.two_stage import CLASSIFIER
from reproduce.registry import records
from reproduce.study.cell import Cell
from reproduce.training.phases import Optimizer, Phase, Projection, Schedule
from reproduce.trials.trial import RECIPE, Trial

BUSI, HAM10000, GENERATED = "busi_masks?split=all", "ham10000_masks?split=all", "nodules"
METHODS = ("cross_entropy", "lovasz_softmax", "focal", "ldam", "soft_iou", "tsc", "bdcl")
ABLATED = ("bdcl_without_tdl", "bdcl_without_hep")
# Those whose encoder learns by comparing pixels.
COMPARING = ("tsc", "bdcl", *ABLATED)
# What each experiment is, to follow "Not run: " (the paper's record has these words as well).
EXPERIMENTS = {
    "segmentation": "the same question of pixels, by seven methods",
    "segmentation_ablation": "BDCL of pixels without one of its parts",
    "segmentation_readings": "other readings of how pixels are compared, and no auxiliary loss",
    "segmentation_second": "the seven methods of pixels on a second set",
}
TEST_SHARE = 0.2
# The weight with which the authors of OCR train its auxiliary classifier.
AUXILIARY = 0.4
# Parts of half the image or more, at any place, mirrored or not: the mask is cut as its image is.
AUGMENTATION = {"crop": "resized", "scale": [0.5, 1.0]}
# What each other reading changes: of the trial's phases, or of the loss that compares pixels.
READINGS: dict[str, dict[str, Any]] = {
    "pixels_within_or_across_images: across_the_batch": {"compared": "across_the_batch"},
    "segmentation_pairs: sampled_at_random": {"segmentation_pairs": "sampled_at_random"},
    "auxiliary_loss: none": {"auxiliary": 0.0},
}


@dataclass(frozen=True)
class Setting:
    """What a scale trains the seven methods with; `iterations` are all steps of a method."""

    dataset: str
    second: str
    backbone: str
    size: int
    iterations: int
    batch_size: int
    head: Projection
    learning_rate: float = 0.01
    pixels_per_class: int = 64
    repeats: int = 5


SMALL = Projection(size=64, hidden=64)
SETTINGS: dict[str, Setting] = {
    "smoke": Setting(f"{GENERATED}?size=32", f"{GENERATED}?size=32", "hrnet_small_ocr", 32, 8, 4,
                     SMALL, repeats=1),
    "quick": Setting(f"{GENERATED}?size=32", f"{GENERATED}?size=32", "hrnet_small_ocr", 32, 240, 8,
                     SMALL, learning_rate=0.05, repeats=1),
    "laptop": Setting(BUSI, HAM10000, "hrnet_small_ocr", 64, 800, 16, SMALL, learning_rate=0.05),
    # Size, length and batch are not printed.
    "paper": Setting(BUSI, HAM10000, "hrnet_w48_ocr", 512, 40000, 8, Projection(size=256,
                     hidden=512), pixels_per_class=256),
}  # fmt: skip


def setting(parameters) -> Setting:
    """Return the setting of the parameters' profile; `segmentation_dataset` names another set."""
    found = SETTINGS.get(parameters.profile, SETTINGS["quick"])
    named = getattr(parameters, "segmentation_dataset", None)
    return replace(found, dataset=catalog.canonical(named)) if named else found


def other_data(parameters) -> list[str]:
    """Return the names of the data sets with masks that the experiments asked for need."""
    wanted, of = set(parameters.experiments), setting(parameters)
    first = [of.dataset] if wanted & set(EXPERIMENTS) else []
    return first + ([of.second] if "segmentation_second" in wanted else [])


def cells(parameters, others: Iterable[Record]) -> list[Cell]:
    """Return the cells of those experiments that were asked for, one seed after the other."""
    by_name = {record.name: record for record in others}
    of, found = setting(parameters), []
    for seed in parameters.seeds[: of.repeats]:
        for experiment in EXPERIMENTS:
            if experiment not in parameters.experiments:
                continue
            name = of.second if experiment == "segmentation_second" else of.dataset
            if name not in by_name:
                raise UserError(
                    f"experiment '{experiment}' needs the masks of '{name}', which are not at hand"
                )
            found += _of(parameters, by_name[name], of, seed, experiment)
    return found


def method(of: Setting, name: str, changed: dict[str, Any] | None = None) -> Method:
    """Return a method in the recipe of a setting, under a reading where one is `changed`."""
    changed = dict(changed or {})
    whole = recipe(of, changed.pop("auxiliary", AUXILIARY))
    if name not in COMPARING:
        options = dict(records.paper("balanced_contrastive").options.get(name, {}))
        return registry.build(name, whole, "segmentation", **options)
    return registry.build(
        name,
        whole,
        "segmentation",
        encoder=part(whole, 1 - CLASSIFIER),
        classifier=CLASSIFIER,
        head=of.head,
        parameters={"pixels_per_class": of.pixels_per_class, **changed},
    )


def recipe(of: Setting, auxiliary: float = AUXILIARY) -> Phase:
    """Return what all methods share: SGD as printed, its rate falling to 0 along a line."""
    return Phase(
        batch_size=of.batch_size,
        iterations=of.iterations,
        optimizer=Optimizer(
            name="sgd", learning_rate=of.learning_rate, momentum=0.9, weight_decay=5e-4
        ),
        schedule=Schedule(name="linear"),
        transforms="flip",
        transform_parameters=AUGMENTATION,
        auxiliary=auxiliary,
    )


def departures(of: Setting) -> list[str]:
    """Return in what a setting departs from the text."""
    printed, found = SETTINGS["paper"], []
    if of.backbone != printed.backbone:
        found.append(
            f"segmentation: {of.backbone} on {of.size} pixels instead of HRNetV2-W48 with OCR, "
            "from random numbers"
        )
    if of.learning_rate != printed.learning_rate:
        found.append(
            f"segmentation: a learning rate of {of.learning_rate:g} instead of 0.01, chosen with "
            "cross-entropy on a seed that no result uses"
        )
    return found


def split(record: Record, seed: int) -> dict[str, Any]:
    """Return how images are divided: as they come, or 8 to 2 with groups on one side."""
    if "test" in record.counts:
        return {"kind": "official"}
    return {"kind": "grouped", "test_share": TEST_SHARE, "seed": seed}


def _of(parameters, record: Record, of: Setting, seed: int, experiment: str) -> list[Cell]:
    if experiment == "segmentation_readings":
        return [
            _cell(record, of, name, seed, experiment, reading)
            for reading, changed in READINGS.items()
            for name in METHODS
            if "auxiliary" not in changed or name in ("cross_entropy", "bdcl")
        ]
    every = ABLATED if experiment == "segmentation_ablation" else METHODS
    return [_cell(record, of, name, seed, experiment) for name in every]


def _cell(
    record: Record, of: Setting, name: str, seed: int, experiment: str, reading: str = ""
) -> Cell:
    changed = READINGS[reading] if reading else {}
    touched = "auxiliary" in changed or name in COMPARING
    definition = method(of, name, changed if touched else None)
    trial = Trial(
        dataset=record.name,
        fingerprint=record.fingerprint,
        backbone=of.backbone,
        phases=definition.phases,
        transforms={"size": of.size, "divisor": 255},
        data_seed=seed,
        seed=seed,
        split=split(record, seed),
        imbalance={"kind": "none"},
        evaluate_on=("test",),
        task="segmentation",
        recipe=RECIPE,
    )
    varied = {"reading"} if reading else set()
    if experiment == "segmentation_second":
        varied.add("dataset")
    factors = {"dataset": record.name, "recipe": "common", "start": "random"}
    factors |= {"reading": reading} if reading else {}
    return Cell(name, definition, factors, seed, trial, experiment, ("masks",), frozenset(varied))
