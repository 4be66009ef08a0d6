"""What a file of a network says of it: everything that using it needs, and where it is from.

The metadata of a safetensors file is text by name. Words stand there as they are, everything else
as JSON, so that other programs can read it without this package.
"""

import json
from typing import Any, Literal

from pydantic import ValidationError

from reproduce.errors import UserError
from reproduce.training.phases import Frozen

# By this name a file is known as one of ours; the number is raised when older code would misread.
MARK, FORMAT = "imbalanced_learning_reproduced", "1"


class Header(Frozen):
    """The facts of a network.

    Attributes
    ----------
    architecture, architecture_options
        The name of the network in `reproduce.models`, and how it differs from the usual one.
    classifier, scale, embedding
        What stands on its encoder: linear or cosine, what cosines are multiplied with, and the
        size of an embedding before it (0: none).
    image_shape, image_fit
        Height and width that images are brought to when they are opened, and how.
    image_size, image_stored, image_padded
        What is then made of them: so many pixels a side, of which the network sees the middle
        where they are stored larger; and whether they are padded or scaled.
    normalisation
        `divisor` of the pixels, then `mean` and `deviation` by channel where there are any.
    training_counts, prior
        Images of each class in training before any sampling, and their shares.
    temperature, calibrated_on
        What logits are divided by so that probabilities are calibrated, and the number of
        validation images it is from; without one, `calibration` says why.
    steps
        What the method does with the probabilities of the network, which the file leaves out.
    """

    task: Literal["classification"] = "classification"
    architecture: str
    architecture_options: dict[str, Any]
    classifier: Literal["linear", "cosine"]
    scale: float
    embedding: int
    precision: str
    classes: tuple[str, ...]
    channels: int
    image_shape: tuple[int, int]
    image_fit: str
    image_size: int
    image_stored: int
    image_padded: bool
    normalisation: dict[str, Any]
    training_counts: tuple[int, ...]
    prior: tuple[float, ...]
    temperature: float | None
    calibrated_on: int
    calibration: str
    dataset: str
    dataset_title: str
    fingerprint: str
    licence: str
    source: str
    trial: str
    methods: tuple[str, ...]
    steps: tuple[str, ...]
    recipe: int
    package: str

    def to_metadata(self) -> dict[str, str]:
        """Return the header as text by name."""
        values = self.model_dump(mode="json")
        said = {n: v if isinstance(v, str) else json.dumps(v) for n, v in values.items()}
        return {MARK: FORMAT, **said}


def from_metadata(metadata: dict[str, str] | None, place: str) -> Header:
    """Return the header of a file, or say that it has none that can be used."""
    given = dict(metadata or {})
    mark = given.pop(MARK, None)
    if mark is None:
        raise UserError(
            f"{place} does not say what network it holds; expected a file that `reproduce export` "
            "wrote"
        )
    if mark != FORMAT:
        raise UserError(
            f"{place} is written in format {mark}, this package reads format {FORMAT}; use the "
            "version of the package that wrote it"
        )
    if given.get("task") != "classification":
        raise UserError(f"{place} is no classification network (its task: {given.get('task')})")
    try:
        return Header(**{name: _read(name, text) for name, text in given.items()})
    except (ValidationError, ValueError) as error:
        raise UserError(
            f"{place}: what it says of its network cannot be read; export it again"
        ) from error


def _read(name: str, text: str) -> Any:
    field = Header.model_fields.get(name)
    words = field is not None and (field.annotation is str or "Literal" in str(field.annotation))
    return text if words else json.loads(text)
