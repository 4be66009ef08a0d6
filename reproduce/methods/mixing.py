"""Methods that blend images: each a function of the training recipe (one `Phase`)."""

from reproduce.methods.method import Method
from reproduce.training.phases import Mixing, Phase


def mixed(recipe: Phase, *, mixing: str, alpha: float = 1.0) -> Method:
    """Return the recipe with the images of a batch blended so, by lambda ~ Beta(alpha, alpha)."""
    return Method((recipe.but(mixing=Mixing(name=mixing, alpha=alpha)),))


def balanced_mixup(recipe: Phase, *, alpha: float = 0.2) -> Method:
    """Return Balanced-MixUp: images as they come, mixed with some of a balanced batch."""
    parameters = {"alpha": alpha}
    return Method((recipe.but(sampler="balanced_mixup", sampler_parameters=parameters),))
