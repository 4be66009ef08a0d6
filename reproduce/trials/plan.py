"""A plan: a list of trials in a file, so that they can be trained somewhere else."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from reproduce.data.records import Record
from reproduce.errors import UserError, reason
from reproduce.files import relative, write_text
from reproduce.trials.trial import RECIPE, Planned, Trial, merged

FORMAT = "reproduce-plan-1"


@dataclass(frozen=True)
class Plan:
    """Trials in the order of their worth, and the records of the data sets they need."""

    planned: list[Planned]
    records: list[Record]

    def write(self, path: Path) -> None:
        """Write the plan as JSON."""
        content = {
            "format": FORMAT,
            "recipe": RECIPE,
            "records": [record.to_json() for record in self.records],
            "trials": [
                {
                    "key": item.trial.key,
                    "trial": item.trial.to_json(),
                    "labels": list(item.labels),
                    "keep": list(item.keep),
                }
                for item in self.planned
            ],
        }
        write_text(path, json.dumps(content, indent=1) + "\n")


def read(path: Path) -> Plan:
    """Read a plan back; refuse one whose trials are not the ones it was written for."""
    try:
        content = json.loads(Path(path).read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"its format is '{content['format']}'")
        planned = [
            Planned(Trial(**item["trial"]), tuple(item["labels"]), tuple(item["keep"]))
            for item in content["trials"]
        ]
        records = [Record.from_json(values) for values in content["records"]]
        keys = [item["key"] for item in content["trials"]]
    except FileNotFoundError:
        raise UserError(
            f"no plan at {relative(path)}; `reproduce plan PAPER -o {relative(path)}` writes one"
        ) from None
    except (OSError, KeyError, TypeError, ValueError, ValidationError) as error:
        raise UserError(
            f"{relative(path)} is not a plan of this version ({reason(error)}); "
            "write it anew with `reproduce plan`"
        ) from error
    for item, key in zip(planned, keys, strict=True):
        if item.trial.key != key:
            raise UserError(
                f"{relative(path)}: trial {key} was changed by hand (it is {item.trial.key} now); "
                "write the plan anew with `reproduce plan`"
            )
    return Plan(merged(planned), records)
