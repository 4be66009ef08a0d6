import math

import numpy as np
import pytest

from reproduce.data.generated.crops import crop_boxes, view_pair_disagreement
from reproduce.data.generated.lesions import make
from reproduce.errors import UserError


def scattered(counts, seed=0):
    """Return centres [n, 65, 2] of pictures with so many lesions, evenly scattered."""
    random = np.random.default_rng(seed)
    centres = random.random((len(counts), 65, 2))
    for picture, count in enumerate(counts):
        centres[picture, count:] = np.nan
    return centres


def rows_of(grade, rows):
    return [row for row in rows if row["grade"] == grade]


def test_boxes_are_random_resized_crops():
    size, scale = 224, 0.2
    left, top, right, bottom = crop_boxes(scale, 20_000, size, np.random.default_rng(0)).T
    assert min(left.min(), top.min()) >= 0 and max(right.max(), bottom.max()) <= 1
    width, height = right - left, bottom - top
    assert np.allclose(width * size, np.rint(width * size))
    area, ratio = width * height, width / height
    assert area.min() > 0.19 and area.max() == 1
    assert ratio.min() > 0.74 and ratio.max() < 1.35
    # Below the area at which some ratios no longer fit, areas are uniform and ratios log-uniform.
    fits = area < 0.7
    middle = (area[fits].min() + area[fits].max()) / 2
    assert np.mean(area[fits] < middle) == pytest.approx(0.5, abs=0.02)
    assert np.log(ratio[fits]).mean() == pytest.approx(0, abs=0.01)
    assert np.log(ratio[fits]).std() == pytest.approx(math.log(16 / 9) / math.sqrt(12), abs=0.01)
    # A position is uniform over what is left, so the middles of crops are in the middle.
    assert (left + right).mean() == pytest.approx(1, abs=0.01)
    assert (top + bottom).mean() == pytest.approx(1, abs=0.01)


def test_shares_against_a_plain_loop_over_lesions():
    from reproduce import randomness

    counts, pairs = [3, 9, 30, 60], 40
    centres = scattered(counts)
    boxes = crop_boxes(0.3, 4 * pairs * 2, 224, randomness.generator(5, "pairs of crops"))
    differ = changed = 0
    for picture, whole in enumerate((0, 1, 2, 3)):
        for pair in range(pairs):
            grades = []
            for view in range(2):
                left, top, right, bottom = boxes[(picture * pairs + pair) * 2 + view]
                seen = 0
                for x, y in centres[picture]:
                    seen += int(left <= x < right and top <= y < bottom)
                grades.append((seen > 5) + (seen > 20) + (seen > 50))
                changed += grades[-1] != whole
            differ += grades[0] != grades[1]
    row = view_pair_disagreement(centres, np.arange(4), [0.3], pairs, 5)[0]
    assert row["differ"] == pytest.approx(differ / (4 * pairs))
    assert row["changed"] == pytest.approx(changed / (8 * pairs))
    assert (row["images"], row["pairs"]) == (4, 160)
    assert 0 < differ < 4 * pairs and differ < changed


def test_whole_pictures_never_differ_and_few_lesions_never_do():
    centres = scattered([3, 5, 30, 60])
    rows = view_pair_disagreement(centres, np.array([0, 0, 2, 3]), [0.08, 1.0], 50)
    assert [row["differ"] for row in rows if row["scale"] == 1] == [0, 0, 0, 0]
    assert [row["changed"] for row in rows if row["scale"] == 1] == [0, 0, 0, 0]
    few = rows_of(0, rows)[0]
    assert (few["differ"], few["changed"], few["images"]) == (0, 0, 2)
    assert rows_of(3, rows)[0]["changed"] > 0.5


def test_all_pictures_are_the_average_of_the_grades():
    rows = view_pair_disagreement(scattered([3, 9, 12, 30, 60]), np.array([0, 1, 1, 2, 3]), [0.1])
    grades = [row for row in rows if row["grade"] is not None]
    average = sum(row["images"] * row["differ"] for row in grades) / 5
    assert rows[0]["differ"] == pytest.approx(average)
    # One picture has no spread; two have.
    assert math.isnan(rows_of(3, rows)[0]["differ_error"])
    assert rows_of(1, rows)[0]["differ_error"] >= 0


def test_the_standard_error_is_that_over_pictures():
    centres = scattered([9, 15, 19, 7, 12, 18], seed=3)
    one = [
        view_pair_disagreement(centres, np.array([0, 1, 2, 3, 4, 5]), [0.2], 30)[1 + n]["differ"]
        for n in range(6)
    ]
    row = view_pair_disagreement(centres, np.zeros(6, int), [0.2], 30)[0]
    assert row["differ_error"] == pytest.approx(np.std(one, ddof=1) / math.sqrt(6))


def test_equal_seeds_agree_whatever_the_other_scales_are():
    centres, labels = scattered([9, 30, 60]), np.array([1, 2, 3])
    shares = [
        [row["differ"] for row in view_pair_disagreement(centres, labels, scales, 10, seed)[-4:]]
        for scales, seed in (([0.1, 0.5], 1), ([0.5], 1), ([0.5], 2))
    ]
    assert shares[0] == shares[1] != shares[2]


def test_pieces_of_the_work_change_nothing(monkeypatch):
    from reproduce.data.generated import crops

    centres, labels = scattered([9, 30, 60, 12, 3]), np.array([1, 1, 1, 0, 0])
    whole = view_pair_disagreement(centres, labels, [0.1], 10)
    monkeypatch.setattr(crops, "_VIEWS_AT_ONCE", 40)
    assert view_pair_disagreement(centres, labels, [0.1], 10) == whole


def test_the_generated_set_has_what_is_needed():
    data = make(size=28, counts={"train": (8, 8, 8, 8), "test": (2, 2, 2, 2)})
    rows = view_pair_disagreement(
        data.extra["train"]["centres"], data.extra["train"]["clean_labels"]
    )
    assert [row["grade"] for row in rows] == [None, 0, 1, 2, 3] * 12
    assert (rows[0]["scale"], rows[-1]["scale"]) == (0.08, 1)
    # A picture of up to five lesions has no crop with more.
    assert {row["changed"] for row in rows_of(0, rows)} == {0}
    assert rows[0]["differ"] > 0.2 > rows[-10]["differ"] > rows[-5]["differ"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"centres": np.zeros((3, 2))}, "pictures, lesions, 2"),
        ({"labels": np.zeros(2, int)}, "one class number for each"),
        ({"labels": np.zeros(3)}, "integers"),
        ({"scales": [0.0]}, "above 0"),
        ({"scales": [1.2]}, "up to 1"),
        ({"scales": []}, "absent"),
        ({"pairs": 0}, "at least 1"),
    ],
)
def test_wrong_input_is_refused(changes, said):
    given = {"centres": scattered([9, 30, 60]), "labels": np.array([1, 2, 3]), "scales": [0.5]}
    with pytest.raises(UserError, match=said):
        view_pair_disagreement(**{**given, **changes})
