"""What an executed notebook shows: places to link to, and links to the trials."""

import copy

from bs4 import BeautifulSoup

from reproduce.book.shown import prepared
from reproduce.figures.provenance import provenance_line
from reproduce.figures.table import Table, Tables

TRIALS = [{"key": f"{n:016x}", "seed": n % 2} for n in range(1000, 1018)]
PAGE = "book/papers/dual_head-more"


def table(caption, trials=TRIALS, kind="comparison"):
    """A table as a notebook holds it."""
    made = Table(caption, ["", "F1"], [["a", "1"]], provenance_line(trials, "<d>", "quick"),
                 kind=kind)  # fmt: skip
    (_, metadata) = made._repr_mimebundle_()
    data = {"text/html": made._repr_html_(), "text/plain": str(made)}
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def figure(line="digits; 2 trials; seeds 0-1", keys=("ab", "cd"), kind="map"):
    """A figure with the line under it, as `present.show` displays them."""
    said = {"kind": kind, "keys": list(keys), "provenance": line}
    return [
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"},
         "metadata": {"reproduce": said}},
        {"output_type": "display_data", "data": {"text/html": f"<small>{line}</small>"},
         "metadata": {}},
    ]  # fmt: skip


def cell(*outputs, **mystnb):
    return {"cell_type": "code", "metadata": {"mystnb": mystnb}, "outputs": list(outputs)}


def html_of(output):
    return BeautifulSoup(output["data"]["text/html"], "html.parser")


def test_a_table_gets_a_place_and_its_line_leads_to_its_trials():
    given = {"cells": [{"cell_type": "markdown", "source": "# A"}, cell(table("F1, in %"))]}
    before = copy.deepcopy(given)
    made, (one,) = prepared(PAGE, "dual_head", given)
    assert given == before, "the notebook that was executed stays as it was"
    assert (one.page, one.place, one.kind) == (PAGE, "dual-head-f1-in", "comparison")
    assert one.title == "F1, in %" and one.keys == tuple(sorted(t["key"] for t in TRIALS))
    html = html_of(made["cells"][1]["outputs"][0])
    link = html.find("a")
    assert link.get_text() == "18 trials"
    assert link["href"] == "dual_head-trials.html#of-dual-head-f1-in"
    assert html.find(id="dual-head-f1-in").find("table") is not None
    assert "<d>, quick scale; 18 trials; seeds 0-1" in html.get_text()


def test_two_tables_of_one_caption_get_two_places():
    _, shown = prepared(PAGE, "dual_head", {"cells": [cell(table("F1"), table("F1"))]})
    assert [one.place for one in shown] == ["dual-head-f1", "dual-head-f1-2"]


def test_tables_of_one_output_are_told_apart_and_keep_their_own_places():
    line = provenance_line(TRIALS[:3], "digits", "quick")
    two = Tables([
        Table("Table 1", ["", "F1"], [["a", "1"]], line, kind="comparison", anchor="t-1"),
        Table("Table 2", ["", "F1"], [["a", "1"]], "as printed", kind="comparison", anchor="t-2"),
    ])  # fmt: skip
    (_, metadata) = two._repr_mimebundle_()
    output = {"output_type": "display_data", "data": {"text/html": two._repr_html_()},
              "metadata": metadata}  # fmt: skip
    made, shown = prepared(PAGE, "dual_head", {"cells": [cell(output)]})
    assert [(one.place, one.title, len(one.keys)) for one in shown] == [
        ("t-1", "Table 1", 3), ("t-2", "Table 2", 0),
    ]  # fmt: skip
    assert "Table 2" not in shown[0].table
    html = html_of(made["cells"][0]["outputs"][0])
    assert [link["href"] for link in html.find_all("a")] == ["dual_head-trials.html#of-t-1"]
    assert len(html.find_all(id="t-1")) == len(html.find_all(id="t-2")) == 1


def test_the_line_under_a_figure_leads_to_its_trials():
    own = {"figure": {"name": "maps", "caption": "**Two** maps of {term}`seeds <seed>`"},
           "image": {"alt": "Two clouds of points"}}  # fmt: skip
    made, (one,) = prepared(PAGE, "dual_head", {"cells": [cell(*figure(), **own)]})
    assert (one.place, one.kind, one.keys) == ("maps", "map", ("ab", "cd"))
    assert one.title == "Two maps of seeds" and one.alt == "Two clouds of points"
    assert one.picture == ("svg", "<svg/>")
    drawn, notes = made["cells"]
    link = html_of(notes["outputs"][0]).find("a")
    assert link["href"] == "dual_head-trials.html#of-maps" and link.get_text() == "2 trials"
    # The name and the caption are the picture's alone.
    assert len(drawn["outputs"]) == 1 and "mystnb" not in notes["metadata"]
    assert notes["source"].strip(), "MyST leaves out a cell without a source"


def test_what_a_figure_tells_is_its_title_and_is_not_said_twice_on_the_page():
    caption = "**The baseline errs most.** Maps of two seeds."
    own = {"figure": {"name": "maps", "caption": caption}}
    above = {"output_type": "display_data", "data": {"text/markdown": caption},
             "metadata": {"reproduce": {"announces": True}}}  # fmt: skip
    made, (one,) = prepared(PAGE, "dual_head", {"cells": [cell(above, *figure(), **own)]})
    assert one.title == "The baseline errs most."
    assert "text/markdown" not in made["cells"][0]["outputs"][0]["data"]


def test_what_says_nothing_of_itself_or_has_no_trials_stays_as_it_is():
    plain = {"output_type": "display_data", "data": {"text/html": "<b>1 trial</b>"}, "metadata": {}}
    printed = figure("as printed; 2 trials of another study", keys=())
    given = {"cells": [cell(plain, *printed)]}
    made, shown = prepared(PAGE, "dual_head", given)
    assert made == given
    assert [one.keys for one in shown] == [()]
