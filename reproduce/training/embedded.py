"""A classifier trained on embeddings: what a frozen encoder makes of the training images, once.

`Embedded` shows them in place of the images, in the order of any sampler.

SMOTE puts new points between embeddings of a rare class, where pixels of two images would not
average to a third. So a phase with the sampler "smote" trains the classifier on the embeddings of
the training images and on synthetic ones, until all classes are as large as the largest.
"""

import numpy as np
import torch

from reproduce.data.balancing import oversampled_counts
from reproduce.data.preparation import Images
from reproduce.data.samplers import Stream
from reproduce.data.smote import smote
from reproduce.errors import UserError
from reproduce.tasks.prediction import predict
from reproduce.training.inputs import Inputs, Shown
from reproduce.training.phases import Heads, Mixing, Phase


def inputs_of(phase: Phase, *given) -> "Inputs | EmbeddedInputs":
    """Return the batches of a phase: of images, of their embeddings, or of synthetic ones too."""
    if phase.sampler == "smote":
        return EmbeddedInputs(phase, *given)
    return (Embedded if phase.embedded else Inputs)(phase, *given)


class Embedded(Inputs):
    """The batches of a phase in which each image is shown as its embedding by a frozen encoder."""

    embeddings: torch.Tensor

    def __init__(self, phase: Phase, images: Images, *given):
        if images.maps is not None:
            raise UserError(
                "a classifier is shown embeddings of whole images, and these have one a pixel; "
                "leave out embedded"
            )
        super().__init__(phase, images, *given)

    def begin(self, network, device: torch.device, precision: str) -> None:
        """Embed the training images with the network as it is now."""
        found = predict(network, self.images, device, precision)[1]
        self.embeddings = torch.from_numpy(found).to(device)

    def batch(self, iteration: int, device: torch.device) -> Shown:
        """Return the embeddings of this iteration."""
        rows = self.stream.batch(iteration)
        labels = torch.from_numpy(self.images.labels[rows]).to(device)
        return Shown(self.embeddings[torch.from_numpy(rows)], labels, rows, embedded=True)


class EmbeddedInputs:
    """The batches of a phase whose network is shown embeddings in place of images."""

    def __init__(
        self, phase: Phase, images: Images, counts, number: int, data_seed: int, seed: int
    ):
        plain = phase.transforms == "none" and phase.mixing == Mixing() and phase.heads == Heads()
        if images.maps is not None:
            raise UserError(
                "sampler 'smote' puts points between embeddings of images, and these have one a "
                "pixel; use another sampler"
            )
        if phase.train != "classifier" or not plain:
            raise UserError(
                "sampler 'smote' is for embeddings of a frozen encoder; set train to 'classifier' "
                "and leave out transforms, mixing and heads"
            )
        self.phase, self.images, self.number = phase, images, number
        self.data_seed, self.seed = data_seed, seed
        ratio = phase.sampler_parameters.get("ratio", 1.0)
        self.epoch_length = int(oversampled_counts(np.asarray(counts), ratio).sum())
        self.embeddings = self.labels = self.stream = None

    @property
    def batches_per_epoch(self) -> int:
        """Return how many batches show every embedding once, synthetic ones included."""
        return -(-self.epoch_length // self.phase.batch_size)

    def begin(self, network, device: torch.device, precision: str) -> None:
        """Embed the training images with the network as it is now, and add synthetic points."""
        _, embeddings = predict(network, self.images, device, precision)
        points, labels, _ = smote(
            embeddings, self.images.labels, self.data_seed, **self.phase.sampler_parameters
        )
        self.embeddings = torch.from_numpy(points).to(device)
        self.labels = torch.from_numpy(labels).to(device)
        self.stream = Stream(
            labels, "instance", self.phase.batch_size, self.data_seed, self.seed, self.number
        )

    def batch(self, iteration: int, device: torch.device) -> Shown:
        """Return the embeddings of this iteration."""
        rows = torch.from_numpy(self.stream.batch(iteration)).to(device)
        return Shown(self.embeddings[rows], self.labels[rows], rows.cpu().numpy(), embedded=True)
