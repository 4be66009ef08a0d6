"""Module 4: distances, the hardest images, and prototypes."""

import torch

from reproduce.course.exercise import ByCases


def _pairs() -> list[tuple]:
    distance = torch.tensor([0.2, 0.9, 1.4, 0.3, 1.0])
    same = torch.tensor([True, False, False, False, True])
    return [(distance, same, 1.0), (distance, ~same, 0.5), (2 * distance, same, 2.0)]


def pair_loss(distance, same, margin):
    """Return half of the mean square of what each pair violates."""
    return 0.5 * (torch.where(same, distance, (margin - distance).clamp(min=0)) ** 2).mean()


def _violating(of_others, square=True):
    def mistaken(distance, same, margin):
        violated = torch.where(same, distance, of_others(distance, margin))
        return 0.5 * (violated**2 if square else violated).mean()

    return mistaken


PAIRS = ByCases(
    key="4.1",
    title="The contrastive loss of pairs",
    asks="pair_loss",
    level=1,
    minutes=10,
    right=pair_loss,
    cases=_pairs,
    wrong={
        "Pairs of two classes that are far apart already are still moved; beyond the margin there "
        "is nothing to do": _violating(lambda d, m: m - d),
        "Pairs of two classes are pulled together: their distance should be *at least* the margin":
            _violating(lambda d, m: (d - m).clamp(min=0)),
        "What is violated has to be squared": _violating(lambda d, m: (m - d).clamp(min=0), False),
        "Pairs of one class have a margin here; they should lie at distance zero":
            lambda d, s, m: 0.5 * (torch.where(s, (d - m).clamp(min=0), (m - d).clamp(min=0)) ** 2
                                   ).mean(),
        "The two kinds of pairs are interchanged": lambda d, s, m: pair_loss(d, ~s, m),
        "The factor of a half is missing": lambda d, s, m: 2 * pair_loss(d, s, m),
    },
)  # fmt: skip


def _embedded() -> list[tuple]:
    line = torch.tensor([[0.0], [1.0], [1.5], [4.0], [9.0]])
    classes = torch.tensor([0, 0, 1, 0, 1])
    random = torch.Generator().manual_seed(8)
    drawn = torch.randn(9, 3, generator=random)
    return [(line, classes), (drawn, torch.arange(9) % 3)]


def _masked(embeddings, labels):
    distance = torch.cdist(embeddings, embeddings)
    return distance, labels[:, None] == labels[None, :]


def hardest(embeddings, labels):
    """Return of each image the furthest of its class and the nearest of the others."""
    distance, same = _masked(embeddings, labels)
    positive = distance.masked_fill(~same, -torch.inf).max(1).values
    negative = distance.masked_fill(same, torch.inf).min(1).values
    return positive, negative


def _nearest_positive(embeddings, labels):
    distance, same = _masked(embeddings, labels)
    apart = same & ~torch.eye(len(labels), dtype=torch.bool)
    return distance.masked_fill(~apart, torch.inf).min(1).values, hardest(embeddings, labels)[1]


def _furthest_negative(embeddings, labels):
    distance, same = _masked(embeddings, labels)
    return hardest(embeddings, labels)[0], distance.masked_fill(same, -torch.inf).max(1).values


def _itself(embeddings, labels):
    distance, _ = _masked(embeddings, labels)
    return hardest(embeddings, labels)[0], distance.min(1).values


HARDEST = ByCases(
    key="4.2",
    title="The hardest images of a batch",
    asks="hardest",
    level=2,
    minutes=15,
    right=hardest,
    cases=_embedded,
    wrong={
        "The nearest image of its own class is the *easiest* positive": _nearest_positive,
        "The furthest image of another class is the *easiest* negative": _furthest_negative,
        "The nearest of all images is the image itself; a negative is of another class": _itself,
        "The two are in the wrong order: first the positive, then the negative":
            lambda e, y: hardest(e, y)[::-1],
        "Those are squares of distances": lambda e, y: tuple(d**2 for d in hardest(e, y)),
    },
)  # fmt: skip


def _queries() -> list[tuple]:
    known = torch.tensor([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [4.0, 3.0], [4.0, 5.0]])
    labels = torch.tensor([0, 0, 0, 1, 1])
    asked = torch.tensor([[3.0, 1.0], [4.0, 4.0], [0.0, 1.0], [9.0, 0.0], [0.5, 2.5], [3.4, 2.2]])
    random = torch.Generator().manual_seed(2)
    drawn = torch.randn(30, 4, generator=random)
    return [(known, labels, asked), (drawn, torch.arange(30) % 3, drawn[:20] + 0.3)]


def _means(known, labels):
    return torch.stack([known[labels == c].mean(0) for c in range(int(labels.max()) + 1)])


def by_prototype(known, labels, asked):
    """Return the class of the nearest class mean."""
    return torch.cdist(asked, _means(known, labels)).argmin(1)


def _sums(known, labels):
    return torch.stack([known[labels == c].sum(0) for c in range(int(labels.max()) + 1)])


PROTOTYPES = ByCases(
    key="4.3",
    title="Named by the nearest prototype",
    asks="by_prototype",
    level=3,
    minutes=15,
    right=by_prototype,
    cases=_queries,
    wrong={
        "You take the class of the nearest *image*, not of the nearest mean":
            lambda k, y, a: y[torch.cdist(a, k).argmin(1)],
        "You take the furthest prototype":
            lambda k, y, a: torch.cdist(a, _means(k, y)).argmax(1),
        "A prototype is a mean; with sums, a class of many images lies far out":
            lambda k, y, a: torch.cdist(a, _sums(k, y)).argmin(1),
        "You compare by the product; that depends on how long a prototype is":
            lambda k, y, a: (a @ _means(k, y).T).argmax(1),
        "Those are distances; expected is the number of a class for each row":
            lambda k, y, a: torch.cdist(a, _means(k, y)),
    },
)  # fmt: skip

EXERCISES = (PAIRS, HARDEST, PROTOTYPES)
