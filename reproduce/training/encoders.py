"""What the encoder makes of images before the last phase of a trial, and after it.

Where the trial is also evaluated on a part that no verdict uses, the encoder is looked at there as
well: positive controls read their probes there, and no training image is spent on them.

Looking changes nothing: no random number is drawn from a stream that training reads, no weight and
no statistic moves, so a trial that is watched has the digits of one that is not.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reproduce import device as devices
from reproduce.data.preparation import Images
from reproduce.data.splits import HELD_OUT
from reproduce.files import write_bytes
from reproduce.randomness import derive
from reproduce.tasks.prediction import evenly, predict
from reproduce.training.inputs import Inputs
from reproduce.training.phases import Phase

# Images of each part, and training images of which two views are made.
KEPT, VIEWED, VIEWED_AT_ONCE = 2000, 512, 128
# Where no phase transforms its images there are no views of its own to compare.
OTHERWISE = "dual_head_section_4_1"


class Encoders:
    """Embeddings of training and test images and of two views, before the last phase and after.

    What was noted before is kept in `file` until the trial is done, for a run that goes on in the
    last phase after an interruption.
    """

    def __init__(
        self, train: Images, test: Images, phases: Sequence[Phase], device, precision: str,
        file: Path, held_out: Images | None = None,
    ):  # fmt: skip
        given = {"train": train, "test": test, HELD_OUT[0]: held_out}
        self.parts = {
            name: images.part(evenly(len(images.labels), KEPT))
            for name, images in given.items() if images is not None
        }  # fmt: skip
        self.phases, self.device, self.precision, self.file = phases, device, precision, file
        self.views = two_views(train, phases)
        self.noted = _read(file)

    def __call__(self, done: int, network) -> None:
        """Note what the encoder makes of the images now, when so many phases are done."""
        moment = "after" if done == len(self.phases) else "before"
        modes = [(module, module.training) for module in network.modules()]
        for part, images in self.parts.items():
            found = predict(network, images, self.device, self.precision)[1]
            self.noted[f"{moment}/{part}"] = found
        for name, found in zip(("view1", "view2"), self._of_views(network), strict=True):
            self.noted[f"{moment}/{name}"] = found
        for module, mode in modes:
            module.training = mode
        self.keep()

    @torch.inference_mode()
    def _of_views(self, network) -> list[np.ndarray]:
        """Return the embeddings of first and of second views, row by row of the same image."""
        network.eval()
        both: list[tuple[torch.Tensor, ...]] = []
        for number in range(self.views.batches_per_epoch):
            shown = self.views.batch(number, self.device)
            with devices.autocast(self.device, self.precision):
                embeddings = network.encoder(shown.images)
            both.append(embeddings.float().cpu().chunk(2))
        return [torch.cat(views).numpy() for views in zip(*both, strict=True)]

    def keep(self) -> None:
        """Write what was noted, nothing at first: the file says that the run is watched."""
        content = io.BytesIO()
        np.savez(content, **self.noted)
        write_bytes(self.file, content.getvalue())

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what was noted, as arrays for the store, and forget the file."""
        self.file.unlink(missing_ok=True)
        labels = {
            f"{part}/encoder_labels": images.labels.astype(np.int16)
            for part, images in self.parts.items()
        }
        return self.noted | labels


def two_views(train: Images, phases: Sequence[Phase]) -> Inputs:
    """Return batches of two views of some training images, the same for every trial on the data.

    The transforms are those of the first phase with two views, else of the first that has any.
    """
    seen = train.part(evenly(len(train.labels), VIEWED))
    transformed = [phase for phase in phases if phase.transforms != "none"]
    own: dict[str, Any] = {"transforms": OTHERWISE}
    if transformed:
        chosen = next((phase for phase in transformed if phase.views > 1), transformed[0])
        own = {"transforms": chosen.transforms, "transform_parameters": chosen.transform_parameters}
    shown = Phase(
        batch_size=min(VIEWED_AT_ONCE, len(seen.labels)),
        epochs=1,
        views=2,
        optimizer=phases[0].optimizer,
        **own,
    )
    seed = derive(0, "views of the encoder")
    counts = np.bincount(train.labels)
    return Inputs(shown, seen, counts, 0, seed, seed)


def _read(file: Path) -> dict[str, np.ndarray]:
    """Return what an interrupted run noted; forget a damaged file, and the run begins anew."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        file.unlink(missing_ok=True)
        return {}
