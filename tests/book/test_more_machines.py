"""The page on more machines: its numbers, its job for Slurm, and the simulation behind it."""

import os
import re
import shlex
import subprocess
from importlib import import_module
from math import sqrt
from pathlib import Path
from statistics import pstdev

import pytest

from reproduce.trials import edition as editions
from reproduce.trials.store import Store

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "more_machines.md"
# Stands for Slurm: runs every task of an array, one after the other.
SBATCH = """#!/bin/sh
range="${1#--array=}"
for task in $(seq "${range%-*}" "${range#*-}"); do
    SLURM_ARRAY_TASK_ID="$task" SLURM_CPUS_PER_TASK=2 sh "$2" || exit 1
done
"""
# Stands for the command: notes how it was called.
NOTES = """#!/bin/sh
echo "$@" >> called
"""


@pytest.fixture
def benchmark(monkeypatch):
    """Return a function that imports a module of the benchmarks."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: import_module(f"benchmarks.{name}")


def test_the_page_says_what_the_results_say(benchmark):
    page, text = benchmark("cluster_page"), PAGE.read_text("utf-8")
    assert page.filled(text) == text
    assert page.filled(text.replace("| T4 | 70 |", "| T4 | 71 |")) == text


def test_a_card_pays_from_as_many_cores_as_its_price_is_worth(benchmark):
    page = benchmark("cluster_page")
    assert page.CORE.dollars == 0.04 and page.CORE.watts == 8
    assert "| H200 (SXM) | 700 | 3.50 | 88 cores | 88 cores |" in page.tables()["cards"]
    assert "{math}`8` W and $0.04 an hour" in PAGE.read_text("utf-8")


def test_without_a_cost_nobody_waits(benchmark):
    found = benchmark("scheduler").simulate([10.0], 1000, 10, 0.0, 0.0)
    assert found["efficiency"] == pytest.approx(1) and found["wait_seconds"] == 0
    assert found["hours"] == pytest.approx(1000 * 10 / 10 / 3600)


def test_a_driver_that_is_too_slow_sets_the_pace(benchmark):
    """100 workers of 10 s want 10 trials a second; a driver of 0.2 s keeps 5."""
    found = benchmark("scheduler").simulate([10.0], 5000, 100, 0.2, 0.0)
    assert found["driver_busy"] == pytest.approx(1, abs=0.02)
    assert found["hours"] * 3600 == pytest.approx(5000 * 0.2, rel=0.03)
    assert found["efficiency"] == pytest.approx(0.5, abs=0.02)


def test_the_breaking_point_is_where_the_driver_is_always_busy(benchmark):
    scheduler = benchmark("scheduler")
    most = scheduler.most_workers([10.0], 0.2, 0.0)
    assert most == pytest.approx(51)
    below, above = (
        scheduler.simulate([10.0], 5000, int(most * share), 0.2, 0.0)["efficiency"]
        for share in (0.8, 1.5)
    )
    assert below > 0.9 and above < 0.75


def test_checkpoints_are_sent_every_minute_or_twentieth(benchmark):
    sendings = benchmark("scheduler").sendings
    assert [sendings(s) for s in (4, 10, 100, 1200, 3600)] == [0, 2, 20, 20, 60]


def test_the_array_job_trains_every_shard(reproduce, tmp_path, monkeypatch):
    """As it stands on the page, started by a stand-in for Slurm; what it calls is then called."""
    script, calls = (
        re.search(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)[1],
        tmp_path,
    )
    (tmp_path / "array.sh").write_text(script)
    for name, text in (("sbatch", SBATCH), ("reproduce", NOTES)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sbatch", "--array=1-2", "array.sh"], check=True, env={**os.environ, "PATH": path}
    )
    called = (calls / "called").read_text().splitlines()
    assert len(called) == 2 and "--workers 2" in called[0]

    asked = "class_imbalance --profile smoke -p iterations 1 -p methods baseline -p rho 5"
    assert reproduce(f"plan {asked} --shards 2 -o plan.json")[0] == 0
    for line in called:
        assert reproduce(line.replace("--workers 2", "--workers 1"))[0] == 0, shlex.split(line)
    for shard in (1, 2):
        assert reproduce(f"store pack --store results{shard} -o results{shard}.zip")[0] == 0
    assert reproduce("store merge results1.zip results2.zip --store joined")[0] == 0
    assert reproduce("train plan.json --store whole --workers 1")[0] == 0
    joined, whole = Store(tmp_path / "joined").results(), Store(tmp_path / "whole").results()
    assert len(whole) > 1
    assert [(r.key, r.metrics, r.history) for r in joined] == [
        (r.key, r.metrics, r.history) for r in whole
    ]


# -- sizes, workers, equal digits -----------------------------------------------------------------


def again(equal, **changed):
    now = {"device": "cpu (x86_64)", "torch": "2", "numpy": "2", "python": "3"}
    found = {"equal": equal, "distance": 0.0, "measure": "", "then": now, "now": now}
    return {**found, "processor": "A", "threads": "1", **changed}


def edition_of(outcomes, drawn="ab", at_most=None):
    return {"trials": 9, "drawn_among": 4, "at_most": at_most, "drawn": [*drawn],
            "outcomes": outcomes}  # fmt: skip


def test_equal_digits_are_counted_and_what_is_not_done_is_said(benchmark):
    said = benchmark("sizes_page").trained_again
    assert said({}).startswith("This is not done yet")
    half = said({"dual_head": edition_of({"a": again(True)}, at_most=160.0)})
    assert "| `dual_head`, the edition before | 9 | 4 (at most 160 s) | 2 | A | 1 | 1 |" in half
    assert "1 of 1 gave the same" in half and "1 of those drawn are not trained again yet" in half
    assert "Not begun: `class_imbalance`, `metric_learning`" in half
    keys = editions.published().stamp("dual_head")["keys"][:2]
    # One that was drawn before, and is not any more, stays counted.
    more = said({"dual_head": edition_of({keys[0]: again(True), "c": again(False)}, keys)})
    assert "| `dual_head` | 9 | 4 (all) | 3 | A | 2 | 1 |" in more
    assert "1 of those drawn are not trained again yet" in more
    assert "In 1 of them every metric is the same and a loss on the way not" in more
    other = {**again(True)["now"], "torch": "3"}
    apart = again(False, distance=0.0123, measure="test/auc", now=other)
    whole = said({"dual_head": edition_of({"a": apart, "b": {"failure": "no data"}})})
    assert "0 of 1 gave" in whole and "largest difference is 0.012 (test/auc)" in whole
    assert "1 could not be trained here, the first since no data" in whole
    assert "this had changed: torch" in whole and "not trained again yet" not in whole


def test_processors_are_told_apart_and_differences_stand_beside_those_of_seeds(benchmark):
    said = benchmark("sizes_page").trained_again
    moved = again(
        False, processor="B", distance=0.03, measure="test/auc",
        differences={"test/auc": [-0.03, 0.01], "test/f1": [0.02, 0.02], "test/other": [0.5, None]},
    )  # fmt: skip
    rounded = again(False, processor="B", distance=1e-8, measure="test/auc",
                    differences={"test/auc": [1e-8, 0.01]})  # fmt: skip
    found = said({"dual_head": edition_of({"a": again(True), "b": moved, "c": rounded}, "abc")})
    assert "| 3 | A | 1 | 1 |" in found and "| 3 | B | 2 | 0 |" in found
    assert "**A**: 1 of 1 gave" in found and "**B**: 0 of 2 gave" in found
    # Of 3 and 1 standard deviations; neither rounding nor a measure without repeats counts.
    assert "moved by 2.00 standard deviations of its repeats (the median of 2)" in found
    assert "Of 3 the processor they were first trained on was not noted" in found
    # What was measured of an edition that another replaced is told apart from what is there now.
    both = edition_of({"a": again(True)}, "a") | {"before": edition_of({"z": again(False)}, "z")}
    assert "| `dual_head`, the edition before | 9 | 4 (all) | 1 | A | 1 | 0 |" in said(
        {"dual_head": both}
    )
    assert "NumPy's products" not in found
    assert "Of 1 the threads of NumPy's products were not set as well (1 of" in said(
        {"dual_head": edition_of({"a": again(False, threads="not set"), "b": again(True)})}
    )
    known = {**again(True)["then"], "processor": "A"}
    assert "was not noted" not in said({"dual_head": edition_of({"a": again(True, then=known)})})


def test_the_spread_is_of_trials_that_differ_by_seeds_alone(benchmark):
    results = editions.read_results(editions.published(), "class_imbalance")
    spread = benchmark("rerun_editions").spread_of_repeats

    def without_seeds(one):
        return {**one.trial.to_json(), "seed": 0, "data_seed": 0}

    alike = [one for one in results if without_seeds(one) == without_seeds(results[0])]
    assert 5 <= len(alike) < len(results)
    expected = pstdev([one.metrics["test/auc"] for one in alike]) * sqrt(
        len(alike) / (len(alike) - 1)
    )
    assert spread(results[0], results)["test/auc"] == pytest.approx(expected)
    assert spread(results[0], alike[:2]) == {}


def test_outcomes_stay_with_the_edition_they_are_of(benchmark):
    kept = benchmark("rerun_editions")._kept
    old = {"trials": 2, "drawn": ["a", "b"], "outcomes": {"a": 1, "b": 2}}
    assert kept({}, {"a"}) == {"outcomes": {}}
    assert kept(old, {"a", "c"}) == {"outcomes": {"a": 1}}
    replaced = kept(old, {"c"})
    assert replaced == {"outcomes": {}, "before": old}
    assert kept({**old, **replaced}, {"c"}) == replaced
    assert kept({**old, "before": 7}, {"a"}) == {"outcomes": {"a": 1}, "before": 7}


def test_the_gain_of_two_workers_is_of_medians(benchmark):
    said = benchmark("sizes_page").workers
    assert "is not measured yet" in said(None)
    rows = [{"workers": 1, "seconds": [90, 80, 100]}, {"workers": 2, "seconds": [50, 45, 60]}]
    assert "1.8 times as fast on 2 cores" in said({"rows": rows, "trials": 16, "cores": 2})


def test_a_made_up_store_is_one(benchmark, tmp_path):
    from reproduce.trials import edition, upkeep

    results = edition.read_results(edition.published(), "class_imbalance")[:3]
    store = Store(tmp_path / "store")
    benchmark("sizes").fill(store, results, 7)
    found = [*store.overview()]
    assert len(found) == 7 == store.count() and not any(one.damage for one in found)
    assert sorted(one.trial.seed for one in found) == [*range(1000, 1007)]
    known = {one.metrics["test/accuracy"] for one in results}
    assert {one.results[0].metrics["test/accuracy"] for one in found} == known
    assert upkeep.check(store) == []
