"""From the numbers of a batch to what the network sees: views, and images mixed together."""

from dataclasses import dataclass, replace

import numpy as np
import torch

from reproduce.data import augmentation, streams
from reproduce.data.augmentation import Recipe, mixing
from reproduce.data.augmentation.batched import BatchedViews
from reproduce.data.augmentation.pipelines import ImageViews, copy_numbers
from reproduce.data.pair_samplers import PairedBatch
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.losses import Mixed
from reproduce.randomness import generator
from reproduce.training.phases import Phase


@dataclass
class Shown:
    """What one step shows: images [V * N, c, h, w], labels [N] (or maps), how they were mixed."""

    images: torch.Tensor
    labels: torch.Tensor
    indices: np.ndarray
    mixed: Mixed | None = None
    # The "images" are embeddings already, and the encoder is passed over.
    embedded: bool = False


class Inputs:
    """The batches of one phase, by number: any of them can be made without those before it."""

    def __init__(
        self, phase: Phase, images: Images, counts, number: int, data_seed: int, seed: int
    ):
        self.phase, self.images, self.number, self.seed = phase, images, number, seed
        self.classes = len(counts)
        self.minority = mixing.minority_classes(counts)
        self.stream = streams.build(
            phase.sampler,
            images.labels,
            batch_size=phase.batch_size,
            data_seed=data_seed,
            seed=seed,
            phase=number,
            epochs=phase.epochs or None,
            **phase.sampler_parameters,
        )
        self.recipe = self._recipe()
        self._check_maps()
        # By the kind of device that carries them out.
        self.pipelines: dict[str, BatchedViews | ImageViews] = {}

    @property
    def batches_per_epoch(self) -> int:
        """Return how many batches make an epoch of the phase's sampler."""
        return self.stream.batches_per_epoch

    def begin(self, network, device: torch.device, precision: str) -> None:
        """Do what must be done before the first batch: nothing, where images are shown."""

    def batch(self, iteration: int, device: torch.device) -> Shown:
        """Return what this iteration shows, on the device."""
        drawn = self.stream.batch(iteration)
        if isinstance(drawn, PairedBatch):
            return self._blended(drawn, iteration, device)
        images = self._views(drawn, iteration, device)
        labels = self._targets(drawn, iteration, device)
        if self.phase.mixing.name == "none":
            return Shown(images, labels, drawn)
        return self._mixed(images, labels, drawn, iteration)

    def _recipe(self) -> Recipe | None:
        """Return what is done to the images of this phase, None where nothing is."""
        if self.phase.transforms == "none":
            return None
        recipe = augmentation.recipe(self.phase.transforms, **self.phase.transform_parameters)
        recipe = recipe.at(self.images.size)
        self._check_levels()
        self._check_normalisation(recipe)
        return replace(recipe, views=self.phase.views, mean=None, deviation=None)

    def _pipeline(self, device: str) -> BatchedViews | ImageViews:
        """Return what carries out the recipe on this kind of device."""
        if device not in self.pipelines:
            size, how = self.images.size, {"seed": self.seed, "phase": self.number}
            batched = augmentation.default_pipeline(size, device) == "batched"
            # The other one moves images alone; their maps would stay where they are.
            if batched or self.images.maps is not None:
                made = BatchedViews(self.recipe, size=size, **how)
            else:
                made = ImageViews(self.recipe, size=size, channels=self.images.channels, **how)
            self.pipelines[device] = made
        return self.pipelines[device]

    def _views(self, indices: np.ndarray, iteration: int, device) -> torch.Tensor:
        """Return all first views, then all second views, ..."""
        if self.recipe is None:
            return self.images.tensor(indices, device)
        pipeline = self._pipeline(device.type)
        if isinstance(pipeline, BatchedViews):
            views = pipeline.batch(self.images.raw(indices, device).div_(255), iteration)
        else:
            pixels, copies = self.images.stored(indices), copy_numbers(indices)
            views = [view.to(device) for view in pipeline.batch(pixels, indices, iteration, copies)]
        views = views[0] if len(views) == 1 else torch.cat(views)
        return self.images.normalised(views.mul_(255))

    def _targets(self, indices: np.ndarray, iteration: int, device) -> torch.Tensor:
        """Return labels [N], or maps [N, h, w] that were moved as their images were."""
        if self.images.maps is None or self.recipe is None:
            return torch.from_numpy(self.images.targets(indices)).to(device).long()
        maps = torch.from_numpy(self.images.stored_maps(indices)).to(device)
        return self._pipeline(device.type).maps(maps, iteration)

    def _check_maps(self) -> None:
        """Refuse what is done to images of which every pixel has a class, and would tear both."""
        if self.images.maps is None:
            return
        phase = self.phase
        if phase.mixing.name != "none" or phase.sampler == "balanced_mixup":
            raise UserError(
                "images are mixed where each has one class, and these have one a pixel; take the "
                "mixing out of this phase"
            )
        if self.recipe and phase.views > 1 and (self.recipe.crop != "none" or self.recipe.flip):
            raise UserError(
                f"transforms '{phase.transforms}' cut each of {phase.views} views otherwise, and "
                "the classes of their pixels would differ; set views to 1, or crop to 'none' and "
                "flip to 0"
            )

    def _check_levels(self) -> None:
        """Refuse images without levels from 0 to 255: colours and borders would mean nothing."""
        kind = self.images.pixels.dtype
        if kind != np.uint8:
            raise UserError(
                f"transforms '{self.phase.transforms}' need uint8 pixels, these images are {kind} "
                "(whitened); leave out the whitening, or set transforms to 'none'"
            )

    def _check_normalisation(self, recipe) -> None:
        """Refuse transforms that normalise otherwise than the images that are evaluated."""
        wanted = recipe.normalisation(self.images.channels)
        given = tuple(self.images.mean), tuple(self.images.deviation)
        if wanted is not None and (wanted != given or self.images.divisor != 255):
            raise UserError(
                f"transforms '{self.phase.transforms}' normalise with mean {wanted[0]} and "
                f"deviation {wanted[1]}, the images with {given[0]} and {given[1]} and divisor "
                f"{self.images.divisor:g}; give the images the same and divisor 255, or take "
                "transforms that do not normalise"
            )

    def _blended(self, drawn: PairedBatch, iteration: int, device) -> Shown:
        """Return Balanced-MixUp's batch: (1 - w) of the instance batch, w of the balanced one."""
        if self.phase.mixing.name != "none":
            raise UserError(
                f"sampler '{self.phase.sampler}' mixes images itself and cannot be combined with "
                f"mixing '{self.phase.mixing.name}'; leave one of them out"
            )
        both = np.concatenate([drawn.instance, drawn.balanced])
        images, others = self._views(both, iteration, device).chunk(2)
        labels = torch.from_numpy(self.images.labels[drawn.instance]).to(device)
        partner = torch.from_numpy(self.images.labels[drawn.balanced]).to(device)
        own = torch.full((len(labels),), 1.0 - drawn.weight, device=device)
        return Shown(mixing.blend(images, others, own), labels, drawn.instance, Mixed(partner, own))

    def _mixed(self, images, labels, indices, iteration: int) -> Shown:
        how, random = self.phase.mixing, generator(self.seed, "mixing", self.number, iteration)
        if how.name == "cutout":
            return Shown(mixing.cutout(images, random, side=how.side), labels, indices)
        if how.name == "intra_class_cutmix":
            rows = mixing.partners_of_class(self.images.labels, indices, self.minority, random)
            partners = self._views(rows, iteration, images.device)
            mixed = mixing.intra_class_cutmix(
                images, labels, random, minority=self.minority, partners=partners, alpha=how.alpha
            )
            return Shown(mixed, labels, indices)
        blend = mixing.mixup if how.name == "mixup" else mixing.cutmix
        made = blend(images, labels, random, classes=self.classes, alpha=how.alpha, per=how.per)
        own = torch.from_numpy(made.own).to(images.device, images.dtype)
        partner = labels[torch.from_numpy(made.partner).to(images.device)]
        return Shown(made.images, labels, indices, Mixed(partner, own))
