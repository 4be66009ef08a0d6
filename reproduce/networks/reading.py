"""From a file back to the network, without the data it was trained on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from reproduce import models
from reproduce.errors import UserError, reason
from reproduce.files import relative
from reproduce.models import transfer
from reproduce.models.heads import reset_classifier, set_embedding
from reproduce.networks.header import Header, from_metadata


@dataclass(frozen=True)
class Exported:
    """A network as `reproduce export` wrote it: what is known of it, and the module itself."""

    header: Header
    network: Any


def read(path: Path) -> Exported:
    """Return the network of a file, on the CPU and ready to be asked."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"no file {relative(path)}; `reproduce export KEY -o FILE` writes one")
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(
            f"{relative(path)} cannot be read as a safetensors file ({reason(error)}); expected "
            "one that `reproduce export` wrote"
        ) from error
    header = from_metadata(metadata, relative(path))
    network = _build_network(header)
    transfer.put(network, tensors, f"weights in {relative(path)}")
    return Exported(header, network.eval())


def _build_network(header: Header):
    """Return a network of the header's shape; its numbers are replaced at once."""
    classes = len(header.classes)
    network = models.shaped(
        header.architecture,
        channels=header.channels,
        size=header.image_size,
        classes=classes,
        **header.architecture_options,
    )
    if header.embedding:
        set_embedding(network, header.embedding)
    if header.embedding or header.classifier != "linear":
        reset_classifier(network, header.classifier, classes, header.scale)
    return network
