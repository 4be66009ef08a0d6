"""Methods that change which images are shown how often, or weigh scores afterwards.

Most are those of Buda, Maki and Mazurowski (2018). Each is a function of the training recipe (one
`Phase`), and says only what it changes. Thresholding trains nothing: it divides class probabilities
by the class shares of the training set.
"""

from reproduce.methods.method import Method
from reproduce.training.phases import Phase

# Two-phase training fine-tunes the last layer on the original data, at a tenth of the rate.
FINE_TUNING_RATE = 0.1

# No method, but what learned features are compared with: a network nobody trained.
UNTRAINED = Method(())


def plain(recipe: Phase) -> Method:
    """Return the recipe as it is: cross-entropy, images as they come."""
    return Method((recipe,))


def sampled(recipe: Phase, *, sampler: str, posthoc: tuple[str, ...] = ()) -> Method:
    """Return the recipe with images drawn by this sampler, and post-hoc steps if any."""
    return Method((recipe.but(sampler=sampler),), posthoc=posthoc)


def partly_sampled(recipe: Phase, *, sampler: str, ratio: float) -> Method:
    """Return sampling part of the way: the largest class stays `ratio` times the smallest."""
    return Method((recipe.but(sampler=sampler, sampler_parameters={"ratio": ratio}),))


def afterwards(recipe: Phase, *, posthoc: tuple[str, ...]) -> Method:
    """Return the recipe followed by post-hoc steps, which train nothing."""
    return Method((recipe,), posthoc=posthoc)


def two_phase(recipe: Phase, *, sampler: str) -> Method:
    """Return sampling, then the last layer alone on the images as they come."""
    slower = recipe.optimizer.but(learning_rate=recipe.optimizer.learning_rate * FINE_TUNING_RATE)
    return Method((recipe.but(sampler=sampler), recipe.but(train="classifier", optimizer=slower)))
