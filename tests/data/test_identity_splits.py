"""Whole identities on one side: drawn anew by a seed, and asserted to be apart."""

from itertools import combinations

import numpy as np
import pytest

from reproduce.data import splits
from reproduce.data.records import Dataset
from reproduce.errors import UserError

PEOPLE, EACH = 30, 6


def written(groups=None, population=None) -> Dataset:
    """Return images of 30 people, six each, in a mixed order."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(PEOPLE), EACH))
    value = labels % 2 if population is None else population
    return Dataset(
        "made up", "verification", tuple(map(str, range(PEOPLE))),
        {"all": np.zeros((len(labels), 8, 8), np.uint8)}, {"all": labels}, "f", "t", "l", "s", True,
        groups={"all": labels if groups is None else labels // groups},
        extra={"all": {"population": value, "side": np.arange(len(labels)) % 2}},
    )  # fmt: skip


def people_of(dataset, parts) -> dict[str, set[int]]:
    return {part: set(dataset.labels[s][rows].tolist()) for part, (s, rows) in parts.items()}


def divided(dataset, **how):
    return splits.split(dataset, "identities", **how)


def test_no_identity_is_in_two_parts_and_as_many_are_drawn_as_asked_for():
    dataset = written()
    parts = divided(dataset, test=8, val=4, seed=3)
    found = people_of(dataset, parts)
    assert {part: len(of) for part, of in found.items()} == {"test": 8, "val": 4, "train": 18}
    for one, other in combinations(found.values(), 2):
        assert not one & other
    assert sum(len(rows) for _, rows in parts.values()) == PEOPLE * EACH


def test_another_seed_draws_other_identities_and_the_same_one_the_same():
    dataset = written()
    drawn = [people_of(dataset, divided(dataset, test=8, seed=seed)) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] and drawn[0]["test"] != drawn[2]["test"]


def test_seen_shows_trained_identities_in_images_that_do_not_train():
    dataset = written()
    parts = divided(dataset, test=8, seed=0, seen=5, seen_each=2)
    found = people_of(dataset, parts)
    assert len(found["seen"]) == 5 and found["seen"] <= found["train"]
    assert len(parts["seen"][1]) == 10
    assert not set(parts["seen"][1]) & set(parts["train"][1])
    # Of everyone half stays, however many are asked for.
    every = divided(dataset, test=8, seed=0, seen=22, seen_each=100)
    assert len(every["seen"][1]) == len(every["train"][1]) == 22 * EACH // 2


def test_a_population_trains_and_the_other_is_shifted():
    dataset = written()
    parts = divided(dataset, test=4, val=2, seed=1, by="population", train_on=1, train=5)
    found = people_of(dataset, parts)
    assert {part: len(of) for part, of in found.items()} == {
        "test": 4, "val": 2, "train": 5, "shifted": 4,
    }  # fmt: skip
    for part, of in found.items():
        assert {one % 2 for one in of} == ({0} if part == "shifted" else {1})


def test_groups_of_identities_stay_together():
    dataset = written(groups=3)
    found = people_of(dataset, divided(dataset, test=3, seed=0))
    assert len(found["test"]) == 9
    assert not {one // 3 for one in found["test"]} & {one // 3 for one in found["train"]}


def test_what_cannot_be_divided_is_refused():
    with pytest.raises(UserError, match="leave 1 to train; expected 2 or more"):
        divided(written(), test=20, val=9, seed=0)
    with pytest.raises(UserError, match="does not say 'age' of its images; it knows population"):
        divided(written(), test=4, seed=0, by="age", train_on=1)
    with pytest.raises(UserError, match="'side' differs within a group"):
        divided(written(), test=4, seed=0, by="side", train_on=1)


def test_an_identity_stays_whole_where_groups_are_smaller():
    """Images of a folder come in groups of identical ones, most of a single image."""
    dataset = written()
    alone = np.arange(PEOPLE * EACH)
    dataset.groups["all"] = alone.copy()
    parts = divided(dataset, test=8, val=4, seed=3)
    assert {part: len(of) for part, of in people_of(dataset, parts).items()} == {
        "test": 8, "val": 4, "train": 18,
    }  # fmt: skip
    # The same photograph of two people keeps them together.
    one, other = (np.flatnonzero(dataset.labels["all"] == person)[0] for person in (0, 1))
    dataset.groups["all"][other] = one
    for seed in range(6):
        found = people_of(dataset, divided(dataset, test=8, val=4, seed=seed))
        assert all(len({0, 1} & of) != 1 for of in found.values())
