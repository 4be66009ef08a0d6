"""Results as one table: CSV always, Parquet where its package is."""

import csv
import importlib.util

import pytest

from reproduce.trials.store import Store


def test_every_result_is_a_row_with_its_metrics(
    store, leave, describe, reproduce, tmp_path, monkeypatch
):
    monkeypatch.setenv("REPRODUCE_STORE", str(store.path))
    result = leave(store, describe(seed=0))
    leave(store, describe(seed=1))
    status, said, _ = reproduce(f"store export -o {tmp_path / 'x.csv'}")
    assert status == 0 and said.startswith("2 results of ")
    rows = {row["key"]: row for row in csv.DictReader((tmp_path / "x.csv").open())}
    assert set(rows) == set(Store().trial_keys())
    for name, value in result.metrics.items():
        assert float(rows[result.key][f"metric.{name}"]) == value


def test_an_empty_store_and_an_unknown_ending_are_one_line(reproduce, tmp_path):
    status, _, error = reproduce(f"store export -o {tmp_path / 'x.csv'}")
    assert status == 2 and "no results in" in error and not (tmp_path / "x.csv").exists()
    status, _, error = reproduce(f"store export -o {tmp_path / 'x.xlsx'}")
    assert status == 2 and ".csv" in error and ".parquet" in error


def test_without_its_package_parquet_is_refused_before_a_result_is_read(
    reproduce, tmp_path, monkeypatch
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    status, _, error = reproduce(f"store export -o {tmp_path / 'x.parquet'}")
    assert status == 2 and "pyarrow" in error and len(error.strip().splitlines()) == 1


def test_parquet_has_the_rows_of_the_csv_and_their_types(
    store, leave, describe, reproduce, tmp_path, monkeypatch
):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setenv("REPRODUCE_STORE", str(store.path))
    leave(store, describe(seed=0))
    for ending in ("csv", "parquet"):
        assert reproduce(f"store export -o {tmp_path / f'x.{ending}'}")[0] == 0
    [row] = csv.DictReader((tmp_path / "x.csv").open())
    [typed] = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert list(typed) == list(row) and typed["key"] == row["key"]
    assert typed["seconds"] == float(row["seconds"]) and typed["seed"] == 0
