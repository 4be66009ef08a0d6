"""Yun and Kim (2026), dual-head contrastive learning: parameters, profiles and protocol.

Everything that the paper's authors fixed is here, and everything a reader may change.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from reproduce.data import catalog, names
from reproduce.data.records import Record
from reproduce.errors import UserError, unknown_name
from reproduce.methods.registry import Available
from reproduce.models import initialisations
from reproduce.papers.dual_head.bed import ANEW, ROTATING
from reproduce.papers.dual_head.cells import EXPERIMENTS
from reproduce.papers.dual_head.methods import FOUR
from reproduce.study import departing
from reproduce.study.parameters import NONE, NamesOrProfile, Parameters, SeedsOrProfile

IN_THE_PAPER = "imagenet:IMAGENET1K_V1"
# Severity in real images; and generated ones, with a test set from which small ones are drawn.
REAL, LARGE = "retinamnist", "lesions?balanced=20000&size=28"
# Experiments that the profile `laptop`, whose data are others, does not have.
OF_THE_BED = ("initialisation", "views", "length", "divisions")


class DualHead(Parameters):
    """Parameters of the notebook `dual_head`."""

    paper: ClassVar[str] = "dual_head"
    used_by: ClassVar[dict[str, str]] = {
        "second_dataset": "second", "binary_dataset": "binary", "surrogate": "initialisation",
    }  # fmt: skip
    known: ClassVar[dict[str, Iterable[str]]] = {
        "methods": Available(), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {
        "backbone": "small_cnn", "image_size": 28, "initialisation": "random",
        "fine_tuning_transforms": "none", "binary_dataset": "pneumoniamnist",
        "methods": list(FOUR), "transforms": "dual_head_section_4_1",
    }  # fmt: skip
    by_dataset: ClassVar[dict[str, dict[str, Any]]] = {
        ROTATING: {
            "backbone": "mobilenet_v1", "image_size": 64,
            "initialisation": "imagenet:tf_slim_in1k", "surrogate": "random",
            "transforms": "dual_head_mild", "fine_tuning_transforms": "as_pretraining",
        },
    }  # fmt: skip
    length: ClassVar[tuple[str, ...]] = ("epochs", "fine_tuning_epochs")
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "methods", "seeds", "epochs", "fine_tuning_epochs", "batch_size",
        "learning_rate", "weight_decay", "temperature", "lam", "top_k", "ratio", "warm_up", "c",
        "reading", "transforms", "fine_tuning_transforms", "backbone", "image_size",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {
            "dataset": "lesions?size=28", "seeds": [0], "epochs": 2, "fine_tuning_epochs": 1,
            "experiments": [],
        },
        "quick": {
            "dataset": "lesions?size=28", "seeds": [0, 1, 2], "epochs": 6,
            "fine_tuning_epochs": 6, "experiments": [],
        },
        "laptop": {
            "dataset": REAL,
            "seeds": list(range(5)),
            "epochs": 16,
            "fine_tuning_epochs": 12,
            "experiments": [n for n in EXPERIMENTS if n not in OF_THE_BED],
        },
        "paper": {
            "dataset": "acne04", "binary_dataset": "chexpert", "seeds": [0, 1, 2], "epochs": 200,
            "fine_tuning_epochs": 50, "experiments": ["table_6", "binary", "warm_up"],
            "backbone": "resnet50", "image_size": 224, "initialisation": IN_THE_PAPER,
            "fine_tuning_transforms": "as_pretraining",
        },
    }  # fmt: skip

    dataset: str | None = Field(None, description="lesions, retinamnist, acne04, folder:PATH ...")
    second_dataset: str | None = Field(None, description="where the four methods run once more")
    binary_dataset: str | None = Field(None, description="data of the experiment with two classes")
    methods: NamesOrProfile = Field(None, description="methods to compare; the paper's are four")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(None, description="a repeat each: initial weights and order")
    split_seed: int = Field(3407, ge=0, description="of the split, where the data bring none")
    epochs: int | None = Field(None, ge=2, description="pre-training; 200 in the paper")
    fine_tuning_epochs: int | None = Field(None, ge=1, description="50 in the paper")
    batch_size: int = Field(128, ge=2, description="images a step, two views of each")
    learning_rate: float = Field(1e-3, gt=0, description="0.001 in the paper")
    weight_decay: float = Field(5e-4, ge=0, description="0.0005 in the paper")
    temperature: float = Field(0.5, gt=0, description="of InfoNCE; 0.5 in the paper")
    lam: float = Field(0.2, ge=0, description="weight of the similarity loss; 0.2 in the paper")
    top_k: int | None = Field(None, ge=1, description="mined negatives of an anchor, or by ratio")
    ratio: float = Field(0.1, gt=0, le=1, description="share of the negatives that is mined")
    warm_up: float = Field(0.1, ge=0, lt=1, description="share of pre-training; 20 of 200 epochs")
    c: float = Field(10.0, ge=0, description="constant of the ranking loss; not printed")
    reading: Literal["printed", "saddle"] = Field("printed", description="of the ranking loss")
    transforms: str | None = Field(None, description="augmentation of pre-training")
    fine_tuning_transforms: Literal["none", "as_pretraining"] | None = Field(
        None, description="of images in fine-tuning"
    )
    backbone: (
        Literal["small_cnn", "resnet8", "resnet32", "resnet10", "mobilenet_v1", "resnet50"] | None
    ) = Field(None, description="network")
    image_size: int | None = Field(None, ge=8, description="side of the images in pixels")
    initialisation: str | None = Field(None, description="random, imagenet:NAME, surrogate:NAME")
    surrogate: str | None = Field(None, description="start of the experiment initialisation")
    combinations: int = Field(64, ge=1, le=192, description="of readings, experiment choices")
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )
    map_images: int = Field(400, ge=20, le=2000, description="test images in the t-SNE map")

    @field_validator("transforms")
    @classmethod
    def _known_transforms(cls, name: str | None) -> str | None:
        from reproduce.data.augmentation.recipes import RECIPES

        if name is not None and (name not in RECIPES or RECIPES[name].views < 2):
            two_views = [known for known, recipe in RECIPES.items() if recipe.views == 2]
            raise ValueError(str(unknown_name("augmentation of two views", name, two_views)))
        return name

    def defaults(self, dataset: str) -> dict[str, Any]:
        """Return what is taken where nothing was asked for: the second data are of another kind."""
        second = {"lesions": REAL, ROTATING: ANEW}.get(names.parse(dataset).plain, LARGE)
        return {"second_dataset": second, **super().defaults(dataset)}

    def resolved(self) -> "DualHead":
        """Fill in what was left to the profile; name data sets and weights in full."""
        found = super().resolved()
        filled: dict[str, Any] = {
            name: catalog.canonical(getattr(found, name))
            for name in ("dataset", "second_dataset", "binary_dataset")
        }
        # An empty list of experiments is a choice, not something left open.
        wanted = found.experiments
        if self.surrogate and "initialisation" not in wanted and self.experiments is None:
            wanted = [*wanted, "initialisation"]
        if "initialisation" in wanted and not found.surrogate:
            raise UserError(
                "experiment 'initialisation' starts all methods from another network and none is "
                "named: expected -p surrogate surrogate:NAME (`reproduce models list` has them)"
            )
        filled["experiments"] = wanted
        for name in ("initialisation", "surrogate"):
            start = getattr(found, name)
            if start:
                filled[name] = initialisations.pinned(found.backbone, start)
        return found.model_copy(update=filled)

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name two ways to mine at once, and what no experiment that was asked for uses."""
        yield from super().contradictions(given)
        if {"top_k", "ratio"} <= given:
            yield (
                "top_k and ratio both say how many negatives of an anchor are mined: give one of "
                "them"
            )
        if "divisions" in self.experiments and not self._divided_anew():
            yield (
                "experiment 'divisions' puts a second network on each division of the second data: "
                f"give experiment 'second' with -p second_dataset {ANEW} and another dataset, or "
                "leave 'divisions' out"
            )
        if "length" in self.experiments and self.dataset != ROTATING:
            yield (
                f"experiment 'length' is the registered pilot on {ROTATING}, received dataset "
                f"{self.dataset}: give -p dataset {ROTATING}, or leave 'length' out"
            )

    def _divided_anew(self) -> bool:
        """Say whether the second data are there and divided by the seed."""
        there = self.second_dataset == ANEW and self.dataset != ANEW
        return there and "second" in self.experiments

    def scale(self) -> str:
        """Return the label of the scale; from random weights it is not the paper's."""
        found = super().scale()
        started = self.initialisation or ""
        return "custom" if found == "paper" and not started.startswith("imagenet:") else found


