"""The lists of parts: frozen, whole, and no lesion, twin or alphabet on both sides."""

import hashlib
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from reproduce.data import parts
from reproduce.data.grouped_splits import assign
from reproduce.errors import UserError

# A changed list makes other parts of the same data: stored results would no longer be comparable.
FROZEN = {
    "ham10000": "3aa4f545b602b1e8",
    "busi": "f28617bbb5099a8f",
    "omniglot": "6cee99b7f771063b",
}
MEMBERS = {"ham10000": (10_015, 7470), "busi": (780, 594), "omniglot": (8, 8)}


@pytest.mark.parametrize("name", FROZEN)
def test_a_list_stays_what_it_is(name):
    content = (resources.files("reproduce.data") / "parts" / f"{name}.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest()[:16] == FROZEN[name]


@pytest.mark.parametrize("name", FROZEN)
def test_every_member_has_one_place_and_every_group_one_part(name):
    listed = parts.read(name)
    groups = {place.group for place in listed.values()}
    assert (len(listed), len(groups)) == MEMBERS[name]
    lines = (resources.files("reproduce.data") / "parts" / f"{name}.csv").read_text().splitlines()
    written = [line.split(",") for line in lines if not line.startswith("#")]
    counted = Counter(member for _, *members in written for member in members)
    assert set(counted) == set(listed) and set(counted.values()) == {1}
    assert {part for part, *_ in written} == {"train", "test"}
    parts_of_group = {group: set() for group in groups}
    for place in listed.values():
        parts_of_group[place.group].add(place.part)
    assert all(len(found) == 1 for found in parts_of_group.values())


def test_the_images_of_ham10000_are_those_of_the_release():
    assert {int(number) for number in parts.read("ham10000")} == set(range(24_306, 34_321))


def test_the_images_of_busi_are_those_of_the_release():
    names = {f"{kind} ({number})" for kind, count in
             (("benign", 437), ("malignant", 210), ("normal", 133))
             for number in range(1, count + 1)}  # fmt: skip
    assert set(parts.read("busi")) == names


def test_what_a_list_does_not_know_is_refused_by_name():
    with pytest.raises(UserError, match=r"^there: '34321' is not among the 10,015 of the release"):
        parts.places("ham10000", ["24306", "34321"], "there")


def test_a_part_without_an_image_is_refused():
    only_train = parts.places("omniglot", ["Greek", "Latin"], "there")
    with pytest.raises(UserError, match=r"^there holds no image of the part 'test'"):
        parts.rows(only_train, "there")


@pytest.mark.real_data("ham10000?split=all")
def test_the_list_of_ham10000_is_what_its_rule_gives(real_data):
    """Of the lesions and classes of the data set, so that the list can be made anew."""
    labels, lesions = real_data.labels["all"], real_data.groups["all"]
    part = assign(labels, lesions, [0.8, 0.2], 0, "ham10000")
    listed = parts.read("ham10000")
    of_image = [listed[str(number)].part for number in range(24_306, 34_321)]
    assert of_image == [("train", "test")[number] for number in part]
    # The same images share a line as share a lesion.
    groups = np.array([listed[str(number)].group for number in range(24_306, 34_321)])
    pairs = set(zip(groups.tolist(), lesions.tolist(), strict=True))
    assert len(pairs) == len(set(groups.tolist())) == len(set(lesions.tolist()))
    share = np.bincount(labels[part == 1]) / np.bincount(labels)
    assert np.abs(share - 0.2).max() < 0.003
