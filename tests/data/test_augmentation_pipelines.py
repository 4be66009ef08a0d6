"""The two pipelines on their own: random access, independence, shapes, and what is refused."""

import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

from reproduce.data.augmentation import RECIPES, recipe
from reproduce.data.augmentation.albumented import operations, warnings_are_errors
from reproduce.data.augmentation.batched import BatchedViews, _kernels
from reproduce.data.augmentation.parameters import draw
from reproduce.data.augmentation.pipelines import ImageViews, copy_numbers
from reproduce.errors import UserError

SIZE = 16


def pictures(count=12, size=SIZE, channels=3, seed=0):
    shape = (count, size, size, 3)[: 4 if channels == 3 else 3]
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def views_of(seed=1, phase=0, name="simclr_two_views"):
    return ImageViews(recipe(name), size=SIZE, channels=3, seed=seed, phase=phase)


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_views_do_not_depend_on_the_batch_or_its_order():
    pixels, maker = pictures(), views_of()
    whole = maker.batch(pixels, np.arange(12), 3)
    order = np.array([7, 2, 11])
    part = maker.batch(pixels[order], order, 3)
    assert same(part, [view[order] for view in whole])


def test_views_do_not_depend_on_what_was_made_before_or_by_which_worker():
    pixels, numbers = pictures(), np.arange(12)
    fresh = views_of().batch(pixels, numbers, 5)
    used = views_of()
    used.batch(pixels, numbers, 4)
    assert same(fresh, used.batch(pixels, numbers, 5))
    assert same(fresh, pickle.loads(pickle.dumps(used)).batch(pixels, numbers, 5))


def test_a_worker_in_another_process_makes_the_same_views():
    code = (
        "import numpy as np, hashlib\n"
        "from reproduce.data.augmentation import recipe\n"
        "from reproduce.data.augmentation.pipelines import ImageViews\n"
        "pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), dtype=np.uint8)\n"
        "maker = ImageViews(recipe('simclr_two_views'), size=16, channels=3, seed=1)\n"
        "views = maker.batch(pixels[6:], np.arange(6, 12), 2)\n"
        "print(hashlib.sha256(b''.join(v.numpy().tobytes() for v in views)).hexdigest())\n"
    )
    import hashlib

    here = [view[6:] for view in views_of().batch(pictures(), np.arange(12), 2)]
    expected = hashlib.sha256(b"".join(v.numpy().tobytes() for v in here)).hexdigest()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


@pytest.mark.parametrize("change", ["seed", "phase", "epoch", "image", "copy"])
def test_every_part_of_the_position_changes_the_views(change):
    where = {"seed": 1, "phase": 0, "epoch": 0, "image": 0, "copy": 0}
    made = []
    for position in (where, {**where, change: 2}):
        maker = views_of(position["seed"], position["phase"])
        pixels = np.repeat(pictures(1), 8, axis=0)
        images = np.arange(8) + 100 * position["image"]
        made.append(maker.batch(pixels, images, position["epoch"], position["copy"]))
    differing = (made[0][0] != made[1][0]).flatten(1).any(dim=1)
    assert differing.sum() >= 7


def test_a_batch_across_the_end_of_an_epoch():
    pixels, numbers = pictures(4), np.arange(4)
    maker = views_of()
    mixed = maker.batch(pixels, numbers, np.array([0, 0, 1, 1]))
    before, after = maker.batch(pixels, numbers, 0), maker.batch(pixels, numbers, 1)
    assert same([v[:2] for v in mixed], [v[:2] for v in before])
    assert same([v[2:] for v in mixed], [v[2:] for v in after])


def test_copy_numbers_count_earlier_showings():
    assert copy_numbers(np.array([5, 3, 5, 5, 3, 9])).tolist() == [0, 0, 1, 2, 1, 0]


def decisions(compose, image, rounds):
    """Return which of flip, jitter, gray and blur were applied, by a marker image."""
    rows = []
    for turn in range(rounds):
        if callable(image):
            image(turn)
        compose(image=MARKER)
        rows.append([operation.params != {} for operation in compose.transforms[1:]])
    return np.array(rows, dtype=float)


MARKER = pictures(1)[0]


def test_the_decisions_of_one_view_are_independent_of_each_other():
    maker = views_of()
    rounds = 1500
    applied = decisions(maker._compose, lambda turn: maker._start(turn * 7919 + 1), rounds)
    correlations = np.corrcoef(applied.T)[np.triu_indices(4, 1)]
    # The standard error of a correlation that is zero is 1 / sqrt(n).
    assert np.abs(correlations).max() < 4 / np.sqrt(rounds)
    shares = applied.mean(axis=0)
    expected = np.array([0.5, 0.8, 0.2, 0.5])
    assert (np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / rounds)).all()


def test_a_seed_given_to_compose_would_have_made_gray_images_flipped_ones():
    import albumentations as library

    compose = library.Compose(operations(recipe("simclr_two_views"), SIZE, 3), seed=1)
    flip, _, gray, _ = decisions(compose, None, 400).T
    assert gray.sum() > 0 and (flip[gray == 1] == 1).all()


