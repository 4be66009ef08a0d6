"""What the page "When one machine is not enough" says of sizes, memory, workers and equal digits.

Each passage is made from a stored result, and says so where something is not measured yet.
"""

from statistics import median
from typing import Any

from reproduce.trials import edition

# What was timed, in the words of the page.
WORDS = {
    "opened and counted": "open it and count its results",
    "listed": "`store ls`: list the newest 1,000",
    "filtered": "`store ls --method oversampling`: those of a method",
    "listed in full": "`store ls --all`: list every trial",
    "tables of a page": "tables of a paper's page",
    "verdicts of a page": "verdicts of that page",
    "estimate of time": "estimate how long a plan takes",
}
IN_ORDER = (
    "class_imbalance", "dual_head", "metric_learning", "balanced_contrastive", "difficulty_aware",
    "comparison",
)  # fmt: skip
BEFORE = ", the edition before"
# Metrics are rounded sums of float32: what is nearer than this is the same number.
ROUNDING = 1e-6
# The median distance of two draws of a normal distribution, in its standard deviations.
OF_TWO_SEEDS = 0.95


def sizes(result: dict[str, Any] | None) -> str:
    """Return what a large store and a large plan take."""
    if result is None:
        return "This is not measured yet: `python -m benchmarks.sizes` does it."
    seconds = result["seconds"]
    lines = [f"| with {result['trials']:,} trials ({result['megabytes']:,} MB) | seconds |"]
    lines.append("|---|--:|")
    lines += [f"| {words} | {_seconds(seconds[name])} |" for name, words in WORDS.items()]
    said = (
        f"The full plan of `class_imbalance`, {result['planned']:,} networks, is built and written "
        f"in {_seconds(seconds['full plan'])} s. All are seconds of one core, medians of "
        f"{result['rounds']}, without the start of the program; {_load(result)}. A store is read "
        f"in batches. Asking for each of {result['fewer']:,} trials by itself took "
        f"{result['one_by_one']:.1f} times as long."
    )
    return "\n".join([*lines, "", said])


def memory(result: dict[str, Any] | None) -> str:
    """Return how the memory of a process that trains goes on."""
    if result is None:
        return "This is not measured yet: `python -m benchmarks.flat_memory` does it."
    rows = result["rows"]
    held = {row["trials"]: row["megabytes"] for row in rows}
    last, later = rows[-1]["trials"], [row["megabytes"] for row in rows[1:]]
    return (
        f"One process trained {last:,} small networks, one after the other. It held "
        f"{held[rows[0]['trials']]:.0f} MB after the first, {held[100]:.0f} MB after 100, "
        f"{held[500]:.0f} MB after 500 and {held[last]:.0f} MB after {last:,}; at no look was it "
        f"below {min(later):.0f} or above {max(later):.0f} MB. Most of it is PyTorch itself."
    )


def workers(result: dict[str, Any] | None) -> str:
    """Return how much faster two workers are than one."""
    if result is None:
        return (
            "How much faster two workers are than one is not measured yet: it needs a machine that "
            "does nothing else. `python -m benchmarks.workers` does it there, in a few minutes, "
            "and refuses elsewhere."
        )
    one, two = (median(row["seconds"]) for row in result["rows"])
    return (
        f"{result['trials']} networks of a few seconds each took {one:.0f} s with one worker and "
        f"{two:.0f} s with two, their start included: {one / two:.1f} times as fast on "
        f"{result['cores']} cores."
    )


def trained_again(result: dict[str, Any] | None) -> str:
    """Return how many published trials gave the same digits when they were trained again."""
    if not result:
        return "This is not done yet: `python -m benchmarks.rerun_editions` does it."
    lines = [
        "| edition | trials | drawn among | drawn | trained again on | so many "
        "| equal, bit for bit |",
        "|---|--:|--:|--:|---|--:|--:|",
    ]
    by_processor: dict[str, list[dict[str, Any]]] = {}
    for label, found in _editions(result):
        limit = "all" if found["at_most"] is None else f"at most {found['at_most']:g} s"
        # Those drawn before a few trials were added are trained as well, and stay.
        drawn = len(set(found["drawn"]) | set(found["outcomes"]))
        done = [one for one in found["outcomes"].values() if "equal" in one]
        for processor in sorted({_processor(one) for one in done}) or ["–"]:
            there = [one for one in done if _processor(one) == processor]
            by_processor.setdefault(processor, []).extend(there)
            lines.append(
                f"| {label} | {found['trials']} | "
                f"{found['drawn_among']} ({limit}) | {drawn} | {processor} | {len(there)} | "
                f"{sum(one['equal'] for one in there)} |"
            )
    said = [_on(name, outcomes) for name, outcomes in by_processor.items() if outcomes]
    return "\n\n".join(["\n".join(lines), *said, " ".join(_of_all(result))])


