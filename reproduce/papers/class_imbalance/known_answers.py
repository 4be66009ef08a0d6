"""Accuracies that others published on long-tailed CIFAR-10, with ours beside them."""

from collections.abc import Sequence
from functools import cache

from reproduce.errors import unknown_name
from reproduce.figures.inputs import Observation, grouped
from reproduce.figures.provenance import SCALES, Provenance, provenance_line
from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_sd, mean_and_spread, method_label, points
from reproduce.methods.known_answers import CAO
from reproduce.pages.tables import COMPARISON
from reproduce.papers.class_imbalance.long_tail import CIFAR10, NAME, Scale, scale_of
from reproduce.registry.datasets import in_words
from reproduce.registry.reading import Strict, Text, mapping, validated
from reproduce.study.study import Study

FILE = "known_answers.yaml"
NOT_ATTEMPTED = "not attempted"
# As most of them are printed.
DIGITS = 2
NOT_RUN = "Nothing of it was trained on CIFAR-10 for this copy of the page."


class Answer(Strict):
    """A published accuracy, as printed; `remark` is what its recipe has of its own."""

    method: Text
    rho: float
    accuracy: Text
    source: Text
    remark: str = ""


class KnownAnswers(Strict):
    """All of them, and the names of their sources in full."""

    paper: Text
    sources: dict[str, Text]
    answers: list[Answer]


@cache
def load() -> KnownAnswers:
    """Return the published accuracies, of each method and ratio the one that counts first."""
    found = validated(KnownAnswers, FILE, mapping("class_imbalance", FILE))
    for answer in found.answers:
        if answer.source not in found.sources:
            raise unknown_name("source", answer.source, found.sources)
    return found


def known_answers_table(study: Study) -> Table:
    """Set every published accuracy beside the mean of our runs of that method at that ratio.

    Runs on other data than CIFAR-10 have no known answer and do not stand here.
    """
    rows = study.rows(study.of_experiment(NAME, dataset=CIFAR10))
    ours = {
        place: [row["accuracy"] for row in members]
        for place, members in grouped(rows, ("method", "rho")).items()
    }
    known = load()
    finished = [_row(answer, known, ours) for answer in known.answers]
    note = said_of(scale_of(study.parameters)) if rows else NOT_RUN
    line = long_tail_line(study, rows) if rows else "As published; no trial of this page"
    columns = ["Method", "rho", "As published", "Ours", "Difference", "Source"]
    caption = "Accuracy on long-tailed CIFAR-10 with ResNet-32, in percent"
    return Table(caption, columns, finished, line, note=note, kind=COMPARISON, whole=(3, 4))


def long_tail_line(study: Study, rows: Sequence[Observation]) -> Provenance:
    """Return where rows of the experiment come from: its scale is not that of the page."""
    scale = study.parameters.long_tail_scale
    said = scale if scale in SCALES else f"{scale} recipe"
    return provenance_line(rows, in_words(rows[0]["dataset"]), said)


def said_of(scale: Scale) -> str:
    """Say in what our recipe departs from the published one."""
    recipe = scale.recipe
    found = [
        "ours is the last epoch, where the published code prints the best of all on the test set"
    ]
    if recipe.epochs != CAO.epochs:
        falls = " and ".join(map(str, recipe.schedule.milestones))
        found.append(
            f"{recipe.epochs} epochs instead of {CAO.epochs}, the rate falling after {falls}, so a "
            "difference is no error of a method"
        )
    found.append("which images stay is drawn by our generator, anew for every seed")
    return (
        f"Departures: {'; '.join(found)}. Ours: mean ± standard deviation over seeds. Difference: "
        "ours minus published, in points, however far the spread of seeds reaches."
    )


def _row(answer: Answer, known: KnownAnswers, ours: dict[tuple, Sequence[float]]) -> list[str]:
    values = ours.get((answer.method, answer.rho), [])
    mean = f"{mean_and_spread(values, DIGITS)}\nn = {len(values)}" if values else NOT_ATTEMPTED
    apart = points(mean_and_sd(values)[0] - float(answer.accuracy) / 100, DIGITS) if values else ""
    printed = "\n".join(filter(None, [answer.accuracy, answer.remark]))
    source = known.sources[answer.source]
    return [method_label(answer.method), f"{answer.rho:g}", printed, mean, apart, source]
