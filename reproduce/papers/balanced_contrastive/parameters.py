"""BDCL: parameters, profiles and departures.

Everything that the paper's authors fixed is here, and everything a reader may change.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from reproduce import models
from reproduce.data import catalog, names
from reproduce.data.records import Record
from reproduce.methods.registry import Available
from reproduce.papers.balanced_contrastive import data, segmentation
from reproduce.papers.balanced_contrastive.cells import EXPERIMENTS
from reproduce.papers.balanced_contrastive.data import GENERATED, REAL
from reproduce.papers.balanced_contrastive.methods import COMPARED
from reproduce.papers.balanced_contrastive.networks import BACKBONES, IMAGENET, PRINTED
from reproduce.study import departing
from reproduce.study.parameters import NONE, NamesOrProfile, Parameters, SeedsOrProfile

# Generated images with a test part from which small ones are drawn, at a size for two cores.
SMALL = f"{GENERATED}?balanced=3000&size=32"
QUICK = ("controls", "ablation", "segmentation")
# What two cores can do on the data at hand.
LEFT_OUT = ("second", "segmentation_readings", "segmentation_second")
LAPTOP = tuple(name for name in EXPERIMENTS if name not in LEFT_OUT)


class BalancedContrastive(Parameters):
    """Parameters of the notebook `balanced_contrastive`."""

    paper: ClassVar[str] = "balanced_contrastive"
    used_by: ClassVar[dict[str, str]] = {"second_dataset": "second"}
    known: ClassVar[dict[str, Iterable[str]]] = {
        "methods": Available(), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {
        "methods": list(COMPARED), "backbone": "small_cnn", "start": "random", "image_size": 32,
        "images": "all",
        "second_dataset": data.HYPER_KVASIR, "experiments": [],
    }  # fmt: skip
    length: ClassVar[tuple[str, ...]] = ("passes", "classifier_epochs")
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "images", "methods", "backbone", "seeds", "start", "image_size", "passes",
        "classifier_epochs", "batch_size", "learning_rate", "weight_decay", "temperature",
        "temperature_rate",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {"dataset": f"{GENERATED}?size=28", "image_size": 28, "seeds": [0], "passes": 3,
            "classifier_epochs": 2},
        "quick": {"dataset": SMALL, "seeds": [0, 1], "passes": 4, "classifier_epochs": 10,
            "experiments": list(QUICK)},
        "laptop": {
            "dataset": REAL, "backbone": "mobilenet", "start": "imagenet", "image_size": 64,
            "images": "third", "seeds": list(range(5)), "passes": 9, "classifier_epochs": 20,
            "experiments": list(LAPTOP),
        },
        "paper": {
            "dataset": data.ISIC2019, "backbone": PRINTED, "start": "imagenet", "image_size": 224,
            "seeds": [0], "passes": 201, "classifier_epochs": 30,
            "experiments": ["ablation", "rivals", "second", "segmentation"],
        },
    }  # fmt: skip

    dataset: str | None = Field(None, description="ham10000, isic2019, dermoscopy, folder:PATH ...")
    second_dataset: str | None = Field(None, description="where the grid runs once more")
    images: Literal["third", "all"] | None = Field(
        None, description="training images of ham10000: a third, or all"
    )
    segmentation_dataset: str | None = Field(None, description="images with masks, for pixels")
    methods: NamesOrProfile = Field(None, description="methods to compare, BDCL among them")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(None, description="a repeat each: split, weights and order")
    backbone: Literal["resnet50", "mobilenet", "resnet10", "small_cnn"] | None = Field(
        None, description="the network; the paper's is resnet50"
    )
    start: Literal["random", "imagenet"] | None = Field(
        None, description="what the network starts from; not printed"
    )
    image_size: int | None = Field(None, ge=28, description="side in pixels; not printed")
    passes: int | None = Field(
        None, ge=3, description="of an image through the network; not printed"
    )
    classifier_epochs: int | None = Field(
        None, ge=1, description="of the second stage; not printed"
    )
    batch_size: int = Field(32, ge=2, description="images a step; not printed")
    learning_rate: float = Field(0.01, gt=0, description="of SGD; 0.01 printed")
    weight_decay: float = Field(1e-4, ge=0, description="of SGD; 0.0001 printed")
    temperature: float = Field(0.1, gt=0, description="where every temperature starts")
    temperature_rate: float = Field(
        1e-4, ge=0, description="learning rate of temperatures; 0: that of the network"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )
    map_images: int = Field(400, ge=20, le=2000, description="test images in the t-SNE map")

    def resolved(self) -> "BalancedContrastive":
        """Fill in what was left to the profile; name data sets in full."""
        found = super().resolved()
        filled: dict[str, Any] = {
            name: catalog.canonical(getattr(found, name)) for name in ("dataset", "second_dataset")
        }
        if self.images is None and filled["dataset"] != REAL:
            filled["images"] = "all"
        # Of a network without published weights only random numbers are left.
        if self.start is None and found.backbone not in IMAGENET:
            filled["start"] = "random"
        return found.model_copy(update=filled)

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name what cannot be had together, and what no experiment that was asked for uses."""
        yield from super().contradictions(given)
        if "random_start" in self.experiments and self.start == "random":
            yield (
                "experiment 'random_start' starts from random numbers, and start is random: leave "
                "it out of experiments"
            )
        if self.images == "third" and catalog.canonical(self.dataset) != REAL:
            yield (
                f"images is third, which is a choice of the training images of {REAL}, and dataset "
                f"is {self.dataset}: leave images out"
            )
        if "thinned" in self.experiments and catalog.canonical(self.dataset) != REAL:
            yield (
                f"experiment 'thinned' draws fewer training images of {REAL}, and dataset is "
                f"{self.dataset}: leave 'thinned' out of experiments"
            )
        if self.start == "imagenet" and self.backbone not in IMAGENET:
            yield (
                f"start is imagenet and there are no ImageNet weights of {self.backbone}: take "
                f"start random, or a network of {', '.join(IMAGENET)}"
            )
        smallest = models.find(BACKBONES[self.backbone]).smallest
        if self.image_size < smallest:
            yield (
                f"image_size is {self.image_size}, and {self.backbone} reads {smallest} pixels or "
                "more: take a larger image_size, or another network"
            )


def departures(parameters: BalancedContrastive, record: Record) -> list[str]:
    """Return in what this run departs from the paper, in words for the page."""
    found = []
    if names.parse(record.name).base != names.parse(data.ISIC2019).base:
        found.append(departing.of_data(record.name, "ISIC2019"))
    if parameters.backbone != PRINTED:
        found.append(f"network: {parameters.backbone} instead of {PRINTED}")
    if parameters.images == "third":
        found.append(f"data: {sum(data.THIRD):,} of the training images, at the ratio of the whole")
    found.append(
        f"length: each training image passes the network {parameters.passes} times, both stages "
        "and views together; the paper names no length"
    )
    if "thinned" in parameters.experiments:
        found.append(
            f"data: {catalog.entry_of(record.name).title} with its rarest classes thinned in "
            f"training to a ratio of {data.RATIO} stands for the imbalance of Hyper-Kvasir; its "
            f"rarest class has {min(data.THINNED)} training images"
        )
    if any(name in segmentation.EXPERIMENTS for name in parameters.experiments):
        found += segmentation.departures(segmentation.setting(parameters))
    return found + departing.of_values(
        parameters, BalancedContrastive(), ("learning_rate", "weight_decay", "precision")
    )
