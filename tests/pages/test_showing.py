"""What a page shows, and the sentence that stands where it cannot."""

import re
from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure

from reproduce.figures.picture import NothingToShow, Picture
from reproduce.pages import showing
from reproduce.pages.showing import show, show_picture, shown


class Plain(Picture):
    def draw(self):
        return Figure()

    def words(self):
        return "nothing much"


class Study:
    """What `showing` asks of a study."""

    paper, scale, seeds = "dual_head", "smoke", (0,)
    record = SimpleNamespace(name="retinamnist")
    methods = ("supervised", "simclr")
    parameters = SimpleNamespace(experiments=["linear"], profile="smoke", scale=lambda: "smoke")
    protocol = SimpleNamespace(paper=SimpleNamespace(experiment=lambda name: f"what {name} is"))

    @property
    def whole(self):
        return self

    def of_experiment(self, experiment):
        return []

    def trained(self):
        return [SimpleNamespace(method=method) for method in self.methods]


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is displayed: (numbers, provenance) of pictures, all else as it is."""
    from IPython import display

    calls = []
    monkeypatch.setattr(display, "display", calls.append)
    drawn = lambda picture, origin: calls.append((picture.words(), origin))  # noqa: E731
    monkeypatch.setattr(showing, "show_figure", drawn)
    return calls


ROW = {"key": "0123456789abcdef", "seed": 0}


def test_a_picture_is_shown_with_the_data_it_was_made_of(displayed):
    rows = [{**ROW, "dataset": "lesions"}, {**ROW, "dataset": "retinamnist"}]
    show(Study(), shown()(lambda study: Plain(rows).at("rho 10")))
    assert displayed == [
        (
            "nothing much",
            "generated lesions and RetinaMNIST, smoke scale; 1 trial 0123456789abcdef; seed 0; "
            "rho 10",
        )
    ]


def test_results_name_their_data_and_rows_without_it_stand_on_the_main_set(displayed):
    result = SimpleNamespace(
        key=ROW["key"], trial=SimpleNamespace(dataset="pneumoniamnist", seed=0)
    )
    show(Study(), shown()(lambda study: Plain([result])))
    show(Study(), shown()(lambda study: Plain([ROW])))
    assert [line.partition(",")[0] for _, line in displayed] == ["PneumoniaMNIST", "RetinaMNIST"]


def test_a_picture_that_no_trial_stands_behind_says_where_it_comes_from(displayed):
    show(Study(), shown()(lambda study: Plain().out_of("as printed")))
    show_picture(Plain(), "Table 1 as printed")
    assert [line for _, line in displayed] == ["as printed", "Table 1 as printed"]


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ({"experiment": "second"}, r"Not run at smoke scale: what second is\. `reproduce"),
        (
            {"experiment": "linear"},
            "^Not shown: what linear is has nothing to run with the methods",
        ),
        (
            {"methods": ("dual_head",)},
            "needs Dual-head, .* -p methods supervised,simclr,dual_head`",
        ),
        ({"trained": 3}, "sets 3 trained methods side by side, not 2"),
        ({"seeds": 2}, "needs 2 repeats, this run has 1"),
    ],
)
def test_what_a_run_does_not_have_is_said_and_nothing_is_made(needs, said, monkeypatch):
    monkeypatch.setattr(showing, "stamp_beside", lambda study: None)
    assert re.search(said, shown(**needs)(None).of(Study()))


def test_nothing_to_show_is_a_sentence_and_anything_else_stops(displayed):
    def nothing(study):
        raise NothingToShow("no class is rare")

    show(Study(), shown()(nothing))
    assert displayed[0].data == "Not shown: no class is rare."
    with pytest.raises(ZeroDivisionError):
        show(Study(), shown()(lambda study: 1 / 0))


def test_options_reach_what_makes_it():
    assert shown()(lambda study, half: f"half {half}").of(Study(), half=1) == "half 1"
