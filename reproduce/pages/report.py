"""What a notebook says of its own run: what it is, what to expect again, where it came from."""

from collections import Counter

from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_spread, method_label
from reproduce.registry import datasets
from reproduce.study.study import Study
from reproduce.trials.store import Result

ROLES = {
    "own": "the paper's own data",
    "real stand-in": "a real stand-in, not the paper's data",
    "generated": "generated images, not the paper's data",
}


def run_summary(study: Study) -> Table:
    """Return what this copy of the page was made with."""
    said = [f"{record.title} ({ROLES[study.role_of(record.name)]})" for record in study.records]
    rows = [
        ["Data", said[0]],
        *([["Beside it", "; ".join(said[1:])]] if said[1:] else []),
        ["Scale", study.scale],
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


def expected(study: Study, metric: str = "accuracy") -> Table:
    """Return what re-running this page should print again, and how long training took."""
    rows = []
    for method in study.methods:
        values = [row[metric] for row in study.observations(method=method, **study.shown)]
        rows.append([method_label(method), mean_and_spread(values, 2), str(len(values))])
    trained = every_result(study)
    seconds = sum(result.seconds for result in trained)
    devices = Counter(result.provenance["device"] for result in trained)
    made_on = ", ".join(f"{count} on {device}" for device, count in devices.items())
    return Table(
        f"Expected accuracy at {study.at_shown}, in percent",
        ["Method", "Mean ± sd", "n"],
        rows,
        f"{record_line(study)}; training all {len(trained)} networks of the page took "
        f"{seconds / 60:.0f} core minutes ({made_on})",
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
    return f"{datasets.in_words(study.record.name)}, {study.scale} scale"


def every_result(study: Study) -> list[Result]:
    """Return the results that the page stands on, each once: of the experiments and beside too."""
    every = {cell.trial.key: cell for cell in [*study.cells, *study.references]}
    return [study.result(cell) for cell in every.values()]
