"""The batched pipeline against the reference, operation by operation.

Twice: equal parameters must give equal pixels (up to the reference's rounding), and parameters
drawn by each must have the same distribution. For the second, each operation runs alone on the
same pictures in both pipelines, `VIEWS` views each. Two means are called equal if they differ by
less than 4 standard errors, sqrt(s1^2 / n + s2^2 / n) with the deviations of the two samples,
plus one level for the rounding of the reference where it rounds; distributions are compared by the
two-sample Kolmogorov-Smirnov distance, below 1.95 sqrt(2 / n), its 0.1 % point. All seeds are
fixed, so that a test fails on a change of the code and not by chance.
"""

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp

from reproduce.data.augmentation import batched, recipe
from reproduce.data.augmentation.albumented import operations
from reproduce.data.augmentation.parameters import Parameters, draw
from reproduce.data.augmentation.pipelines import ImageViews

SIZE, VIEWS = 32, 2000
LEVEL = 1 / 255
RANGES = {"brightness": (0.6, 1.4), "contrast": (0.6, 1.4), "saturation": (0.6, 1.4)}
LUMA = torch.tensor(batched.LUMA).view(3, 1, 1)
RANDOM = np.random.default_rng(0)


def pictures(count, height=SIZE, width=SIZE, low=0.25, high=0.7):
    """Return coloured pictures, smooth but for some grain, away from black and white."""
    rng = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 6, 6, generator=rng)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    grain = torch.rand(count, 3, height, width, generator=rng) * 0.1
    images = low + (high - low) * (0.9 * smooth + grain)
    return (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def as_tensor(pixels):
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255


def neutral(count, height=SIZE, width=SIZE):
    """Return parameters that change nothing."""
    return Parameters(
        top=np.zeros(count), left=np.zeros(count), height=np.full(count, float(height)),
        width=np.full(count, float(width)), flip=np.zeros(count, bool), brightness=np.ones(count),
        contrast=np.ones(count), saturation=np.ones(count), hue=np.zeros(count),
        gray=np.zeros(count, bool), sigma=np.zeros(count), solarize=np.zeros(count, bool),
    )  # fmt: skip


def reference_and_ours(of, pixels, read, size=SIZE):
    """Run the reference on each picture; apply the parameters it used with the batched pipeline."""
    maker = ImageViews(of, size=size, channels=3, seed=0)
    drawn = neutral(len(pixels), *pixels.shape[1:3])
    views = []
    for row, picture in enumerate(pixels):
        view = maker.view(picture, row, 0)
        views.append(view / np.float32(255) if view.dtype == np.uint8 else view)
        for operation in maker._compose.transforms:
            read(operation, drawn, row)
    reference = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2)
    return reference, batched.apply(as_tensor(pixels), drawn, of, size), drawn


def read_crop(operation, drawn, row):
    left, top, right, bottom = operation.params["crop_coords"]
    drawn.top[row], drawn.left[row] = top, left
    drawn.height[row], drawn.width[row] = bottom - top, right - left


def read_factors(operation, drawn, row):
    for name in ("brightness", "contrast", "saturation", "hue"):
        if name in operation.params:
            getattr(drawn, name)[row] = operation.params[name]


def read_sigma(operation, drawn, row):
    # The kernel is known, its sigma follows from its first two weights.
    kernel = operation.params.get("kernel")
    if kernel is not None and len(kernel) > 1:
        middle = len(kernel) // 2
        drawn.sigma[row] = 1 / np.sqrt(2 * np.log(kernel[middle] / kernel[middle + 1]))


@pytest.mark.parametrize(("height", "width", "size"), [(32, 32, 32), (40, 28, 32), (24, 48, 36)])
def test_equal_crops_give_equal_pixels(height, width, size):
    def read(operation, drawn, row):
        if "crop_coords" in operation.params:
            read_crop(operation, drawn, row)

    pixels = pictures(60, height, width)
    reference, ours, _ = reference_and_ours(recipe("none", crop="resized"), pixels, read, size)
    assert (reference - ours).abs().max() < 1.5 * LEVEL


