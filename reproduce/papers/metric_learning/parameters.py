"""Kim, Kim and Chun (2021), deep metric learning: parameters, profiles and protocol.

Everything that the paper's authors fixed is here, and everything a reader may change.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from reproduce import models
from reproduce.data import catalog, names
from reproduce.data.records import Record
from reproduce.methods.registry import Available
from reproduce.papers.metric_learning.cells import EXPERIMENTS
from reproduce.papers.metric_learning.data import GENERATED, OWN, REAL, SECOND
from reproduce.papers.metric_learning.methods import LOSSES
from reproduce.papers.metric_learning.networks import BACKBONES, IMAGENET, PRINTED
from reproduce.study import departing
from reproduce.study.parameters import NONE, NamesOrProfile, Parameters, SeedsOrProfile

# Generated images with a test part from which small ones are drawn, at a size for two cores.
SMALL = f"{GENERATED}?balanced=3000&size=32"


class Losses(Available):
    """The losses compared, as the page asks for them, and every other method of classification."""

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*LOSSES, *super().__iter__()]))

    def __contains__(self, name: object) -> bool:
        return name in LOSSES or super().__contains__(name)


class MetricLearning(Parameters):
    """Parameters of the notebook `metric_learning`."""

    paper: ClassVar[str] = "metric_learning"
    used_by: ClassVar[dict[str, str]] = {"second_dataset": "second"}
    known: ClassVar[dict[str, Iterable[str]]] = {
        "losses": Losses(), "backbones": tuple(BACKBONES), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {
        "losses": list(LOSSES), "backbones": ["small_cnn"], "start": "random", "image_size": 32,
        "second_dataset": SECOND, "experiments": [],
    }  # fmt: skip
    length: ClassVar[tuple[str, ...]] = ("epochs", "classifier_epochs", "stop")
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "losses", "backbones", "seeds", "start", "image_size", "epochs",
        "classifier_epochs", "stop", "batch_size", "learning_rate", "embedding_rate",
        "embedding_size", "embedding", "classifier_on", "margin", "mining", "normalised",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {"dataset": f"{GENERATED}?size=28", "image_size": 28, "seeds": [0], "epochs": 1,
            "classifier_epochs": 2},
        "quick": {"dataset": SMALL, "seeds": [0, 1], "epochs": 3,
            "classifier_epochs": 20, "experiments": ["controls"]},
        "laptop": {
            "dataset": REAL, "backbones": ["mobilenet"], "start": "imagenet", "image_size": 64,
            "seeds": list(range(10)), "epochs": 20, "classifier_epochs": 200,
            "experiments": list(EXPERIMENTS),
        },
        "paper": {
            "dataset": REAL, "backbones": list(PRINTED), "start": "imagenet", "image_size": 128,
            "seeds": [0], "epochs": 1000, "classifier_epochs": 1000, "experiments": [],
        },
    }  # fmt: skip

    dataset: str | None = Field(None, description="ham10000_warts, warts_corns, folder:PATH ...")
    second_dataset: str | None = Field(None, description="where the losses run once more")
    losses: NamesOrProfile = Field(
        None, description="losses to compare (ce: cross-entropy), or methods"
    )
    backbones: NamesOrProfile = Field(None, description="networks; the paper's are three")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(None, description="a repeat each: split, weights and order")
    start: Literal["random", "imagenet"] | None = Field(
        None, description="what networks start from; not printed"
    )
    image_size: int | None = Field(None, ge=28, description="side in pixels; 128 in the paper")
    epochs: int | None = Field(None, ge=1, description="of each phase, at most; not printed")
    classifier_epochs: int | None = Field(None, ge=1, description="the same, on a frozen embedding")
    stop: int = Field(3, ge=0, description="epochs without a lower training loss; 0: never")
    batch_size: int = Field(64, ge=6, description="images a step; not printed")
    learning_rate: float = Field(6e-4, gt=0, description="of the classification; 0.0006 printed")
    embedding_rate: float = Field(5e-4, gt=0, description="of the embedding; 0.0005 printed")
    embedding_size: int = Field(128, ge=0, description="numbers; 0: the features; not printed")
    embedding: Literal["frozen", "fine_tuned"] = Field(
        "frozen", description="while the classifier learns"
    )
    classifier_on: Literal["embedding", "features"] = Field(
        "embedding", description="what the classifier reads"
    )
    margin: float | None = Field(None, ge=0, description="of every metric loss, or customary")
    mining: Literal["all", "semi_hard", "batch_hard"] = Field(
        "all", description="triplets of a batch"
    )
    normalised: Literal["per_loss", "never", "always"] = Field(
        "per_loss", description="embeddings of length one"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )
    map_images: int = Field(400, ge=20, le=2000, description="test images in the t-SNE map")

    def resolved(self) -> "MetricLearning":
        """Fill in what was left to the profile; name data sets in full."""
        found = super().resolved()
        filled: dict[str, Any] = {
            name: catalog.canonical(getattr(found, name)) for name in ("dataset", "second_dataset")
        }
        # Who names losses or networks wants these; experiments are then asked for by name.
        if self.experiments is None and (self.losses or self.backbones):
            filled["experiments"] = []
        # Of a network without published weights only random numbers are left.
        without = [name for name in found.backbones if name not in IMAGENET]
        if self.start is None and without:
            filled["start"] = "random"
        return found.model_copy(update=filled)

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name what cannot be had together, and what no experiment that was asked for uses."""
        yield from super().contradictions(given)
        if "sizes" in self.experiments and names.parse(self.dataset).base != REAL:
            yield (
                f"experiment 'sizes' draws fewer training images of {REAL}, and dataset is "
                f"{self.dataset}: leave 'sizes' out of experiments"
            )
        if "random_start" in self.experiments and self.start == "random":
            yield (
                "experiment 'random_start' is the grid from random numbers, and start is random: "
                "leave it out of experiments"
            )
        yield from self._of_networks()

    def _of_networks(self) -> Iterable[str]:
        """Name networks that have no such weights, or read no image of this size."""
        lacking = [name for name in self.backbones if name not in IMAGENET]
        if self.start == "imagenet" and lacking:
            yield (
                f"start is imagenet and there are no ImageNet weights of {lacking[0]}: take start "
                f"random, or networks of {', '.join(IMAGENET)}"
            )
        for name in self.backbones:
            smallest = models.find(BACKBONES[name]).smallest
            if self.image_size < smallest:
                yield (
                    f"image_size is {self.image_size}, and {name} reads {smallest} pixels or more: "
                    "take a larger image_size, or another network"
                )


