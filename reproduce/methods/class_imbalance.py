"""The seven methods of Buda, Maki and Mazurowski (2018), and doing nothing.

Each is a function of the paper's training recipe for a data set (one `Phase`), and says only what
it changes. Thresholding trains nothing: it divides class probabilities by the class shares of the
training set.
"""

from collections.abc import Callable
from functools import partial

from reproduce.methods.balanced_contrastive import one_phase, tsc
from reproduce.methods.method import Method
from reproduce.training.phases import Mixing, Phase

# Two-phase training fine-tunes the last layer on the original data, at a tenth of the rate.
FINE_TUNING_RATE = 0.1


def _two_phase(recipe: Phase, sampler: str) -> Method:
    slower = recipe.optimizer.but(learning_rate=recipe.optimizer.learning_rate * FINE_TUNING_RATE)
    return Method((recipe.but(sampler=sampler), recipe.but(train="classifier", optimizer=slower)))


def _mixed(recipe: Phase, *, name: str) -> Method:
    return Method((recipe.but(mixing=Mixing(name=name)),))


# Not one of the paper's: a network nobody trained, to compare learned features with.
UNTRAINED = Method(())

METHODS: dict[str, Callable[[Phase], Method]] = {
    "baseline": lambda recipe: Method((recipe,)),
    "oversampling": lambda recipe: Method((recipe.but(sampler="oversampling"),)),
    "undersampling": lambda recipe: Method((recipe.but(sampler="undersampling"),)),
    "thresholding": lambda recipe: Method((recipe,), posthoc=("divide_by_prior",)),
    "oversampling_thresholding": lambda recipe: Method(
        (recipe.but(sampler="oversampling"),), posthoc=("divide_by_prior",)
    ),
    "undersampling_thresholding": lambda recipe: Method(
        (recipe.but(sampler="undersampling"),), posthoc=("divide_by_prior",)
    ),
    "two_phase_oversampling": lambda recipe: _two_phase(recipe, "oversampling"),
    "two_phase_undersampling": lambda recipe: _two_phase(recipe, "undersampling"),
}

# What the review says came later.
LATER: dict[str, Callable[..., Method]] = {
    "focal": partial(one_phase, objective="focal", gamma=2.0),
    "dual_focal": partial(one_phase, objective="dual_focal"),
    "mixup": partial(_mixed, name="mixup"),
    "cutmix": partial(_mixed, name="cutmix"),
    "intra_class_cutmix": partial(_mixed, name="intra_class_cutmix"),
    "smote_embeddings": lambda recipe: Method(
        (recipe, recipe.but(train="classifier", sampler="smote"))
    ),
    "tsc": tsc,
}
