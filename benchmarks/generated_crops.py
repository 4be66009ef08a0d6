"""How often two crops of one image of `lesions` differ in grade, and from the image's own.

`python -m benchmarks.generated_crops` prints and stores the shares.
"""

import numpy as np

from benchmarks.generated_difficulty import store
from reproduce.data.generated import GENERATED
from reproduce.data.generated.lesions import grade_of_crop
from reproduce.randomness import generator

SMALLEST_AREAS, REPEATS, SEED = (0.08, 0.2, 0.5, 0.8), 50, 0


def boxes(images: int, smallest: float, rng: np.random.Generator) -> np.ndarray:
    """Return square crops [n, 4] of an even share of the area, anywhere in the image."""
    side = np.sqrt(rng.uniform(smallest, 1, images))
    left, top = rng.uniform(0, 1 - side), rng.uniform(0, 1 - side)
    return np.stack([left, top, left + side, top + side], axis=1)


def run() -> None:
    """Measure on the training images, print and store."""
    data = GENERATED["lesions"](28, "medium", SEED)
    centres, own = data.extra["train"]["centres"], data.extra["train"]["clean_labels"]
    rng = generator(SEED, "crops")
    rows = []
    for smallest in SMALLEST_AREAS:
        pairs, kept = [], []
        for _ in range(REPEATS):
            first, second = (
                grade_of_crop(centres, boxes(len(centres), smallest, rng)) for _ in range(2)
            )
            pairs.append(np.mean(first != second))
            kept.append(np.mean(first != own))
        rows.append(
            {
                "smallest_area": smallest,
                "pairs_that_differ": round(float(np.mean(pairs)), 4),
                "crops_unlike_their_image": round(float(np.mean(kept)), 4),
            }
        )
        print(rows[-1])
    store([], crops=rows)


if __name__ == "__main__":
    run()
