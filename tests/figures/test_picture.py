import pytest
from matplotlib.figure import Figure

from reproduce.figures.forest import Forest
from reproduce.figures.picture import LONGEST_ALT, NothingToShow, Picture


class Plain(Picture):
    def draw(self):
        return Figure()

    def words(self):
        return f"{len(self.sources)} rows"


def test_a_picture_without_a_face_cannot_be_made():
    class Mute(Picture):
        def draw(self):
            return Figure()

    with pytest.raises(TypeError, match="words"):
        Mute([])


def test_what_a_picture_is_made_of_can_be_said_afterwards():
    rows = [{"seed": 0}, {"seed": 1}]
    picture = Plain(iter(rows))
    assert (picture.sources, picture.point, picture.words()) == (rows, "", "2 rows")
    assert picture.made_of(iter(rows[:1])).at("seed 0") is picture
    assert (picture.sources, picture.point) == (rows[:1], "seed 0")
    assert picture.out_of("as printed").origin == "as printed"


def test_nothing_to_show_is_known_when_a_picture_is_made():
    with pytest.raises(NothingToShow, match="no judgements"):
        Forest([])


class Telling(Plain):
    def message(self):
        return "Oversampling gains 3.0 points."

    def seen(self):
        return "Bars of the gain of each method."


def test_the_alt_text_says_what_is_seen_and_what_it_tells_where_both_fit():
    assert Telling([]).alt() == "Bars of the gain of each method. Oversampling gains 3.0 points."
    made = Telling([])
    made.message = lambda: "long " * 50
    assert made.alt() == "Bars of the gain of each method."
    made.seen = lambda: "many words " * 40
    assert len(made.alt()) <= LONGEST_ALT == 250 and made.alt().endswith(("many…", "words…"))
    assert Plain([]).alt() == ""
