"""What the course says of minutes, of later pages and of the papers' results is so."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from reproduce.book import course, measured
from reproduce.course import MODULES, checking, content, student
from reproduce.trials import edition as editions

ROOT = Path(__file__).resolve().parents[2]
TEACHER = (ROOT / "book/course/teacher.md").read_text("utf-8")
every_module = pytest.mark.parametrize("number", MODULES)


def planned(number, begins):
    """Return the minutes of the step of a plan that begins so."""
    (minutes,) = [s.minutes for s in content.module(number).plan if s.what.startswith(begins)]
    return minutes


@every_module
def test_a_lesson_takes_the_minutes_of_its_plan(number):
    title = "".join(student.read(f"lesson_{number}")["cells"][0]["source"])
    assert f"**About {planned(number, 'The lesson')} minutes." in title


@every_module
def test_the_minutes_of_the_course_in_two_days_add_up(number):
    rows = [
        [int(cell) for cell in re.findall(r"\d+", line)]
        for line in TEACHER.partition("| Module | 1 |")[2].splitlines()[2:6]
    ]
    in_plan, needed, besides, left = (row[-len(MODULES) :][number - 1] for row in rows)
    assert in_plan == planned(number, "Exercises")
    asked = [e for key, e in checking.exercises().items() if key.startswith(f"{number}.")]
    assert needed == sum(e.minutes for e in asked if e.level < 3)
    assert left == content.LESSON_MINUTES - (in_plan - needed) - besides


def test_one_class_takes_ninety_minutes():
    table = TEACHER.partition("**One class only**")[2].partition("To read before")[0]
    minutes = [int(found) for found in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert sum(minutes) == 90


@pytest.mark.parametrize(
    "related",
    [r for n in MODULES for r in content.module(n).related if r.below],
    ids=lambda related: f"{related.paper}-{related.below.page}",
)
def test_a_later_page_that_a_module_names_is_there_and_has_the_section(related):
    notebook = json.loads((ROOT / f"{related.place}.ipynb").read_text("utf-8"))
    text = "\n".join(
        "".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"
    )
    label = f"({related.paper.replace('_', '-')}-{related.below.page})="
    page = re.split(r"^# ", text.partition(label)[2], flags=re.MULTILINE)[1]
    assert f"\n## {related.below.section}\n" in page


def test_a_module_links_to_a_later_page_where_the_edition_has_it(tmp_path):
    page = course.page("module", "3", editions.published())
    address = "class_imbalance-later.html#calibration-before-and-after-thresholding"
    assert f'<a href="../../book/papers/{address}">calibration before and after it</a>' in page
    # Without the paper's notebook there is no such page.
    assert address not in course.page("module", "3", editions.Edition(tmp_path))


def test_oversampling_with_the_division_is_told_as_the_edition_has_it():
    """Week 3 says what the pair does at 1,000 to 1, and what is seen beside it.

    Who publishes an edition in which it comes out otherwise mends the slides, quiz and module.
    """
    edition = editions.published()
    stamp = edition.stamp("class_imbalance")
    calibration = {
        row["name"].rpartition("/")[2]: row["value"]
        for row in stamp["derived"]
        if row["name"].startswith("calibration/")
    }
    at = [m for m in measured.grid(edition, "class_imbalance") if m.imbalance["rho"] == 1000]

    def mean(method, value=lambda m: m.metrics["accuracy"]):
        return np.mean([value(one) for one in at if one.method == method])

    def moved(method):
        return mean(method, lambda m: calibration[m.key]["calibration_error_after"]
                    - calibration[m.key]["calibration_error"])  # fmt: skip

    assert mean("oversampling_thresholding") > mean("oversampling") + 0.02
    assert mean("undersampling_thresholding") < mean("undersampling") - 0.02
    assert moved("oversampling") < 0 < moved("undersampling")
    said = {one.key: one for one in editions.read_results(edition, "class_imbalance")}
    for method, low, high in (("oversampling", 0.0, 0.8), ("undersampling", 0.9, 1.1)):
        assert low < mean(method, lambda m: named_rare(said[m.key])) < high, method


def named_rare(result):
    """Return how often rare classes are named, as a part of how often they come."""
    counts = np.asarray(result.counts)
    rare = counts < counts.max()
    confusion = np.asarray(result.confusion["test"])
    return confusion[:, rare].sum() / confusion[rare].sum()
