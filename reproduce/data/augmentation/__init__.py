"""Augmentation: recipes by name, two pipelines that carry them out, and mixing of images.

A recipe (`recipes`) says what happens to an image, and with which probability. Two pipelines read
the same recipes: `pipelines` works image by image with albumentations and is the reference,
`batched` works on whole batches where the tensor lies and is for small images. `mixing` blends
the images of a batch. Importing this package imports neither torch nor albumentations.
"""

from reproduce.data.augmentation.recipes import RECIPES, Recipe, recipe

__all__ = ["PIPELINES", "RECIPES", "Recipe", "default_pipeline", "recipe"]

PIPELINES = ("albumentations", "batched")
# The benchmark `augmentation` measures both; see there before moving this.
LARGEST_BATCHED = 64


def default_pipeline(size: int, device: str = "cpu") -> str:
    """Return the pipeline for images of this size: batched while small, else the reference.

    On a GPU always batched: image by image, no number of cores here would keep it busy.
    """
    return "batched" if size <= LARGEST_BATCHED or device == "cuda" else "albumentations"
