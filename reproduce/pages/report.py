"""What a notebook says of its own run: what it is, what to expect again, where it came from."""

from collections import Counter

from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_spread, method_label, plural
from reproduce.registry import datasets
from reproduce.registry.registration import registered
from reproduce.study import scale
from reproduce.study.study import Study
from reproduce.trials.store import Result

ROLES = {
    "own": "the paper's own data",
    "real stand-in": "a real stand-in, not the paper's data",
    "generated": "generated images, not the paper's data",
}


def run_summary(study: Study) -> Table:
    """Return what this copy of the page was made with."""
    # Several that say the same (kinds in turn as grades) say it once.
    said = list(dict.fromkeys(
        f"{record.title} ({ROLES[study.role_of(record.name)]})" for record in study.records
    ))  # fmt: skip
    rows = [
        ["Data", said[0]],
        *([["Beside it", "; ".join(said[1:])]] if said[1:] else []),
        ["Scale", scale.in_words(study.parameters)],
        ["Methods", ", ".join(method_label(name) for name in study.methods)],
        ["Points of the grid", "; ".join(study.points)],
        ["Seeds", ", ".join(str(seed) for seed in study.seeds)],
        ["Trials", str(len(study.planned()))],
        ["Departures from the paper", "; ".join(study.departures)],
    ]
    changed = study.parameters.changed()
    if changed:
        said = ", ".join(f"{name} = {value}" for name, value in changed.items())
        rows.insert(2, ["Changed parameters", said])
    return Table("This run", ["", ""], rows, record_line(study))


def registered_steps(study: Study) -> list[Table]:
    """Return the steps of the registered plan, and how much of each is done; none without a plan.

    A list, so that a page of another run shows nothing in its place.
    """
    steps = study.progress()
    if not steps:
        return []
    rows = [
        [
            "\n".join(filter(None, (step.name, step.apart))), str(step.planned), str(step.done),
            f"{step.hours_planned:.1f}", f"{step.hours_spent:.1f}",
        ]
        for step in steps
    ]  # fmt: skip
    planned, done = (sum(getattr(step, name) for step in steps) for name in ("planned", "done"))
    hours, spent = (
        sum(getattr(step, name) for step in steps) for name in ("hours_planned", "hours_spent")
    )
    said = f"{done} of {plural(planned, 'planned network')} are trained"
    lost = sum(step.diverged for step in steps)
    complete = sum(step.complete for step in steps)
    share, gone = f" ({100 * done / planned:.0f} %)", f"; {lost} diverged" if lost else ""
    said += f"{share if complete < len(steps) else ''}{gone}"
    if complete < len(steps):
        said += (
            ". The page stands on the "
            f"{plural(complete, 'step')} of {len(steps)} that are complete; the rest is planned "
            "and not attempted yet"
        )
    return [
        Table(
            "The registered plan of this edition, and how much of it is done",
            ["Step", "Networks planned", "Done", "Core-hours planned", "Hours spent"],
            [*rows, ["All", str(planned), str(done), f"{hours:.1f}", f"{spent:.1f}"]],
            f"{record_line(study)}; {registered(study.paper, 'plan')}",
            numeric_from=1,
            note=f"{said}. Spent are hours of a clock while a network trained, which are more than "
            "those of its core where the machine did other work beside.",
        )
    ]


def expected(study: Study) -> Table:
    """Return what re-running this page should print again, and how long training took."""
    (metric, words), rows = study.headline, []
    for method in study.methods:
        values = [row[metric] for row in study.observations(method=method, **study.shown)]
        rows.append([method_label(method), mean_and_spread(values, 2), str(len(values))])
    trained = every_result(study)
    seconds = sum(result.seconds for result in trained)
    devices = Counter(result.provenance["device"] for result in trained)
    made_on = ", ".join(f"{count} on {device}" for device, count in devices.items())
    unshown = len(trained) - len(study.planned())
    of_what = f"edition, of which {unshown} are not shown yet," if unshown else "page"
    return Table(
        f"Expected {words} at {study.at_shown}, in percent",
        ["Method", "Mean ± sd", "n"],
        rows,
        f"{record_line(study)}; training all {len(trained)} networks of the {of_what} took "
        f"{seconds / 60:.0f} minutes of a clock, one at a time on a core ({made_on})",
        numeric_from=1,
    )


def provenance_table(study: Study) -> Table:
    """Return where every number of the page comes from."""
    results = every_result(study)
    versions = Counter(
        tuple(f"{name} {result.provenance[name]}" for name in ("python", "torch", "numpy"))
        for result in results
    )
    keys = sorted(result.key for result in results)
    rows = [
        *(
            row
            for record in study.records
            for row in (
                ["Data", f"{record.title}; {record.source}; {record.licence}"],
                ["Fingerprint of the data (SHA-256)", record.fingerprint],
            )
        ),
        ["Trials", f"{len(keys)}: {keys[0]} ... {keys[-1]}"],
        ["Recipe", ", ".join(sorted({str(result.trial.recipe) for result in results}))],
        ["Made on", "; ".join(sorted({result.provenance["device"] for result in results}))],
        ["Versions", "; ".join(", ".join(names) for names in versions)],
        ["All trials of this page", "reproduce store ls; reproduce store show KEY"],
    ]
    return Table("Provenance", ["", ""], rows, record_line(study))


def record_line(study: Study) -> str:
    """Return data and scale, as captions say them."""
    return f"{datasets.in_words(study.record.name)}, {scale.in_brief(study.parameters)}"


def every_result(study: Study) -> list[Result]:
    """Return the results of the whole edition, each once: of the experiments and beside too.

    Also those of a registered step that is not all trained, which the page does not show.
    """
    shown = {cell.trial.key: study.result(cell) for cell in [*study.cells, *study.references]}
    return [*shown.values(), *(study.store.get(k) for k in sorted(study.keys() - set(shown)))]
