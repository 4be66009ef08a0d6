"""Showing a figure or a table of a study, or the sentence that stands where it cannot be shown.

A page is a list of things that can draw and say themselves. Each says what it needs; where a run
does not have that (a method not asked for, an experiment not run, one seed), the page goes on and
says so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.present import show as show_figure
from reproduce.figures.provenance import Provenance, provenance_line
from reproduce.figures.table import Table, Tables
from reproduce.figures.wording import method_label
from reproduce.registry.datasets import in_words
from reproduce.study.scale import in_brief
from reproduce.study.stamps import stamp_beside
from reproduce.study.study import Study

Made = Picture | Table | Tables | str


@dataclass(frozen=True)
class Needs:
    """What a figure or table asks of a run.

    Attributes
    ----------
    experiment
        The experiment beside the grid that it shows.
    methods
        Methods that the grid must have, all of them.
    trained
        How many different trained methods the grid must have.
    seeds
        How many repeats.
    """

    experiment: str | None = None
    methods: tuple[str, ...] = ()
    trained: int = 0
    seeds: int = 1

    def lacking(self, study: Study) -> str:
        """Say in a sentence what the run does not have; empty if nothing."""
        if self.experiment and not study.of_experiment(self.experiment):
            return not_run(study, self.experiment)
        absent = [name for name in self.methods if name not in study.methods]
        if absent:
            named = " and ".join(method_label(name) for name in absent)
            wanted = list(dict.fromkeys([*study.methods, *absent]))
            return (
                f"Not shown: it needs {named}, which this run was not asked for. `reproduce run "
                f"{study.paper} -p methods {','.join(wanted)}` has what it takes."
            )
        trained = len({cell.method for cell in study.trained()})
        if trained < self.trained:
            return f"Not shown: it sets {self.trained} trained methods side by side, not {trained}."
        if len(study.seeds) < self.seeds:
            return (
                f"Not shown: it needs {self.seeds} repeats, this run has {len(study.seeds)}; "
                "more seeds (`-p seeds`) show it."
            )
        return ""


class Shown:
    """Something that a page shows: how it is made of a study, and what it needs."""

    def __init__(self, make: Callable[..., Made], needs: Needs):
        self.make, self.needs = make, needs
        update_wrapper(self, make)

    def of(self, study: Study, **options: Any) -> Made:
        """Return it for a study, or the sentence that says why there is nothing to show."""
        sentence = self.needs.lacking(study)
        if sentence:
            return sentence
        try:
            return self.make(study, **options)
        except NothingToShow as nothing:
            return f"Not shown: {nothing}."


def shown(**needs: Any) -> Callable[[Callable[..., Made]], Shown]:
    """Say what a figure or table needs; for functions from a study to a picture or a table."""

    def named(make: Callable[..., Made]) -> Shown:
        return Shown(make, Needs(**needs))

    return named


def show(study: Study, what: Shown, **options: Any) -> None:
    """Show it in a notebook: a figure with its provenance, a table, or a sentence.

    `options` go to the function that makes it.
    """
    from IPython.display import Markdown, display

    made = what.of(study, **options)
    if isinstance(made, Picture):
        show_picture(made, made.origin or provenance(study, made.sources, made.point))
    elif isinstance(made, str):
        display(Markdown(made))
    else:
        display(made)


def show_picture(picture: Picture, origin: str) -> None:
    """Show a picture that no study stands behind, and under it where it comes from."""
    show_figure(picture, origin)


def provenance(study: Study, sources: Iterable[Any], at: str = "") -> Provenance:
    """Return the line that says which trials something was made of, and at which point.

    It names the data of the sources themselves, which need not be the study's main set.
    """
    sources = list(sources)
    data = " and ".join(
        in_words(name) for name in dict.fromkeys(map(_dataset, sources)) if name
    ) or in_words(study.record.name)
    return provenance_line(sources, data, in_brief(study.parameters)).and_at(at)


def _dataset(source: Any) -> str:
    """Return the data set of an observation or a result, empty where it does not say."""
    if isinstance(source, Mapping):
        return str(source.get("dataset", ""))
    return str(getattr(getattr(source, "trial", None), "dataset", ""))


def not_run(study: Study, experiment: str) -> str:
    """Return the sentence that stands in place of an experiment, and how to run it."""
    what = study.protocol.paper.experiment(experiment)
    if study.whole.of_experiment(experiment):
        return (
            f"Not attempted yet: {what}. It is planned, in a registered step that is not all "
            "trained."
        )
    if experiment in getattr(study.parameters, "experiments", []):
        return f"Not shown: {what} has nothing to run with the methods and parameters of this run."
    stamp = stamp_beside(study)
    there = stamp and experiment in (stamp["parameters"].get("experiments") or [])
    published = " The published edition of this page has it." if there else ""
    return (
        f"Not run at {in_brief(study.parameters)}: {what}. "
        f"`reproduce run {study.paper} -p experiments {experiment}` runs it.{published}"
    )
