"""The page on speed says what the stored results say, and the results are of fair races."""

import json
import multiprocessing
import os
import re
import resource
import signal
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "losses_speed.md"
STORED = json.loads((ROOT / "book/results/losses_speed.json").read_text("utf-8"))
ROWS = STORED["rows"]


@pytest.fixture
def page(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return import_module("benchmarks.losses_page")


def test_the_page_says_what_the_results_say(page):
    text = PAGE.read_text("utf-8")
    assert page.filled(text) == text
    assert page.filled(text.replace("\u00a0×", "\u00a0x")) == text
    for loss in page.TITLES.values():
        assert text.count(f"| {loss} |") >= 3


def test_every_contestant_was_measured_or_says_why_not():
    for row in ROWS:
        assert ("not_run" in row) != ({"seconds", "peak_bytes", "loss"} <= set(row))
    for who in ("this project", "floor"):
        ours = {(row["race"], row["batch"]) for row in ROWS if row["who"] == who}
        assert len(ours) == 30
    assert not any("not_run" in row for row in ROWS if row["who"] in ("this project", "floor"))


def test_contestants_of_a_race_computed_the_same_number():
    for row in ROWS:
        if "loss" in row and row["who"] not in ("this project", "floor"):
            (ours,) = (
                other["loss"]
                for other in ROWS
                if other["who"] == "this project"
                and (other["race"], other["batch"]) == (row["race"], row["batch"])
            )
            assert row["loss"] == pytest.approx(ours, rel=1e-4)


def test_a_peer_out_of_reach_stays_so_and_is_drawn_as_a_dash(page):
    rows = [
        {"race": race, "batch": batch, "who": who, "seconds": 0.5, "peak_bytes": 2**20}
        for race in page.RACES
        for batch in (32, 64)
        for who in ("floor", "this project", "lightly")
    ]
    rows[-1] = {"race": "nt_xent", "batch": 64, "who": "lightly", "not_run": "more than 8 GiB"}
    lines = page._against_peers(rows, [32, 64], page._times)
    assert lines[-1] == ["NT-Xent, two views", "lightly", "1.0\u00a0×", "–"]


def test_every_picture_is_there_small_enough_and_described():
    figures = re.findall(r"```\{figure\} (\S+)\n:alt: (.+)\n", PAGE.read_text("utf-8"))
    assert [Path(path).stem for path, _ in figures] == ["time", "memory"]
    for path, alt in figures:
        file = PAGE.parent / path
        assert file.read_bytes()[:4] == b"\x89PNG" and file.stat().st_size < 300_000
        assert len(alt) > 60


def end_by_memory(sending):
    os.kill(os.getpid(), signal.SIGKILL)


def end_by_time(sending):
    resource.setrlimit(resource.RLIMIT_CPU, (1, 6))
    while True:
        pass


def sleep_on(sending):
    time.sleep(60)


@pytest.mark.parametrize(
    ("work", "patience", "words"),
    [
        (end_by_memory, 60, "killed: memory"),
        (end_by_time, 60, "killed: over 30 s"),
        (sleep_on, 0.2, "killed: over 30 s"),
    ],
)
def test_who_is_killed_is_an_answer(monkeypatch, work, patience, words):
    monkeypatch.syspath_prepend(str(ROOT))
    memory = import_module("benchmarks.losses_memory")
    # Such a process needs to import nothing.
    monkeypatch.setattr(memory, "multiprocessing", SimpleNamespace(get_context=plainly_forking))
    assert memory._apart(work, (), patience) == {"not_run": words}


def plainly_forking(method):
    forking = multiprocessing.get_context("fork")
    forking.set_forkserver_preload = lambda names: None
    return forking


def test_who_is_killed_stands_in_the_table(page, monkeypatch):
    killed = {"not_run": "killed: memory"}
    ours = {"seconds": 0.5, "peak_bytes": 2**20}
    assert page._times(killed, ours) == page._memory(killed, ours) == "killed: memory"
    line = import_module("benchmarks.losses")._line
    found = {"floor": ours, "this project": ours, "lightly": killed}
    assert line("nt_xent", 64, found).endswith("lightly: killed: memory")
    found = {"floor": ours, "this project": killed, "lightly": ours}
    assert "killed: memory" in line("nt_xent", 64, found)
