"""`reproduce store` at the terminal: every command, on a store that was trained."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.errors import UserError
from reproduce.trials import edition as editions
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned


def store_command(*arguments):
    """Call `reproduce store` here and return what it printed; a user's error is raised."""
    result = CliRunner().invoke(app, ["store", *map(str, arguments)])
    if result.exception:
        raise result.exception
    return result.stdout


def test_pack_and_merge_as_a_user_calls_them(trained_store, tmp_path):
    """All parts arrive in another store; merged once more they are known already."""
    command = str(Path(sys.executable).with_name("reproduce"))
    pack = ["pack", "-o", "results.zip", "--max-mb", "1.5", "--store", str(trained_store.path)]
    packed = subprocess.run(
        [command, "store", *pack], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    names = [line.split(" (")[0] for line in packed.stdout.splitlines()]
    assert names == [f"results.part{number}.zip" for number in range(1, len(names) + 1)]
    assert len(names) > 1
    merge = [command, "store", "merge", *names, "--store", "away"]
    printed = [
        subprocess.run(merge, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert f"this was part 1 of {len(names)}" in printed[0]
    assert "0 new" not in printed[0] and printed[1].count(": 0 new, ") == len(names)
    away = Store(tmp_path / "away").results()
    assert [result.metrics for result in away] == [r.metrics for r in trained_store.results()]


def test_a_damaged_part_is_one_line_and_status_2(tmp_path):
    """And the store stays empty."""
    (tmp_path / "part.zip").write_bytes(b"PK\x03\x04 and then nothing")
    done = subprocess.run(
        [Path(sys.executable).with_name("reproduce"), "store", "merge", "part.zip", "--store", "s"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: part.zip is damaged")
    assert done.stderr.count("\n") == 1
    assert Store(tmp_path / "s").results() == []


def test_merging_says_where_machines_disagree(store, describe, leave, tmp_path):
    """Both results are kept, and the metric in which they differ is named."""
    away = Store(tmp_path / "away")
    leave(store, describe(), accuracy=0.5)
    leave(away, describe(), accuracy=0.25)
    store_command("pack", "-o", tmp_path / "p.zip", "--store", store.path)
    printed = store_command("merge", tmp_path / "p.zip", "--store", away.path)
    assert "0 new, 0 known already" in printed
    assert f"both kept: {describe().key}: test/accuracy, test/auc (kept as replicate 1)" in printed
    assert "25.00 % / 50.00 %" in " ".join(store_command("ls", "--store", away.path).split())


def test_ls_lists_finished_failed_and_waiting_trials(store, describe, leave):
    """With their accuracy, or why there is none; a method's alone when asked."""
    leave(store, describe(seed=0), accuracy=0.875)
    failed, waiting = describe(seed=1), describe(seed=2)
    store.add([Planned(failed, ({"method": "a"},)), Planned(waiting, ({"method": "b"},))])
    store.fail(failed.key, "diverged")
    lines = store_command("ls", "--store", store.path).splitlines()
    [one] = [line for line in lines if describe(seed=0).key in line]
    assert "87.50 %" in one and "step" in one and "digits" in one
    assert "diverged" in next(line for line in lines if failed.key in line)
    assert "pending" in next(line for line in lines if waiting.key in line)
    assert lines[-1].startswith("3 trials in ")
    only = store_command("ls", "--store", store.path, "--method", "b")
    assert waiting.key in only and failed.key not in only and "1 trials in" in only


def test_show_prints_a_trial_by_the_beginning_of_its_key(trained_store):
    """As JSON; a beginning that fits several or none is refused."""
    result = trained_store.results()[0]
    shown = json.loads(store_command("show", result.key[:10], "--store", trained_store.path))
    assert shown["key"] == result.key
    assert shown["trial"] == result.trial.to_json()
    assert shown["results"][0]["metrics"] == result.metrics
    with pytest.raises(UserError, match=r"trials '' in"):
        store_command("show", "", "--store", trained_store.path)
    with pytest.raises(UserError, match=r"no trial 'zz' in"):
        store_command("show", "zz", "--store", trained_store.path)


def test_show_finds_a_trial_of_the_published_edition_in_a_fresh_clone(tmp_path):
    """Without a merge, and it says where the trial is from; what is stored here comes first."""
    book = editions.published()
    paper = book.papers()[0]
    published = editions.read_results(book, paper)[0]
    fresh = tmp_path / "fresh"
    shown = json.loads(store_command("show", published.key, "--store", fresh))
    date = book.stamp(paper)["executed"]
    assert shown["from"] == f"the published edition of {paper}, {date}"
    assert shown["trial"] == published.trial.to_json()
    assert shown["results"][0]["metrics"] == published.metrics
    # Planned here, not trained: what was published is still found.
    Store(fresh).add([Planned(published.trial)])
    again = json.loads(store_command("show", published.key, "--store", fresh))
    assert again["results"] == shown["results"]
    Store(fresh).put(replace(published, metrics={**published.metrics, "test/accuracy": 0.125}))
    own = json.loads(store_command("show", published.key[:12], "--store", fresh))
    assert own["from"].endswith("fresh") and own["results"][0]["metrics"]["test/accuracy"] == 0.125


def test_ls_lists_the_published_edition(tmp_path):
    """Each trial once, a method's alone when asked, and the store stays empty."""
    book = editions.published()
    keys = {key for paper in book.papers() for key in book.stamp(paper)["keys"]}
    listed = store_command("ls", "--published", "--store", tmp_path / "s")
    assert f"{len(keys)} trials in the published edition" in listed
    assert next(iter(keys)) in listed
    few = store_command("ls", "--published", "--method", "lifted_structured")
    assert 0 < int(few.splitlines()[-1].split()[0]) < len(keys)
    assert Store(tmp_path / "s").trial_keys() == []


def test_check_rm_and_gc(trained_store):
    """Damage is listed and is an error; what is removed leaves files, which gc deletes."""
    path, result = trained_store.path, trained_store.results()[0]
    assert "4 results" in store_command("check", "--store", path)
    result.array_file.write_bytes(b"garbage")
    with pytest.raises(UserError, match=r"1 problem\(s\) in"):
        store_command("check", "--store", path)
    assert store_command("rm", result.key, "--store", path) == "1 trial(s) removed\n"
    assert "3 results" in store_command("check", "--store", path)
    # Its arrays and its weights.
    assert store_command("gc", "--store", path).startswith("2 file(s) deleted, 1.6 MB freed")
    assert not result.array_file.exists() and not result.weights_file.exists()
    with pytest.raises(UserError, match="nothing was removed"):
        store_command("rm", result.key, "--store", path)


def test_an_unknown_content_of_a_pack_is_refused(trained_store, tmp_path):
    """With the names there are; nothing is written."""
    with pytest.raises(UserError, match=r"'wights'; did you mean 'weights'"):
        arguments = ("-o", tmp_path / "p.zip", "--with", "results,wights")
        store_command("pack", *arguments, "--store", trained_store.path)
    assert not (tmp_path / "p.zip").exists()


def test_trials_that_wait_for_the_next_edition_are_merged_with_the_published(
    trained_store, tmp_path, monkeypatch
):
    """A part that was trained on another machine goes on from here."""
    book = editions.Edition(tmp_path / "book")
    monkeypatch.setattr(editions, "published", lambda: book)
    book.waiting("metric_learning").parent.mkdir(parents=True)
    place = book.waiting("metric_learning")
    store_command("pack", "-o", place, "--store", trained_store.path)
    printed = store_command("merge", "published", "--store", tmp_path / "next")
    number = len(trained_store.results())
    assert f"waiting for the next edition of metric_learning: {number} new" in printed
    there = Store(tmp_path / "next").results()
    assert {one.key for one in there} == {one.key for one in trained_store.results()}
