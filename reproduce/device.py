"""The one place that chooses where tensors live, and in which precision they are multiplied."""

import contextlib
import os
import platform
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from reproduce import installed
from reproduce.errors import UserError

if TYPE_CHECKING:
    import torch


def choose() -> "torch.device":
    """Return the torch device: `$REPRODUCE_DEVICE` if set, else CUDA if present, else the CPU."""
    import torch

    wanted = os.environ.get("REPRODUCE_DEVICE", "")
    if wanted and wanted.split(":")[0] not in ("cpu", "cuda"):
        raise UserError(f"REPRODUCE_DEVICE is '{wanted}', expected 'cpu', 'cuda' or 'cuda:N'")
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise UserError(f"REPRODUCE_DEVICE is '{wanted}' but torch sees no CUDA device; unset it")
    return torch.device(wanted or ("cuda" if torch.cuda.is_available() else "cpu"))


def accelerated() -> bool:
    """Say whether training runs on a GPU; torch is asked only where there may be one."""
    if os.environ.get("REPRODUCE_DEVICE", "").startswith("cpu"):
        return False
    if not os.path.exists("/proc/driver/nvidia"):
        return False
    return choose().type == "cuda"


def count() -> int:
    """Return how many GPUs torch sees."""
    import torch

    return torch.cuda.device_count()


def take(number: int) -> "torch.device":
    """Make one of the GPUs that which this process, and no other, works on."""
    import torch

    os.environ["REPRODUCE_DEVICE"] = f"cuda:{number}"
    torch.cuda.set_device(number)
    return choose()


def autocast(device: "torch.device", precision: str) -> AbstractContextManager[object]:
    """Return the context in which a forward pass runs: plain float32, or bfloat16 autocast."""
    import torch

    if precision == "float32":
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def memory(device: "torch.device") -> int:
    """Return the bytes of memory of a CUDA device; 0 of others, which have none of their own."""
    import torch

    if device.type != "cuda":
        return 0
    return int(torch.cuda.get_device_properties(device).total_memory)


def processor() -> str:
    """Return the name of the processor, as the system tells it; another rounds otherwise."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def describe(device: "torch.device") -> dict[str, str]:
    """Say which device and versions made a result; kept as provenance, never part of a key."""
    import numpy
    import torch

    import reproduce

    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    found = {
        "device": f"{device.type} ({name})",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "reproduce": reproduce.__version__,
    }
    if device.type == "cpu" and (made_by := processor()):
        found["processor"] = made_by
    if installed.missing(("albumentations",)):
        found["views"] = "by OpenCV alone: albumentations is not installed"
    return found


def prepare(device: "torch.device", threads: int) -> None:
    """Fix the number of threads and ask for deterministic kernels.

    The same digits on the same machine hold at a fixed thread count only, so it is set, not
    inherited: of PyTorch, and of the products of NumPy and SciPy, which measures are made of. On
    CUDA deterministic algorithms cost speed and do not exist for everything; there results agree
    within a tolerance, which is what the project promises.
    """
    import scipy.linalg  # noqa: F401 - its library has threads of its own: loaded before they are set
    import torch
    from threadpoolctl import ThreadpoolController

    torch.set_num_threads(threads)
    # Not as a block: what is measured after the training is to be measured so as well.
    ThreadpoolController().limit(limits=threads, user_api="blas")
    torch.backends.cudnn.benchmark = device.type == "cuda"
    # float32 means float32: the short mantissa of TF32 is asked for as bfloat16, by name.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.use_deterministic_algorithms(device.type == "cpu")
