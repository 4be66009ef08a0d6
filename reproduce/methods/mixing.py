"""Methods that blend images or erase a part: each a function of the recipe (one `Phase`)."""

from reproduce.methods.method import Method
from reproduce.training.phases import Mixing, Phase


def mixed(recipe: Phase, *, mixing: str, alpha: float = 1.0) -> Method:
    """Return the recipe with the images of a batch blended so, by lambda ~ Beta(alpha, alpha)."""
    return Method((recipe.but(mixing=Mixing(name=mixing, alpha=alpha)),))


def cutout(recipe: Phase, *, side: float = 0.5) -> Method:
    """Return the recipe with a square erased of every image, `side` of its height and width."""
    return Method((recipe.but(mixing=Mixing(name="cutout", side=side)),))


def balanced_mixup(recipe: Phase, *, alpha: float = 0.2) -> Method:
    """Return Balanced-MixUp: images as they come, mixed with some of a balanced batch."""
    parameters = {"alpha": alpha}
    return Method((recipe.but(sampler="balanced_mixup", sampler_parameters=parameters),))
