"""Everything a run needs to go on, in one file.

Weights, optimizer and objective state are tensors in a safetensors file; position and history are
JSON in the same file's header, so that the two can never belong to different moments. Random
streams need no state: they derive from (seed, purpose, phase, iteration).
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as encode

from reproduce.errors import UserError
from reproduce.files import earlier, relative, write_beside_earlier


def save(path: Path, position: dict[str, Any], network, optimizer, objective) -> None:
    """Write the state, whole or not at all."""
    tensors = {f"network/{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"objective/{k}": v for k, v in objective.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{k}": v for k, v in state.items() if v is not None}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # Not safetensors' own writing of files: it makes them readable by their owner alone and says
    # in its own kind of error that the disk is full.
    text = json.dumps(position)
    metadata = {"position": text, "digest": _digest(text, tensors)}
    write_beside_earlier(path, encode(tensors, metadata=metadata))


def forget(path: Path) -> None:
    """Delete a checkpoint and the one before it."""
    for file in (path, earlier(path)):
        file.unlink(missing_ok=True)


def load(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]] | None:
    """Return position and tensors, or None where there is no checkpoint.

    Where the last one is damaged or gone, it is the one before it, and that is said.
    """
    last_but_one = earlier(path)
    if not last_but_one.exists():
        return _read(path) if path.exists() else None
    try:
        if path.exists():
            return _read(path)
        found = _read(last_but_one)
        wrong = f"the checkpoint {relative(path)} is not there"
    except UserError as error:
        found = _read(last_but_one)
        wrong = str(error).partition(";")[0]
        # Else the next one would put it in the place of the good one.
        path.unlink(missing_ok=True)
    print(f"{wrong}: its trial goes on from the one before it", file=sys.stderr, flush=True)
    return found


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata()
            if metadata["digest"] != _digest(metadata["position"], tensors):
                raise ValueError("its content does not have the digest it names")
            return json.loads(metadata["position"]), tensors
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OSError) as error:
        raise UserError(
            f"the checkpoint {relative(path)} is damaged ({error}); "
            "delete it, and its trial starts anew"
        ) from error


def _digest(position: str, tensors: dict[str, torch.Tensor]) -> str:
    """Return a SHA-256 over everything a checkpoint holds.

    A flipped bit in a weight is still a valid weight: without this a damaged file would quietly
    end in other numbers.
    """
    digest = hashlib.sha256(position.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def restore(tensors: dict[str, torch.Tensor], network, optimizer, objective) -> None:
    """Put the saved tensors back where they came from."""
    network.load_state_dict(_under(tensors, "network/"))
    objective.load_state_dict(_under(tensors, "objective/"))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in _under(tensors, "optimizer/").items():
        index, _, key = name.partition("/")
        state.setdefault(int(index), {})[key] = tensor
    whole = optimizer.state_dict()
    optimizer.load_state_dict({**whole, "state": state})


def _under(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
