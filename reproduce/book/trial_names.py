"""What a trial is called on the page of a paper's trials: one name, though many cells may share it.

A trial carries the labels of every cell that it serves. A reader is shown the one that explains it
best: the paper's main comparison if it serves that, else its first experiment; and, where several
recipes would then bear the same name, what they differ in.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reproduce.book.measured import GRID, methods_of
from reproduce.figures.wording import method_label
from reproduce.registry import datasets
from reproduce.registry.records import Work
from reproduce.trials.store import Result

MAIN = "the main comparison"
# What of a description tells one repeat from another.
SEEDS = ("seed", "data_seed")
OWN_SEED = "the trial's"
SPLIT_SEEDS = ("seed", "validation_seed")
# Fields that follow from the data set, which has a column of its own.
OF_DATA = ("dataset", "fingerprint", "transforms", "split")
# A name that lists more differences than these is not read.
MOST = 8


def names(results: Iterable[Result], paper: Work) -> dict[str, tuple[str, str]]:
    """Return for each trial's key its methods and what it was trained for, in words."""
    results = list(results)
    alike = defaultdict(list)
    for result in results:
        alike[(_methods(result), _purpose(result, paper), result.trial.dataset)].append(result)
    found = {}
    for (methods, purpose, _), members in alike.items():
        told = _differences(members)
        for result in members:
            found[result.key] = (methods, "; ".join(filter(None, [purpose, told[result.key]])))
    return found


def recipe(result: Result) -> dict[str, Any]:
    """Return the description that all repeats of a trial share.

    Where each repeat divides the images by its own seed, the split says so in place of a number.
    """
    whole = result.trial.to_json()
    found = {name: value for name, value in whole.items() if name not in SEEDS}
    split = found.get("split", {})
    own = {name: OWN_SEED for name in SPLIT_SEEDS if split.get(name) == whole["seed"]}
    if "seed" in own:
        found["split"] = {**split, **own}
    return found


def also(result: Result, paper: Work) -> list[str]:
    """Return what else a trial serves, beside what it is named after."""
    said = [_said(label, result, paper) for label in _by_experiment(result)]
    return [words for words in dict.fromkeys(said) if words != _purpose(result, paper)]


def _methods(result: Result) -> str:
    return ", ".join(method_label(name) for name in methods_of(result))


def _by_experiment(result: Result) -> list[Mapping[str, str]]:
    """Return a trial's labels, those of the main comparison first."""
    labels = [label for label in result.labels if label.get("point") is not None]
    return sorted(labels, key=lambda label: label.get("experiment") != GRID)


def _purpose(result: Result, paper: Work) -> str:
    labels = _by_experiment(result)
    return _said(labels[0], result, paper) if labels else ""


def _said(label: Mapping[str, str], result: Result, paper: Work) -> str:
    """Return a label in words: its experiment, and the point without what other columns say."""
    experiment = label.get("experiment", GRID)
    words = MAIN if experiment == GRID else paper.experiments.get(experiment, experiment)
    place, *moved = label.get("point", "").split("; ")
    kept = [] if place == result.trial.dataset else [place]
    for part in moved:
        if part.partition(" ")[0] != "dataset":
            # Several factors that an experiment moves stand in one part, with commas between.
            kept += [_factor(one, paper) for one in part.split(", ")]
    return ", ".join(filter(None, [words, *kept]))


def _factor(told: str, paper: Work) -> str:
    """Return 'rare_share 0.05' as 'share of the rare class: 0.05'."""
    name, _, value = told.partition(" ")
    return f"{paper.factors[name]}: {value}" if name in paper.factors else told


def _differences(members: Sequence[Result]) -> dict[str, str]:
    """Return for each of the trials that share a name what of its recipe not all of them have."""
    flat = {result.key: dict(_leaves(recipe(result))) for result in members}
    paths = list(dict.fromkeys(path for leaves in flat.values() for path in leaves))
    varying = [
        path for path in paths if len({repr(leaves.get(path)) for leaves in flat.values()}) > 1
    ]
    return {key: _told(leaves, varying) for key, leaves in flat.items()}


def _told(leaves: Mapping[str, Any], varying: Iterable[str]) -> str:
    values: dict[str, list[str]] = defaultdict(list)
    for path in varying:
        value = leaves.get(path)
        if value is not None and str(value) not in values[path.rpartition(".")[2]]:
            values[path.rpartition(".")[2]].append(str(value))
    told = [
        f"{name.replace('_', ' ')} {'/'.join(found)}" for name, found in values.items() if found
    ]
    rest = len(told) - MOST
    return ", ".join(told[:MOST]) + (f" and {rest} more" if rest > 0 else "")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if path or name not in OF_DATA:
                yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}.{number}")
    else:
        yield path, value


def data(result: Result) -> str:
    """Return a trial's data set in words."""
    return datasets.in_words(result.trial.dataset)
