"""A replication is computed from its trials, shown by itself, and never one of our results."""

import json

import pytest
from pydantic import ValidationError

from reproduce import papers
from reproduce.book import replications as on_the_page
from reproduce.errors import UserError
from reproduce.pages import replications
from reproduce.pages.answered import Answer, Ends, MainRow
from reproduce.pages.replications import Kept
from reproduce.trials import pack
from reproduce.trials.replication import Replication
from reproduce.trials.store import Store
from tests.study import conftest as made_up

GIVEN = {"profile": "smoke", "dataset": "mnist"}


def by(who="Ada Lovelace", **changes):
    values = {"paper": "dual_head", "who": who, "when": "2026-11-29", "given": GIVEN,
              "version": "0"}  # fmt: skip
    return Replication(**values | changes)


def row(ours, words="over SimCLR"):
    return MainRow("improves", "Dual-head minus SimCLR", words, "macro_f1", 0.02,
                   paper=Ends(0.059, 0.042, 0.075), ours=ours)  # fmt: skip


def answer(*rows, **more):
    return Answer("dual_head", "It is better.", "?", "?", "undecided", "undecided", rows, **more)


def kept(who="Ada Lovelace", **changes):
    data = [{"name": "acne04", "fingerprint": "0123456789abcdef" * 4, "images": {"all": 1457}}]
    return Kept(
        by(who, **changes),
        data,
        "paper",
        12,
        3,
        ["another split"],
        answer(row(Ends(0.031, 0.012, 0.05))),
    )


def test_what_is_kept_is_read_again_as_it_was(tmp_path):
    path = replications.keep(kept(), tmp_path)
    assert json.loads(path.read_text())["replication"]["who"] == "Ada Lovelace"
    assert replications.at([tmp_path], "dual_head") == [kept()]
    assert replications.at([tmp_path], "class_imbalance") == []
    assert replications.at([tmp_path, tmp_path], "dual_head") == [kept()], "once"


def test_the_oldest_comes_first_and_a_damaged_file_is_one_line(tmp_path):
    for one in (kept("B", when="2027-01-01"), kept("C"), kept("A")):
        replications.keep(one, tmp_path)
    assert [k.replication.who for k in replications.at([tmp_path], "dual_head")] == ["A", "C", "B"]
    (tmp_path / "replications" / kept("C").file).write_text("{}")
    with pytest.raises(UserError, match="is no replication of this version") as failure:
        replications.at([tmp_path], "dual_head")
    assert "\n" not in str(failure.value)


def test_the_table_has_the_papers_effect_ours_and_theirs():
    ours = answer(row(Ends(0.013, -0.002, 0.028)), row(Ends(0.5), "over nothing"), data="Retina.")
    table = replications.table([kept(), kept("Bo")], ours)
    assert table.rows[0] == ["1. Ada Lovelace\n2026-11-29", "Macro F1, over SimCLR",
                             "+5.9\n[+4.2, +7.5]", "+1.3\n[−0.2, +2.8]",
                             "+3.1\n[+1.2, +5.0]"]  # fmt: skip
    assert table.rows[1][0].startswith("2. Bo") and len(table.rows) == 2
    assert "no verdict of this book rests on these" in table.note and "Ours: Retina." in table.note
    assert table.provenance.startswith("24 networks trained by others")
    assert replications.table([kept()], None).rows[0][3] == "not run"


def test_the_section_says_who_when_which_data_scale_and_departures():
    said = on_the_page.section([kept()], None)
    for part in ("## Independent replications", "**Ada Lovelace**, 29 November 2026", "1,457",
                 "fingerprint 0123456789abcdef", "Paper scale: 12 networks, 3 repeats",
                 "Departs from the paper: another split"):  # fmt: skip
        assert part in said
    assert on_the_page.section([], None) == ""


