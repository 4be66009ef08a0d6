"""One paper with one set of parameters: its cells, their trials, and what is chosen of them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np

from reproduce.data import catalog, names, splits
from reproduce.data.imbalance import counts_by_class
from reproduce.errors import UserError
from reproduce.registry import datasets
from reproduce.study import departing, diverging, steps
from reproduce.study.cell import Cell, in_words
from reproduce.study.measures import Measures
from reproduce.study.parameters import Parameters
from reproduce.study.protocol import Protocol
from reproduce.study.records_here import find_record
from reproduce.study.registered import StepProgress, registered_edition
from reproduce.study.running import Told, silent, train
from reproduce.study.steps import Place
from reproduce.tasks import task_of
from reproduce.trials import engine
from reproduce.trials.store import Result, Store
from reproduce.trials.trial import Planned, merged


class Study:
    """What a notebook works with; the command plans and trains with the same object."""

    # Of a registered plan that is shown as far as it is done: the study of all of it, and the
    # trials that are finished and not shown.
    _whole: "Study | None" = None
    _finished_beside: frozenset[str] = frozenset()
    # Cells whose training diverged, where that is a finding; none of `cells` or `references`.
    lost: Sequence[Cell] = ()

    def __init__(self, protocol: Protocol, parameters: Parameters, store: Store | None = None):
        self.protocol, self.parameters = protocol, parameters
        self.paper = protocol.paper.key
        self.store = store or Store()
        if parameters.dataset is None:
            raise UserError("the parameters name no data set; expected them as `read` returns them")
        self.record = find_record(parameters.dataset, self.store)
        self._others = [find_record(name, self.store) for name in protocol.other_data(parameters)]
        # The main data set first; a file that several names draw on counts once.
        self.records = list({r.name: r for r in (self.record, *self._others)}.values())
        self.shown: dict[str, Any] = self.protocol.shown_point(parameters)
        self.measures = Measures(self.store, self.paper, self.records)
        self.lay_out()

    def lay_out(self) -> None:
        """Make the cells, as far as results that are here decide which they are."""
        parameters, asked = self.parameters, (self.parameters, self.record, *self._others)
        arms = self.protocol.cells(*asked)
        # Beside the grid: what its results are compared with, e.g. features nobody trained.
        every = self.protocol.chosen(self.measures, [*arms, *self.protocol.references(*asked)])
        self.cells: list[Cell] = every[: len(arms)]
        self.references: list[Cell] = every[len(arms) :]
        # The plan that these very parameters are registered in, if there is one.
        self.registered = registered_edition(parameters, every, self.shown)
        if self.registered:
            self._keep_only(frozenset().union(*self.registered.keys.values()))
        self._leave_out(*diverging.lost_of(self, [*self.cells, *self.references]))

    @classmethod
    def open(cls, protocol: Protocol, namespace: Mapping[str, Any]) -> "Study":
        """Open the study of a notebook from the variables that its parameters cell defined."""
        again = any(isinstance(value, cls) for value in namespace.values())
        return cls(protocol, protocol.parameters.from_notebook(namespace, again)).as_far_as_done()

    def as_far_as_done(self) -> "Study":
        """Return the study without those registered steps of which something is not trained yet.

        Its `whole` is the study as registered. A study that follows no plan is returned as it is.
        """
        if self.registered is None or not (waiting := self.pending()):
            return self
        waits = {item.trial.key for item in waiting}
        complete = [keys for keys in self.registered.keys.values() if not keys & waits]
        first = self.progress()[0]
        if not first.complete:
            raise UserError(
                f"the first step of the registered plan, '{first.name}', has {first.done} of "
                f"{first.planned} networks, and there is no page without it; `reproduce train "
                f"--registered {self.paper}` trains what is left"
            )
        part = copy(self)
        part._whole = self
        part._finished_beside = frozenset(self.keys() - waits)
        part._keep_only(frozenset().union(*complete))
        return part

    @property
    def whole(self) -> "Study":
        """Return the study as it was asked for, done or not."""
        return self._whole or self

    def _leave_out(self, lost: Sequence[Cell], others: Sequence[Cell]) -> None:
        """Leave out what diverged and the other repeats of its arms, which stay in the edition."""
        out = set(map(id, [*lost, *others]))
        self.cells = [cell for cell in self.cells if id(cell) not in out]
        self.references = [cell for cell in self.references if id(cell) not in out]
        self._finished_beside, self.lost = frozenset(cell.trial.key for cell in others), lost

    def _keep_only(self, keys: Set[str]) -> None:
        self.cells = [cell for cell in self.cells if cell.trial.key in keys]
        self.references = [cell for cell in self.references if cell.trial.key in keys]
        self.lost = [cell for cell in self.lost if cell.trial.key in keys]

    def progress(self) -> list[StepProgress]:
        """Return how far each step of the registered plan is; none where there is no plan."""
        if self.registered is None:
            return []
        whole = self.whole
        done = whole.keys() - {item.trial.key for item in whole.pending()}
        lost = {cell.trial.key for cell in whole.lost}
        return self.registered.progress(self.store.first_of(done), lost)

    @property
    def methods(self) -> list[str]:
        """Return the names of the grid's methods, in the order asked for."""
        return list(dict.fromkeys(cell.method for cell in self.select()))

    @property
    def seeds(self) -> list[int]:
        """Return the seeds, in the order asked for."""
        return list(dict.fromkeys(cell.seed for cell in self.cells))

    @property
    def points(self) -> list[str]:
        """Return the points of the grid, in words."""
        return list(
            dict.fromkeys(in_words(cell.factors, self.protocol.paper) for cell in self.select())
        )

    @property
    def headline(self) -> tuple[str, str]:
        """Return the measure that stands for all in what is learned here, and its words."""
        task = task_of(self.cells[0].trial)
        return task.headline, task.headline_words

    @property
    def at_shown(self) -> str:
        """Return the point that is drawn in detail, in words; the data where it has no other."""
        paper = self.protocol.paper
        told = {*paper.captioned} & {*self.shown} - {"dataset"}
        return in_words(self.shown, paper) if told else datasets.in_words(self.record.name)

    def shown_without(self, factor: str) -> dict[str, Any]:
        """Return the point that is drawn in detail, left free in one factor."""
        return {name: value for name, value in self.shown.items() if name != factor}

    # -- trials --------------------------------------------------------------------------------

    @property
    def scale(self) -> str:
        """Return the label of the run's scale."""
        return self.parameters.scale()

    @property
    def data_role(self) -> str:
        """Return whose data the run stands on; on generated data no claim can hold or fail."""
        return self.role_of(self.record.name)

    def role_of(self, dataset: str) -> str:
        """Return whose data this data set is."""
        if names.parse(dataset).plain in self.protocol.paper.own_data:
            return "own"
        kind = catalog.entry_of(dataset).kind
        return "generated" if kind == "generated" else "real stand-in"

    @property
    def departures(self) -> list[str]:
        """Return in what the run departs from the paper, as far as it is done."""
        begun = departing.begun(self.parameters, [*self.cells, *self.references])
        found = self.protocol.departures(begun if self._whole else self.parameters, self.record)
        return found + departing.of_own_code(cell.method for cell in self.cells)

    def planned(self) -> list[Planned]:
        """Return the trials, each once, with their labels and the arrays the page draws on.

        In the order of the registered steps, where there are any.
        """
        common = {"paper": self.paper, "profile": self.scale}
        labelled = (
            Planned(cell.trial, ({**common, **cell.label(self.protocol.paper)},), cell.keep)
            for cell in [*self.cells, *self.references]
        )
        return sorted(merged(list(labelled)), key=lambda item: self.step_of(item.trial.key))

    def step_of(self, key: str) -> int:
        """Return which registered step a trial belongs to, counted from 0."""
        return self.registered.place(key) if self.registered else 0

    def keys(self) -> set[str]:
        """Return the keys of all trials, references included.

        Of a plan that is done in part: also of trials that are finished and not shown yet.
        """
        shown = {cell.trial.key for cell in [*self.cells, *self.references]}
        return shown | self._finished_beside

    def pending(self) -> list[Planned]:
        """Return the trials that have not been run."""
        return engine.pending(self.planned(), self.store)

    @property
    def waiting(self) -> set[str]:
        """Return the trials that wait for results of others to decide which they are."""
        return {cell.trial.key for cell in [*self.cells, *self.references] if cell.waiting}

    def run(self, options: engine.Options | None = None, told: Told = silent) -> engine.Summary:
        """Train what is pending; return a summary, or raise if a trial failed or was stopped."""
        summary = train(self, options or engine.Options(), told)
        engine.require_all(summary)
        return summary

    # -- cells ---------------------------------------------------------------------------------

    def select(self, **wanted: Any) -> list[Cell]:
        """Return the cells of the grid at these factors (method, seed, rho, mu, ...)."""
        return self.arms(**{"experiment": "grid", **wanted})

    def arms(self, **wanted: Any) -> list[Cell]:
        """Return the cells that claims are judged on: of the grid and of every experiment."""
        return [cell for cell in self.cells if cell.matches(**wanted)]

    def of_experiment(self, experiment: str, **wanted: Any) -> list[Cell]:
        """Return the cells of one experiment beside the grid, arms or not."""
        every = [*self.cells, *self.references]
        return [cell for cell in every if cell.matches(experiment=experiment, **wanted)]

    def trained(self, **wanted: Any) -> list[Cell]:
        """Return the selected cells, the first of each trial: what was trained, not scored."""
        first = {cell.trial.key: cell for cell in reversed(self.select(**wanted))}
        return [cell for cell in self.select(**wanted) if first[cell.trial.key] is cell]

    def training_counts(self, **wanted: Any) -> dict[str, list[int]]:
        """Return the training images by class at each selected point, by the point's name."""
        classes = len(self.record.class_names)
        found = {}
        for cell in self.select(**wanted):
            counts = counts_by_class(classes, cell.trial.data_seed, **cell.trial.imbalance)
            if counts is None:
                counts = np.array(splits.training_counts(self.record, **cell.trial.split))
            found[in_words(cell.factors, self.protocol.paper)] = counts.tolist()
        return found

    def steps(self, cells: Iterable[Cell] | None = None) -> dict[str, set[tuple[int, ...]]]:
        """Return the steps that each method took, phase by phase; of the grid unless told more."""
        found: dict[str, set[tuple[int, ...]]] = {}
        for cell in self.select() if cells is None else cells:
            found.setdefault(cell.method, set()).add(steps.taken(self.result(cell)))
        return found

    def paper_steps(self, cell: Cell) -> tuple[int, ...] | None:
        """Return the steps of each phase of a method at the paper's length; None if it has others.

        All else is left as it is in this run: its data, its batch, its network.
        """
        twin = self.at_paper_length.get(steps.place(cell))
        if twin is None or len(twin.trial.phases) != len(cell.trial.phases):
            return None
        if any(phase.stop for phase in twin.trial.phases):
            return None  # How long it would train there, its loss would say.
        return steps.at_length_of(cell.trial, steps.taken(self.result(cell)), twin.trial)

    @cached_property
    def at_paper_length(self) -> Mapping[Place, Cell]:
        """Return the cells of this run, by their place, if it trained as long as the paper does."""
        own = type(self.parameters)(profile="paper", dataset=self.parameters.dataset).resolved()
        longer = {name: getattr(own, name) for name in self.parameters.length}
        parameters = self.parameters.model_copy(update=longer)
        return steps.by_place(self.protocol.cells(parameters, self.record, *self._others))

    # -- what the results say: short ways to `measures` for pages -------------------------------

    def result(self, cell: Cell) -> Result:
        """Return the stored result of a cell's trial."""
        return self.measures.result(cell)

    def results(self, **wanted: Any) -> list[Result]:
        """Return the results of the selected cells, each trial once."""
        return [self.measures.result(cell) for cell in self.trained(**wanted)]

    def rows(self, cells: Iterable[Cell]) -> list[dict[str, Any]]:
        """Return one flat row per cell: method, factors, seed, key and every stored metric."""
        return self.measures.rows(cells)

    def observations(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the rows of the selected cells."""
        return self.measures.rows(self.select(**wanted))

    def confusions(self, **wanted: Any) -> dict[str, np.ndarray]:
        """Return the confusion matrix of each method, summed over the selected cells."""
        return self.measures.confusions(self.select(**wanted))
