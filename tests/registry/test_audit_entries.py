"""What is declared in the audits: addresses instead of numbers, and every sentence looked up."""

import pytest
import yaml

from reproduce.errors import UserError
from reproduce.registry import audit_entries, published, records
from reproduce.registry.addresses import Numbers

PAPERS = list(records.papers())


def literals(value):
    """Return every text and number in `numbers` that is no address."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if key in (
                "cell",
                "pair",
                "prose",
                "matrix",
                "rows",
                "row_sums",
                "count_of",
                "share_of",
            ):
                continue
            if key == "cells" or (key == "by" and "cells" in value):
                continue
            yield from literals(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from literals(inside)
    elif not isinstance(value, bool):
        yield str(value)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_printed_number_is_typed_a_second_time(paper):
    printed = {cell.value for cell in published.load(paper)}
    printed |= {one.number for one in published.prose(paper)}
    printed = {one for one in printed if any(c.isdigit() for c in one) and len(one) > 3}
    for check in audit_entries.declared(paper):
        for called in (check, *check.unless, *filter(None, [check.remedy])):
            assert not set(literals(called.numbers)) & printed, check.id


def test_the_gains_are_taken_from_the_cells_that_the_sentences_name():
    """The operands recorded with a sentence are those that the audit looks up."""
    numbers = Numbers("metric_learning")
    checked = 0
    for check in audit_entries.declared("metric_learning"):
        if check.check != "differences.claimed":
            continue
        for bound in check.bindings(numbers):
            expression = numbers.resolve(check.numbers["expression"], bound)
            sentence = check.numbers["number"]["prose"].format(**bound)
            assert expression == numbers.sentences[sentence].operands, sentence
            checked += 1
    said = [one for one in published.prose("metric_learning") if one.operation == "difference"]
    assert checked == len(said)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_sentence_with_operands_is_checked(paper):
    """Each number of a sentence that can be checked is looked up by some check."""
    looked_up = set()

    def walk(value, bound):
        if isinstance(value, dict):
            if "prose" in value:
                looked_up.add(value["prose"].format(**bound))
            for inside in value.values():
                walk(inside, bound)
        elif isinstance(value, list):
            for inside in value:
                walk(inside, bound)

    numbers = Numbers(paper)
    for check in audit_entries.declared(paper):
        for bound in check.bindings(numbers):
            walk(check.numbers, bound)
    needs = {one.id for one in published.prose(paper) if one.operation != "stated"}
    # "Three times as fast or more": nothing stands beside it.
    assert needs - looked_up - {"speed_up"} == set()


def entry(**changes):
    plain = {
        "paper": "dual_head", "id": "some", "check": "places.same_quantity", "table": "Table 1",
        "severity": "minor", "about": "two numbers", "numbers": {"printed": {"a": "1", "b": "1"}},
    }  # fmt: skip
    return audit_entries.Check.model_validate({**plain, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "grave"}, {"check": "same_quantity"}, {"each": ["method"]},
        {"among": {"table": "Table 1"}}, {"gather": []}, {"numbers": {}}, {"colour": "red"},
    ],
)  # fmt: skip
def test_an_entry_that_is_none_is_refused(changes):
    with pytest.raises(ValueError):
        entry(**changes)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ({"cell": {"table": "Table 9"}}, "no published cell"),
        ({"cell": {"table": "Table 1"}}, "16 cells"),
        ({"cell": {"colour": "red"}}, "unknown field"),
        ({"prose": "nothing"}, "unknown sentence"),
        ({"cells": {"table": "Table 1"}, "by": "table"}, "several cells have one table"),
    ],
)
def test_an_address_without_a_number_is_refused(address, message):
    with pytest.raises(UserError, match=message):
        Numbers("dual_head").resolve(address, {})


def test_addresses_keep_every_digit():
    numbers = Numbers("dual_head")
    row = {"table": "Table 5", "method": "Supervised"}
    assert numbers.resolve({"pair": {**row, "metric": "Accuracy"}}, {}) == "74.54 ± 0.40"
    assert numbers.resolve({"whole": {"prose": "images"}}, {}) == 1457
    gap = {"minus": [{"prose": "proposed_macro_f1"}, {"prose": "many_negatives_f1"}]}
    assert numbers.resolve(gap, {}) == "0.20"
    assert numbers.resolve({"range": ["3", "5"]}, {}) == [3, 4, 5]
    assert numbers.resolve({"row_sums": {"table": "Table 1"}}, {}) == ["111", "118", "38", "25"]
    said = {"share_of": {"table": "Table 1", "method": "소계 (%)", "class_name": "티눈 (Corns)"}}
    assert Numbers("metric_learning").resolve(said, {}) == "17.4"


def test_the_entries_are_plain_yaml_without_keys_twice(pytestconfig):
    class Unique(yaml.SafeLoader):
        pass

    def mapping(loader, node, deep=False):
        keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(map(str, keys))), node.start_mark
        return yaml.SafeLoader.construct_mapping(loader, node, deep)

    Unique.add_constructor("tag:yaml.org,2002:map", mapping)
    folder = pytestconfig.rootpath / "reproduce" / "papers"
    for paper in PAPERS:
        content = yaml.load((folder / paper / "audit.yaml").read_text("utf-8"), Unique)
        assert content["paper"] == paper