@pytest.mark.parametrize("who", ["<script>alert(1)</script>", "[x](http://a.b)", "{ref}`x`"])
def test_a_name_is_text_and_nothing_else(who):
    said = on_the_page.section([kept(who)], None)
    table, note = said.split("</div></div>")
    assert "<script>" not in said
    # In the table, which is HTML to Markdown, nothing else is read; in the note, nothing at all.
    assert "[x](" not in note and "{ref}`x`" not in note and "\n\n" not in table[table.index("<") :]


@pytest.mark.parametrize("who", ["", " Ada", "a\nb", "x" * 81])
def test_a_name_that_no_page_could_show_is_refused(who):
    with pytest.raises(ValidationError):
        by(who)


def test_the_section_ends_the_first_page_of_a_notebook():
    cells = [{"cell_type": "markdown", "source": text, "metadata": {}}
             for text in ("# A", "more", "(b)=\n# B", "end")]  # fmt: skip
    made = on_the_page.with_section({"cells": cells}, "## X")
    assert [cell["source"] for cell in made["cells"]] == ["# A", "more", "## X", "(b)=\n# B", "end"]
    assert len(cells) == 4 and on_the_page.with_section({"cells": cells}, "") == {"cells": cells}


# The fixture of the tests of studies, under its own name.
study_of = made_up.study_of


@pytest.fixture
def packed(study_of, tmp_path):
    """Return a pack of made-up results of class_imbalance, and the study they are of."""
    given = {"profile": "laptop", "dataset": "mnist", "experiments": "none", "rho": [10],
             "mu": [0.5], "seeds": [0, 1], "methods": ["baseline", "oversampling"]}  # fmt: skip
    store = Store(tmp_path / "theirs")
    study = study_of(made_up.measured, store=store, **given)
    study.observations()
    about = by(paper="class_imbalance", given=given)
    [path] = pack.pack(store, tmp_path / "a.zip", ("results",), 100, about, study.keys())
    return path, study, about


def test_a_pack_of_others_is_never_taken_into_a_store_of_ours(packed, tmp_path):
    path, *_ = packed
    ours = Store(tmp_path / "ours")
    with pytest.raises(UserError, match="stays apart from our results"):
        pack.merge(ours, path)
    assert ours.trial_keys() == []


def test_the_merge_command_keeps_it_beside_our_trials_and_makes_it_none_of_them(
    packed, reproduce, project, tmp_path
):
    path, study, about = packed
    status, said, _ = reproduce(f"store merge {path}")
    assert status == 0 and "independent replication of class_imbalance by Ada Lovelace" in said
    assert Store().trial_keys() == [], "no trial of theirs is one of ours"
    [one] = replications.at([Store().path], "class_imbalance")
    assert one.replication == about and one.trials == len(study.planned())
    assert one.data[0]["fingerprint"] == study.record.fingerprint
    reproduce(f"store merge {path} --publish")
    assert replications.at([project / "book"], "class_imbalance") == [one]
    # What is committed is shown by both editions, what lies in the store by the latest alone.
    assert on_the_page.places(project, "published") == [project / "book"]
    assert len(on_the_page.places(project, "latest")) == 2


def test_a_replication_of_which_a_network_is_missing_is_refused(packed, tmp_path):
    _, study, about = packed
    some = set(sorted(study.keys())[:1])
    [path] = pack.pack(study.store, tmp_path / "b.zip", ("results",), 100, about, some)
    with pytest.raises(UserError, match=r"has 1 of its 5 networks"):
        replications.measured([path], papers.protocol("class_imbalance"), about)


def test_all_parts_of_it_are_needed(packed, tmp_path):
    _, study, about = packed
    parts = pack.pack(study.store, tmp_path / "c.zip", ("results",), 0.1, about, study.keys())
    if len(parts) == 1:
        pytest.fail("the made-up results fit into one part: nothing is tested")
    assert replications.whole(parts) == about
    with pytest.raises(UserError, match="has 2 parts, and part 2 is not among those given"):
        replications.whole(parts[:1])