def _waiting(found: dict[str, Any]) -> int:
    return len(set(found["drawn"]) - set(found["outcomes"]))


def _editions(result: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return what is known of each edition; where another has replaced it, its name says so."""
    found = []
    for paper in filter(result.get, IN_ORDER):
        now, stamp = result[paper], edition.published().stamp(paper)
        is_now = stamp is not None and set(now["drawn"]) <= set(stamp["keys"])
        found.append((f"`{paper}`" + ("" if is_now else BEFORE), now))
        if "before" in now:
            found.append((f"`{paper}`{BEFORE}", now["before"]))
    return found


def _processor(one: dict[str, Any]) -> str:
    return one["processor"] or one["now"]["device"]


def _on(processor: str, outcomes: list[dict[str, Any]]) -> str:
    """Return how many were equal on a processor, and how far the others were."""
    equal = sum(one["equal"] for one in outcomes)
    said = [
        f"**{processor}**: {equal} of {len(outcomes)} gave the same metrics, counts and histories."
    ]
    apart = [one for one in outcomes if not one["equal"]]
    if apart:
        most = max(apart, key=lambda one: one["distance"])
        said.append(
            f"Of the others the largest difference is {most['distance']:.2g} ({most['measure']})."
        )
        unmoved = sum(one["distance"] == 0 for one in apart)
        if unmoved:
            said.append(f"In {unmoved} of them every metric is the same and a loss on the way not.")
    return " ".join([*said, *_beside_repeats(apart)])


def _beside_repeats(apart: list[dict[str, Any]]) -> list[str]:
    """Set the differences beside what other seeds do to the same measures."""
    ratios = [
        abs(difference) / spread
        for one in apart
        if one["distance"] > ROUNDING
        for difference, spread in one.get("differences", {}).values()
        if spread
    ]
    if not ratios:
        return []
    return [
        f"Where a metric moved by more than rounding, the measures of that trial moved by "
        f"{median(ratios):.2f} standard deviations of its repeats (the median of {len(ratios)}); "
        f"two trainings with other seeds lie {OF_TWO_SEEDS:.2f} apart."
    ]


def _of_all(result: dict[str, Any]) -> list[str]:
    """Return the sentences under the table that are about all processors."""
    editions = [found for _, found in _editions(result)]
    outcomes = [one for of in editions for one in of["outcomes"].values()]
    trained = [one for one in outcomes if "equal" in one]
    failed = [one["failure"] for one in outcomes if "failure" in one]
    said = []
    if failed:
        said.append(f"{len(failed)} could not be trained here, the first since {failed[0]}.")
    waiting = sum(map(_waiting, result.values()))
    if waiting:
        said.append(f"{waiting} of those drawn are not trained again yet.")
    left = [f"`{paper}`" for paper in IN_ORDER if paper not in result]
    if left:
        said.append(f"Not begun: {', '.join(left)}.")
    versions = sorted({
        f"PyTorch {now['torch']}, NumPy {now['numpy']}, Python {now['python']}"
        for now in (one["now"] for one in trained)
    })  # fmt: skip
    if versions:
        said.append(f"All were trained again with {'; or '.join(versions)}.")
    unset = [one for one in trained if one["threads"] == "not set"]
    if unset:
        apart = sum(not one["equal"] for one in unset)
        said.append(
            f"PyTorch had one thread. Of {len(unset)} the threads of NumPy's products were not set "
            f"as well ({apart} of them are not equal); a trial sets them by now."
        )
    changed = sorted({
        name for one in trained for name in one["then"]
        if name != "processor" and one["now"].get(name) != one["then"][name]
    })  # fmt: skip
    said.append(
        f"Since they were published, this had changed: {', '.join(changed)}." if changed
        else "All versions are those noted when they were published."
    )  # fmt: skip
    unknown = sum("processor" not in one["then"] for one in trained)
    if unknown:
        said.append(
            f"Of {unknown} the processor they were first trained on was not noted; what is "
            "trained now notes it."
        )
    return said


def _load(result: dict[str, Any]) -> str:
    load, cores = result["load"], result["cores"]
    if load <= cores:
        return f"the machine had {cores} cores and a load of {load:.1f}"
    return (
        f"the machine was busy ({cores} cores under a load of {load:.0f}), which lengthens "
        "even these"
    )


def _seconds(number: float) -> str:
    return f"{number:.1f}" if number >= 0.1 else "under 0.1"
