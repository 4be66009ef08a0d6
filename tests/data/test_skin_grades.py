"""Four kinds of skin lesion with ACNE04's counts: parts by lesion, rotations, what is refused."""

import numpy as np
import pytest

from reproduce.data import catalog, imbalance, parts
from reproduce.data.packed import skin_grades as packed
from reproduce.data.preparation import prepare
from reproduce.data.sources import ham10000, skin_grades
from reproduce.data.sources.skin_grades import ROTATIONS, TESTED, TRAINED
from reproduce.errors import UserError

# A thousandth of all lesions by kind, about as in the release.
OF_1000 = {"bkl": 120, "mel": 120, "bcc": 58, "df": 20, "nv": 682}


def made_up(folder, order=None, **changed):
    """Write a copy with the numbers and lesions of the release, and kinds by chance."""
    listed = parts.read("ham10000")
    numbers = np.array(sorted(int(number) for number in listed), np.int32)
    groups = np.array([listed[str(number)].group for number in numbers])
    kinds = np.repeat([ham10000.CLASS_NAMES.index(kind) for kind in OF_1000], [*OF_1000.values()])
    of_group = np.random.default_rng(1).choice(kinds, size=groups.max() + 1)
    images = np.zeros((len(numbers), 4, 4, 3), np.uint8)
    # The first pixels tell the number.
    images[:, 0, 0, 0], images[:, 0, 0, 1] = numbers % 256, numbers // 256
    arrays = {
        "train_images": images, "train_labels": of_group[groups].astype(np.uint8),
        "train_lesions": groups.astype(np.int32), "train_ids": numbers,
    } | changed  # fmt: skip
    if order is not None:
        arrays = {name: array[order] for name, array in arrays.items()}
    np.savez(folder / "ham10000.npz", **arrays)
    return arrays


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def opened(folder):
    made_up(folder)
    return catalog.load(f"skin_grades?grades={ROTATIONS[0]}")


def numbers_of(dataset, part):
    pixels = dataset.images[part][:, 0, 0].astype(int)
    return pixels[:, 0] + 256 * pixels[:, 1]


def test_no_lesion_is_on_both_sides_and_the_large_part_has_one_image_of_each(opened):
    of = {part: set(groups.tolist()) for part, groups in opened.groups.items()}
    assert of["train"].isdisjoint(of["val"] | of["large"]) and of["val"].isdisjoint(of["large"])
    assert len(of["large"]) == len(opened.labels["large"])
    assert set(numbers_of(opened, "test")) <= set(numbers_of(opened, "large"))


def test_counts_are_those_that_were_promised(opened):
    counts = opened.record().counts
    assert counts["test"] == TESTED and sum(TESTED) == 292 and sum(TRAINED) == 1165
    assert all(have >= wanted for have, wanted in zip(counts["train"], TRAINED, strict=True))
    assert max(counts["val"]) == skin_grades.VALIDATION
    assert opened.class_names == ("benign keratosis", "naevus", "melanoma", "basal cell carcinoma")
    rare = counts["large"][3]
    assert rare > 100, "of the rarest kind every held-out lesion is there"


def test_rotations_are_the_same_images_with_kinds_in_other_places(folder):
    made_up(folder)
    every = [catalog.load(f"skin_grades?grades={grades}") for grades in ROTATIONS]
    for part in ("train", "val", "large"):
        first = numbers_of(every[0], part)
        for other in every[1:]:
            assert (numbers_of(other, part) == first).all()
            renamed = np.array(other.class_names)[other.labels[part]]
            assert (renamed == np.array(every[0].class_names)[every[0].labels[part]]).all()
    assert len({one.fingerprint for one in every}) == len(every)


def test_which_kinds_are_rare_takes_turns():
    """Naevi never; the carcinomas in each count twice, the two others once."""
    places = {kind: [grades.split("-").index(kind) for grades in ROTATIONS]
              for kind in skin_grades.KINDS}  # fmt: skip
    assert places["nv"] == [1] * 4
    assert sorted(places["bcc"]) == [2, 2, 3, 3]
    assert sorted(places["mel"]) == sorted(places["bkl"]) == [0, 0, 2, 3]
    assert [skin_grades.rotation(seed) for seed in range(4)] == list(ROTATIONS)
    assert skin_grades.rotation(101) == ROTATIONS[1]


