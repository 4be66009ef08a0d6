"""How often the audit of own tables accuses an honest table, and how many misprints it finds.

`python -m benchmarks.audit_rates` puts honest tables of every form (`audit_forms`) to every check,
then the same tables with one digit changed, and writes `book/results/audit_rates.json`. A form is
given up to 10,000 honest tables and so many seconds (`--seconds 900` for more); how many were run
is stored. About ten minutes on one core, and half an hour for nearly all of them at
`--seconds 900`.
"""

import argparse
import json
import random
from time import monotonic

from benchmarks.audit_forms import FORMS, misprinted, table
from benchmarks.verdict_guard import commit
from reproduce.audit.table_checks import accused, check_lines
from reproduce.files import project_root, write_text

RESULT = "book/results/audit_rates.json"
HONEST, SECONDS = 10_000, 18.0
# Misprints, and tables put to the audit with its words, which is slower.
MISPRINTED, MISPRINT_SECONDS, TOLD = 400, 8.0, 10


def measured(form: str, honest: int = HONEST, seconds: float = SECONDS) -> dict:
    """Return how honest and misprinted tables of a form fare."""
    started, alarms, tried = monotonic(), [], 0
    for seed in range(honest):
        tried += 1
        if accused(*table(form, seed)):
            alarms.append(seed)
        if monotonic() - started > seconds:
            break
    spent = monotonic() - started
    found, planted, started = 0, 0, monotonic()
    for seed in range(MISPRINTED):
        planted += 1
        found += accused(*misprinted(table(form, seed), random.Random(seed)))
        if monotonic() - started > min(MISPRINT_SECONDS, seconds):
            break
    told = range(min(TOLD, tried))
    ambiguous = sum(
        any(one.severity == "ambiguous" for one in check_lines(*table(form, seed))) for seed in told
    )
    return {
        "form": form, "honest": tried, "accused": len(alarms), "seeds": alarms[:5],
        "misprints": planted, "found": found, "ambiguous": ambiguous, "told": len(told),
        "ms": round(1000 * spent / tried, 1),
    }  # fmt: skip


def run() -> None:
    """Measure every form, or those named, and store what was measured."""
    path = project_root() / RESULT
    kept = {}
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("forms", nargs="*", metavar="FORM", help="all, if none is named")
    arguments.add_argument("--seconds", type=float, default=SECONDS, help="for each form (18)")
    given = arguments.parse_args()
    if strangers := set(given.forms) - set(FORMS):
        arguments.error(f"no such form: {', '.join(strangers)}; there are {'; '.join(FORMS)}")
    wanted = [one for one in FORMS if one in given.forms] or list(FORMS)
    if path.is_file():
        kept = {one["form"]: one for one in json.loads(path.read_text("utf-8"))["forms"]}
    for form in wanted:
        row = measured(form, seconds=given.seconds)
        kept[form] = row
        print(f"{form:48s} accused {row['accused']} of {row['honest']} honest", flush=True)
        print(f"{'':48s} found {row['found']} of {row['misprints']} misprints", flush=True)
        rows = [json.dumps(kept[name]) for name in FORMS if name in kept]
        text = (
            f'{{\n"commit": {json.dumps(commit())},\n"forms": [\n' + ",\n".join(rows) + "\n]\n}\n"
        )
        write_text(path, text)


if __name__ == "__main__":
    run()
