"""HAM10000's nevi, melanomas and keratoses, in the place of normal skin, corns and warts.

The metric-learning paper's photographs are not public. Its three classes are here diagnoses of
HAM10000: nevi (nv) for normal skin, melanomas (mel) for corns, benign keratoses (bkl) for warts;
the latter two look alike, as corns and warts do. All images are one part, with their lesions as
groups: a split takes as many of each class as it wants. Not for diagnosis.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources import ham10000
from reproduce.data.sources.listing import Listing, check_classes, numbered

# In the order of the paper's Table 1.
DIAGNOSES = ("nv", "mel", "bkl")
CLASS_NAMES = ("nv (for normal skin)", "mel (for corns)", "bkl (for warts)")
SIZE, FIT, CHANNELS = 256, "pad", 3
OPTIONS: dict[str, Option] = {}


def read(root: Path, options: dict) -> Listing:
    """List the images of the three diagnoses by the table."""
    table, names, labels, lesions = ham10000.read_metadata(root)
    chosen, classes = of_three(np.array(labels))
    names = [names[row] for row in chosen]
    return check_classes(
        Listing(
            root,
            ham10000.pictures(root, ham10000.PICTURES, names),
            classes,
            CLASS_NAMES,
            {"all": np.arange(len(chosen))},
            [table],
            groups=numbered([lesions[row] for row in chosen]),
        )
    )


def of_three(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the three diagnoses, in their order, and their classes here."""
    place = np.full(len(ham10000.CLASS_NAMES), -1)
    for number, name in enumerate(DIAGNOSES):
        place[ham10000.CLASS_NAMES.index(name)] = number
    classes = place[labels]
    chosen = np.flatnonzero(classes >= 0)
    return chosen, classes[chosen].astype(np.int64)
