"""The page on what the papers leave open, generated from the recorded ambiguities."""

from reproduce.book import markup
from reproduce.papers.ambiguities import Ambiguity, Reading, load

# Words of an entry's name that are not written like other words.
SPELLED = {
    "auc": "AUC", "nce": "NCE", "info": "Info", "chexpert": "CheXpert", "g": "G", "eer": "EER",
    "lenet": "LeNet", "hyper": "Hyper", "kvasir": "Kvasir", "ldam": "LDAM", "drw": "DRW",
}  # fmt: skip
PAPERS_IN_SHORT = {
    "class_imbalance": "Buda et al. (2018)",
    "dual_head": "Yun and Kim (2026)",
    "metric_learning": "Kim et al. (2021)",
    "balanced_contrastive": "BDCL (2024)",
    "difficulty_aware": "Difficulty-aware SupCon",
}
# What an entry is about, as the head of a column.
SUBJECTS = {
    "loss": "Loss",
    "network": "Network",
    "data": "Data",
    "training": "Training",
    "evaluation": "Metric",
    "text": "Wording",
}


def index() -> str:
    """Return how many places each paper leaves open, by what they are about."""
    rows = []
    for key, name in PAPERS_IN_SHORT.items():
        found = load(key)
        counts = [str(sum(one.about == about for one in found) or "") for about in SUBJECTS]
        rows.append([f"{{ref}}`{name} <ambiguities-{key}>`", str(len(found)), *counts])
    columns = ["Text", "All", *SUBJECTS.values()]
    return markup.table(columns, rows, [30, 10, *[10] * len(SUBJECTS)])


def entries(paper: str) -> str:
    """Return the ambiguities of a paper, in the order of its file."""
    return markup.joined(entry(found) for found in load(paper))


def entry(found: Ambiguity) -> str:
    """Return one ambiguity: what is printed, why it is open, the readings, ours and why."""
    asked = [one.ask.objective for one in found.readings if one.ask and one.ask.objective]
    pages = ", ".join(f"{{ref}}`{name} <loss-{name}>`" for name in dict.fromkeys(asked))
    return markup.joined(
        [
            markup.target(f"ambiguity-{found.paper}-{found.id}"),
            f"### {title(found.id)}",
            f"{markup.escaped(found.place)}, as printed:",
            f"> {markup.escaped(found.printed)}",
            markup.escaped(found.problem),
            "\n".join(_line(reading, reading.name == found.default) for reading in found.readings),
            f"**We take** {markup.code(found.default)}. {markup.escaped(found.why)}"
            + (f" More: {pages}." if pages else ""),
        ]
    )


def title(name: str) -> str:
    """Return the name of an entry as words."""
    words = [SPELLED.get(word, word) for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _line(reading: Reading, ours: bool) -> str:
    """Return a reading and how to ask for it."""
    name = f"**{markup.code(reading.name)}**" + (" (ours)" if ours else "")
    said = f"- {name}: {markup.escaped(reading.what).rstrip('.')}."
    if reading.ask:
        return f"{said} Ask for it: {markup.code(str(reading.ask))}."
    if reading.unasked:
        return f"{said} *Not implemented*: {markup.escaped(reading.unasked).rstrip('.')}."
    return said
