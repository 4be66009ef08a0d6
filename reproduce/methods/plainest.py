"""A loss as a method: the plainest one of its call shape."""

from functools import partial

from reproduce import losses
from reproduce.methods import entries
from reproduce.methods.classifier_losses import one_phase
from reproduce.methods.contrastive import contrasted
from reproduce.methods.entry import Entry
from reproduce.methods.metric_learning import compared
from reproduce.methods.self_supervised import pre_trained


def of_loss(name: str, said: str, origin: str) -> Entry:
    """Return the plainest method with this loss: it alone, or an encoder by it and a classifier."""
    shape = losses.shape(name)
    if shape == "classifier":
        return entries.of_loss(said, origin, partial(one_phase, objective=name))
    if shape == "segmentation":
        return entries.of_pixels(said, origin, partial(one_phase, objective=name))
    if shape == "embedding":
        verifying = partial(compared, objective=name)
        encoded = partial(contrasted, objective=name)
        return entries.contrasting(f"an encoder by {said}", origin, encoded, verifying)
    return entries.pre_training(
        f"pre-training by {said}", origin, partial(pre_trained, objective=name)
    )
