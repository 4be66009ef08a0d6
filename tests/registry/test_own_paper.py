"""A paper of one's own: its tables, its sentences, and every slip in one line."""

from pathlib import Path

import pytest

from reproduce.audit.stated import Stated
from reproduce.errors import UserError
from reproduce.registry.own_paper import read
from reproduce.registry.own_template import template

TEXT = template("mine")
HEAD = 'paper: mine\ntables:\n  T: {text: "method,n,accuracy %\\na,100,91.0\\nb,100,84.0\\n"}\n'
CELL = "{table: T, method: %s, metric: accuracy}"


def paper(text: str, folder: str = "."):
    return read(text.encode(), Path(folder) / "mine.yaml", Stated())


def outcomes(text: str) -> dict[str, str]:
    return {one.id: one.status for one in paper(text).declared().ran}


def sentence(**fields: str) -> str:
    said = {"id": "one", "quote": "so it is", "place": "the abstract", **fields}
    return HEAD + "sentences:\n  - " + "\n    ".join(f"{k}: {v}" for k, v in said.items()) + "\n"


def cells(*methods: str) -> str:
    return "[" + ", ".join(CELL % one for one in methods) + "]"


def test_the_template_is_itself_a_paper_without_a_finding():
    found = paper(TEXT)
    assert found.tables().status == "clean" and not found.declared().findings
    assert set(outcomes(TEXT)) == {"gain", "minority", "alike", "gap"}
    assert set(outcomes(TEXT).values()) == {"consistent"}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"number": '"7.0"', "cells": cells("a"), "than": cells("b")}, "consistent"),
        ({"number": '"8.0"', "cells": cells("a"), "than": cells("b")}, "inconsistent"),
        ({"number": '"91"', "unit": '"%"', "cells": cells("a")}, "consistent"),
        ({"number": '"92"', "unit": '"%"', "cells": cells("a")}, "inconsistent"),
        ({"claim": "better", "cells": cells("a"), "than": cells("b")}, "consistent"),
        ({"claim": "better", "cells": cells("b"), "than": cells("a")}, "inconsistent"),
        ({"claim": "better", "cells": cells("b"), "than": cells("a"), "lower": "true"},
         "consistent"),
        ({"claim": "significant", "cells": cells("b"), "than": cells("a")}, "inconsistent"),
        ({"claim": "best", "cells": cells("a")}, "consistent"),
        ({"claim": "best", "cells": cells("b")}, "inconsistent"),
        ({"claim": "robust", "cells": cells("a", "b")}, "not_testable"),
        ({"claim": "robust", "cells": cells("a", "b"), "within": '"7.1"'}, "consistent"),
        ({"claim": "robust", "cells": cells("a", "b"), "within": '"5.0"'}, "inconsistent"),
    ],
)  # fmt: skip
def test_a_sentence_is_held_against_its_cells(fields, status):
    assert outcomes(sentence(**fields)) == {"one": status}


def test_a_finding_names_the_sentence_and_its_cells():
    (found,) = (
        paper(sentence(claim="better", cells=cells("b"), than=cells("a"))).declared().findings
    )
    assert (found.table, found.severity, found.says) == ("the abstract", "inconsistent", "paper")
    assert found.statement.startswith("so it is: ") and "84.0% against 91.0%" in found.statement


def test_tables_are_checked_together_with_what_is_stated_of_them(tmp_path):
    (tmp_path / "t.csv").write_text("method,accuracy %\na,64.81\n")
    text = (
        "paper: mine\nstated: {n: 502, runs: 1, rounding: either}\ntables:\n  T: {file: t.csv%s}\n"
    )
    assert paper(text % "", str(tmp_path)).tables().status == "findings"
    assert paper(text % ", stated: {n: 503}", str(tmp_path)).tables().status == "clean"
    assert "T" in {one.table for one in paper(text % "", str(tmp_path)).tables().checked}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paper: [", "is not YAML"),
        ("just words", "mine.yaml: "),
        ("paper: mine\n", "tables: Field required"),
        ("paper: mine\ntables: {}\n", "tables: "),
        ("paper: mine\ntables: {T: {}}\n", "expected either `text`"),
        ("paper: mine\ntables: {T: {file: none.csv}}\n", "there is no file"),
        ("paper: mine\ntables: {T: {text: 'a,b'}}\n", "mine.yaml, T: expected a header"),
        (HEAD + "stated: {averaging: makro}\n", "averaging: expected one of"),
        (HEAD + "statd: {}\n", "statd: Extra inputs"),
        (HEAD + "x: &a [*a]\n", "expected no aliases"),
        (sentence(), "expected a `number`, or a `claim`"),
        (sentence(claim="better", cells=cells("a")), "as many cells in `than`"),
        (sentence(claim="good", cells=cells("a")), "claim: Input should be"),
        (sentence(claim="best", cells="[{table: T}]"), "each of `cells` to be one cell"),
        (sentence(number="7"), "number: Input should be a valid string"),
        (sentence(number='"7"', cells="[{table: U}]"), "no published cell"),
        (sentence(number='"7"', cells="[{colour: U}]"), "unknown field of a published cell"),
        (sentence(number='"7"') + sentence(number='"8"').partition("sentences:\n")[2],
         "is used twice"),
        (HEAD + "checks: [{id: one, check: sums.none, table: T, severity: minor, about: x, "
                "numbers: {a: b}}]\n", "has no check sums.none"),
        (HEAD + "checks: [{id: one, check: printed.count, table: T, severity: minor, about: x, "
                "numbers: {text: '1'}}]\n", "has no check printed.count"),
        (HEAD + "checks: [{id: one, check: sums.matrix_total, table: T, severity: minor, about: x, "
                "numbers: {matrix: 1, stated: '1'}}]\n", "mend this entry"),
    ],
)  # fmt: skip
def test_a_slip_is_one_line(text, message):
    with pytest.raises(UserError) as refused:
        found = paper(text)
        found.tables()
        found.declared()
    assert message in str(refused.value) and "\n" not in str(refused.value)
