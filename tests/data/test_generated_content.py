"""What single generated sets promise: grades from counts, crops, label noise, masks, kinship."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data.generated import DESCRIPTIONS, stream
from reproduce.data.generated.assembly import build
from reproduce.data.generated.difficulty import (
    Between,
    best_scores,
    flip_probability,
)
from reproduce.data.generated.fields import Draws, noise, shrink, spots
from reproduce.data.generated.iris import people
from reproduce.data.generated.lesions import (
    LEVELS,
    count_given_grade,
    grade_given_count,
    grade_of_count,
    grade_of_crop,
)
from reproduce.data.generated.shapes import outline


def draws(images: int = 4, seed: int = 0) -> Draws:
    return Draws(seed, "test", 0, np.arange(images))


# ---- lesions -----------------------------------------------------------------------------------


def test_grades_follow_hayashis_thresholds():
    counts = [0, 1, 5, 6, 20, 21, 50, 51, 65]
    assert grade_of_count(counts).tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3]


def test_grades_are_noisy_only_near_thresholds_and_symmetrically():
    table = grade_given_count(LEVELS["hard"])
    assert np.allclose(table.sum(axis=1), 1)
    # 5 and 6 lie half a lesion from 5.5, in a zone of 0.3 * 5.5.
    flip = 0.5 * (1 - 0.5 / (0.3 * 5.5))
    assert table[5].tolist() == pytest.approx([1 - flip, flip, 0, 0])
    assert table[6].tolist() == pytest.approx([flip, 1 - flip, 0, 0])
    assert table[1].tolist() == [1, 0, 0, 0] and table[30].tolist() == [0, 0, 1, 0]
    assert (table.argmax(axis=1) == grade_of_count(np.arange(66))).all()
    assert np.allclose(count_given_grade(LEVELS["hard"]).sum(axis=0), 1)


@pytest.fixture(scope="module")
def lesions():
    pieces = list(stream("lesions", 64, "easy", seed=2, total=160))
    extra = {k: np.concatenate([p.extra[k] for p in pieces]) for k in pieces[0].extra}
    return (
        np.concatenate([p.images for p in pieces]),
        np.concatenate([p.labels for p in pieces]),
        extra,
    )


def test_the_lesion_map_holds_as_many_lesions_as_counted(lesions):
    _, labels, extra = lesions
    present = np.isfinite(extra["centres"][..., 0])
    assert (present.sum(axis=1) == extra["count"]).all()
    assert (np.isfinite(extra["radii"]) == present).all()
    assert extra["centres"][present].min() > 0 and extra["centres"][present].max() < 1
    assert (extra["clean_labels"] == grade_of_count(extra["count"])).all()
    assert (np.abs(extra["clean_labels"] - labels) <= 1).all()
    assert np.mean(extra["clean_labels"] == labels) > 0.85


def test_lesions_are_redder_than_the_skin_around_them(lesions):
    images, _, extra = lesions
    redness = images[..., 0].astype(float) - images[..., 1]
    inside, outside = [], []
    for image, centres in zip(redness, extra["centres"], strict=True):
        at = (centres[np.isfinite(centres[:, 0])] * 64).astype(int)
        inside.append(image[at[:, 1], at[:, 0]].mean())
        outside.append(np.median(image))
    assert np.mean(np.array(inside) > outside) > 0.95


def test_a_crop_has_the_grade_of_the_lesions_in_it():
    centres = np.full((2, 8, 2), np.nan)
    centres[0, :6] = [[0.1 * k + 0.05, 0.5] for k in range(6)]
    centres[1, 0] = [0.9, 0.9]
    whole = grade_of_crop(centres, np.array([0, 0, 1, 1]))
    assert whole.tolist() == [1, 0]
    boxes = np.array([[0.0, 0.0, 0.5, 1.0], [0.5, 0.5, 1.0, 1.0]])
    assert grade_of_crop(centres, boxes).tolist() == [0, 0]
    # The left edge belongs to a crop, the right one does not.
    edge = np.array([[[0.5, 0.5]] * 6])
    assert grade_of_crop(edge, np.array([0.5, 0, 1, 1])).tolist() == [1]
    assert grade_of_crop(edge, np.array([0, 0, 0.5, 1])).tolist() == [0]


def test_small_crops_of_severe_images_show_milder_grades(lesions):
    _, _, extra = lesions
    severe = extra["centres"][extra["clean_labels"] == 3]
    small = grade_of_crop(severe, np.array([0.3, 0.3, 0.7, 0.7]))
    assert np.mean(small < 3) > 0.9
    assert (grade_of_crop(severe, np.array([0, 0, 1, 1])) == 3).all()


# ---- label noise -------------------------------------------------------------------------------


def test_flips_are_even_at_the_threshold_and_end_at_the_width():
    assert flip_probability(np.array([0, 0.05, -0.05, 0.1, 0.2]), 0.1).tolist() == pytest.approx(
        [0.5, 0.25, 0.25, 0, 0]
    )


def test_the_best_score_of_two_overlapping_classes_is_known():
    table = np.array([[0.5, 0.0], [0.5, 0.5], [0.0, 0.5]])
    assert best_scores(table, [1, 1]) == {"accuracy": 0.75, "balanced_accuracy": 0.75}
    # With nine of ten in class 0: guess it in the middle.
    assert best_scores(table, [9, 1])["accuracy"] == pytest.approx(0.95)


def test_images_between_classes_are_drawn_as_their_likelihood_says():
    graph = Between(({1: 0.7, 2: 0.3}, {0: 1.0}, {0: 1.0}))
    table = graph.table(0.2)
    assert np.allclose(table.sum(axis=0), 1)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60_000)
    nearer, farther, t = graph.draw(labels, 0.2, rng)
    assert t.min() > 0 and t.max() < 0.5
    of_zero = labels == 0
    assert np.mean((nearer[of_zero] == 1) | (farther[of_zero] == 1)) == pytest.approx(0.7, abs=0.01)
    # The zone is 0.2 of 0.5 wide, flips are 1/4 on average in it.
    assert np.mean(nearer != labels) == pytest.approx(0.4 * 0.25, abs=0.005)
    near = graph.likelihood(nearer, farther, t, 0.2)
    guessed = near.argmax(axis=1)
    best = best_scores(table, [1, 1, 1])["balanced_accuracy"]
    assert np.mean(guessed == labels) == pytest.approx(best, abs=0.006)


def test_a_class_that_is_its_own_partner_is_never_mistaken():
    graph = Between(({0: 1.0}, {2: 1.0}, {1: 1.0}))
    table = graph.table(0.2)
    assert np.allclose(table.sum(axis=0), 1)
    assert best_scores(table, [1, 0, 0])["accuracy"] == pytest.approx(1)
    nearer, *_ = graph.draw(np.zeros(500, int), 0.5, np.random.default_rng(0))
    assert (nearer == 0).all()


# ---- nodules and identities --------------------------------------------------------------------


def test_nodules_cover_the_published_shares_of_pixels():
    data = build(DESCRIPTIONS["nodules"], 32, "medium", 0)
    masks = data.masks["train"]
    shares = np.bincount(masks.reshape(-1), minlength=3) / masks.size
    assert shares == pytest.approx([0.92, 0.05, 0.03], abs=0.006)
    assert masks.shape == data.images["train"].shape and masks.dtype == np.uint8
    assert (masks.max(axis=(1, 2)) == data.labels["train"]).all()
    for mask, label in zip(masks, data.labels["train"], strict=True):
        assert set(np.unique(mask).tolist()) <= {0, int(label)}


def test_malignant_nodules_are_darker_than_what_surrounds_them():
    piece = next(stream("nodules", 64, "easy", seed=1, total=90, chunk=90))
    darker = [
        image[mask == 2].mean() < image[24:48][mask[24:48] == 0].mean()
        for image, mask, label in zip(
            piece.images, piece.masks, piece.extra["clean_labels"], strict=True
        )
        if label == 2 and (mask == 2).any()
    ]
    assert len(darker) > 15 and np.mean(darker) > 0.85


def test_families_look_alike_as_much_as_asked():
    persons = people(0, 200, 4, 0.6)
    flat = np.concatenate([layer.reshape(200, -1) for layer in persons.layers], axis=1)
    likeness = (flat @ flat.T) / flat.shape[1]
    home = np.arange(200) // 4
    same = (home[:, None] == home) & ~np.eye(200, dtype=bool)
    assert likeness[same].mean() == pytest.approx(0.6, abs=0.03)
    assert np.diag(likeness).mean() == pytest.approx(1, abs=0.03)
    assert abs(likeness[home[:, None] != home].mean()) < 0.02


def test_an_iris_keeps_its_pattern_from_capture_to_capture():
    # With gaze, pupil, turn and light held still; those are what a verifier has to overlook.
    identities = DESCRIPTIONS["identities"]
    still = replace(identities.levels["easy"], nuisance=0.0)
    identities = replace(identities, levels={"easy": still})
    counts = tuple(2 if c % 4 == 0 and c < 160 else 0 for c in range(1000))
    data = build(identities, 64, "easy", 0, counts={"train": counts, "test": counts})
    seen = {}
    for split in ("train", "test"):
        first = data.extra[split]["device"] == 0
        # The lower part of the iris, clear of lids, pupil and reflections.
        images = data.images[split][first].astype(float).mean(axis=3)[:, 42:51, 24:40]
        images -= images.mean(axis=(1, 2), keepdims=True)
        order = np.argsort(data.labels[split][first])
        seen[split] = images[order].reshape(len(order), -1)
    likeness = np.corrcoef(seen["train"], seen["test"])[:40, 40:]
    own = np.diag(likeness)
    others = likeness[~np.eye(40, dtype=bool)]
    assert np.median(own) > 0.6
    assert np.mean(own[:, None] > others[None]) > 0.9


# ---- fields ------------------------------------------------------------------------------------


def test_noise_has_mean_zero_and_variance_one():
    field = noise(draws(64), "any", 96, 12)
    assert abs(field.mean()) < 0.05 and field.var() == pytest.approx(1, abs=0.08)


def test_spots_lie_where_they_are_put():
    middle = np.array([[[24.5, 74.5]]]) / 100
    field = spots(middle, np.array([[0.02]]), np.array([[2.0]]), 100)[0]
    assert np.unravel_index(field.argmax(), (100, 100)) == (74, 24)
    assert field[74, 24] == pytest.approx(2) and field[0, 0] < 1e-6
    assert field[74, 26] == pytest.approx(2 * np.exp(-0.5)) == field[76, 24]


def test_shrinking_averages_squares():
    assert shrink(np.arange(16, dtype=np.float32).reshape(1, 4, 4), 2).tolist() == [
        [[2.5, 4.5], [10.5, 12.5]]
    ]


def test_uneven_outlines_enclose_the_area_of_a_circle():
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False, dtype=np.float32)[None, None]
    radius = outline(draws(50), np.repeat(angles, 50, axis=0), np.full(50, 0.5, np.float32))
    assert radius.std() > 0.1
    assert np.mean(radius**2, axis=(1, 2)) == pytest.approx(np.ones(50), abs=0.02)
