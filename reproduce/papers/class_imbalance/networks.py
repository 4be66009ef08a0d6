"""The three networks of Buda, Maki and Mazurowski (2018), each with its recipe; and smaller ones.

The numbers are those of the Caffe files the authors published, where the paper's text has none.
"""

from dataclasses import dataclass
from typing import Any

from reproduce.data.records import Record
from reproduce.training.phases import Optimizer, Phase, Schedule


@dataclass(frozen=True)
class Network:
    """How a network is trained: the paper's numbers for it, and what it is shown.

    `milestones` are the shares of training after which the rate falls to a tenth.
    """

    size: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    iterations: int
    divisor: int = 255
    stored: int = 0
    whitening: str = ""
    schedule: str = "step"
    milestones: tuple[float, ...] = ()
    bias_multiplier: float = 1.0
    augmentation: str = "none"

    def transforms(self, record: Record) -> dict[str, Any]:
        """Return what is done to every image, in training and in testing."""
        size = self.size or min(record.shape[:2])
        made: dict[str, Any] = {"size": size, "divisor": self.divisor}
        if self.stored:
            made["stored"] = self.stored
        if self.whitening:
            made |= {"whitening": self.whitening, "divisor": 1}
        return made


NETWORKS = {
    # MNIST: Caffe's LeNet example.
    "lenet5": Network(
        size=28, batch_size=64, learning_rate=0.01, weight_decay=0.0005, iterations=10_000,
        divisor=256, schedule="inverse", bias_multiplier=2.0,
    ),
    # CIFAR-10, prepared by contrast normalisation and ZCA. The paper tries four rates on every
    # training set and reports the best on the *test* set; here it is one rate, the second of them.
    "all_cnn": Network(
        size=32, batch_size=256, learning_rate=0.005, weight_decay=0.001, iterations=70_000,
        whitening="gcn_zca", milestones=(4 / 7, 5 / 7, 6 / 7),
    ),
    # ImageNet: shorter side 256, a random part of 224 pixels, mirrored or not; the middle in tests.
    "resnet10": Network(
        size=224, stored=256, batch_size=256, learning_rate=0.1, weight_decay=0.0001,
        iterations=320_000, schedule="linear", augmentation="imagenet_crop",
    ),
    # Not one of the paper's: for colour images on two CPU cores.
    "small_cnn": Network(
        size=0, batch_size=64, learning_rate=0.05, weight_decay=0.0005, iterations=2000,
        schedule="cosine",
    ),
    # Nor these: what `cifar10` trains where All-CNN takes too long, by the same recipe.
    "resnet32": Network(
        size=0, batch_size=64, learning_rate=0.05, weight_decay=0.0005, iterations=900,
        schedule="cosine",
    ),
    "resnet8": Network(
        size=0, batch_size=64, learning_rate=0.05, weight_decay=0.0005, iterations=900,
        schedule="cosine",
    ),
}  # fmt: skip
MOMENTUM = 0.9


def recipe(parameters) -> Phase:
    """Return the training recipe of the network: SGD, and the schedule its authors give."""
    network = NETWORKS[parameters.backbone]
    return Phase(
        batch_size=parameters.batch_size,
        iterations=parameters.iterations,
        optimizer=Optimizer(
            name="sgd",
            learning_rate=parameters.learning_rate,
            momentum=parameters.momentum,
            weight_decay=parameters.weight_decay,
            bias_multiplier=network.bias_multiplier,
        ),
        schedule=_schedule(network, parameters.iterations),
        transforms=network.augmentation,
    )


def _schedule(network: Network, iterations: int) -> Schedule:
    if network.schedule == "inverse":
        return Schedule(name="inverse", gamma=1e-4, power=0.75)
    if network.schedule == "step":
        falls = tuple(round(share * iterations) for share in network.milestones)
        return Schedule(name="step", milestones=falls, decay=0.1)
    return Schedule(name=network.schedule)
