"""The difficulty-aware loss: parameters and profiles.

The post prints no value of its own but two results, so every default here is ours.
"""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from pydantic import Field

from reproduce import models
from reproduce.data import catalog, names
from reproduce.data.records import Record
from reproduce.methods.entry import VERIFICATION
from reproduce.methods.registry import Available
from reproduce.papers.difficulty_aware.cells import EXPERIMENTS
from reproduce.papers.difficulty_aware.data import IRISES, WRITERS
from reproduce.papers.difficulty_aware.methods import METHODS
from reproduce.study import departing
from reproduce.study.parameters import NONE, NamesOrProfile, Parameters, SeedsOrProfile


class Compared(Available):
    """The methods of this page, and every other that verifies."""

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*METHODS, *super().__iter__()]))

    def __contains__(self, name: object) -> bool:
        return name in METHODS or super().__contains__(name)


class DifficultyAware(Parameters):
    """Parameters of the notebook `difficulty_aware`."""

    paper: ClassVar[str] = "difficulty_aware"
    known: ClassVar[dict[str, Iterable[str]]] = {
        "methods": Compared(VERIFICATION), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {"methods": list(METHODS), "experiments": []}
    length: ClassVar[tuple[str, ...]] = ("iterations",)
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "methods", "seeds", "backbone", "image_size", "embedding_size", "iterations",
        "batch_size", "images_per_identity", "learning_rate", "temperature", "alpha", "beta",
        "positive_threshold", "negative_threshold",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {"dataset": IRISES, "seeds": [0], "iterations": 4},
        "quick": {"dataset": IRISES, "seeds": [0, 1], "iterations": 200,
            "experiments": ["seen", "devices"]},
        "laptop": {"dataset": WRITERS, "seeds": list(range(10)), "iterations": 400,
            "experiments": list(EXPERIMENTS)},
        "paper": {"dataset": WRITERS, "seeds": [0], "iterations": 20000},
    }  # fmt: skip

    dataset: str | None = Field(None, description="mnist_writers, omniglot, folder:PATH ...")
    methods: NamesOrProfile = Field(None, description="losses to compare")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(None, description="a repeat each: identities, weights and order")
    backbone: str = Field("lenet5", description="the network; not printed")
    image_size: int = Field(28, ge=8, le=224, description="side in pixels; not printed")
    embedding_size: int = Field(64, ge=1, description="numbers that are compared; not printed")
    iterations: int | None = Field(None, ge=1, description="steps; not printed")
    batch_size: int = Field(128, ge=4, description="images a step; not printed")
    images_per_identity: int = Field(
        4, ge=0, description="of each identity in a batch; 0: as they come; not printed"
    )
    learning_rate: float = Field(1e-3, gt=0, description="of Adam; not printed")
    temperature: float = Field(0.07, gt=0, description="of every loss of pairs; not printed")
    alpha: float = Field(1.0, ge=0, description="weight of hard positives; not printed")
    beta: float = Field(1.0, ge=0, description="weight of hard negatives; not printed")
    positive_threshold: float = Field(
        0.5, gt=0, le=1, description="below this cosine a positive is hard; not printed"
    )
    negative_threshold: float = Field(
        0.5, ge=-1, lt=1, description="above this cosine a negative is hard; not printed"
    )

    def resolved(self) -> "DifficultyAware":
        """Fill in what was left to the profile; name the data set in full."""
        found = super().resolved()
        return found.model_copy(update={"dataset": catalog.canonical(found.dataset)})

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name what cannot be had together."""
        yield from super().contradictions(given)
        smallest = models.find(self.backbone).smallest
        if self.image_size < smallest:
            yield (
                f"image_size is {self.image_size}, and {self.backbone} reads {smallest} pixels or "
                "more: take a larger image_size, or another network"
            )
        each = self.images_per_identity
        if each == 1 or (each and self.batch_size % each) or self.batch_size < 2 * each:
            yield (
                f"batch_size {self.batch_size} is not two or more identities x {each} images: "
                "expected images_per_identity of 2 or more that divides it, or 0"
            )
        parsed = names.parse(self.dataset)
        for name in ("population", "any_digit", "templates"):
            if name in self.experiments and parsed.base != "mnist_writers":
                yield (
                    f"experiment '{name}' needs the writers of MNIST's digits, and dataset is "
                    f"{self.dataset}: leave it out of experiments"
                )


def departures(parameters: DifficultyAware, record: Record) -> list[str]:
    """Return in what this run departs from the post, in words for the page."""
    found = [departing.of_data(record.name, "smartphone images of the post")]
    found.append("network, recipe, temperature, weights and thresholds: the post prints none")
    return found
