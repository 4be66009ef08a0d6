"""Module 5: views and their other halves, InfoNCE, and whom a loss without labels pushes away."""

import torch
from torch.nn import functional

from reproduce.course.exercise import ByCases


def other_view(count):
    """Return for each of 2 * count views the row of the other view of its image."""
    return torch.arange(2 * count).roll(count)


OTHER_VIEW = ByCases(
    key="5.1",
    title="Find your other half",
    asks="other_view",
    level=1,
    minutes=6,
    right=other_view,
    cases=lambda: [(3,), (1,), (5,)],
    wrong={
        "A view is not its own other half": lambda n: torch.arange(2 * n),
        "First views stand in the first half, second ones in the second half; yours alternate":
            lambda n: torch.arange(2 * n) ^ 1,
        "The second views need a partner, too: one row for each of the 2N views":
            lambda n: torch.arange(n, 2 * n),
        "You count past the end: the other half of a second view is a first view":
            lambda n: torch.arange(2 * n) + n,
        "You read the views from behind": lambda n: torch.arange(2 * n).flip(0),
    },
)  # fmt: skip


def _two_views() -> list[tuple]:
    random = torch.Generator().manual_seed(12)
    one = torch.randn(6, 4, generator=random)
    other = one + 0.7 * torch.randn(6, 4, generator=random)
    return [(one, other, 0.5), (2 * one, other, 0.1), (one[:2], other[:2], 1.0)]


def _loss(one, other, temperature, normalize=True, reduction="mean"):
    if normalize:
        one, other = functional.normalize(one, dim=1), functional.normalize(other, dim=1)
    own = torch.arange(len(one))
    return functional.cross_entropy(one @ other.T / temperature, own, reduction=reduction)


def info_nce(view1, view2, temperature):
    """Return the mean cross-entropy of finding the second view of each image."""
    return _loss(view1, view2, temperature)


INFO_NCE = ByCases(
    key="5.2",
    title="InfoNCE",
    asks="info_nce",
    level=2,
    minutes=12,
    right=info_nce,
    cases=_two_views,
    wrong={
        "The embeddings have to be of length one, so that products are cosines":
            lambda a, b, t: _loss(a, b, t, normalize=False),
        "You multiply by the temperature; a low one should make the softmax *sharper*":
            lambda a, b, t: _loss(a, b, 1 / t),
        "That is the sum over the images; expected is the mean":
            lambda a, b, t: _loss(a, b, t, reduction="sum"),
        "You look for the first view among the first views; there each finds itself":
            lambda a, b, t: _loss(a, a, t),
        "The second views look for the first ones here; in this equation it is the other way round":
            lambda a, b, t: _loss(b, a, t),
    },
)  # fmt: skip


def _similar() -> list[tuple]:
    random = torch.Generator().manual_seed(7)
    rows = functional.normalize(torch.randn(12, 3, generator=random), dim=1)
    labels = torch.tensor([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2])
    return [(rows @ rows.T, labels, 3), (rows @ rows.T, labels, 1), (rows @ rows.T, labels % 2, 5)]


def _share(similarity, labels, k, own=False, largest=True):
    if not own:
        similarity = similarity.clone().fill_diagonal_(-torch.inf if largest else torch.inf)
    near = similarity.topk(k, dim=1, largest=largest).indices
    return (labels[near] == labels[:, None]).float().mean()


def same_class_share(similarity, labels, k):
    """Return which share of the k most similar other images is of the image's own class."""
    return _share(similarity, labels, k)


SHARE = ByCases(
    key="5.3",
    title="Whom does the loss push away?",
    asks="same_class_share",
    level=3,
    minutes=15,
    right=same_class_share,
    cases=_similar,
    wrong={
        "Each image is its own most similar one; only *others* can be pushed away":
            lambda s, y, k: _share(s, y, k, own=True),
        "Those are the *least* similar ones": lambda s, y, k: _share(s, y, k, largest=False),
        "That is the share of the *other* classes": lambda s, y, k: 1 - _share(s, y, k),
        "That is the share among all images, whatever their similarity":
            lambda s, y, k: (y[:, None] == y).float().mean(),
        "That is how many; expected is the share": lambda s, y, k: k * _share(s, y, k),
    },
)  # fmt: skip

EXERCISES = (OTHER_VIEW, INFO_NCE, SHARE)