def test_a_copy_in_another_order_is_divided_alike(folder):
    made_up(folder)
    before = {part: set(numbers_of(catalog.load("skin_grades"), part)) for part in
              ("train", "val", "test", "large")}  # fmt: skip
    made_up(folder, order=np.random.default_rng(3).permutation(len(parts.read("ham10000"))))
    after = catalog.load("skin_grades")
    assert all(set(numbers_of(after, part)) == of for part, of in before.items())


def test_by_itself_the_name_stands_for_the_counts(folder):
    made_up(folder)
    found = catalog.load("skin_grades")
    assert found.class_names == catalog.CATALOG["skin_grades"].class_names
    assert found.class_names[3] == "kind with 103 images"


def test_too_few_images_are_refused_in_one_line(folder):
    labels = made_up(folder)["train_labels"].copy()
    few = labels == ham10000.CLASS_NAMES.index("mel")
    labels[np.flatnonzero(few)[300:]] = ham10000.CLASS_NAMES.index("df")
    made_up(folder, train_labels=labels)
    with pytest.raises(UserError, match="melanoma are left to train on, expected 410") as refused:
        catalog.load(f"skin_grades?grades={ROTATIONS[1]}")
    assert "\n" not in str(refused.value)


def test_a_rotation_that_is_none_is_refused():
    with pytest.raises(UserError, match="expected one of: rotating, bkl-nv-mel-bcc"):
        catalog.canonical("skin_grades?grades=nv-bkl-mel-bcc")


def test_the_release_lists_the_same_parts_as_a_copy(folder, monkeypatch):
    arrays = made_up(folder)
    copy = packed.read([folder / "ham10000.npz"], {"grades": ROTATIONS[2]})
    names = [f"ISIC_{number:07d}" for number in arrays["train_ids"]]
    lesions = [f"HAM_{group}" for group in arrays["train_lesions"]]
    read = ("table.csv", names, arrays["train_labels"].tolist(), lesions)
    monkeypatch.setattr(ham10000, "read_metadata", lambda root: read)
    monkeypatch.setattr(ham10000, "pictures", lambda root, folders, names: names)
    listing = skin_grades.read(folder, {"grades": ROTATIONS[2]})
    assert listing.class_names == copy.class_names
    assert (listing.labels == copy.labels).all()
    assert all((listing.rows[part] == of).all() for part, of in copy.rows.items())


# -- the draw of a trial -----------------------------------------------------------------------


def drawn(dataset, seed):
    return prepare(
        dataset, split={"kind": "official"}, imbalance={"kind": "counts", "counts": TRAINED},
        transforms={"size": 4, "divisor": 255}, data_seed=seed, evaluate_on=["test", "val"],
    )  # fmt: skip


def test_a_trial_draws_acne04s_counts_by_its_seed(opened):
    one, again, other = drawn(opened, 5), drawn(opened, 5), drawn(opened, 6)
    assert one.counts.tolist() == other.counts.tolist() == list(TRAINED)
    assert (one.train.rows == again.train.rows).all()
    assert set(one.train.rows) != set(other.train.rows)
    assert (one.evaluate["test"].rows == other.evaluate["test"].rows).all()


@pytest.mark.parametrize("counts", [None, [1, 2, 3], [1, 2, 0, 4]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(UserError, match="4 whole numbers of 1 or more, one a class"):
        imbalance.counts_by_class(4, 0, kind="counts", counts=counts)


def test_more_than_there_is_says_which_class():
    with pytest.raises(UserError, match=r"9 images of class 'b', there are 3; lower counts"):
        imbalance.draw(np.array([0] * 9 + [1] * 3), ("a", "b"), 0, kind="counts", counts=[2, 9])
