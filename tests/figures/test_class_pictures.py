import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.histogram import ClassHistogram
from reproduce.figures.samples import Samples


def test_counts_a_thousandfold_apart_get_a_log_axis_and_every_value(written):
    figure = ClassHistogram({"rho 1000": [5000, 5], "rho 10": [500, 50]}, ["a", "b"]).draw()
    assert all(axis.get_yscale() == "log" for axis in figure.axes)
    assert "log axis" in written(figure)
    assert {"5k", "500", "50", "5"} <= set(written(figure).split("\n"))


def test_near_counts_start_at_zero_on_a_plain_axis(written):
    figure = ClassHistogram({"all": [120, 100, 0]}, ["a", "b", "c"]).draw()
    assert figure.axes[0].get_yscale() == "linear" and figure.axes[0].get_ylim()[0] == 0
    assert "log" not in written(figure)


def test_a_bar_ends_at_its_count_on_both_axes():
    for counts in ([5000, 5], [12, 10]):
        bars = ClassHistogram({"x": counts}, ["a", "b"]).draw().axes[0].patches
        assert [bar.get_y() + bar.get_height() for bar in bars] == pytest.approx(counts)


def test_histogram_numbers_name_the_rare_classes():
    said = ClassHistogram({"rho 10": [500, 50, 50]}, ["cat", "dog", "eel"]).words()
    assert "from 50 (class dog, eel) to 500" in said and "600 in all" in said
    assert "largest over smallest 10." in said
    assert "7 images in each of 2" in ClassHistogram({"even": [7, 7]}, ["a", "b"]).words()


@pytest.mark.parametrize(
    "counts", [{}, {"x": [1, 2, 3]}, {"x": [1.5, 2]}, {"x": [-1, 2]}, {"x": [0, 0]}]
)
def test_bad_counts_are_refused(counts):
    with pytest.raises(UserError):
        ClassHistogram(counts, ["a", "b"])


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 255, (30, 8, 8)).astype(np.uint8)


LABELS = np.arange(30) % 3


def test_published_images_are_drawn_with_their_licence(images, written):
    figure = Samples(images, LABELS, list("abc"), True, "CC BY 4.0", dataset="digits").draw()
    pixels = [np.asarray(image.get_array()) for image in figure.axes[0].images]
    assert len(pixels) == 30
    assert np.array_equal(pixels[0], images[0]) and np.array_equal(pixels[1], images[3])
    assert "digits: CC BY 4.0" in written(figure)


def test_unpublishable_images_leave_no_pixel(images, written):
    figure = Samples(images, LABELS, list("abc"), False, "no licence", dataset="faces").draw()
    assert not figure.axes[0].images
    assert "images of faces are not published" in written(figure)
    other = Samples(255 - images, LABELS, list("abc"), False, "no licence", dataset="faces").draw()
    from reproduce.figures.present import png

    assert png(figure) == png(other)
    Samples(None, LABELS, list("abc"), False, "no licence", dataset="faces").draw()


def test_sample_numbers_say_what_is_shown():
    images = np.zeros((4, 8, 8), np.uint8)
    said = Samples(images, LABELS[:4], list("abc"), True, "CC0", dataset="digits").words()
    assert said == "Images of digits shown per class: a 2, b 1, c 1."
    said = Samples(None, LABELS, list("abc"), False, "-", dataset="faces", columns=5).words()
    assert "not published" in said and "a 5, b 5, c 5" in said


def test_bad_images_are_refused(images):
    with pytest.raises(UserError, match="uint8"):
        Samples(images / 255, LABELS, list("abc"), True, "CC0", dataset="d").draw()
    with pytest.raises(UserError, match="labels"):
        Samples(images, LABELS, list("ab"), True, "CC0", dataset="d").draw()
    with pytest.raises(UserError, match="licence"):
        Samples(images, LABELS, list("abc"), True, "", dataset="d").draw()
    with pytest.raises(UserError, match="columns"):
        Samples(images, LABELS, list("abc"), True, "CC0", dataset="d", columns=0).draw()
