"""A damaged edition says which file is damaged, in one line, and what to do."""

import json

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

PAPER = "class_imbalance"


@pytest.fixture
def edition(store, describe, leave, record, tmp_path):
    """Return an edition of two small results, the scores of both and a derived value."""
    results = [leave(store, describe(seed=seed), images=10) for seed in range(2)]
    keys = {result.key for result in results}
    store.put_derived("map", keys, {"trust": 0.5}, {"points": np.arange(6.0)})
    edition = Edition(tmp_path / "book")
    derived = store.derived_from(keys)
    editions.write(edition, PAPER, results, derived, [record], {"paper": PAPER}, keys)
    return edition


@pytest.fixture
def away(tmp_path):
    """Return a second, empty store."""
    return Store(tmp_path / "away")


@pytest.mark.parametrize("suffix", ["csv", "npz", "json"])
def test_a_truncated_file_is_named(edition, away, suffix):
    """Wherever it was cut; nothing was taken before all was read."""
    path = edition.results(PAPER, suffix)
    good = path.read_bytes()
    for share in (0.0, 0.3, 0.6, 0.9):
        path.write_bytes(good[: int(share * len(good))])
        with pytest.raises(UserError, match=rf"{PAPER}\.{suffix} is .*damaged"):
            editions.merge(away, edition, PAPER)
        assert away.results() == away.records() == []


@pytest.mark.parametrize("suffix", ["csv", "npz", "json"])
def test_a_flipped_byte_is_never_a_traceback(edition, tmp_path, suffix):
    """One line, or, where the byte was part of a number or a name in plain text, that value."""
    path = edition.results(PAPER, suffix)
    good = path.read_bytes()
    random = np.random.default_rng(1)
    away, refused = Store(tmp_path / "away"), 0
    for number, position in enumerate(random.integers(0, len(good), 60).tolist()):
        damaged = bytearray(good)
        damaged[position] ^= 1 << int(random.integers(8))
        path.write_bytes(damaged)
        try:
            editions.merge(away, edition, PAPER)
        except UserError as error:
            assert "\n" not in str(error)
            assert away.results() == []
            refused += 1
        else:
            away = Store(tmp_path / f"away{number}")
    assert refused > 0


def test_an_absent_file_is_named(edition, away):
    """The table or the arrays; without the stamp there is no edition of the paper."""
    for suffix in ("csv", "npz"):
        path = edition.results(PAPER, suffix)
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(UserError, match=rf"{PAPER}\.{suffix} is missing or damaged"):
            editions.merge(away, edition, PAPER)
        path.write_bytes(content)
    edition.results(PAPER, "json").unlink()
    with pytest.raises(UserError, match=rf"no results of '{PAPER}' at .*expected .*\.json"):
        editions.merge(away, edition, PAPER)
    assert away.results() == []


@pytest.mark.parametrize("name", ["records", "derived"])
def test_a_stamp_that_lacks_a_part_is_damaged(edition, away, name):
    """Before anything is taken."""
    path = edition.results(PAPER, "json")
    stamp = json.loads(path.read_text())
    del stamp[name]
    path.write_text(json.dumps(stamp))
    with pytest.raises(UserError, match=rf"{PAPER}\.json is .*damaged .*{name}"):
        editions.merge(away, edition, PAPER)
    assert away.results() == []


def test_a_row_of_another_trial_is_refused(edition, away):
    """Its numbers would stand under the key of another trial."""
    path = edition.results(PAPER, "csv")
    header, one, two = path.read_text().splitlines()
    key_one, key_two = one.split(",")[0], two.split(",")[0]
    path.write_text("\n".join([header, one, two.replace(key_two, key_one)]) + "\n")
    with pytest.raises(UserError, match=rf"row {key_one} does not describe the trial"):
        editions.merge(away, edition, PAPER)
    assert away.results() == []


def test_a_table_cut_between_two_rows_is_damaged(edition, away):
    """Every row left is whole; only the stamp knows that one is missing."""
    path = edition.results(PAPER, "csv")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(UserError, match=r"csv is damaged: 1 of the trials"):
        editions.merge(away, edition, PAPER)
    assert away.results() == []


def test_a_number_that_was_changed_is_refused(edition, away):
    """A table is a text that anybody can edit; the counts beside the number say otherwise."""
    path = edition.results(PAPER, "csv")
    table = path.read_text()
    assert table.count(",0.30000000000000004,") == 2
    path.write_text(table.replace(",0.30000000000000004,", ",0.9,", 1))
    with pytest.raises(UserError, match=r"is 0\.9, its confusion counts give 0\.3; restore"):
        editions.merge(away, edition, PAPER)
    assert away.results() == away.trial_keys() == []


@pytest.mark.parametrize(
    "change", [{"value": float("nan")}, {"name": 3}, {"sources": [1]}, {"sources": None}]
)
def test_a_derived_value_that_is_none_is_refused(edition, away, change):
    """A NaN could not be stored, when the results were already."""
    path = edition.results(PAPER, "json")
    stamp = json.loads(path.read_text())
    stamp["derived"] = [{"name": "map", "sources": ["k"], "value": 1, **change}]
    path.write_text(json.dumps(stamp))
    with pytest.raises(UserError, match=rf"{PAPER}\.json is damaged or of another version"):
        editions.merge(away, edition, PAPER)
    assert away.results() == away.trial_keys() == []
