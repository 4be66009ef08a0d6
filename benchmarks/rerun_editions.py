"""Published trials trained again: how many give the same digits on this machine.

    python -m benchmarks.rerun_editions

Of each edition so many trials are drawn at random, as `reproduce store check --rerun` draws them,
and trained one after the other. Where ten of them would take longer than a morning's patience, they
are drawn among those that took no longer than `AT_MOST`. What is known of a trial is written into
`book/results/trained_again.json` when it ends, and the next call goes on with the others.
"""

import argparse
import json
import math
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from reproduce import device
from reproduce.book import trial_names
from reproduce.files import project_root, write_text
from reproduce.trials import edition, rerun
from reproduce.trials.engine import Options
from reproduce.trials.result import Result

RESULT = "book/results/trained_again.json"
NUMBER, SEED = 10, 0
# Seconds that a trial of an edition may have taken to be among those drawn; None: all are.
AT_MOST: dict[str, float | None] = {
    "comparison": None,
    "dual_head": None,
    "difficulty_aware": None,
    "class_imbalance": 200.0,
    "metric_learning": 160.0,
    "balanced_contrastive": 160.0,
}


def run(path: Path, papers: list[str]) -> None:
    """Train what is drawn and not in the file yet, and write what became of it."""
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    for paper in papers:
        results = edition.read_results(edition.published(), paper)
        drawn = rerun.sample(results, NUMBER, SEED, AT_MOST[paper])
        known[paper] = {
            "trials": len(results),
            "at_most": AT_MOST[paper],
            "drawn_among": len(rerun.able(results, AT_MOST[paper])),
            "seed": SEED,
            "drawn": [result.key for result in drawn],
            **_kept(known.get(paper) or {}, {result.key for result in results}),
        }
        for result in drawn:
            if result.key not in known[paper]["outcomes"]:
                spread = spread_of_repeats(result, results)
                known[paper]["outcomes"][result.key] = outcome(result, spread)
                write_text(path, json.dumps(known, indent=1, sort_keys=True) + "\n")


def _kept(old: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """Return the outcomes of trials that are still published; else all as of the edition before."""
    stay = {key: one for key, one in old.get("outcomes", {}).items() if key in keys}
    before = old.get("before")
    if old.get("outcomes") and not stay:
        before = {name: value for name, value in old.items() if name != "before"}
    return {"outcomes": stay, **({"before": before} if before else {})}


def spread_of_repeats(result: Result, results: list[Result]) -> dict[str, float]:
    """Return the standard deviation of each measure over the trials that differ by seeds alone."""
    recipe = trial_names.recipe(result)
    alike = [rerun.measured(one) for one in results if trial_names.recipe(one) == recipe]
    if len(alike) < 3:
        return {}
    return {name: statistics.stdev(one[name] for one in alike) for name in rerun.measured(result)
            if all(name in one for one in alike)}  # fmt: skip


def outcome(result: Result, spread: dict[str, float]) -> dict[str, Any]:
    """Train a trial again and return what differs; a trial that cannot be trained says why.

    `differences` has of each measure by how much it moved and how far repeats spread, or None.
    """
    with tempfile.TemporaryDirectory() as name:
        [one] = rerun.again([result], Options(workers=1), lambda event: None, Path(name))
    if one.again is None and not one.failure:
        raise SystemExit("stopped; the next call goes on with this trial")
    if one.again is None:
        print(f"{result.key}: not trained: {one.failure}", flush=True)
        return {"failure": one.failure}
    size, measure = one.distance
    then, now = rerun.measured(result), rerun.measured(one.again)
    found = {
        "equal": one.is_equal,
        "measures": len(then),
        "distance": size,
        "measure": measure,
        "differences": {
            name: [now[name] - then[name], spread.get(name)]
            for name in sorted(then)
            if name in now and math.isfinite(now[name] - then[name])
        },
        "seconds_then": result.seconds,
        "seconds_now": one.again.seconds,
        "then": result.provenance,
        "now": one.again.provenance,
        "processor": device.processor(),
        "threads": os.environ.get("OMP_NUM_THREADS", "not set"),
    }
    print(f"{result.key}: {found}", flush=True)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("papers", nargs="*", default=list(AT_MOST), help="some of the editions")
    parser.add_argument("--file", type=Path, default=project_root() / RESULT)
    given = parser.parse_args()
    run(given.file, given.papers)
