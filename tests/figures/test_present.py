import base64
import io

import numpy as np
import pytest
from PIL import Image

from reproduce.errors import UserError
from reproduce.figures import present
from reproduce.figures.histogram import ClassHistogram
from reproduce.figures.samples import Samples


@pytest.fixture
def shown(monkeypatch):
    from IPython import display

    calls = []
    monkeypatch.setattr(display, "display", lambda *a, **named: calls.append((a, named)))
    return calls


def drawn():
    return ClassHistogram({"rho 10": [100, 10]}, ["a", "b"]).draw()


def test_the_numbers_go_into_the_metadata_and_the_picture_is_png(shown):
    figure = drawn()
    present.show(figure, numbers="a 100, b 10", provenance="digits, quick scale")
    ((bundle,), named) = shown[0]
    assert named == {"raw": True, "metadata": {"reproduce": {"numbers": "a 100, b 10"}}}
    image = base64.b64decode(bundle["image/png"])
    assert image.startswith(b"\x89PNG") and len(image) <= 150_000
    assert not figure.axes


@pytest.mark.parametrize("numbers", ["", "  ", None])
def test_a_figure_without_numbers_is_refused(shown, numbers):
    with pytest.raises(UserError, match="numbers"):
        present.show(drawn(), numbers=numbers, provenance="digits")
    assert not shown


def test_a_figure_without_provenance_is_refused(shown):
    with pytest.raises(UserError, match="provenance"):
        present.show(drawn(), numbers="a 100", provenance=" ")


def test_a_pyplot_figure_is_closed(shown):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, _ = pyplot.subplots()
    present.show(figure, numbers="nothing", provenance="nowhere")
    assert figure.number not in pyplot.get_fignums()


def test_the_provenance_stands_under_the_picture_which_stays_the_same():
    plain = Image.open(io.BytesIO(present.png(drawn()))).convert("RGB")
    lined = Image.open(io.BytesIO(present.png(drawn(), "digits, quick scale"))).convert("RGB")
    assert lined.width == plain.width == 770
    assert lined.height > plain.height
    above = np.asarray(lined.crop((0, 0, *plain.size)))
    assert np.array_equal(above, np.asarray(plain))
    assert np.asarray(lined)[plain.height :].min() < 150


def test_equal_figures_are_equal_bytes():
    assert present.png(drawn(), "x") == present.png(drawn(), "x")


def test_a_picture_of_photographs_still_fits():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (40, 24, 24, 3)).astype(np.uint8)
    figure = Samples(images, np.arange(40) % 4, list("abcd"), True, "CC0", dataset="noise").draw()
    assert len(present.png(figure)) <= 150_000
