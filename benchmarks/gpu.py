"""All that is worth a quarter of an hour of a graphics card, the most useful first.

    python -m benchmarks.gpu --seconds 840 --output gpu.json
    python -m benchmarks.gpu --dry-run --output gpu.json

It asks whether the card ends where the processor ends, how many stacked networks of the MNIST
study it trains in an hour, how fast it trains the networks of each paper's profile at their
resolution and with their batch, what the whole profile would take, and how far bfloat16 ends from
float32. What is found is written after every single measurement, so that nothing is lost when the
card is taken away; what there was no time for stands there as not attempted. A dry run does the
same with tiny batches on the processor: its numbers mean nothing, but everything has run once
before a card is used.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import stacked, timing
from benchmarks.paper_profiles import Profile, images, profile, shortened, trained
from reproduce import device as devices
from reproduce import papers
from reproduce.files import write_text
from reproduce.training.loop import Settings
from reproduce.trials import estimate
from reproduce.trials.trial import Trial

# How far apart the logits of networks that were trained the same may end, as a share of the
# largest: sums are added in another order, and every step multiplies what that changes.
TOLERANCE = {"float32": 1e-3, "bfloat16": 0.2}
PRECISIONS = ("float32", "bfloat16")
# Sides of images whose networks the processor trains in seconds as well.
SMALL = 32
# Beside the profiles: the networks whose accuracies are known.
LONG_TAIL = {"experiments": "long_tail", "long_tail_scale": "paper"}
# Nothing is begun when less is left, so that the last measurement ends in time.
SECONDS_FOR_THE_LAST = 45.0


@dataclass(frozen=True)
class Plan:
    """How much is measured: in full, or in a dry run.

    Attributes
    ----------
    batch_size
        Images a step at most; a profile's own batch where it is smaller.
    steps, looks
        Steps between two looks at the clock, and looks; before the first, nothing is counted.
    compared
        Steps after which two networks are compared, of so many images (`compared_batch`).
    largest
        Sides of the images beyond which nothing is trained: a dry run has no time for them.
    together
        How many networks are stacked.
    """

    batch_size: int = 10_000
    steps: int = 5
    looks: int = 4
    compared: int = 10
    compared_batch: int = 64
    largest: int = 10_000
    together: tuple[int, ...] = (64, 256, 512)
    stacked_steps: int = stacked.ON_CUDA["steps"]


DRY = Plan(12, 1, 3, 2, 12, 32, (2,), 1)
Measure = Callable[[], dict[str, Any]]


def measurements(plan: Plan, device, profiles: list[Profile]) -> Iterator[tuple[str, str, Measure]]:
    """Yield what is measured, in the order of its worth: kind, of what, and how."""
    every = [(one, trial) for one in profiles for trial in one.of_each_network()]
    small = {
        trial.backbone: (one, one.plainest(trial.backbone))
        for one, trial in every if trial.transforms["size"] <= SMALL
    }  # fmt: skip
    for name, (one, trial) in small.items():
        yield "as on the processor", name, partial(as_on_the_processor, plan, device, one, trial)
    for together in (1, *plan.together):
        for precision in PRECISIONS:
            measure = partial(networks_an_hour, plan, device, together, precision)
            yield "networks an hour", f"{together} stacked, {precision}", measure
    for one, trial in every:
        if trial.transforms["size"] > plan.largest:
            continue
        for precision in PRECISIONS:
            what = f"{one.paper}, {trial.backbone}, {precision}"
            yield "images a second", what, partial(speed, plan, device, one, trial, precision)
    for name, (one, trial) in small.items():
        yield "bfloat16 as float32", name, partial(as_float32, plan, device, one, trial)


def as_on_the_processor(plan: Plan, device, one: Profile, trial: Trial) -> dict[str, Any]:
    """Train a network on the processor and on this device, and compare what both say."""
    ends = [_logits(plan, where, one, trial) for where in (torch.device("cpu"), device)]
    return apart(*ends, "float32")


def as_float32(plan: Plan, device, one: Profile, trial: Trial) -> dict[str, Any]:
    """Train a network in both precisions on this device, and compare what both say."""
    ends = [_logits(plan, device, one, trial.but(precision=precision)) for precision in PRECISIONS]
    return apart(*ends, "bfloat16")


def networks_an_hour(plan: Plan, device, together: int, precision: str) -> dict[str, Any]:
    """Return how many LeNet-5 of the MNIST study an hour has, stacked or one by one."""
    steps = {"steps": plan.stacked_steps, "looks": plan.looks}
    if together == 1:
        seconds = stacked.seconds_alone(device, precision, steps)
    else:
        seconds = stacked.seconds_stacked(device, precision, steps, together) / together
    an_hour = 3600 / (seconds * stacked.STUDY.iterations)
    whole = stacked.networks_of_the_study() / an_hour
    return {"networks_an_hour": an_hour, "hours_of_the_study": whole}


def speed(plan: Plan, device, one: Profile, trial: Trial, precision: str) -> dict[str, Any]:
    """Return how fast a network trains in its first phase, and what its trials would take so."""
    first = trial.but(phases=trial.phases[:1], precision=precision)
    short = shortened(first, plan.steps * plan.looks, plan.batch_size)
    (phase,) = short.phases
    clock = timing.Clock(device)
    settings = Settings(device, observe=clock, observe_every=plan.steps)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    trained(short, one.record_of(trial), settings, 2 * phase.batch_size)
    rate = phase.views * phase.batch_size / clock.seconds_a_step(plan.steps)
    of_the_network = [each for each in one.trials if each.backbone == trial.backbone]
    shown = sum(estimate.shown_to(each, one.records) for each in of_the_network)
    found = {
        "images_a_second": rate, "batch_size": phase.batch_size, "views": phase.views,
        "size": trial.transforms["size"], "trials": len(of_the_network),
        "hours_of_the_profile": shown / rate / 3600,
    }  # fmt: skip
    if device.type == "cuda":
        found["gigabytes"] = torch.cuda.max_memory_allocated(device) / 1e9
    return found


def _logits(plan: Plan, device, one: Profile, trial: Trial) -> np.ndarray:
    """Return what a network says of the images that it was trained on."""
    short, known = shortened(trial, plan.compared, plan.compared_batch), one.record_of(trial)
    network, _ = trained(short, known, Settings(device), 4 * plan.compared_batch)
    shown, _ = images(short, known, 4 * plan.compared_batch)
    with torch.no_grad():
        logits = network.eval()(shown.tensor(np.arange(len(shown.labels)), device))
    return logits.float().cpu().numpy()


def apart(one: np.ndarray, other: np.ndarray, precision: str) -> dict[str, Any]:
    """Return the largest difference as a share of the largest value, and whether that may be."""
    largest = float(np.abs(one - other).max() / np.abs(one).max())
    tolerance = TOLERANCE[precision]
    return {"largest_difference": largest, "tolerance": tolerance, "agrees": largest <= tolerance}


def measured(plan: Plan, device, profiles: list[Profile], seconds: float, output: Path) -> dict:
    """Measure until the time is over; the file has what is known after every measurement."""
    began = time.monotonic()
    left = partial(_left, began, seconds)
    report: dict[str, Any] = {
        **devices.describe(device), "dry_run": plan == DRY, "limit_seconds": seconds,
        "found": [], "not_attempted": [],
    }  # fmt: skip
    for kind, what, measure in measurements(plan, device, profiles):
        if left() < min(SECONDS_FOR_THE_LAST, seconds / 10):
            report["not_attempted"].append(f"{kind}: {what}")
            continue
        started = time.monotonic()
        try:
            values = measure()
        except Exception as error:  # One that fails, such as for memory, must not end the others.
            values = {"failed": f"{type(error).__name__}: {error}".splitlines()[0]}
        spent = round(time.monotonic() - started, 2)
        report["found"].append({"kind": kind, "what": what, **values, "seconds": spent})
        print(f"{kind}, {what}: {values}", flush=True)
        write_text(output, json.dumps(report, indent=1) + "\n")
    write_text(output, json.dumps(report, indent=1) + "\n")
    return report


def _left(began: float, seconds: float) -> float:
    return began + seconds - time.monotonic()


def long_tail() -> Profile:
    """Return the networks whose accuracies on long-tailed CIFAR-10 are known."""
    found = profile("class_imbalance", rho=100, mu=0.5, seeds=[0, 1, 2], **LONG_TAIL)
    trials = tuple(trial for trial in found.trials if trial.backbone == "resnet32")
    return replace(found, paper="long-tailed CIFAR-10", trials=trials)


def main(words: list[str] | None = None) -> None:
    """Measure what the command asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=840.0, help="time limit of all")
    parser.add_argument("--output", type=Path, default=Path("gpu.json"), help="what was found")
    parser.add_argument("--dry-run", action="store_true", help="tiny, on the processor")
    asked = parser.parse_args(words)
    if asked.dry_run:
        os.environ["REPRODUCE_DEVICE"] = "cpu"
    device = devices.choose()
    if device.type != "cuda" and not asked.dry_run:
        raise SystemExit("no CUDA device is here; --dry-run runs everything once on the processor")
    devices.prepare(device, threads=1)
    profiles = [*(profile(paper) for paper in papers.runnable()), long_tail()]
    report = measured(
        DRY if asked.dry_run else Plan(), device, profiles, asked.seconds, asked.output
    )
    failed = [one["what"] for one in report["found"] if "failed" in one]
    print(f"{len(report['found'])} measurements, {len(failed)} failed: {asked.output}")


if __name__ == "__main__":
    main()
