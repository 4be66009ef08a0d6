"""Published ImageNet weights: which there are, where their files lie, how to get them.

Nothing here goes to the network but `fetch`. Imports without torch.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError

from reproduce import installed
from reproduce.errors import UserError, reason, unknown_name
from reproduce.files import project_root, relative, sha256_of_file

PYTORCH = "https://download.pytorch.org/models/"
HUGGING_FACE = "https://huggingface.co/timm/"
# So many hex digits of a SHA-256 say which numbers are meant.
DIGITS = 12
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Weights:
    """One published file, and the mean and deviation its images were normalised with.

    Attributes
    ----------
    address
        Where the file is downloaded from; empty for one that was made from another publication.
    sha256
        The beginning of its digest, where it is known.
    source, licence
        Whose numbers these are, where the address does not say it.
    network
        What the network they were trained with has of its own, as arguments of its class.
    """

    file: str
    address: str
    sha256: str = ""
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    source: str = ""
    licence: str = ""
    network: dict[str, str] = field(default_factory=dict)

    def obtained(self) -> str:
        """Say where the file comes from, for one who has to get it."""
        return self.address or f"made from {self.source} ({self.licence})"


def _torchvision(file: str) -> Weights:
    # torchvision writes the first eight digits of the digest into the name.
    return Weights(file, PYTORCH + file, sha256=Path(file).stem.rpartition("-")[2])


def _timm(name: str, **normalisation) -> Weights:
    address = f"{HUGGING_FACE}{name}/resolve/main/model.safetensors"
    return Weights(f"{name}.safetensors", address, **normalisation)


# Backbone -> name -> weights. The names are those of torchvision's enumeration and timm's tags.
WEIGHTS = {
    "resnet50": {
        "IMAGENET1K_V1": _torchvision("resnet50-0676ba61.pth"),
        "IMAGENET1K_V2": _torchvision("resnet50-11ad3fa6.pth"),
    },
    "inception_v3": {"IMAGENET1K_V1": _torchvision("inception_v3_google-0cc3c7bd.pth")},
    "mobilenet_v2": {
        "IMAGENET1K_V1": _torchvision("mobilenet_v2-b0353104.pth"),
        "IMAGENET1K_V2": _torchvision("mobilenet_v2-7ebf99e0.pth"),
    },
    # The numbers that Keras' MobileNet starts from as well, under timm's names: 3,228,864 without
    # the classifier, running means and variances counted. TensorFlow pads with one row or column
    # more behind than before (`pad_type="same"`) and adds 0.001 to variances; timm adds 0.00001,
    # and the file's variances are larger by the difference.
    "mobilenet_v1": {
        "tf_slim_in1k": Weights(
            "mobilenetv1_100.tf_slim_in1k.safetensors",
            address="",
            sha256="48b6db7c6706e30a886e74e32a0007b6cfdcc20ea7a4a957ece0800bbeb35af6",
            mean=(0.5,) * 3,
            std=(0.5,) * 3,
            source="TF-slim's mobilenet_v1_1.0_224 of 2017-06-14, "
            "http://download.tensorflow.org/models/mobilenet_v1_1.0_224_2017_06_14.tar.gz",
            licence="Apache-2.0",
            network={"pad_type": "same"},
        )
    },
    "hrnet_w48_ocr": {"ms_in1k": _timm("hrnet_w48.ms_in1k")},
}


def named(backbone: str, name: str) -> Weights:
    """Return what is known of the weights of this name."""
    if backbone not in WEIGHTS:
        raise UserError(
            f"no ImageNet weights are known for {backbone} (there are some for "
            f"{', '.join(sorted(WEIGHTS))}); use 'random' or 'surrogate:NAME'"
        )
    if name not in WEIGHTS[backbone]:
        raise unknown_name(f"weights of {backbone}", name, WEIGHTS[backbone])
    return WEIGHTS[backbone][name]


def folder() -> Path:
    """Return `$REPRODUCE_WEIGHTS`, by default `weights/` under the project root."""
    return Path(os.environ.get("REPRODUCE_WEIGHTS") or project_root() / "weights")


def places() -> list[Path]:
    """Return the folders in which weights are looked for: ours, and that of torch."""
    return [folder(), _hub() / "checkpoints"]


def _hub() -> Path:
    """Return the folder of torch's downloads, also where torch is not installed."""
    if not installed.missing(installed.TRAINING):
        import torch

        return Path(torch.hub.get_dir())
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or f"{caches}/torch"
    return Path(home).expanduser() / "hub"


def here(backbone: str, name: str) -> Path | None:
    """Return the file of these weights, or None where it is not on this machine."""
    files = [place / named(backbone, name).file for place in places()]
    return next((file for file in files if file.is_file()), None)


def find(backbone: str, name: str) -> Path:
    """Return the file of these weights, or say where it was looked for and how to get it."""
    path, weights = here(backbone, name), named(backbone, name)
    if path is not None:
        return path
    ours, of_torch = (relative(place) for place in places())
    absent = f"the weights {weights.file} are neither in {ours} nor in {of_torch}"
    if not weights.address:
        raise UserError(
            f"{absent}; they cannot be downloaded as such, being {weights.obtained()}: put the "
            "file there, or set REPRODUCE_WEIGHTS to its folder"
        )
    raise UserError(
        f"{absent}; get them with `reproduce models fetch {backbone} {name}`, or put the file from "
        f"{weights.address} there"
    )


def verified(backbone: str, name: str, expected: str = "") -> Path:
    """Return the file of these weights if it is the published one, and begins with this digest."""
    path = find(backbone, name)
    found = _check_digest(path, named(backbone, name))
    if not found.startswith(expected):
        raise UserError(
            f"{relative(path)} has the SHA-256 {found[:12]}..., the trial was planned with "
            f"{expected}...; get the file it was planned with, or make the plan anew"
        )
    return path


def read(backbone: str, name: str, expected: str = "") -> dict:
    """Return the tensors of these weights by their published names."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = verified(backbone, name, expected)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, UnpicklingError, ValueError, RuntimeError, EOFError) as error:
        raise _damaged(path, reason(error)) from error


def fetch(backbone: str, name: str, progress: bool = False) -> Path:
    """Get the file of these weights, unless it is there, and return its path."""
    import torch

    weights = named(backbone, name)
    if here(backbone, name) or not weights.address:
        return verified(backbone, name)
    path = folder() / weights.file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(
            weights.address, str(path), weights.sha256 or None, progress=progress
        )
    except RuntimeError as error:  # torch raises it where the digest is another.
        raise UserError(
            f"{weights.address} is not the file that was published ({reason(error)}); it was "
            "thrown away, try again or get it by hand"
        ) from error
    except (OSError, ValueError) as error:
        raise UserError(
            f"{weights.address} cannot be had: {reason(error)}; get it by hand and put it into "
            f"{relative(path.parent)} as {path.name}"
        ) from error
    return path


def _check_digest(path: Path, weights: Weights) -> str:
    found = sha256_of_file(path)
    if not found.startswith(weights.sha256):
        raise _damaged(path, f"SHA-256 {found[:8]}..., published {weights.sha256}...")
    return found


def _damaged(path: Path, why: str) -> UserError:
    return UserError(
        f"{relative(path)} is damaged or not the published file ({why}); delete it and get it anew"
    )
