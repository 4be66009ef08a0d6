"""A result as a plain row, the form in which it travels."""

import json

from reproduce.trials.store import Store
from reproduce.trials.stored_rows import differing_metrics, result_from_row, row_of


def test_a_row_survives_json(store, describe, leave, tmp_path):
    """Read elsewhere it is the same result, its files expected in the other store."""
    result = leave(store, describe(), weights=b"w" * 10)
    elsewhere = Store(tmp_path / "elsewhere")
    back = result_from_row(json.loads(json.dumps(row_of(result))), elsewhere.path)
    assert back.array_file == elsewhere.arrays_folder / result.array_file.name
    assert back.weights_file == elsewhere.weights_folder / result.weights_file.name
    for name in ("key", "trial", "metrics", "confusion", "counts", "history", "seconds"):
        assert getattr(back, name) == getattr(result, name)
    for name in ("provenance", "array_names", "labels", "replicate"):
        assert getattr(back, name) == getattr(result, name)


def test_a_row_of_a_result_without_files_names_none(store, describe, leave):
    """Absent is absent, not a folder."""
    row = row_of(leave(store, describe(), with_arrays=False))
    assert row["arrays"] is row["weights"] is None
    back = result_from_row(row, store.path)
    assert back.array_file is back.weights_file is None


def test_results_differ_in_the_last_bit_or_not_at_all(store, describe, leave):
    """No tolerance: the same machine gives the same digits. A missing metric is a difference."""
    one = leave(store, describe(), accuracy=0.3)
    same = leave(store, describe(), accuracy=0.3)
    near = leave(store, describe(), accuracy=0.1 + 0.2)
    less = leave(store, describe(), metrics={"test/accuracy": 0.3})
    assert differing_metrics(one, same) == []
    assert differing_metrics(one, near) == differing_metrics(near, one) == ["test/accuracy"]
    assert differing_metrics(one, less) == differing_metrics(less, one) == ["test/auc"]
