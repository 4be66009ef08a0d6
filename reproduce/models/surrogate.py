"""Encoders trained with this package, which stand in for published weights.

Where ImageNet weights cannot be had, a network can start from one trained on a generated or
embedded data set. The file is safetensors with one JSON entry that says where the numbers come
from and carries their digest; only the encoder is kept, and only the encoder is replaced. What a
file says of itself is read without torch.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from reproduce.errors import UserError, reason
from reproduce.files import relative, write_bytes
from reproduce.models import weights
from reproduce.models.transfer import put
from reproduce.models.weights import DIGITS

if TYPE_CHECKING:
    import torch

ENTRY = "reproduce.surrogate"
FIELDS = ("backbone", "data", "fingerprint", "seed", "phases", "recipe", "sha256")


def path_of(name: str) -> Path:
    """Return the file of the surrogate of this name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UserError(
            f"'{name}' is no name of a surrogate; use letters, digits, dots, dashes, underscores"
        )
    return folder() / f"{name}.safetensors"


def folder() -> Path:
    """Return where surrogates lie."""
    return weights.folder() / "surrogates"


def names() -> list[str]:
    """Return the names of all surrogates on this machine."""
    return sorted(file.stem for file in folder().glob("[!.]*.safetensors"))


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
    more: Mapping[str, Any] | None = None,
) -> Path:
    """Keep the encoder of a trained network under this name and return the file.

    `more` is whatever else there is to say of how it was trained.
    """
    from safetensors.torch import save as encode

    part = network.get_submodule(network.transferable)
    tensors = {key: t.detach().cpu().contiguous() for key, t in part.state_dict().items()}
    about = {
        **(more or {}),
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


def load(network, name: str, *, backbone: str, expected: str = "") -> dict[str, Any]:
    """Put a surrogate into the network's encoder and return what the file says of itself.

    Numbers whose digest does not begin with `expected` are refused.
    """
    about, tensors = read(name, expected)
    require_backbone(name, about, backbone)
    put(network.get_submodule(network.transferable), tensors, f"tensors of surrogate '{name}'")
    return about


def require_backbone(name: str, about: Mapping[str, Any], backbone: str) -> None:
    """Refuse a surrogate of another network."""
    if about["backbone"] != backbone:
        raise UserError(
            f"the surrogate '{name}' is a {about['backbone']}, this network is a {backbone}; "
            "use a surrogate of the same network"
        )


def about(name: str, expected: str = "") -> dict[str, Any]:
    """Return what the file says of itself, without reading its tensors."""
    return _as_expected(name, _read(name, tensors=False)[0], expected)


def read(name: str, expected: str = "") -> tuple[dict[str, Any], "dict[str, torch.Tensor]"]:
    """Return what the file says of itself and its tensors, checked against their digest."""
    found, tensors = _read(name, tensors=True)
    if digest(tensors) != found["sha256"]:
        raise _damaged(path_of(name), "its numbers are not those it was written with")
    return _as_expected(name, found, expected), tensors


def pinned(name: str) -> str:
    """Return the initialisation that names this surrogate and its numbers, for a trial."""
    return f"surrogate:{name}@{about(name)['sha256'][:DIGITS]}"


def describe(name: str, expected: str = "") -> str:
    """Say in one sentence what a network starts from that starts from this surrogate.

    Results are shown where the file need not be: where the numbers are known by their digest,
    `expected`, there is something to say without it.
    """
    found = about(name) if not expected or path_of(name).is_file() else None
    if found is None or not found["sha256"].startswith(expected):
        return (
            f"The encoder starts from the surrogate '{name}' (SHA-256 {expected}...), which was "
            "trained with this package and is not on this machine, not from ImageNet weights."
        )
    return (
        f"The encoder starts from the surrogate '{name}', a {found['backbone']} that this package "
        f"trained on {found['data']} (seed {found['seed']}), not from ImageNet weights."
    )


def digest(tensors: "Mapping[str, torch.Tensor]") -> str:
    """Return the SHA-256 of names, types, shapes and numbers."""
    import torch

    total = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode())
        total.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def _read(name: str, tensors: bool) -> tuple[dict[str, Any], "dict[str, torch.Tensor]"]:
    path = path_of(name)
    if not path.is_file():
        raise UserError(
            f"there is no surrogate '{name}' in {relative(path.parent)} "
            f"(there: {', '.join(names()) or 'none'}); train one, or use initialisation 'random'"
        )
    try:
        with safe_open(path, framework="pt" if tensors else "numpy") as file:
            found = json.loads((file.metadata() or {}).get(ENTRY, "null"))
            keys = file.keys() if tensors else ()
            content = {key: file.get_tensor(key) for key in keys}
    except (OSError, SafetensorError, ValueError) as error:
        raise _damaged(path, reason(error)) from error
    lacking = [field for field in FIELDS if field not in (found or {})]
    if lacking:
        raise _damaged(path, f"it does not say its {', '.join(lacking)}")
    return found, content


def _as_expected(name: str, found: dict[str, Any], expected: str) -> dict[str, Any]:
    if not found["sha256"].startswith(expected):
        raise UserError(
            f"the surrogate '{name}' in {relative(folder())} has the SHA-256 "
            f"{found['sha256'][:DIGITS]}..., expected {expected}...; get the file the trial was "
            "planned with, or make the plan anew"
        )
    return found


def _damaged(path: Path, why: str) -> UserError:
    return UserError(f"{relative(path)} cannot be used: {why}; delete it and train it anew")
