"""Module 2: which images are shown how often, and images between images."""

from typing import Any

import numpy as np

from reproduce import own_objects
from reproduce.course.exercise import ByCases, ByTest
from reproduce.methods.method import Method
from reproduce.training.phases import Optimizer, Phase


def _labelled() -> list[tuple]:
    mixed = np.array([0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0])
    return [(mixed,), (np.array([1, 1, 1, 1, 0]),), (np.array([2, 0, 1, 0, 1, 2]),)]


def oversampled(labels):
    """Return rows, each at least once, such that all classes are as large as the largest."""
    most, random = np.bincount(labels).max(), np.random.default_rng(0)
    rows = []
    for number in np.unique(labels):
        of_class = np.flatnonzero(labels == number)
        rows += [of_class, random.choice(of_class, most - len(of_class))]
    return np.concatenate(rows)


def _undersampled(labels):
    fewest = np.bincount(labels)[np.unique(labels)].min()
    return np.concatenate([np.flatnonzero(labels == c)[:fewest] for c in np.unique(labels)])


def _first_only(labels):
    most = np.bincount(labels).max()
    return np.concatenate([np.flatnonzero(labels == c)[:1].repeat(most) for c in np.unique(labels)])


def _too_many(labels):
    most = np.bincount(labels).max()
    rows = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    return np.concatenate([np.concatenate([r, np.resize(r, most)]) for r in rows])


def _shown(rows, labels) -> list[int]:
    rows = np.asarray(rows).astype(int)
    return [*np.bincount(labels[rows], minlength=labels.max() + 1), len(np.unique(rows))]


OVERSAMPLED = ByCases(
    key="2.1",
    title="A sampler of your own",
    asks="oversampled",
    level=1,
    minutes=10,
    right=oversampled,
    cases=_labelled,
    seen=_shown,
    wrong={
        "Every class is now as small as the smallest: that is undersampling, which throws images "
        "away": _undersampled,
        "Each class shows only one of its images, again and again; no image may be lost":
            _first_only,
        "Every class gets the copies on top of its own images, the largest one as well; how many "
        "are missing?": _too_many,
        "These are the labels as they were; nothing is shown more often yet":
            lambda labels: np.arange(len(labels)),
        "Those are labels, not rows: return *which* images an epoch shows":
            lambda labels: labels,
    },
)  # fmt: skip


def _clouds() -> list[tuple]:
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0], [5.0, 5.0]])
    more = np.random.default_rng(5).normal(size=(8, 3))
    return [(points, 0, 0.25), (points, 3, 0.5), (more, 2, 0.9)]


def _order(points, number):
    distance = np.linalg.norm(points - points[number], axis=1)
    distance[number] = np.inf
    return np.argsort(distance)


def between(points, number, share):
    """Return the point that lies `share` of the way to the nearest other one."""
    nearest = points[_order(points, number)[0]]
    return points[number] + share * (nearest - points[number])


BETWEEN = ByCases(
    key="2.2",
    title="One new point, as SMOTE makes it",
    asks="between",
    level=2,
    minutes=12,
    right=between,
    cases=_clouds,
    wrong={
        "The nearest point of a point is itself, at distance zero; leave it out":
            lambda p, n, s: p[n],
        "The share is measured from the wrong end: at 0 the new point should be the old one":
            lambda p, n, s: between(p, n, 1 - s),
        "You go to the furthest of the others, not to the nearest":
            lambda p, n, s: p[n] + s * (p[_order(p, n)[-2]] - p[n]),
        "That is the way to the neighbour; the new point lies at the old one *plus* that way":
            lambda p, n, s: between(p, n, s) - p[n],
        "You go to the mean of all points; SMOTE goes to one neighbour":
            lambda p, n, s: p[n] + s * (p.mean(0) - p[n]),
    },
)  # fmt: skip

RECIPE = Phase(
    batch_size=32, iterations=10, optimizer=Optimizer(name="sgd", learning_rate=0.1, momentum=0.9)
)
RARER = ("instance", "undersampling")
NO_METHOD = "Return a phase (or several): `recipe.but(...)` is the recipe with something changed"
NOTHING_NEW = "That trains just as the baseline does; change what `recipe.but(...)` is given"
NOT_SHOWN = "Rare images are not shown more often in any phase; which samplers do that?"
ONLY_SAMPLED = (
    "That is a sampler alone, which the package has already; change one more thing: a loss, "
    "mixing, or a second phase"
)
NO_RECIPE = "It has to take the recipe as its one argument, and build on it"


def _remedy(answer: Any) -> str | None:
    try:
        made = answer(RECIPE)
    except TypeError:
        return NO_RECIPE
    made = made.phases if isinstance(made, Method) else made
    phases = list(made) if isinstance(made, list | tuple) else [made]
    if not phases or not all(isinstance(one, Phase) for one in phases):
        return NO_METHOD
    if phases == [RECIPE]:
        return NOTHING_NEW
    if all(one.sampler in RARER for one in phases):
        return NOT_SHOWN
    sampling = ("sampler", "sampler_parameters")
    plain = {name: getattr(RECIPE, name) for name in sampling}
    if [one.but(**plain) for one in phases] == [RECIPE.but(**plain)]:
        return ONLY_SAMPLED
    # The door for methods of one's own: it takes what has a source, and refuses the rest.
    own_objects.gathered(answer)
    return None


def my_remedy(recipe):
    """Show rare images more often, and mix them."""
    return recipe.but(sampler="oversampling", mixing={"name": "mixup"})


REMEDY = ByTest(
    key="2.3",
    title="A remedy of your own, beside those of a paper",
    asks="my_remedy",
    level=3,
    minutes=25,
    right=my_remedy,
    test=_remedy,
    wrong={
        NO_RECIPE: lambda: RECIPE,
        NO_METHOD: lambda recipe: "oversampling",
        NOTHING_NEW: lambda recipe: recipe,
        NOT_SHOWN: lambda recipe: recipe.but(objective="focal"),
        ONLY_SAMPLED: lambda recipe: recipe.but(sampler="class_balanced"),
    },
)

EXERCISES = (OVERSAMPLED, BETWEEN, REMEDY)
