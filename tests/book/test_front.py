"""The front page says what the editions hold, and nothing that is typed by hand."""

import json
import re
from collections import Counter
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from bs4 import BeautifulSoup

from reproduce import papers
from reproduce.book import front
from reproduce.book.front_figure import remedies
from reproduce.book.measured import Measured, grid
from reproduce.errors import UserError
from reproduce.pages.answered import not_run
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

BOOK = editions.published()
POINT = {"kind": "step", "rho": 1000, "mu": 0.5}


def measured(accuracies, point=None):
    """Accuracies by method and seed as the grid has them; AUC is the same plus 0.01."""
    return [
        Measured(name, seed, point or POINT, {"accuracy": a, "auc": a + 0.01}, f"{name}{seed}")
        for name, values in accuracies.items()
        for seed, a in enumerate(values)
    ]


def test_the_message_names_the_best_with_its_number():
    drawn = remedies(measured({"baseline": [0.5, 0.6], "oversampling": [0.7, 0.8]}))
    assert drawn.message == (
        "At 1,000 : 1 a plain network is right 55 % of the time; with oversampling, 75 %"
    )
    # No test images were resampled here, so there is no interval to be shown.
    assert drawn.keys == ("baseline0", "baseline1", "oversampling0", "oversampling1")


def test_the_message_has_an_interval_and_crowns_nothing_that_it_cannot_tell_apart():
    accuracies = {
        "baseline": [0.50, 0.52, 0.51], "thresholding": [0.71, 0.74, 0.70],
        "oversampling": [0.70, 0.73, 0.72], "focal": [0.60, 0.62, 0.61],
    }  # fmt: skip
    still = {"accuracy": np.zeros(20), "auc": np.zeros(20)}
    drawn = remedies([replace(one, draws=still) for one in measured(accuracies)])
    # Gains 0.20, 0.21, 0.21: spread 0.00577, over the root of 3, times t of 2 degrees, 4.30.
    assert drawn.message == (
        "At 1,000 : 1 a plain network is right 51 % of the time; with oversampling, 72 % (+20.7 "
        "points [+19.2, +22.1]); thresholding (72 %) cannot be told apart from it"
    )
    bold = BeautifulSoup(drawn.svg("here"), "html.parser").select(".front-best .front-name")
    assert {name.get_text() for name in bold} == {"Oversampling", "Thresholding"}
    # Where one is ahead at every seed by much, it stands alone.
    apart = {**accuracies, "thresholding": [0.80, 0.83, 0.82]}
    drawn = remedies([replace(one, draws=still) for one in measured(apart)])
    assert "told apart" not in drawn.message and "with thresholding, 82 %" in drawn.message


def test_the_published_headline_has_its_interval():
    (message,) = front.messages(BOOK)
    assert re.search(r"points \[[+−][\d.]+, [+−][\d.]+\]", message)


def test_words_that_do_not_say_it_by_themselves_are_explained_where_they_stand():
    used = " ".join(row.verdicts for row in front.rows(BOOK))
    assert all((word in used) == (gloss in front.glossed(BOOK))
               for word, gloss in front.GLOSSES.items())  # fmt: skip
    assert set(front.GLOSSES) <= set(front.COUNTED)
    assert front.glossed(Edition(BOOK.root / "nowhere")) == ""


@pytest.mark.parametrize(
    ("accuracies", "ends"),
    [
        ({"baseline": [0.5, 0.6], "oversampling": [0.4, 0.8]}, "(ahead in 1 of 2 repeats)"),
        ({"baseline": [0.5], "oversampling": [0.6]}, "60 % (one repeat)"),
        ({"baseline": [0.5], "oversampling": [0.4], "focal": [0.3]},
         "none of 2 remedies does better"),
    ],
)  # fmt: skip
def test_the_message_is_right_in_every_edition(accuracies, ends):
    """Also where no remedy helps, and where chance may have chosen the best."""
    assert remedies(measured(accuracies)).message.endswith(ends)


def test_the_strongest_ratio_and_the_middle_share_are_drawn():
    weak = measured({"baseline": [0.9]}, {"rho": 10, "mu": 0.5})
    few = measured({"baseline": [0.8]}, {"rho": 1000, "mu": 0.2})
    many = measured({"baseline": [0.4]}, {"rho": 1000, "mu": 0.8})
    half = measured({"baseline": [0.5], "oversampling": [0.6]})
    drawn = remedies([*weak, *few, *many, *half])
    assert (drawn.ratio, drawn.share) == (1000, 0.5)
    assert drawn.panels[0].mean("baseline") == pytest.approx(50)


