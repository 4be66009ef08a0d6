"""Every method by name: one entry, with one meaning wherever the name is used.

A method is not a training recipe: how long, at which rate and on which views belongs to a paper's
protocol, or to `known_answers`, and comes in as one `Phase`. Papers name the methods that their
experiments run; an entry is in none of them by itself. A registered loss that no entry is called
after is a method too, the plainest one of its call shape, so that a new loss can be asked for at
once; and so is an object in a file of one's own, `mine.py:my_remedy`.

The names import without torch.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from reproduce import losses, own_code
from reproduce.errors import UserError, unknown_name
from reproduce.methods import entries, own, plainest
from reproduce.methods.entry import CLASSIFICATION, Entry
from reproduce.methods.method import Method
from reproduce.training.phases import Optimizer, Phase

ENTRIES = entries.ENTRIES
# Any will do to see which losses a method is made of.
_ANY = Phase(batch_size=64, iterations=100, optimizer=Optimizer(name="sgd", learning_rate=0.1))


def names(task: str | None = None) -> list[str]:
    """Return the methods, or those of a task that are complete without options."""
    every = [*ENTRIES, *(name for name in losses.names() if name not in ENTRIES)]
    if task is None:
        return every
    known = {name: entry(name) for name in every}
    return [n for n, found in known.items() if task in found.tasks and not found.needs(task)]


class Available:
    """The methods that can be asked for in a study of a task, as a list of names that grows."""

    def __init__(self, task: str = CLASSIFICATION):
        self.task = task

    def __iter__(self) -> Iterator[str]:
        return iter(names(self.task))

    def __contains__(self, name: object) -> bool:
        if own_code.is_one(name):
            _require_task(str(name), self.task)
            return True
        return name in names(self.task)


def entry(name: str) -> Entry:
    """Return a method's entry, that of a loss alone, or that of a file of one's own."""
    if name in ENTRIES:
        return ENTRIES[name]
    if own_code.is_one(name):
        return own.entry(name)
    if name not in losses.names():
        raise unknown_name("method", name, names())
    return plainest.of_loss(name, f"the loss {name} and nothing else", "a registered loss")


def build(name: str, recipe: Phase, task: str = CLASSIFICATION, **options: Any) -> Method:
    """Return a method as phases of this recipe and post-hoc steps."""
    found = _require_task(name, task)
    for given in options:
        if not found.accepts(given, task):
            known = found.options(task)
            takes = f"it takes: {', '.join(known)}" if known else "it takes none"
            raise UserError(f"method '{name}' has no option '{given}' ({takes})")
    missing = [needed for needed in found.needs(task) if needed not in options]
    if missing:
        raise UserError(f"method '{name}' needs {', '.join(missing)}; give it as an option")
    try:
        if found.source:
            return own.method_of(found, task, recipe, options)
        return found.builders[task](recipe, **options)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise UserError(f"method '{name}' does not go with this recipe: {said}") from error


def _require_task(name: str, task: str) -> Entry:
    found = entry(name)
    if task not in found.tasks:
        raise UserError(
            f"method '{name}' is for {' and '.join(found.tasks)}, not for {task}; "
            f"those for {task}: {', '.join(names(task))}"
        )
    return found


def labels() -> dict[str, str]:
    """Return the names in figures and tables of those that have one of their own."""
    return {name: found.label for name, found in ENTRIES.items() if found.label}


def losses_of(name: str) -> set[str]:
    """Return the losses that a method is made of."""
    found = entry(name)
    made = [_made(found, task) for task in found.tasks]
    return {phase.objective for method in made for phase in method.phases}


def posthoc_of(name: str) -> tuple[str, ...]:
    """Return the post-hoc steps of a method; none for a name that is no method."""
    if name not in names():
        return ()
    return _made(entry(name), entry(name).tasks[0]).posthoc


def using(loss: str) -> list[str]:
    """Return the methods that have a loss beside plain cross-entropy, or are that."""
    return [name for name in names() if loss in losses_of(name)]


def as_built(name: str) -> str:
    """Return what a method of classification comes to, the same of two names of one method."""
    made = _made(entry(name), CLASSIFICATION)
    phases = [phase.model_dump_json(exclude_defaults=True) for phase in made.phases]
    return " then ".join([*phases, *made.posthoc])


def _made(found: Entry, task: str) -> Method:
    # A number will do for what has to be given.
    return found.builders[task](_ANY, **dict.fromkeys(found.needs(task), 2.0))
