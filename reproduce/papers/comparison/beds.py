"""The data sets of the comparison, each with one network, one start, one recipe and one budget.

The test part of each is the file's own (of the digits one that never changes), and no choice is
made on it. What a repeat draws anew is its training images, as imbalanced as named here; of them a
fifth, as imbalanced, validates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reproduce.data.records import Record
from reproduce.errors import unknown_name
from reproduce.models import starts
from reproduce.training.phases import Optimizer, Phase, Schedule

# Of the training images drawn, those that choose between configurations.
VALIDATION = 0.2
OFFICIAL: Mapping[str, Any] = {"kind": "official", "drawn_validation": VALIDATION}
# Two views of an image are SimCLR's on every set.
VIEWS = "simclr_two_views"


@dataclass(frozen=True)
class Bed:
    """A data set as all methods meet it.

    Attributes
    ----------
    words
        What it is, for sentences.
    backbone, start, size
        The network, what it starts from, and the side of its images in pixels.
    imbalance, split
        Which training images are drawn, and which test.
    batch, passes
        Images a step, and how many each method is shown in all, counted as often as shown.
    optimizer
        Of the default configuration.
    transforms, views
        How an image is moved before it is shown, and what differs where two views of it are.
    """

    words: str
    backbone: str
    size: int
    imbalance: Mapping[str, Any]
    passes: int
    optimizer: Optimizer
    start: str = "random"
    split: Mapping[str, Any] = field(default_factory=lambda: OFFICIAL)
    batch: int = 64
    transforms: Mapping[str, Any] = field(default_factory=dict)
    views: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pretrained(self) -> bool:
        """Say whether the network starts from weights of other images."""
        return self.start != "random"

    @property
    def initialisation(self) -> str:
        """Return what the network starts from, in the words of a trial."""
        return starts.initialisation(self.backbone, self.start)

    def recipe(self) -> Phase:
        """Return the recipe that every method changes; its length is a matter of the budget."""
        return Phase(
            batch_size=self.batch, iterations=100, optimizer=self.optimizer,
            schedule=Schedule(name="cosine"), transforms="crop_flip",
            transform_parameters=dict(self.transforms),
        )  # fmt: skip

    def seen(self, phase: Phase) -> Phase:
        """Return a phase that sees images as every method of this set does: one view, or two.

        Embeddings that are put together into new ones are those of images as they are.
        """
        if phase.sampler == "smote":
            return phase.but(transforms="none", transform_parameters={})
        if phase.views == 1:
            return phase.but(transforms="crop_flip", transform_parameters=dict(self.transforms))
        return phase.but(transforms=VIEWS, transform_parameters=dict(self.views))

    def prepared(self, record: Record) -> dict[str, Any]:
        """Return what is done to every image, in training and in testing."""
        channels = starts.channels_of(record.shape)
        shown = starts.normalisation(self.backbone, self.start, channels)
        return {"size": self.size, "divisor": 255, **shown}


_SMALL = Optimizer(name="sgd", learning_rate=0.05, momentum=0.9, weight_decay=5e-4)
_DIGITS: Mapping[str, Any] = {"flip": 0.0, "padding": 2}
_UPRIGHT: Mapping[str, Any] = {"flip": 0.0}

BEDS: Mapping[str, Bed] = {
    "digits": Bed(
        "8 x 8 digits, five of ten classes ten times rarer", "small_cnn", 8,
        {"kind": "step", "rho": 10, "mu": 0.5, "n_max": 80, "minority": "drawn"}, 5_760, _SMALL,
        split={"kind": "stratified", "test_share": 0.5, "seed": 0, "drawn_validation": 0.25},
        batch=32, transforms={"flip": 0.0, "padding": 1}, views=_UPRIGHT,
    ),
    "mnist": Bed(
        "handwritten digits, five of ten classes a hundred times rarer", "lenet5", 28,
        {"kind": "step", "rho": 100, "mu": 0.5, "n_max": 5000, "minority": "drawn"}, 96_000,
        # The rate of LeNet-5's own recipe (Buda et al.).
        Optimizer(name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=5e-4),
        transforms=_DIGITS, views=_UPRIGHT,
    ),
    "ham10000": Bed(
        "seven diagnoses of skin lesions, a fifth of the images", "mobilenet_v1", 64,
        {"kind": "counts", "counts": (65, 103, 220, 23, 223, 1341, 28)}, 9_600,
        Optimizer(name="adam", learning_rate=5e-4, weight_decay=1e-4),
        start="imagenet", batch=32, transforms={"padding": 4},
    ),
    "cifar10": Bed(
        "long-tailed photographs, the rarest of ten classes a hundred times rarer", "small_cnn", 32,
        {"kind": "long_tail", "rho": 100, "n_max": 5000, "minority": "highest"}, 96_000, _SMALL,
        transforms={"padding": 4},
    ),
    "retinamnist": Bed(
        "five grades of retinopathy, as imbalanced as they come", "small_cnn", 28,
        {"kind": "none"}, 32_000, _SMALL, transforms={"padding": 2},
    ),
    "pneumoniamnist": Bed(
        "chest radiographs with and without pneumonia", "small_cnn", 28,
        {"kind": "none"}, 48_000, _SMALL, transforms=_DIGITS, views=_UPRIGHT,
    ),
}  # fmt: skip


def bed(dataset: str) -> Bed:
    """Return the bed of a data set, or say which there are."""
    if dataset not in BEDS:
        raise unknown_name("data set of the comparison", dataset, BEDS)
    return BEDS[dataset]
