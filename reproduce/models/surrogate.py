"""Encoders trained with this package, which stand in for published weights.

Where ImageNet weights cannot be had, a network can start from one trained on a generated or
embedded data set. The file is safetensors with one JSON entry that says where the numbers come
from and carries their digest; only the encoder is kept, and only the encoder is replaced.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as encode

from reproduce.errors import UserError, reason
from reproduce.files import relative, write_bytes
from reproduce.models import weights
from reproduce.models.initialisations import put

ENTRY = "reproduce.surrogate"
FIELDS = ("backbone", "data", "fingerprint", "seed", "phases", "recipe", "sha256")


def path_of(name: str) -> Path:
    """Return the file of the surrogate of this name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UserError(
            f"'{name}' is no name of a surrogate; use letters, digits, dots, dashes, underscores"
        )
    return weights.folder() / "surrogates" / f"{name}.safetensors"


def save(
    network,
    name: str,
    *,
    backbone: str,
    data: str,
    fingerprint: str,
    seed: int,
    phases: Sequence[Mapping[str, Any]],
    recipe: int,
) -> Path:
    """Keep the encoder of a trained network under this name and return the file."""
    part = network.get_submodule(network.transferable)
    tensors = {key: t.detach().cpu().contiguous() for key, t in part.state_dict().items()}
    about = {
        "backbone": backbone,
        "data": data,
        "fingerprint": fingerprint,
        "seed": seed,
        "phases": [dict(phase) for phase in phases],
        "recipe": recipe,
        "sha256": digest(tensors),
    }
    path = path_of(name)
    write_bytes(path, encode(tensors, {ENTRY: json.dumps(about, sort_keys=True)}))
    return path


def load(network, name: str, *, backbone: str) -> dict[str, Any]:
    """Put a surrogate into the network's encoder and return what the file says of itself."""
    about, tensors = read(name)
    if about["backbone"] != backbone:
        raise UserError(
            f"the surrogate '{name}' is a {about['backbone']}, this network is a {backbone}; "
            "use a surrogate of the same network"
        )
    put(network.get_submodule(network.transferable), tensors, f"tensors of surrogate '{name}'")
    return about


def about(name: str) -> dict[str, Any]:
    """Return what the file says of itself, without reading its tensors."""
    return _read(name, tensors=False)[0]


def read(name: str) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return what the file says of itself and its tensors, checked against their digest."""
    found, tensors = _read(name, tensors=True)
    if digest(tensors) != found["sha256"]:
        raise _damaged(path_of(name), "its numbers are not those it was written with")
    return found, tensors


def describe(name: str) -> str:
    """Say in one sentence what a network starts from that starts from this surrogate."""
    found = about(name)
    return (
        f"The encoder starts from the surrogate '{name}', a {found['backbone']} that this package "
        f"trained on {found['data']} (seed {found['seed']}), not from ImageNet weights."
    )


def digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of names, types, shapes and numbers."""
    total = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        total.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def _read(name: str, tensors: bool) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    path = path_of(name)
    if not path.is_file():
        there = sorted(file.stem for file in path.parent.glob("*.safetensors"))
        raise UserError(
            f"there is no surrogate '{name}' in {relative(path.parent)} "
            f"(there: {', '.join(there) or 'none'}); train one, or use initialisation 'random'"
        )
    try:
        with safe_open(path, framework="pt") as file:
            found = json.loads((file.metadata() or {}).get(ENTRY, "null"))
            names = file.keys() if tensors else ()
            content = {key: file.get_tensor(key) for key in names}
    except (OSError, SafetensorError, ValueError) as error:
        raise _damaged(path, reason(error)) from error
    lacking = [field for field in FIELDS if field not in (found or {})]
    if lacking:
        raise _damaged(path, f"it does not say its {', '.join(lacking)}")
    return found, content


def _damaged(path: Path, why: str) -> UserError:
    return UserError(f"{relative(path)} cannot be used: {why}; delete it and train it anew")
