"""The page on what the papers leave open, generated from the recorded ambiguities."""

from reproduce.book import markup
from reproduce.registry import records
from reproduce.registry.ambiguities import Ambiguity, Reading, load

# Words of an entry's name that are not written like other words.
SPELLED = {
    "auc": "AUC", "nce": "NCE", "info": "Info", "chexpert": "CheXpert", "g": "G", "eer": "EER",
    "lenet": "LeNet", "hyper": "Hyper", "kvasir": "Kvasir", "ldam": "LDAM", "drw": "DRW",
}  # fmt: skip
# What an entry is about, as the head of a column.
SUBJECTS = {
    "loss": "Loss",
    "network": "Network",
    "data": "Data",
    "training": "Training",
    "evaluation": "Metric",
    "text": "Wording",
}

# Said of a reading that is ours although the code does not offer it.
LATER = "once it can be asked for"


def index() -> str:
    """Return how many places each paper leaves open, by what they are about."""
    rows = []
    for key, paper in records.papers().items():
        name = paper.short
        found = load(key)
        counts = [str(sum(one.about == about for one in found) or "") for about in SUBJECTS]
        rows.append([f"{{ref}}`{name} <ambiguities-{key}>`", str(len(found)), *counts])
    columns = ["Text", "All", *SUBJECTS.values()]
    return markup.table(columns, rows, [30, 10, *[10] * len(SUBJECTS)])


def sections() -> str:
    """Return a section for each paper: how it was read, and what it leaves open."""
    return markup.joined(
        markup.joined(
            [
                markup.target(f"ambiguities-{key}"),
                f"## {markup.escaped(paper.heading)}",
                f"{{cite}}`{paper.cited}`{f', {paper.read}.' if paper.read else ''}",
                entries(key),
            ]
        )
        for key, paper in records.papers().items()
    )


def entries(paper: str) -> str:
    """Return the ambiguities of a paper, in the order of its file."""
    return markup.joined(entry(found) for found in load(paper))


def entry(found: Ambiguity) -> str:
    """Return one ambiguity, folded: what is printed, why it is open, the readings, ours and why."""
    asked = [one.ask.objective for one in found.readings if one.ask and one.ask.objective]
    pages = ", ".join(f"{{ref}}`{name} <loss-{name}>`" for name in dict.fromkeys(asked))
    ours = next(one for one in found.readings if one.name == found.default)
    waiting = f", {LATER}" if ours.unasked else ""
    return markup.joined(
        [
            markup.target(f"ambiguity-{found.paper}-{found.id}"),
            f":::{{dropdown}} {title(found.id)}",
            f"{markup.escaped(found.place)}, as printed:",
            f"> {markup.escaped(found.printed)}",
            markup.escaped(found.problem),
            "\n".join(_line(reading, reading is ours) for reading in found.readings),
            f"**We take** {markup.code(ours.name)}{waiting}. {markup.escaped(found.why)}"
            + (f" More: {pages}." if pages else ""),
            ":::",
        ]
    )


def of_loss(name: str) -> str:
    """Return a list of the places with a reading that this loss can be asked for."""
    lines = []
    for paper, known in records.papers().items():
        for found in load(paper):
            if any(one.ask and one.ask.objective == name for one in found.readings):
                place = f"{{ref}}`{title(found.id)} <ambiguity-{paper}-{found.id}>`"
                said = [_in_short(one, one.name == found.default, name) for one in found.readings]
                lines.append(f"- {known.short}, {place}: {', '.join(said[:-1])} or {said[-1]}.")
    return "\n".join(lines)


def title(name: str) -> str:
    """Return the name of an entry as words."""
    words = [SPELLED.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _line(reading: Reading, ours: bool) -> str:
    """Return a reading and how to ask for it."""
    name = f"**{markup.code(reading.name)}**"
    if ours:
        name += f" (ours, {LATER})" if reading.unasked else " (ours)"
    said = f"- {name}: {markup.escaped(reading.what).rstrip('.')}."
    if reading.ask:
        return f"{said} Ask for it: {markup.code(str(reading.ask))}."
    if reading.unasked:
        return f"{said} {'Not yet' if ours else 'Not a parameter'}: {_reason(reading)}."
    return said


def _in_short(reading: Reading, ours: bool, loss: str) -> str:
    """Return a reading as the entry of a loss lists it: its parameters, or why it has none."""
    said, remarks = markup.code(reading.name), ["ours"] if ours else []
    if reading.ask and reading.ask.objective == loss:
        given = ", ".join(f"{name}={value!r}" for name, value in reading.ask.parameters.items())
        said = markup.code(given) if given else "the default"
    elif reading.ask:
        remarks.append(f"by {markup.code(str(reading.ask))}")
    elif reading.unasked and ours:
        remarks = [f"ours, {LATER}: {_reason(reading)}"]
    else:
        remarks.append("not a parameter" + (f": {_reason(reading)}" if reading.unasked else ""))
    return f"{said} ({'; '.join(remarks)})" if remarks else said


def _reason(reading: Reading) -> str:
    return markup.escaped(reading.unasked or "").rstrip(".")