def departures(parameters: MetricLearning, record: Record) -> list[str]:
    """Return in what this run departs from the paper, in words for the page."""
    paper = MetricLearning.by_profile["paper"]
    found = []
    if names.parse(record.name).base != OWN:
        found.append(departing.of_data(record.name, "photographs of warts, corns and skin"))
    if set(parameters.backbones) != set(PRINTED):
        ours, theirs = (", ".join(named) for named in (parameters.backbones, PRINTED))
        found.append(f"networks: {ours} instead of {theirs}")
    if parameters.image_size != paper["image_size"]:
        found.append(f"images of {parameters.image_size} pixels instead of 128")
    if parameters.epochs < paper["epochs"]:
        found.append(_ceiling(parameters))
    elif parameters.classifier_epochs < paper["classifier_epochs"]:
        found.append(
            f"a ceiling of {parameters.classifier_epochs} epochs where the classifier alone "
            "learns; the paper names none"
        )
    if parameters.stop != 3:
        found.append(f"stop {parameters.stop} instead of 3 epochs without a lower training loss")
    printed = ("learning_rate", "embedding_rate", "precision")
    return found + departing.of_values(parameters, MetricLearning(), printed)


def _ceiling(parameters: MetricLearning) -> str:
    """Say how long a phase may last; that of a classifier on a frozen encoder may last longer."""
    longer = parameters.classifier_epochs
    alone = f", {longer} where the classifier alone learns" if longer != parameters.epochs else ""
    return f"a ceiling of {parameters.epochs} epochs a phase{alone}; the paper names none"