def test_without_ratios_or_a_plain_network_there_is_no_figure():
    assert remedies([]) is None
    assert remedies(measured({"oversampling": [0.6]})) is None
    assert remedies(measured({"baseline": [0.6]}, {"kind": "none"})) is None
    assert front.figure(Edition(BOOK.root / "nowhere")) == ""


def test_the_drawing_shows_each_number_and_fits_its_frame():
    drawn = remedies(measured({"baseline": [0.5, 0.6], "oversampling": [0.7, 0.8]}))
    html = BeautifulSoup(drawn.svg("here"), "html.parser")
    first, second = html.find(id="here").find_all("svg")
    assert "75.0 (+20.0)" in first.get_text() and "76.0 (+20.0)" in second.get_text()
    assert len(first["aria-label"]) <= 250
    width = float(first["viewbox"].split()[2])
    places = [float(dot["cx"]) for dot in first.find_all("circle")]
    assert len(places) == 2 * (1 + 2) and min(places) > 0 and max(places) < width
    # A larger number lies further to the right.
    means = [float(row.find_all("circle")[-1]["cx"]) for row in first.select(".front-row")]
    assert means == sorted(means, reverse=True)
    assert "\n\n" not in drawn.svg("here"), "Markdown ends HTML at an empty line"


def test_the_grid_of_the_published_edition_is_what_its_table_holds():
    """Trained methods from the table; thresholding from what is derived of their scores."""
    found = grid(BOOK, "class_imbalance")
    by_key = {result.key: result for result in editions.read_results(BOOK, "class_imbalance")}
    plain = [one for one in found if one.method == "baseline"]
    assert plain
    for one in plain:
        assert one.metrics["accuracy"] == by_key[one.key].metrics["test/accuracy"]
    after = [one for one in found if one.method == "thresholding"]
    assert {one.key for one in after} == {one.key for one in plain}
    assert fmean(one.metrics["accuracy"] for one in after) != fmean(
        one.metrics["accuracy"] for one in plain
    )


def test_a_row_for_each_paper_counts_its_verdicts():
    rows = {row.key: row for row in front.rows(BOOK)}
    assert list(rows) == papers.names()
    for key, row in rows.items():
        stamp = BOOK.stamp(key)
        if stamp is None:
            assert row.answer == "Not run in this edition."
            assert row.claim.startswith(not_run(key).claim[:20])
            continue
        numbers = sum(map(int, re.findall(r"\d+", row.verdicts)))
        given = Counter(one["verdict"] for one in stamp["verdicts"])
        assert numbers == sum(given.values())


def test_every_verdict_is_counted():
    from reproduce.evaluation.vocabulary import Verdict

    counted = [verdict for kinds in front.COUNTED.values() for verdict in kinds]
    assert sorted(counted) == sorted(set(counted))
    assert set(Verdict) == set(counted)
    assert set(front.KOREAN) == set(front.COUNTED)


def test_the_audit_is_counted_as_its_results_have_it():
    stored = json.loads(BOOK.results("audit", "json").read_text("utf-8"))
    said = front.audited_in_words(BOOK)
    assert f"{len(stored['findings'])} findings" in said
    assert f"{sum(one['checks_run'] for one in stored['papers'].values())} checks" in said
    impossible = sum(one["severity"] == "impossible" for one in stored["findings"])
    assert f"({impossible} impossible" in said


def test_the_korean_summary_says_the_same():
    lines = front.korean(BOOK).splitlines()
    assert len(lines) == len(papers.names())
    for key, line in zip(papers.names(), lines, strict=True):
        ran = BOOK.stamp(key) is not None
        assert ("실행하지 않았습니다" in line) != ran
        if ran:
            counts = front.counts(BOOK.stamp(key)["verdicts"])
            assert [int(n) for n in re.findall(r"(\d+)건", line)] == list(counts.values())


def test_a_part_that_does_not_exist_is_named():
    with pytest.raises(UserError, match=r"unknown part of the front page 'figur'.*figure"):
        front.part("figur", BOOK)


def test_the_answer_of_the_comparison_is_that_of_its_page(tmp_path):
    said = front.part("compared", BOOK)
    assert said.startswith("**Which remedy when**. Of 27 comparisons")
    assert said.endswith("{doc}`All of it <papers/comparison>`.") and "The answer" not in said
    told = said.removeprefix("**Which remedy when**.").split("\n\n{doc}")[0]
    cells = json.loads(BOOK.notebook("comparison").read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = ["".join(output.get("data", {}).get("text/markdown", "")) for output in outputs]
    assert f"**The answer.**{told}" in texts
    assert front.part("compared", Edition(tmp_path)) == ""