def test_equal_padded_crops_give_equal_pixels():
    def read(operation, drawn, row):
        if type(operation).__name__ == "RandomCrop":
            read_crop(operation, drawn, row)
            drawn.top[row] -= 4
            drawn.left[row] -= 4

    reference, ours, _ = reference_and_ours(recipe("crop_flip", flip=0.0), pictures(80), read, SIZE)
    assert (reference - ours).abs().max() < 0.01 * LEVEL
    assert (ours[:, :, 0] == 0).all(dim=2).all(dim=1).any(), "some views reach into the padding"


@pytest.mark.parametrize(("height", "width"), [(40, 40), (37, 60), (20, 24)])
@pytest.mark.parametrize("name", ["none", "validation"])
def test_resizing_and_the_centre_crop_give_equal_pixels(name, height, width):
    pixels = pictures(10, height, width)
    of = recipe(name)
    reference = ImageViews(of, size=SIZE, channels=3, seed=0).batch(pixels, np.arange(10), 0)[0]
    ours = batched.BatchedViews(of, size=SIZE, seed=0).batch(as_tensor(pixels), 0)[0]
    assert (reference - ours).abs().max() < 1.5 * LEVEL


@pytest.mark.parametrize(
    ("name", "levels"), [("brightness", 1), ("contrast", 2), ("saturation", 2)]
)
def test_equal_factors_give_equal_pixels(name, levels):
    of = recipe("none", jitter=1.0, **{name: RANGES[name]})
    reference, ours, drawn = reference_and_ours(of, pictures(80), read_factors)
    assert getattr(drawn, name).std() > 0.1
    assert (reference - ours).abs().max() < levels * LEVEL + 1e-6


def test_all_factors_but_hue_together_in_whatever_order_the_reference_takes_them():
    of = recipe("none", jitter=1.0, **RANGES)
    reference, ours, _ = reference_and_ours(of, pictures(80, low=0.3, high=0.55), read_factors)
    assert (reference - ours).abs().max() < 4 * LEVEL


def test_blur_has_the_same_kernel_cut_off_and_mirrored_border():
    of = recipe("none", blur=1.0, sigma=(0.5, 3.0))
    reference, ours, drawn = reference_and_ours(of, pictures(80), read_sigma)
    assert drawn.sigma.min() < 0.8 and drawn.sigma.max() > 2.7
    assert (reference - ours).abs().max() < LEVEL


def test_blur_wider_than_the_picture():
    of = recipe("none", blur=1.0, sigma=(2.5, 3.0))
    pixels = pictures(20, 8, 8)
    reference, ours, _ = reference_and_ours(of, pixels, read_sigma, size=8)
    assert (reference - ours).abs().max() < LEVEL


@pytest.mark.parametrize(
    ("settings", "levels"),
    [({"flip": 1.0}, 0.01), ({"gray": 1.0}, 1), ({"solarize": 1.0}, 0.01),
     ({"mean": (0.4, 0.5, 0.6), "deviation": (0.2, 0.3, 0.4)}, 0.01)],
)  # fmt: skip
def test_operations_without_strength_give_equal_pixels(settings, levels):
    pixels, of = pictures(40, low=0.0, high=1.0), recipe("none", **settings)
    reference = ImageViews(of, size=SIZE, channels=3, seed=0).batch(pixels, np.arange(40), 0)[0]
    ours = batched.BatchedViews(of, size=SIZE, seed=0).batch(as_tensor(pixels), 0)[0]
    assert (reference - as_tensor(pixels)).abs().mean() > 0.05
    assert (reference - ours).abs().max() < levels * LEVEL


