"""The registered plan of an edition, on its cells: whose step a trial is, and how far it is.

A study is the registered edition if its parameters are those of the plan; `registry.plans` says
what a plan means.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from reproduce.errors import UserError
from reproduce.registry import plans
from reproduce.registry.plans import FILE, RegisteredPlan, Step
from reproduce.study.cell import Cell
from reproduce.study.parameters import Parameters
from reproduce.trials.store import Result


@dataclass(frozen=True)
class StepProgress:
    """How far one step is: its trials and its core-hours, planned and so far.

    What `diverged` is done, and there is no network of it. `apart` says where else it was trained.
    """

    name: str
    planned: int
    done: int
    hours_planned: float
    hours_spent: float
    diverged: int = 0
    apart: str = ""

    @property
    def complete(self) -> bool:
        """Say whether nothing of it is left to train."""
        return self.done == self.planned


@dataclass(frozen=True)
class Registered:
    """A registered plan and, by the name of its step, the keys of each step's trials."""

    plan: RegisteredPlan
    keys: Mapping[str, frozenset[str]]

    def place(self, key: str) -> int:
        """Return which step a trial belongs to, counted from 0."""
        return next(place for place, keys in enumerate(self.keys.values()) if key in keys)

    def progress(
        self, finished: Mapping[str, Result], diverged: Set[str] = frozenset()
    ) -> list[StepProgress]:
        """Return how far each step is, with the results of the trials that are finished.

        Of one that diverged there is none, and nothing of it is left to train.
        """
        found = []
        for step in self.plan.steps:
            done = [finished[key] for key in sorted(self.keys[step.name] & set(finished))]
            spent = round(sum(result.seconds for result in done) / 3600, 2)
            planned = len(self.keys[step.name])
            lost = len(self.keys[step.name] & diverged)
            found.append(
                StepProgress(
                    step.name, planned, len(done) + lost, step.hours, spent, lost, step.apart
                )
            )
        return found


def parameters_of(plan: RegisteredPlan, kind: type[Parameters]) -> Parameters:
    """Return the parameters of the whole edition; a mistake in them is one of the plan's file."""
    try:
        return kind.read(plan.values)
    except UserError as error:
        raise UserError(f"{plan.paper}/{FILE}: {error}") from error


def registered_edition(
    parameters: Parameters, cells: Sequence[Cell], shown: Mapping[str, Any]
) -> Registered | None:
    """Return the plan that these parameters are registered in, spread over all their cells."""
    plan = plans.load(parameters.paper)
    if plan is None or parameters_of(plan, type(parameters)) != parameters:
        return None
    seen = sorted(plan.seeds_seen() & {cell.seed for cell in cells})
    if seen:
        raise UserError(
            f"{plan.paper}/{FILE}: results of seed {seen[0]} were seen before the plan was "
            "registered; take seeds that no edition has used"
        )
    found: dict[str, frozenset[str]] = {}
    for step in plan.steps:
        _check_values(plan, step, cells)
        keys = {cell.trial.key for cell in cells if cell.matches(**step.cells)}
        found[step.name] = frozenset(keys.difference(*found.values()))
        if not found[step.name]:
            raise UserError(
                f"{plan.paper}/{FILE}: step '{step.name}' selects no trial that no earlier step "
                "has; select other cells, or leave it out"
            )
    _check_first(plan, found[plan.steps[0].name], cells, shown)
    return Registered(plan, found)


def _check_values(plan: RegisteredPlan, step: Step, cells: Sequence[Cell]) -> None:
    """Refuse a value that no cell has: it would be passed over without a word."""
    for name, wanted in step.cells.items():
        for value in wanted if isinstance(wanted, list) else [wanted]:
            if not any(cell.matches(**{name: value}) for cell in cells):
                raise UserError(
                    f"{plan.paper}/{FILE}: step '{step.name}' selects {name} {value}, which no "
                    "trial of the edition has; name what its parameters give"
                )


def _check_first(
    plan: RegisteredPlan, keys: frozenset[str], cells: Sequence[Cell], shown: Mapping[str, Any]
) -> None:
    """See that the first step has what a page draws in detail: there is none without it."""
    drawn = [cell for cell in cells if cell.matches(experiment="grid", **shown)]
    for method in dict.fromkeys(cell.method for cell in drawn):
        if not any(cell.trial.key in keys for cell in drawn if cell.method == method):
            at = ", ".join(f"{name} {value}" for name, value in shown.items())
            raise UserError(
                f"{plan.paper}/{FILE}: the first step, '{plan.steps[0].name}', leaves out "
                f"{method} at {at}, which the page draws in detail; let it select that"
            )
