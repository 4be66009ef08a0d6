"""The pages on losses, generated from the registry, the signatures and the docstrings."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from reproduce import losses
from reproduce.book import ambiguities, docstrings, interface, markup
from reproduce.errors import unknown_name
from reproduce.methods import registry
from reproduce.registry import records

SHAPES = {
    "self_supervised": "view1 [N, D], view2 [N, D]",
    "embedding": "embeddings [N, D], labels [N]",
    "classifier": "logits [N, C], labels [N]",
    "segmentation": "logits [N, C, H, W], mask [N, H, W]",
}
# What an example hands over, by the name of the argument.
SAMPLES = {
    "logits": "torch.randn(8, 3, requires_grad=True)",
    "labels": "torch.tensor([0, 0, 0, 0, 1, 1, 2, 2])",
    "mask": "torch.randint(3, (2, 16, 16))",
    "counts": "[400, 50, 6]",
    "temperatures": "torch.full((3,), 0.1)",
    "prototypes": "torch.eye(3, 16)",
    "targets": "torch.eye(3, 16)",
    "assignment": "torch.tensor([2, 0, 1])",
    "b": "torch.tensor(0.5)",
}
VECTORS = "torch.randn(8, 16, requires_grad=True)"
PIXELS = "torch.randn(2, 3, 16, 16, requires_grad=True)"


def index() -> str:
    """Return a table of all losses by call shape, each with a link to its entry."""
    parts = []
    for shape, called in SHAPES.items():
        rows = [
            [f"{{ref}}`{name} <loss-{name}>`", _summary(name),
             _papers(name, losses.objective_class(name))]
            for name in names_of(shape)
        ]  # fmt: skip
        title = shape.replace("_", "-").capitalize()
        parts += [
            f"### {title}",
            f"Called with {markup.code(f'({called})')}: {{doc}}`losses_{shape}`.",
            markup.table(["Loss", "What it is", "Paper"], rows, [22, 53, 25]),
        ]
    return markup.joined(parts)


def names_of(shape: str) -> list[str]:
    """Return the registered losses of a call shape."""
    if shape not in SHAPES:
        raise unknown_name("call shape", shape, SHAPES)
    return [name for name, place in losses.LOSSES.items() if place.split(".")[0] == shape]


def entries(shape: str) -> str:
    """Return what there is to say of every loss of a call shape."""
    found = [
        entry(name, losses.function(name), losses.objective_class(name)) for name in names_of(shape)
    ]
    return markup.joined(found)


def entry(name: str, function: Callable, objective: type) -> str:
    """Return the entry of one loss.

    Parameters
    ----------
    name
        As it is registered.
    function, objective
        The pure function and the class of its objective.
    """
    said = docstrings.read(function.__doc__)
    sections = dict(said.sections)
    parameters = sections.pop("Parameters", "")
    references = sections.pop("References", "")
    stateful = _objective(function, objective)
    open_questions = ambiguities.of_loss(name)
    parts = [
        markup.target(f"loss-{name}"),
        f"## {name}",
        docstrings.markdown(said.summary),
        docstrings.markdown(said.body),
        interface.described(f"{losses.__name__}.{name}", function, contents=False),
        _facts(name, function, objective)
        + ("" if stateful else f" As an objective of a phase, {_reads(objective)}"),
        markup.rubric("Parameters") if parameters else "",
        _parameters(inspect.signature(function).parameters.values(), said.parameters()),
        *_sections(sections),
        markup.rubric("What the texts leave open") if open_questions else "",
        open_questions,
        *stateful,
        markup.rubric("Try it"),
        markup.listing(example(name, function)),
        *_sections({"References": references} if references else {}),
    ]
    return markup.joined(parts)


def example(name: str, function: Callable) -> str:
    """Return a few lines that call a function on made-up numbers; a test runs them."""
    needed = [
        part.name
        for part in inspect.signature(function).parameters.values()
        if part.default is part.empty
    ]
    segmentation = "mask" in needed
    lines = ["import torch", f"from reproduce.losses import {name}", ""]
    for part in needed:
        sample = PIXELS if segmentation and part == "logits" else SAMPLES.get(part, VECTORS)
        lines.append(f"{part} = {sample}")
    keyword = [
        part.name
        for part in inspect.signature(function).parameters.values()
        if part.kind is part.KEYWORD_ONLY
    ]
    given = ", ".join(f"{part}={part}" if part in keyword else part for part in needed)
    lines += [f"loss = {name}({given})", "loss.backward()"]
    return "\n".join(lines)


def _summary(name: str) -> str:
    return docstrings.markdown(docstrings.read(losses.function(name).__doc__).summary)


def _papers(name: str, objective: type) -> str:
    """Return which texts name a loss; where none does, what it is akin to and what uses it."""
    using = [paper.short for paper in records.papers().values() if name in paper.losses]
    using += [
        f"the summary of {paper.short}, among later work"
        for paper in records.papers().values() if name in paper.later_losses
    ]  # fmt: skip
    if using:
        return ", ".join(using)
    akin = f"; it is {objective.relative}" if objective.relative else ""
    used = [markup.code(method) for method in registry.using(name)]
    return f"none of the papers{akin}" + (f"; methods with it: {', '.join(used)}" if used else "")


def _facts(name: str, function: Callable, objective: type) -> str:
    source = f"{function.__module__.replace('.', '/')}.py"
    return f"Appears in {_papers(name, objective)}. Source: {markup.code(source)}."


def _parameters(taken: Iterable[Any], said: dict[str, docstrings.Parameter]) -> str:
    """Return a list of parameters; those that the docstring explains together share an entry."""
    shared: dict[tuple[str, ...], list[Any]] = {}
    for part in taken:
        names = said[part.name].names if part.name in said else (part.name,)
        shared.setdefault(names, []).append(part)
    entries = []
    for names, parts in shared.items():
        known = said.get(names[0], docstrings.Parameter(names, "", ""))
        term = ", ".join(markup.code(part.name) for part in parts)
        term += f" *{markup.escaped(known.kind)}*" if known.kind else ""
        term += _defaults(parts)
        entries.append((term, docstrings.markdown(docstrings.choices(known.text))))
    return markup.definitions(entries)


def _defaults(parts: list[Any]) -> str:
    """Return the defaults of parameters that share an entry, each with the name it belongs to."""
    given = [part for part in parts if part.default is not part.empty]
    if not given:
        return ""
    if len(parts) == 1:
        return f", default {markup.code(repr(given[0].default))}"
    written = _codes([f"{part.name}={part.default!r}" for part in given])
    return f", default{'s' if len(given) > 1 else ''} {written}"


def _sections(sections: dict[str, str]) -> list[str]:
    parts = []
    for title, text in sections.items():
        parts += [markup.rubric(title), docstrings.markdown(text)]
    return parts


def _reads(objective: type) -> str:
    """Say what an objective reads of a batch, in one sentence."""
    views = f"{objective.views} views of each image" if objective.views > 1 else ""
    if objective.heads:
        heads = " and ".join(markup.code(head) for head in objective.heads)
        reads = f"what the projection heads {heads} make of {views or 'each image'}"
    else:
        reads = {"both": "logits and embeddings"}.get(objective.reads, objective.reads)
        reads += f" of {views}" if views else ""
    return f"`{objective.__name__}` reads {reads}."


def _objective(function: Callable, objective: type) -> list[str]:
    """Return what an objective takes, learns and keeps; nothing where it only calls a function."""
    said = docstrings.read(objective.__doc__)
    state = _state(objective)
    taken = inspect.signature(objective.__init__).parameters.values()
    own = [part for part in taken if part.kind is part.KEYWORD_ONLY]
    if not (own or state or said.body):
        return []
    known = [docstrings.read(text.__doc__) for text in (function, objective.__init__, objective)]
    explained = dict(part for one in known for part in one.parameters().items())
    return [
        markup.rubric("As an objective of a phase"),
        f"{_reads(objective)} {docstrings.markdown(said.summary)}",
        docstrings.markdown(said.body),
        _parameters(own, explained),
        "" if own or said.body else "Its parameters are those of the function.",
        state,
        *_sections({head: text for head, text in said.sections.items() if head != "Parameters"}),
    ]


def _state(objective: type) -> str:
    """Say which tensors the objective learns and which it keeps between steps."""
    context = losses.Context(
        classes=3, counts=(400, 50, 6), embedding_size=16, iterations=100, batches_per_epoch=10
    )
    built = objective(context)
    learned = [key for key, _ in built.named_parameters()]
    kept = [key for key in built.state_dict() if key not in learned]
    climbing = [key for key in learned if key in built.ascent]
    lines = []
    if learned:
        climbs = f"; {_codes(climbing)} by ascent" if climbing else ""
        lines.append(f"Learns {_codes(learned)}{climbs}.")
    if kept:
        lines.append(f"Keeps {_codes(kept)} between steps, and in checkpoints.")
    return " ".join(lines)


def _codes(names: list[str]) -> str:
    return ", ".join(markup.code(name) for name in names)