def both_views(of, rounds=VIEWS, low=0.25, high=0.7):
    """Return `rounds` views of the same pictures by both pipelines, and the pictures."""
    pixels = np.repeat(pictures(20, low=low, high=high), rounds // 20, axis=0)
    numbers = np.arange(len(pixels))
    reference = ImageViews(of, size=SIZE, channels=3, seed=0).batch(pixels, numbers, 0)[0]
    ours = batched.BatchedViews(of, size=SIZE, seed=0).batch(as_tensor(pixels), 0)[0]
    return reference, ours, as_tensor(pixels)


def assert_same_mean(first, second, rounding=0.0):
    """Compare means over views, each element of a row on its own, as the module says."""
    first, second = (values.double().reshape(len(values), -1) for values in (first, second))
    error = ((first.var(dim=0) + second.var(dim=0)) / len(first)).sqrt()
    excess = (first.mean(dim=0) - second.mean(dim=0)).abs() - rounding - 4 * error
    assert excess.max() <= 1e-9, f"{excess.max():.3g} beyond 4 standard errors"


def assert_same_distribution(first, second):
    distance = ks_2samp(np.asarray(first), np.asarray(second)).statistic
    assert distance < 1.95 * np.sqrt(2 / len(first)), f"Kolmogorov-Smirnov distance {distance:.3f}"


ALONE = {
    "crop": {"crop": "resized", "scale": (0.08, 1.0)},
    "padded crop": {"crop": "padded", "padding": 4},
    "flip": {"flip": 0.5},
    "brightness": {"jitter": 0.8, "brightness": (0.6, 1.4)},
    "contrast": {"jitter": 0.8, "contrast": (0.6, 1.4)},
    "saturation": {"jitter": 0.8, "saturation": (0.6, 1.4)},
    "gray": {"gray": 0.2},
    "blur": {"blur": 0.5, "sigma": (0.1, 2.0)},
    "solarize": {"solarize": 0.2},
}


@pytest.mark.parametrize("name", ALONE)
def test_means_deviations_and_shares_applied(name):
    low, high = (0.0, 1.0) if name == "solarize" else (0.25, 0.7)
    reference, ours, pixels = both_views(recipe("none", **ALONE[name]), low=low, high=high)
    assert_same_mean(reference.mean(dim=(2, 3)), ours.mean(dim=(2, 3)), rounding=LEVEL)
    assert_same_mean(reference.std(dim=(2, 3)), ours.std(dim=(2, 3)), rounding=LEVEL)
    # A view counts as changed from one level of mean difference on: less is rounding.
    changed = [((v - pixels).abs().mean(dim=(1, 2, 3)) > LEVEL).double() for v in (reference, ours)]
    assert_same_mean(*changed)


@pytest.mark.parametrize(
    ("height", "width", "scale"),
    [(32, 32, (0.08, 1.0)), (32, 32, (0.2, 1.0)), (60, 30, (0.08, 1.0)), (20, 64, (0.6, 1.0))],
)
def test_area_aspect_ratio_and_place_of_crops(height, width, scale):
    of = recipe("none", crop="resized", scale=scale)
    pixels = pictures(1, height, width)[0]
    maker = ImageViews(of, size=SIZE, channels=3, seed=0)
    boxes = []
    for number in range(VIEWS):
        maker.view(pixels, number, 0)
        boxes.append(maker._compose.transforms[0].params["crop_coords"])
    left, top, right, bottom = np.array(boxes, dtype=float).T
    ours = draw(of, VIEWS, height, width, SIZE, np.random.default_rng(0))
    assert_same_distribution((right - left) * (bottom - top), ours.width * ours.height)
    assert_same_distribution((right - left) / (bottom - top), ours.width / ours.height)
    assert_same_distribution(left, ours.left)
    assert_same_distribution(top, ours.top)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_the_distribution_of_each_colour_shift(name):
    """Brightness by mean luma, contrast by its spread, saturation by the spread of the chroma."""

    def shift(views):
        luma = (views * LUMA).sum(dim=1, keepdim=True)
        measured = {"brightness": luma.mean(dim=(1, 2, 3)), "contrast": luma.std(dim=(1, 2, 3)),
                    "saturation": (views - luma).std(dim=(1, 2, 3))}  # fmt: skip
        return measured[name]

    reference, ours, pixels = both_views(recipe("none", jitter=0.8, **{name: RANGES[name]}))
    # Rounded, so that unchanged views tie in both; a hundredth is far below the spread.
    assert_same_distribution(*((shift(v) / shift(pixels)).mul(100).round() for v in
                               (reference, ours)))  # fmt: skip


def angles(views, pixels):
    """Return by how much of a turn colours were rotated about the gray axis, from red to green."""
    axes = torch.tensor([[1, -0.5, -0.5], [0, 3**0.5 / 2, -(3**0.5) / 2]])
    before, after = (torch.einsum("kc,nchw->nkhw", axes, images) for images in (pixels, views))
    across = (before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]).sum(dim=(1, 2))
    along = (before * after).sum(dim=(1, 2, 3))
    return torch.atan2(across, along).numpy() / (2 * np.pi)


