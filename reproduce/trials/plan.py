"""A plan: a list of trials in a file, so that they can be trained somewhere else."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reproduce.data.records import Record
from reproduce.errors import UserError, reason
from reproduce.files import relative, write_text
from reproduce.tasks import task_of
from reproduce.trials.trial import RECIPE, Planned, Trial, merged

FORMAT = "reproduce-plan-1"


class _Item(BaseModel, extra="forbid"):
    """A trial as a file has it."""

    key: str
    trial: dict[str, Any]
    labels: list[dict[str, str]]
    keep: list[str]


class _File(BaseModel):
    """The whole file; strict, since what is no plan must not be trained as an empty one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["reproduce-plan-1"]
    recipe: int
    records: list[dict[str, Any]]
    trials: list[_Item] = Field(min_length=1)


@dataclass(frozen=True)
class Plan:
    """Trials in the order of their worth, and the records of the data sets they need."""

    planned: list[Planned]
    records: list[Record]

    def write(self, path: Path) -> None:
        """Write the plan as JSON."""
        known = {
            "format": FORMAT,
            "recipe": RECIPE,
            "records": [record.to_json() for record in self.records],
        }
        trials = (
            {
                "key": item.trial.key,
                "trial": item.trial.to_json(),
                "labels": list(item.labels),
                "keep": list(item.keep),
            }
            for item in self.planned
        )
        # A line a trial: laid out in more lines, tens of thousands take many times as long.
        rows = ",\n".join(json.dumps(trial) for trial in trials)
        write_text(path, f'{json.dumps(known)[:-1]},\n"trials": [\n{rows}\n]}}\n')


def read(path: Path) -> Plan:
    """Read a plan back; refuse one whose trials are not the ones it was written for."""
    try:
        content = _File(**json.loads(Path(path).read_text("utf-8")))
        if content.recipe != RECIPE:
            raise ValueError(f"it was written for recipe {content.recipe}, this is {RECIPE}")
        planned = [
            Planned(Trial(**item.trial), tuple(item.labels), tuple(item.keep))
            for item in content.trials
        ]
        for item in planned:
            task_of(item.trial).require_keeps(item.keep)
        records = [Record.from_json(values) for values in content.records]
        keys = [item.key for item in content.trials]
    except FileNotFoundError:
        raise UserError(
            f"no plan at {relative(path)}; `reproduce plan PAPER -o {relative(path)}` writes one"
        ) from None
    except (OSError, KeyError, TypeError, ValueError, ValidationError, UserError) as error:
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
