"""The page of a paper's trials, from a published edition."""

import csv
import json
import re

import pytest
from bs4 import BeautifulSoup

from reproduce import papers
from reproduce.book import trials_page
from reproduce.book.shown import Shown
from reproduce.trials import edition as editions

BOOK = editions.published()
MEGABYTES = 1024**2
# The largest pages take longest.
LARGE = ("class_imbalance", "dual_head", "comparison", "difficulty_aware")
# Of what a task measures, the one that a row is looked up by.
MAIN = (("Accuracy", "accuracy"), ("Mean IoU", "miou"), ("Equal error rate", "eer"))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(paper, marks=[pytest.mark.thorough] * (paper in LARGE))
        for paper in BOOK.papers()
    ],
)
def made(request):
    """A paper, its page, and what the page calls its uses."""
    keys = sorted(BOOK.keys())
    own = [key for key in keys if key in BOOK.stamp(request.param)["keys"]]
    shown = [
        Shown(f"book/papers/{request.param}", "first-figure", "map", "All of <them>", tuple(own)),
        Shown(f"book/papers/{request.param}-more", "a-table", "", "Two", tuple(own[:2])),
        Shown(f"book/papers/{request.param}", "printed", "", "As printed"),
    ]
    text = trials_page.page(request.param, BOOK, shown)
    return request.param, text, BeautifulSoup(text, "html.parser"), own


def rows_of(html):
    return html.select("table.trials tbody tr")


def test_every_trial_has_a_row_with_its_metrics(made):
    """Checked against the edition's table, read here by itself."""
    paper, _, html, keys = made
    rows = {row["id"].removeprefix("t-"): row for row in rows_of(html)}
    assert sorted(rows) == keys
    heads = [cell.get_text() for cell in html.select("table.trials thead th")]
    with open(BOOK.results(paper, "csv"), newline="", encoding="utf-8") as file:
        csv.field_size_limit(10**8)
        for stored in csv.DictReader(file):
            told = [cell.get_text() for cell in rows[stored["key"]].find_all(["th", "td"])]
            row = dict(zip(heads, told, strict=True))
            told = [of for of in MAIN if stored.get(f"metric.test/{of[1]}")]
            for head, name in told[:1]:
                assert row[head] == f"{100 * float(stored[f'metric.test/{name}']):.2f}"
            # One that was only tried has met no test image.
            assert told or ("val" in stored["trial"] and row["Accuracy"] in ("", "–"))
            assert row["Seed"].split()[0] == stored["seed"]
            assert row["Data"] and "?" not in row["Data"], "in words"
            assert float(row["Seconds"]) == pytest.approx(float(stored["seconds"]), abs=0.5)


def test_a_figure_or_table_finds_its_trials(made):
    """Its place has a number, and just the rows of its trials carry it."""
    _, _, html, keys = made
    place = html.find(id="of-a-table")
    carrying = [r["id"] for r in rows_of(html) if place["data-use"] in r["data-use"].split()]
    assert sorted(carrying) == [f"t-{key}" for key in keys[:2]]
    assert html.find(id="of-first-figure").find("a")["href"].endswith("#first-figure")
    assert html.find(id="of-printed") is None, "nothing was trained for it"
    assert "All of &lt;them&gt;" in str(html.find(id="of-first-figure"))


def test_the_description_of_each_trial_is_complete(made):
    """With the seeds of its row it has the trial's key again."""
    from reproduce.trials.trial import Trial

    _, _, html, _ = made
    for row in rows_of(html)[:20]:
        link = row.find_all("a")[-1]["href"]
        recipe = json.loads(html.find(id=link.removeprefix("#")).get_text())
        said = re.fullmatch(r"(\d+)(?: \((\d+)\))?", row.find_all("td")[3].get_text())
        seed = int(said[1])
        for name, value in recipe.get("split", {}).items():
            recipe["split"][name] = seed if value == "the trial's" else value
        trial = Trial(**recipe, seed=seed, data_seed=int(said[2] or seed))
        assert f"t-{trial.key}" == row["id"]


def test_the_page_is_light_and_names_the_versions(made):
    paper, text, _, _ = made
    assert len(text.encode()) < 1.5 * MEGABYTES
    assert "torch" in text and "Made on" in text
    assert f"<../results/{paper}.csv>" in text and paper in papers.everything()
    # Markdown ends a block of HTML at an empty line.
    for block in re.findall(r"<(?:table|details)[^>]*>.*?</(?:table|details)>", text, re.DOTALL):
        assert "\n\n" not in block


def test_one_name_means_one_recipe(made):
    """Where trials bear the same name on the same data they were trained alike."""
    _, _, html, _ = made
    recipes = {}
    for row in rows_of(html):
        told = [cell.get_text() for cell in row.find_all(["th", "td"])]
        recipes.setdefault(tuple(told[1:4]), set()).add(row.find_all("a")[-1]["href"])
    assert [name for name, alike in recipes.items() if len(alike) > 1] == []
    assert all("?" not in part for name in recipes for part in name), "in words"


def test_a_trial_of_the_main_comparison_is_named_after_it(made):
    """Whatever else it serves stands with its description."""
    paper, _, html, _ = made
    named = {
        row["id"].removeprefix("t-"): row.find_all("td")[1].get_text() for row in rows_of(html)
    }
    for result in editions.read_results(BOOK, paper):
        main = any(x.get("experiment") == "grid" and "point" in x for x in result.labels)
        assert named[result.key].startswith("the main comparison") == main
