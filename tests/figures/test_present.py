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


class Told(ClassHistogram):
    """A picture whose words can be set."""

    said: str | None = None

    def words(self):
        return super().words() if self.said is None else self.said


def picture(said=None):
    made = Told({"rho 10": [100, 10]}, ["a", "b"])
    made.said = said
    return made


def test_what_it_tells_stands_above_and_the_numbers_fold_away_below(shown):
    made = picture()
    present.show(made, "digits, quick scale; 1 & 2")
    (above, kept), (drawing, said), (below, _) = [(call[0][0], call[1]) for call in shown]
    assert above["text/markdown"].startswith("**1 of 2 classes is rare: the smallest has 10")
    assert kept["metadata"] == {"reproduce": {"announces": True}}
    assert said["metadata"]["reproduce"] == {
        "numbers": made.words(), "caption": above["text/markdown"], "alt": made.alt(),
        "provenance": "digits, quick scale; 1 & 2",
    }  # fmt: skip
    assert drawing["image/svg+xml"].startswith("<svg") and drawing["text/plain"] == made.words()
    assert "digits, quick scale; 1 &amp; 2" in below["text/html"]
    assert "<details>" in below["text/html"] and made.words() in below["text/html"]


def test_a_picture_that_tells_nothing_has_nothing_above_it(shown, monkeypatch):
    monkeypatch.setattr(Told, "message", lambda self: "")
    monkeypatch.setattr(Told, "seen", lambda self: "")
    present.show(picture(), "digits")
    assert len(shown) == 2 and shown[0][1]["metadata"]["reproduce"]["caption"] == ""


@pytest.mark.parametrize("numbers", ["", "  "])
def test_a_figure_without_numbers_is_refused(shown, numbers):
    with pytest.raises(UserError, match="numbers"):
        present.show(picture(numbers), "digits")
    assert not shown


def test_a_figure_without_provenance_is_refused(shown):
    with pytest.raises(UserError, match="provenance"):
        present.show(picture(), " ")


def test_a_pyplot_figure_is_closed(shown, monkeypatch):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, _ = pyplot.subplots()
    monkeypatch.setattr(Told, "draw", lambda self: figure)
    present.show(picture(), "nowhere")
    assert figure.number not in pyplot.get_fignums() and not figure.axes


def test_a_sentence_of_the_numbers_is_a_line_and_decimals_end_none():
    lines = present.notes("Baseline: 1.5 at rho 2. Focal: 3. 4 seeds. Oversampling: 2.", "x")
    assert lines.count("<li>") == 3 and "<li>Focal: 3. 4 seeds.</li>" in lines


def test_a_drawing_is_small_or_becomes_pixels_of_twice_the_width(monkeypatch):
    small = present.drawing(picture().draw())
    assert list(small) == ["image/svg+xml"]
    monkeypatch.setattr(present, "svg", lambda figure: "x" * 150_001)
    ((kind, data),) = present.drawing(picture().draw()).items()
    assert kind == "image/png"
    assert Image.open(io.BytesIO(base64.b64decode(data))).width == 960


def test_equal_figures_are_equal_bytes():
    assert present.drawing(picture().draw()) == present.drawing(picture().draw())
    assert present.png(picture().draw()) == present.png(picture().draw())


def test_a_picture_of_photographs_still_fits():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (40, 24, 24, 3)).astype(np.uint8)
    figure = Samples(images, np.arange(40) % 4, list("abcd"), True, "CC0", dataset="noise").draw()
    assert len(present.png(figure)) <= 150_000
