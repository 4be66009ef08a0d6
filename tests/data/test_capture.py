"""Two frozen cameras: what they do to an image, and that they stay what was registered."""

import numpy as np
import pytest

from reproduce.data import capture
from reproduce.data.capture import Capture


def strokes(images=60, size=28) -> np.ndarray:
    random = np.random.default_rng(0)
    return (255 * (random.random((images, size, size)) > 0.7)).astype(np.uint8)


def test_the_models_are_the_registered_ones():
    """Trials are trained on what these numbers make; a change is another data set."""
    registered = {"sharp": Capture(), "poor": Capture(0.5, 0.8, 0.6, 12.0)}
    assert registered == capture.DEVICES
    assert "contrast': 0.6" in capture.described()


def test_a_camera_without_faults_changes_nothing():
    images = strokes()
    assert (Capture().taken(images, 0) == images).all()


@pytest.mark.parametrize(
    ("one", "of"),
    [(Capture(contrast=0.5), lambda x: x.std()), (Capture(blur=1.0), lambda x: np.diff(x).std()),
     (Capture(resolution=0.5), lambda x: np.diff(x).std())],
)  # fmt: skip
def test_each_fault_takes_something_away(one, of):
    images = strokes()
    found = one.taken(images, 0)
    assert found.dtype == np.uint8 and found.shape == images.shape
    assert of(found.astype(float)) < 0.8 * of(images.astype(float))


def test_noise_adds_its_own_deviation_around_the_image():
    grey = np.full((40, 28, 28), 128, np.uint8)
    found = Capture(noise=10.0).taken(grey, 0).astype(float)
    assert found.std() == pytest.approx(10, abs=0.3)
    assert found.mean() == pytest.approx(128, abs=0.3)
    assert (found != Capture(noise=10.0).taken(grey, 1)).any()


def test_every_image_is_taken_once_by_one_of_both_and_always_by_the_same():
    images = strokes(400)
    made, device = capture.by_device(images)
    assert set(device) == {0, 1} and abs(device.mean() - 0.5) < 0.1
    assert (made[device == 0] == images[device == 0]).all()
    assert (made[device == 1] != images[device == 1]).any(axis=(1, 2)).all()
    again = capture.by_device(images)
    assert (again[0] == made).all() and (again[1] == device).all()
