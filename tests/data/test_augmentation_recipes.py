"""Recipes: the papers' lists, their names, and what is refused."""

import subprocess
import sys

import pytest

from reproduce.data.augmentation import RECIPES, default_pipeline, recipe
from reproduce.data.augmentation.albumented import operations
from reproduce.errors import UserError


def names(*arguments, **changes):
    size, channels = changes.pop("size", 224), changes.pop("channels", 3)
    listed = operations(recipe(*arguments, **changes), size, channels)
    return [(type(operation).__name__, operation.p) for operation in listed]


def test_section_3_1_of_the_dual_head_paper_has_its_seven_operations():
    assert names("dual_head_section_3_1") == [
        ("RandomResizedCrop", 1.0), ("HorizontalFlip", 0.5), ("ColorJitter", 0.8), ("ToGray", 0.2),
        ("GaussianBlur", 0.5), ("Solarize", 0.5), ("Normalize", 1.0),
    ]  # fmt: skip


def test_section_4_1_lacks_solarize_and_normalize():
    assert names("dual_head_section_4_1") == names("dual_head_section_3_1")[:5]


@pytest.mark.parametrize("section", ["3_1", "4_1"])
def test_what_the_paper_does_not_print_is_the_library_default(section):
    import albumentations as library

    listed = operations(recipe(f"dual_head_section_{section}"), 224, 3)
    defaults = (library.RandomResizedCrop(size=(224, 224)), library.ColorJitter(),
                library.GaussianBlur())  # fmt: skip
    crop, _, jitter, _, blur = listed[:5]
    for ours, theirs, fields in (
        (crop, defaults[0], ("size", "scale", "ratio", "interpolation")),
        (jitter, defaults[1], ("brightness", "contrast", "saturation", "hue")),
        (blur, defaults[2], ("sigma_limit", "blur_limit")),
    ):
        assert [getattr(ours, f) for f in fields] == [getattr(theirs, f) for f in fields]


def test_a_blur_by_side_is_as_large_a_share_of_any_side():
    """0.5 to 3 pixels of 224; all else is section 4.1's."""
    by_side = recipe("dual_head_section_4_1_blur_by_side")
    assert by_side.at(224) == recipe("dual_head_section_4_1")
    assert by_side.at(64).sigma == pytest.approx((0.5 * 64 / 224, 3 * 64 / 224))
    assert by_side.at(64).sigma_of == 0
    assert recipe("dual_head_section_4_1").at(64) == recipe("dual_head_section_4_1")


def test_the_mild_views_keep_sharpness_and_colour():
    mild = recipe("dual_head_mild")
    assert (mild.views, mild.blur, mild.gray, mild.solarize) == (2, 0, 0, 0)
    assert mild.scale == (0.3, 1.0) and max(map(abs, mild.hue)) <= 0.02
    assert dict(names("dual_head_mild")).keys() == {
        "RandomResizedCrop", "HorizontalFlip", "ColorJitter",
    }  # fmt: skip


def test_the_padded_crop_of_cifar():
    assert names("crop_flip", size=32) == [("Pad", 1.0), ("RandomCrop", 1.0),
                                           ("HorizontalFlip", 0.5)]  # fmt: skip
    assert operations(recipe("crop_flip"), 32, 3)[0].padding == 4


def test_validation_resizes_the_shorter_side_and_cuts_the_centre():
    shorter, centre = operations(recipe("validation"), 224, 3)
    assert (shorter.max_size, centre.height, centre.width) == (256, 224, 224)


def test_gray_images_skip_the_change_to_gray():
    assert "ToGray" not in dict(names("simclr_two_views", channels=1))


def test_normalisation_of_gray_images_is_the_average_of_the_colours():
    mean, deviation = recipe("validation_normalised").normalisation(1)
    assert mean == pytest.approx((0.449,), abs=1e-6)
    assert deviation == pytest.approx((0.226,), abs=1e-6)


def test_an_unknown_recipe_names_the_nearest():
    with pytest.raises(UserError, match="did you mean 'crop_flip'"):
        recipe("cropflip")


def test_an_unknown_setting_is_refused():
    with pytest.raises(UserError, match="did you mean 'flip'"):
        recipe("flip", flipp=1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"flip": 1.5}, "flip is 1.5, expected a probability"),
        ({"sigma": (2.0, 1.0)}, "sigma is .2, 1., expected two rising numbers"),
        ({"hue": (-0.7, 0.1)}, "hue is .-0.7, 0.1."),
        ({"scale": (0.5, 1.5)}, "scale ends at 1.5"),
        ({"views": 0}, "views 0"),
        ({"mean": (0.5,)}, "mean and deviation belong together"),
    ],
)
def test_impossible_settings_are_refused_in_one_line(changes, message):
    with pytest.raises(UserError, match=message) as caught:
        recipe("simclr_two_views", **changes)
    assert "\n" not in str(caught.value)


def test_small_images_are_batched_and_large_ones_left_to_the_reference():
    assert [default_pipeline(size) for size in (32, 64, 128, 224)] == [
        "batched", "batched", "albumentations", "albumentations"
    ]  # fmt: skip
    # On a GPU the batched one at every size.
    assert {default_pipeline(size, "cuda") for size in (32, 224)} == {"batched"}


def test_names_import_without_torch_and_albumentations():
    code = (
        "import sys; import reproduce.data.augmentation; "
        "print([m for m in ('torch', 'albumentations', 'cv2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_views_for_all_self_supervised_recipes_and_one_for_the_others():
    views = {name: of.views for name, of in RECIPES.items()}
    assert {name for name, count in views.items() if count == 2} == {
        name for name in RECIPES if name.startswith(("simclr", "dual_head"))
    }
