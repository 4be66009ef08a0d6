"""Imbalanced Learning, Reproduced: five papers on learning from imbalanced images, re-run.

The way of the data: notebook parameters -> paper protocol -> trials -> (phases on data)
-> results in the store -> tables and figures -> executed notebook -> book.
"""

import os

__version__ = "0.1.0"

# albumentations asks the network for its newest version when it is imported, unless told not to;
# this project never goes to the network unasked.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
