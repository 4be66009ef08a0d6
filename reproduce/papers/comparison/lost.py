"""Trainings of the comparison that diverged: how many, of what, and what is missing for it."""

from collections import Counter
from collections.abc import Iterable

from reproduce.figures.wording import in_sentence, plural
from reproduce.papers.comparison.cells import AS_IT_COMES
from reproduce.papers.comparison.parameters import BASELINE
from reproduce.registry.datasets import in_words
from reproduce.study.cell import Cell
from reproduce.study.study import Study

Place = tuple[str, str]


def by_place(cells: Iterable[Cell], experiment: str) -> Counter[Place]:
    """Count the trials of an experiment by data set and method."""
    found = {
        (cell.factors["dataset"], cell.method, cell.trial.key)
        for cell in cells if cell.experiment == experiment
    }  # fmt: skip
    return Counter((dataset, method) for dataset, method, _ in sorted(found))


def searched(study: Study) -> str:
    """Say which configurations of the search diverged, and what became of them."""
    lost = by_place(study.lost, "search")
    if not lost:
        return "No training of the search diverged."
    tried = lost + by_place([*study.cells, *study.references], "search")
    # A method that corrects the baseline's scores trains no network of its own.
    gone = {cell.trial.key for cell in study.lost if cell.experiment == "search"}
    networks = gone | {
        cell.trial.key for cell in [*study.cells, *study.references]
        if cell.experiment == "search"
    }  # fmt: skip
    named = {
        dataset: [
            f"{in_sentence(method)} {count} of {tried[dataset, method]}"
            for (name, method), count in lost.items() if name == dataset
        ]
        for dataset in dict.fromkeys(name for name, _ in lost)
    }  # fmt: skip
    where = " ".join(f"On {in_words(name)}: {', '.join(of)}." for name, of in named.items())
    return (
        f"{plural(len(gone), 'training')} of {len(networks)} of the search diverged: the "
        "loss became infinite or not a number, and there is no network. Such a configuration "
        f"scores nothing, and is taken only where every other diverged as well. {where}"
    )


def compared(study: Study) -> list[str]:
    """Say of each method which repeats diverged with the chosen configuration."""
    return [
        f"On {in_words(dataset)} {_cannot(method)} be compared: {repeats} diverged with its chosen "
        "configuration."
        for dataset, method, repeats in _repeats(study, "grid")
    ]


def as_they_come(study: Study) -> list[str]:
    """Say the same of methods at their default, which nobody chose."""
    return [
        f"On {in_words(dataset)} {in_sentence(method)} at its default diverged in {repeats}."
        for dataset, method, repeats in _repeats(study, AS_IT_COMES)
    ]


def _cannot(method: str) -> str:
    """Say what cannot: where the baseline diverged, nothing can."""
    return "nothing can" if method == BASELINE else f"{in_sentence(method)} cannot"


def _repeats(study: Study, experiment: str) -> list[tuple[str, str, str]]:
    asked = study.parameters.model_dump()
    return [
        (*place, f"{plural(count, 'repeat')} of {len(asked['seeds'])}")
        for place, count in by_place(study.lost, experiment).items()
    ]
