"""Masks drawn beside their images: what is shown, said and refused."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures import masks as module
from reproduce.figures.masks import Masks
from reproduce.figures.svg import svg

NAMES = ("background", "benign", "malignant")


def made(**changed):
    """Return a picture of four images; one method is right, one finds nothing, one half."""
    truth = np.zeros((4, 8, 8), dtype=np.uint8)
    truth[1, :4], truth[2, :4], truth[3, :4] = 1, 2, 2
    half = truth.copy()
    half[:, :2] = 0
    given = {
        "images": np.full((4, 8, 8), 100, dtype=np.uint8), "truth": truth,
        "predicted": {"cross_entropy": half, "bdcl": truth, "focal": np.zeros_like(truth)},
        "class_names": NAMES, "licence": "BUSI, CC BY 4.0", **changed,
    }  # fmt: skip
    return Masks(**given)


def test_overlap_is_that_of_the_marked_classes_in_images_that_show_them():
    assert made().overlap == pytest.approx({"cross_entropy": 0.5, "bdcl": 1.0, "focal": 0.0})
    told = made().words()
    assert "Cross-entropy 50 %" in told and "BDCL 100 %" in told and "Focal loss 0 %" in told


def test_title_says_from_where_to_where_overlaps_go_on_these_images_of_one_repeat():
    said = made().message()
    assert said == (
        "On these 4 test images of one repeat, the overlap with the marked regions (IoU) goes from "
        "0 % (Focal loss) to 100 % (BDCL)"
    )
    unmarked = made(truth=np.zeros((4, 8, 8), dtype=np.uint8))
    assert unmarked.message() == "" and "BDCL none" in unmarked.words()


def test_an_alt_text_fits():
    assert 20 < len(made().alt()) <= 250


def test_colour_lies_where_a_pixel_is_given_to_a_class_and_nowhere_else():
    picture = made()
    plain, drawn = (picture._drawn(2, maps) for maps in (None, picture.truth))
    assert (plain[..., 0] == plain[..., 2]).all() and (plain[..., 3] == 255).all()
    assert (drawn[4:] == plain[4:]).all()
    red, _, blue = drawn[0, 0, :3].astype(int)
    assert red > blue + 50, "the rarest class is orange"
    benign = picture._drawn(1, picture.truth)[0, 0, :3].astype(int)
    assert benign[2] > benign[0]


def test_columns_that_show_the_same_have_one_head():
    assert made()._heads() == ([0, 1, 2.5], ["none", "benign", "malignant"])


def test_every_image_stands_in_each_row():
    figure = made().draw()
    sheet = figure.axes[0].images[0].get_array()
    step = 8 + module.BETWEEN
    assert sheet.shape[:2] == (5 * step, 4 * step)
    rows = [text.get_text().replace("\n", " ") for text in figure.axes[0].get_yticklabels()]
    assert rows == ["image", "marked by hand", "Cross-entropy", "BDCL", "Focal loss"]
    assert "BUSI, CC BY 4.0" in figure.legends[0].get_title().get_text()
    assert svg(figure).count("<image") == 1, "one picture, however many images"


def test_images_in_colour_are_drawn_too():
    colour = np.full((4, 8, 8, 3), (10, 200, 30), dtype=np.uint8)
    assert (made(images=colour)._drawn(0, None)[0, 0] == (10, 200, 30, 255)).all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"predicted": {}}, "for each method a class"),
        ({"predicted": {"bdcl": np.zeros((4, 7, 8))}}, "for each method a class"),
        ({"images": np.zeros((4, 8, 8))}, "expected uint8"),
        ({"class_names": ("background",)}, "1 classes of pixels, expected 2 to 6"),
        ({"licence": ""}, "licence"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed, said):
    with pytest.raises(UserError, match=said) as told:
        made(**changed)
    assert "\n" not in str(told.value)
