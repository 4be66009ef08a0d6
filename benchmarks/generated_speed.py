"""Images drawn per second of processor time: `python -m benchmarks.generated_speed`."""

import time

from benchmarks.generated_difficulty import store
from reproduce.data.generated import DESCRIPTIONS, stream

SIZES, IMAGES, SEED = (32, 64, 128, 224), {32: 320, 64: 320, 128: 160, 224: 64}, 0


def speed(name: str, size: int) -> int:
    """Return images per second of one core, after a warm-up of one block."""
    pieces = stream(name, size, "medium", SEED, total=IMAGES[size] + 320, chunk=16)
    next(pieces)
    started, drawn = time.process_time(), 0
    while drawn < IMAGES[size]:
        drawn += len(next(pieces).labels)
    return round(drawn / (time.process_time() - started))


def run() -> None:
    """Print and store the table."""
    speeds = {}
    print("set          " + "".join(f"{size:>6d} px" for size in SIZES))
    for name in DESCRIPTIONS:
        speeds[name] = {str(size): speed(name, size) for size in SIZES}
        print(f"{name:13s}" + "".join(f"{value:9d}" for value in speeds[name].values()), flush=True)
    store([], images_per_second=speeds)


if __name__ == "__main__":
    run()
