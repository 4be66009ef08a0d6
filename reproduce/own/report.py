"""What is said of a folder of images and of the remedies tried on it: tables, sentences, a page."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from reproduce.data.verify import Findings
from reproduce.networks import card
from reproduce.own.comparing import NOTHING, Remedies, Row
from reproduce.own.folder import Folder

# Below this ratio classes are as good as equal.
EVEN = 1.5
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
COLUMNS = ("remedy", "validation", "test", "worst class", "better than nothing by", "so")


def counted(folder: Folder) -> Table:
    """Return the images of each class in each part."""
    parts, names = folder.counts(), folder.dataset.class_names
    in_all = np.sum(list(parts.values()), axis=0)
    rows = [
        (name, *(f"{counts[c]:,}" for counts in [*parts.values(), in_all]))
        for c, name in enumerate(names)
    ]
    return ("class", *parts, "in all"), rows


def imbalance(folder: Folder) -> str:
    """Return in a sentence how unequal the classes are."""
    counts = folder.counts()["train"]
    ratio = counts.max() / counts.min()
    little = " There is little that a remedy for imbalance could mend." if ratio < EVEN else ""
    return f"The largest class has {ratio:.1f} times the training images of the smallest.{little}"


def compared(remedies: Remedies) -> Table:
    """Return a line for doing nothing and one for each remedy, percentages of balanced accuracy."""
    return COLUMNS, [_line(row) for row in remedies.rows]


def _line(row: Row) -> tuple[str, ...]:
    values = (f"{100 * value:.1f}" for value in (row.validation, row.test, row.worst_class))
    found = row.effect
    said = "" if found is None else _points(found.mean, found.low, found.high)
    return ("nothing" if row.method == NOTHING else row.method, *values, said, row.word)


def _points(mean: float, low: float, high: float) -> str:
    return f"{100 * mean:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def caveat(remedies: Remedies) -> str:
    """Return what the intervals are made of, and how far they can be trusted."""
    tested = int(remedies.tested(remedies.chosen).sum())
    shares = [r.effect.share_of_images for r in remedies.rows if r.effect is not None]
    known = [share for share in shares if share == share]
    images = f" ({100 * np.mean(known):.0f} % of the variance is theirs)" if known else ""
    return (
        f"Balanced accuracy in percent, means over {remedies.settings.repeats} repeats (other "
        "weights, another validation part), worst class: its recall. Differences in points with "
        f"95 % intervals over repeats and {tested} test images{images}. Of "
        f"{len(shares)} remedies one may look better or worse by chance."
    )


def choice(remedies: Remedies) -> str:
    """Return which network was chosen, by what, and how it does on images it was not chosen on."""
    cell, table = remedies.chosen, remedies.tested(remedies.chosen)
    right, images = int(np.trace(table)), int(table.sum())
    recalls = np.diag(table) / table.sum(axis=1)
    said = "doing nothing" if cell.method == NOTHING else cell.method
    return (
        f"Chosen on validation images alone: {said}, which has the highest mean balanced accuracy "
        f"there, and of its {remedies.settings.repeats} networks the best (seed {cell.seed}). On "
        f"the test images, which had no say in it: {right} of {images} right, "
        f"{card.share(right, images)}; balanced accuracy {100 * recalls.mean():.1f} %."
    )


def page(folder: Folder, findings: Findings, remedies: Remedies, network: str) -> str:
    """Return all of it as one page of Markdown."""
    settings = remedies.settings
    blocks = [
        f"# {folder.path.name}: remedies for imbalance",
        "## The images",
        card.table(*counted(folder)),
        imbalance(folder),
        "\n".join([*(f"- ok: {line}" for line in findings.passed),
                   *(f"- **wrong**: {line}" for line in findings.problems)]),
        "## The comparison",
        f"{settings.backbone} on {folder.size} x {folder.size} pixels, "
        f"{settings.iterations} steps.",
        card.table(*compared(remedies)),
        caveat(remedies),
        "## The network",
        choice(remedies),
        f"It is `{network}`, with a card beside it. Not for diagnosis.",
    ]  # fmt: skip
    return "\n\n".join(blocks) + "\n"


def comparison_csv(remedies: Remedies) -> str:
    """Return the comparison as numbers, shares of 1, for other programs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["remedy", "validation", "test", "worst_class_recall", "effect", "low", "high"])
    for row in remedies.rows:
        found = row.effect
        effect = ("", "", "") if found is None else (found.mean, found.low, found.high)
        values = (row.validation, row.test, row.worst_class, *effect)
        writer.writerow([row.method, *(v if v == "" else f"{v:.6f}" for v in values)])
    return text.getvalue()
