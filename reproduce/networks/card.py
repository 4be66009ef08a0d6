"""The card of a network: what it was trained on, how well, on which terms, and what it is not for.

Every number comes from the stored result of its trial.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from reproduce.evaluation.shares import wilson
from reproduce.networks.header import Header
from reproduce.tasks import task_of
from reproduce.trials.result import Result

PARTS = {"test": "test", "val": "validation", "held_out": "held-out", "balanced": "large test",
         "large": "large test", "challenge": "official test"}  # fmt: skip
STEPS = {"divide_by_prior": "--thresholded"}


def text(header: Header, result: Result, file: str, chosen: str = "") -> str:
    """Return the card as Markdown."""
    blocks = [
        f"# {file}",
        f"A {header.architecture} that tells {len(header.classes)} classes of images apart: "
        f"{', '.join(header.classes)}. **Not for diagnosis.** It was trained to compare methods; "
        "nobody has checked it for any other use.",
        *_data(header),
        *_training(header, chosen),
        *_evidence(header, result),
        *_use(header, file),
    ]
    return "\n\n".join(blocks) + "\n"


def _data(header: Header) -> Iterator[str]:
    yield "## What it was trained on"
    yield (
        f"{header.dataset_title} (`{header.dataset}`). Source: {header.source}. Licence of the "
        f"data: {header.licence}; the network is to be used on the same terms. Fingerprint of the "
        f"data: `{header.fingerprint[:16]}`."
    )
    rows = zip(header.classes, header.training_counts, header.prior, strict=True)
    yield table(
        ("class", "training images", "share"),
        [(name, f"{count:,}", f"{100 * share:.1f} %") for name, count, share in rows],
    )


def _training(header: Header, chosen: str) -> Iterator[str]:
    yield "## How"
    methods = ", ".join(header.methods) or "not named"
    yield (
        f"Trial `{header.trial}`, method: {methods}; package imbalanced-learning-reproduced "
        f"{header.package}, recipe {header.recipe}. Images are brought to "
        f"{header.image_size} x {header.image_size} pixels ({header.image_fit}), "
        f"{'grey' if header.channels == 1 else 'colour'}."
    )
    if chosen:
        yield chosen


def _evidence(header: Header, result: Result) -> Iterator[str]:
    yield "## How well"
    if not result.confusion:
        yield "Nothing is stored of how well it does."
        return
    for part in result.confusion:
        counts = task_of(result.trial).confusion(result, part)
        right, images = int(np.trace(counts)), int(counts.sum())
        yield (
            f"**{PARTS.get(part, part).capitalize()} images** (part `{part}`): {right:,} of "
            f"{images:,} right, {share(right, images)}."
        )
        yield table(
            ("class", "right", "recall and 95 % interval"),
            [
                (name, f"{row[c]:,} of {row.sum():,}", share(int(row[c]), int(row.sum())))
                for c, (name, row) in enumerate(zip(header.classes, counts, strict=True))
            ],
        )
    yield (
        "Counts are of the class with the highest probability, before any threshold. The intervals "
        "are Wilson's, of this one network on these images; another training, or images from "
        "another place, may do worse than they say."
    )


def _use(header: Header, file: str) -> Iterator[str]:
    yield "## To use it"
    options = "".join(f" {STEPS[step]}" for step in header.steps if step in STEPS)
    yield f"```bash\nreproduce predict {file} IMAGES{options}\n```"
    yield (
        f"Probabilities are {header.calibration}. They hold for images in which the classes are "
        "as frequent as there; `--thresholded` divides them by the shares in training, for images "
        "in which all classes are equally frequent."
    )


def share(right: int, of: int) -> str:
    """Return a share of images in percent, with its interval."""
    if not of:
        return "no image"
    low, high = wilson(right, of)
    return f"{100 * right / of:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
