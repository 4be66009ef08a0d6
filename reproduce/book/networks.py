"""The page on networks, generated from the registry, the classes and their docstrings."""

from importlib import import_module

from reproduce import models
from reproduce.book import docstrings, interface, markup
from reproduce.registry import records

# What parameters are counted for.
CHANNELS, CLASSES = 3, 10


def entries() -> str:
    """Return a table of all networks and what there is to say of each."""
    columns = ["Network", "Task", "Smallest image", "Parameters", "Trained by"]
    rows = [_row(name) for name in models.BACKBONES]
    counted = f"Parameters: for {CHANNELS} channels and {CLASSES} classes, classifier included."
    found = [entry(name) for name in models.BACKBONES]
    return markup.joined([markup.table(columns, rows, [20, 20, 18, 18, 24]), counted, *found])


def entry(name: str) -> str:
    """Return the entry of one network: what its class says, its embedding, its source."""
    network = _class(name)
    said = docstrings.read(network.__doc__)
    sections = _inherited_sections(network) | said.sections
    source = f"{network.__module__.replace('.', '/')}.py"
    parts = [
        markup.target(f"network-{name}"),
        f"### {name}",
        docstrings.markdown(said.summary),
        docstrings.markdown(said.body),
        interface.described(f"{network.__module__}.{network.__name__}", network, contents=False),
    ]
    for title, text in sections.items():
        parts += [markup.rubric(title), docstrings.markdown(text)]
    parts.append(f"Source: {markup.code(source)}.")
    return markup.joined(parts)


def parameter_counts() -> str:
    """Return the metric-learning paper's Table 3 beside our own counts."""
    from reproduce.models.parameter_table import parameter_table

    columns = ["Network", "Printed", "Ours, without classifier", "Counted as Keras does", "Why"]
    rows = [
        [
            f"{{ref}}`{row.backbone} <network-{row.backbone}>`",
            f"{row.printed:,}",
            f"{row.without_classifier:,}",
            f"{row.as_keras:,}",
            docstrings.markdown(row.why),
        ]
        for row in parameter_table()
    ]
    agree = sum(row.printed == row.as_keras for row in parameter_table())
    said = (
        f"{agree} of {len(rows)} printed numbers are, to the last digit, those of the same network "
        "without its classifier, built and counted as Keras does."
    )
    return markup.joined([said, markup.table(columns, rows, [16, 14, 14, 14, 42])])


def _row(name: str) -> list[str]:
    import torch

    known = models.BACKBONES[name]
    # Tensors on the "meta" device have shapes and no numbers: nothing is drawn, nothing is stored.
    with torch.device("meta"):
        network = models.build(name, channels=CHANNELS, size=known.smallest, classes=CLASSES)
    papers = [paper.short for paper in records.papers().values() if name in paper.networks]
    side = f"{known.smallest} pixels" if name != "lenet5" else f"{known.smallest} pixels, only"
    if known.multiple > 1:
        side += f", multiples of {known.multiple}"
    return [
        f"{{ref}}`{name} <network-{name}>`",
        known.task,
        side,
        f"{models.parameter_count(network):,}",
        ", ".join(papers) or "none of the papers",
    ]


def _inherited_sections(network: type) -> dict[str, str]:
    """Return what the parents say in sections; one with an entry of its own says it there."""
    registered = {_class(name) for name in models.BACKBONES}
    sections = {}
    for parent in reversed(network.__mro__[1:]):
        if parent.__module__.startswith(models.__name__) and parent not in registered:
            sections |= docstrings.read(parent.__doc__).sections
    return sections


def _class(name: str) -> type:
    module, _, attribute = models.BACKBONES[name].made_by.partition(":")
    return getattr(import_module(f"{models.__name__}.{module}"), attribute)