def departures(parameters: DualHead, record: Record) -> list[str]:
    """Return in what this run departs from the paper, in words for the page."""
    paper = DualHead.by_profile["paper"]
    found = _stand_in(record.name, "ACNE04")
    if "binary" in parameters.experiments:
        found += _stand_in(parameters.binary_dataset, "CheXpert")
        if names.parse(parameters.binary_dataset).base != "chexpert":
            found.append(
                "experiment binary: the test images are those of the data set's own test part, "
                "weighted to be as imbalanced as the training images; the paper's are drawn so"
            )
    if parameters.backbone != paper["backbone"]:
        found.append(f"network: {parameters.backbone} instead of ResNet-50")
    if parameters.image_size != paper["image_size"]:
        found.append(f"images of {parameters.image_size} pixels instead of 224")
    if not parameters.initialisation.startswith("imagenet:"):
        start = initialisations.describe(parameters.initialisation).rstrip(".")
        found.append(f"{start[0].lower()}{start[1:]}; the paper starts from ImageNet weights")
    lengths = (("epochs", "pre-training"), ("fine_tuning_epochs", "fine-tuning"))
    for name, what in lengths:
        if getattr(parameters, name) != paper[name]:
            found.append(f"{getattr(parameters, name)} epochs of {what} instead of {paper[name]}")
    if parameters.fine_tuning_transforms != paper["fine_tuning_transforms"]:
        found.append("fine-tuned on the images as they are, not on views of them")
    found += departing.of_repeats(parameters.seeds, paper["seeds"])
    printed = (
        "batch_size", "learning_rate", "weight_decay", "temperature", "lam", "top_k", "ratio",
        "warm_up", "c", "reading", "transforms", "split_seed", "precision",
    )  # fmt: skip
    return found + departing.of_values(parameters, DualHead().resolved(), printed)


def _stand_in(dataset: str, own: str) -> list[str]:
    """Say that a data set is not the one of that name, where it is not."""
    same = names.parse(dataset).base == own.lower()
    return [] if same else [departing.of_data(dataset, own)]