def test_the_two_views_are_independent():
    made = views_of(name="flip")
    pixels = np.repeat(pictures(1), 800, axis=0)
    twice = ImageViews(recipe("flip", views=2), size=SIZE, channels=3, seed=1)
    first, second = twice.batch(pixels, np.arange(800), 0)
    plain = torch.from_numpy(pixels[0]).permute(2, 0, 1) / 255
    flipped = [(view != plain).flatten(1).any(dim=1).float() for view in (first, second)]
    correlation = torch.corrcoef(torch.stack(flipped))[0, 1]
    assert abs(correlation) < 4 / np.sqrt(800)
    assert len(made.batch(pixels[:2], np.arange(2), 0)) == 1


def test_the_decisions_of_batched_views_are_independent_of_each_other():
    drawn = draw(recipe("dual_head_section_3_1"), 4000, 32, 32, 32, np.random.default_rng(0))
    applied = [drawn.flip, drawn.brightness != 1, drawn.gray, drawn.sigma > 0, drawn.solarize]
    correlations = np.corrcoef(np.array(applied, dtype=float))[np.triu_indices(5, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(4000)


def test_the_kernels_of_the_blur_are_those_of_the_reference():
    from albumentations.augmentations.blur.functional import create_gaussian_kernel_1d

    sigmas = torch.tensor([0.1, 0.4, 0.9, 1.3, 2.2, 3.0])
    for ours, sigma in zip(_kernels(sigmas, 3.0), sigmas.tolist(), strict=True):
        theirs = create_gaussian_kernel_1d(sigma)
        half = np.zeros(len(ours))
        half[: len(theirs) // 2 + 1] = theirs[len(theirs) // 2 :]
        assert ours.numpy() == pytest.approx(half, abs=1e-6)


def test_batched_views_are_independent_and_repeat_by_iteration():
    images = torch.from_numpy(np.repeat(pictures(1), 800, axis=0)).permute(0, 3, 1, 2) / 255
    maker = BatchedViews(recipe("flip", views=2), size=SIZE, seed=1)
    first, second = maker.batch(images, 4)
    flipped = [(view - images).abs().flatten(1).amax(dim=1) > 0.01 for view in (first, second)]
    correlation = torch.corrcoef(torch.stack(flipped).float())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(800)
    again = BatchedViews(recipe("flip", views=2), size=SIZE, seed=1)
    assert same((first, second), again.batch(images, 4))
    assert not same((first, second), again.batch(images, 5))
    other_phase = BatchedViews(recipe("flip", views=2), size=SIZE, seed=1, phase=1)
    assert not same((first, second), other_phase.batch(images, 4))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_recipe_gives_the_shape_and_range_asked_for(name, channels):
    pixels = pictures(6, size=20, channels=channels)
    of, size = recipe(name), 16
    maker = ImageViews(of, size=size, channels=channels, seed=0)
    images = torch.from_numpy(pixels.reshape(6, 20, 20, channels)).permute(0, 3, 1, 2) / 255
    for views in (
        maker.batch(pixels, np.arange(6), 0),
        BatchedViews(of, size=size, seed=0).batch(images, 0),
    ):
        assert len(views) == of.views
        for view in views:
            assert view.shape == (6, channels, size, size) and view.dtype == torch.float32
            if of.mean is None:
                assert view.min() >= 0 and view.max() <= 1
            else:
                assert view.min() < -1


def test_a_warning_of_the_library_is_an_error():
    import albumentations as library

    with pytest.raises(UserWarning, match="always_apply"), warnings_are_errors():
        library.HorizontalFlip(always_apply=True)


def test_warnings_behave_as_before_outside():
    with warnings_are_errors():
        pass
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("heard", UserWarning, stacklevel=1)
    assert len(seen) == 1


def test_importing_the_library_asks_nobody_for_a_newer_version():
    code = (
        "import urllib.request as r\n"
        "def refuse(*a, **k): print('ASKED'); raise OSError\n"
        "r.OpenerDirector.open = refuse\n"
        "from reproduce.data.augmentation import recipe\n"
        "from reproduce.data.augmentation.albumented import operations\n"
        "operations(recipe('flip'), 8, 3); print('done')\n"
    )
    surroundings = {k: v for k, v in os.environ.items() if k != "NO_ALBUMENTATIONS_UPDATE"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings, check=True
    )
    assert done.stdout.split() == ["done"]


def test_wrong_images_are_refused_in_one_line():
    with pytest.raises(UserError, match="expected one or more uint8 images"):
        views_of().batch(pictures().astype(np.float32), np.arange(12), 0)
    with pytest.raises(UserError, match="smaller than the crop of 16"):
        views_of(name="crop_flip").batch(pictures(size=6), np.arange(12), 0)
    batched = BatchedViews(recipe("crop_flip"), size=SIZE, seed=0)
    with pytest.raises(UserError, match="expected float images"):
        batched.batch(torch.zeros(2, 3, 8, 8, dtype=torch.uint8), 0)
    with pytest.raises(UserError, match="smaller than the crop of 16"):
        batched.batch(torch.zeros(2, 3, 6, 6), 0)
