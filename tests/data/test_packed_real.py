"""The ready copies of real data: parts as in the lists, no lesion, twin or writer torn apart."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog, parts, splits, verify

REAL = {
    "ham10000": {"train": 8012, "test": 2003},
    "ham10000_masks": {"train": 8012, "test": 2003},
    "busi": {"train": 623, "test": 157},
    "busi_masks": {"train": 623, "test": 157},
    "mnist_writers": {"train": 60_000, "test": 10_000},
    "omniglot": {"train": 3180, "test": 1660},
}
GROUPS = {"ham10000": (5954, 1516), "ham10000_masks": (5954, 1516), "busi": (478, 116),
          "busi_masks": (478, 116), "mnist_writers": (539, 297), "omniglot": (5, 3)}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.real_data(name)) for name in REAL]
)
def test_the_real_copies_have_the_parts_of_the_lists(real_data, name):
    assert {part: len(y) for part, y in real_data.labels.items()} == REAL[name]
    groups = [set(of_part.tolist()) for of_part in real_data.groups.values()]
    assert tuple(len(of_part) for of_part in groups) == GROUPS[name]
    assert groups[0].isdisjoint(groups[1])
    assert verify.verify(name).problems == []


@pytest.mark.real_data("busi_masks")
def test_the_folder_of_busis_masks_holds_the_same_images_and_parts(real_data):
    """The copy comes twice, as arrays and as a folder; names there are those of the list."""
    root = catalog.data_folder() / "busi_masks"
    if not root.is_dir():
        pytest.skip("there is no folder busi_masks")
    listed = parts.read("busi")
    for part, masks in real_data.masks.items():
        names = sorted(path.stem for path in (root / part / "images").iterdir())
        spelt = [name.replace("_", " (").replace(" (0", " (").replace(" (0", " (") + ")"
                 for name in names]  # fmt: skip
        assert all(listed[name].part == part for name in spelt)
        for row, name in enumerate(names):
            with Image.open(root / part / "masks" / f"{name}.png") as mask:
                assert np.array_equal(np.asarray(mask), masks[row]), name


# Of the metric-learning paper's Table 1: skin, corns, warts.
TRAIN, TEST, HELD_OUT = [808, 350, 855], [202, 87, 213], [50, 50, 20]


@pytest.mark.real_data("ham10000_warts")
def test_three_diagnoses_of_ham10000_have_the_counts_of_the_metric_learning_paper(real_data):
    y, lesions = real_data.labels["all"], real_data.groups["all"]
    seen = []
    for seed in range(20):
        wanted = {"train": TRAIN, "test": TEST, "held_out": HELD_OUT}
        parts_of = splits.split(real_data, "counted", seed=seed, **wanted)
        rows = {part: indices for part, (_, indices) in parts_of.items()}
        for part, counts in wanted.items():
            assert np.bincount(y[rows[part]]).tolist() == counts
        seen_lesions = [set(lesions[of_part]) for of_part in rows.values()]
        assert sum(map(len, seen_lesions)) == len(set.union(*seen_lesions))
        seen.append(tuple(rows["test"]))
    assert len(set(seen)) == 20