def test_hue_turns_by_the_angle_drawn_and_keeps_the_mean_of_the_colours():
    of = recipe("none", jitter=1.0, hue=(-0.1, 0.1))
    pixels = as_tensor(pictures(200, low=0.4, high=0.6))
    drawn = draw(of, 200, SIZE, SIZE, SIZE, np.random.default_rng(0))
    ours = batched.apply(pixels, drawn, of, SIZE)
    assert angles(ours, pixels) == pytest.approx(drawn.hue, abs=1e-4)
    assert torch.allclose(ours.mean(dim=1), pixels.mean(dim=1), atol=1e-5)


@pytest.mark.parametrize("widest", [0.1, 0.5])
def test_hue_of_the_reference_turns_by_the_same_angles_but_does_not_give_the_same_pixels(widest):
    of = recipe("none", jitter=1.0, hue=(-widest, widest))
    pixels = pictures(600)
    reference, ours, drawn = reference_and_ours(of, pixels, read_factors)
    assert_same_distribution(drawn.hue, draw(of, 600, SIZE, SIZE, SIZE, RANDOM).hue)
    # Steps of 2 degrees and three corners a turn make the angle of the reference inexact.
    wrong = (angles(reference, as_tensor(pixels)) - drawn.hue + 0.5) % 1 - 0.5
    assert abs(wrong.mean()) < 0.005 and np.abs(wrong).max() < 0.05
    # What another definition of hue costs in pixels, as a share of what hue does to them.
    moved = (reference - as_tensor(pixels)).square().mean().sqrt()
    assert 0.1 * moved < (reference - ours).square().mean().sqrt() < 0.6 * moved


def test_the_spectrum_of_blurred_views():
    reference, ours, pixels = both_views(recipe("none", blur=0.5, sigma=(0.1, 2.0)))

    def spectrum(views):
        # Ours rounded too: a flat floor of rounding noise is all that a wide blur leaves up there.
        luma = ((views / LEVEL).round() * LUMA).sum(dim=1)
        return torch.fft.rfft(luma, dim=2).abs().mean(dim=1)[:, 1:]

    assert_same_mean(spectrum(reference), spectrum(ours))
    left = spectrum(ours).mean(dim=0) / spectrum(pixels).mean(dim=0)
    assert 0.9 < left[0] < 1 and (left[9:] < 0.9).all()


def test_the_whole_recipe_has_the_same_means_and_deviations():
    reference, ours, _ = both_views(recipe("simclr_two_views"))
    assert_same_mean(reference.mean(dim=(2, 3)), ours.mean(dim=(2, 3)), rounding=LEVEL)
    assert_same_mean(reference.std(dim=(2, 3)), ours.std(dim=(2, 3)), rounding=LEVEL)


def test_the_operations_listed_here_are_all_there_are():
    listed = {type(o).__name__ for o in operations(recipe("dual_head_section_3_1"), 32, 3)}
    assert listed == {"RandomResizedCrop", "HorizontalFlip", "ColorJitter", "ToGray",
                      "GaussianBlur", "Solarize", "Normalize"}  # fmt: skip
