"""What the difficulty-aware page shows: each from the study, with what it needs of a run."""

import numpy as np

from reproduce.figures.factor import Factor
from reproduce.figures.lines import Lines
from reproduce.figures.table import Table
from reproduce.pages.found import in_plain_words, numbers_table
from reproduce.pages.pictures import (
    every_claim,
    forest,
    head_count,
    positive_controls,
    verdicts,
)
from reproduce.pages.rows import rows_of
from reproduce.pages.showing import provenance, shown
from reproduce.papers.difficulty_aware import findings as sentences
from reproduce.papers.difficulty_aware import rows as rows_here
from reproduce.papers.difficulty_aware import tables
from reproduce.papers.difficulty_aware.curves import Det, Scores, Weights
from reproduce.papers.difficulty_aware.methods import AWARE, PLAIN
from reproduce.papers.difficulty_aware.rows import ALIKE, AUC, EER, SHARES
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

__all__ = ["every_claim", "forest", "head_count", "positive_controls", "verdicts"]

STEPS = Factor("iteration", "steps of training")


# -- the answer ------------------------------------------------------------------------------------


@shown()
def findings(study: Study) -> str:
    """Say in a few plain sentences what the run found."""
    return in_plain_words(sentences.plain(study))


@shown()
def numbers(study: Study) -> Table:
    """Tabulate the findings with their numbers."""
    return numbers_table(sentences.findings(study), provenance(study, study.rows(study.cells)))


@shown()
def losses(study: Study) -> Table:
    """Tabulate errors and similarities of every loss on people never seen."""
    rows = [*rows_here.grid(study), *rows_of(study, "untrained")]
    return tables.levels(
        rows, {}, (EER, AUC, *ALIKE), provenance=provenance(study, rows),
        caption="Verification of identities that training never saw",
    )  # fmt: skip


@shown(methods=(PLAIN,), trained=2)
def changes(study: Study) -> Table:
    """Tabulate how each loss differs from the plain one."""
    rows = rows_here.grid(study)
    others = [name for name in study.methods if name != PLAIN]
    return tables.effects(
        {"people never seen": rows}, head="Verified", provenance=provenance(study, rows),
        draws=draws_of(study), methods=others, caption="Each loss against the plain one",
    )  # fmt: skip


@shown()
def det(study: Study) -> Det:
    """Show false rejections against false acceptances."""
    found, cells = {}, study.select()
    for method in study.methods:
        own = [cell for cell in cells if cell.method == method]
        found[method] = np.stack([rows_here.measured(study, cell)["rejected"] for cell in own])
    return Det(found).made_of(study.rows(cells))


@shown()
def scores(study: Study) -> Scores:
    """Show how the cosines of pairs are spread, of the first seed."""
    cells = study.select(seed=study.seeds[0])
    counts = {cell.method: rows_here.measured(study, cell)["counts"] for cell in cells}
    rates = {cell.method: study.measures.value(cell, EER) for cell in cells}
    return Scores(counts, rates).made_of(study.rows(cells))


@shown(experiment="devices", methods=(PLAIN, AWARE))
def devices(study: Study) -> Table:
    """Tabulate pairs within a device and across two."""
    rows = rows_of(study, "devices")
    groups = {domain: [row for row in rows if row["domain"] == domain]
              for domain in ("within", "across", "pooled")}  # fmt: skip
    others = [name for name in study.methods if name != PLAIN]
    return tables.effects(
        groups, head="Pairs", provenance=provenance(study, rows), draws=draws_of(study),
        methods=others, caption="Pairs of images within one device, across two, and of both",
    )  # fmt: skip


# -- the method ------------------------------------------------------------------------------------


@shown()
def weights(study: Study) -> Weights:
    """Show what pairs weigh and what pushes a negative, against the cosine."""
    asked = study.parameters
    made = Weights(asked.alpha, asked.beta, asked.positive_threshold, asked.negative_threshold,
                   asked.temperature)  # fmt: skip
    return made.out_of("drawn from the formulas; no training decides it")


@shown()
def hard_positives(study: Study) -> Lines:
    """Show which share of the positives' gradient lies on the hardest tenth, over training."""
    return Lines(rows_here.over_training(study), SHARES[0], STEPS)


@shown()
def hard_negatives(study: Study) -> Lines:
    """Show the same of the negatives' gradient."""
    return Lines(rows_here.over_training(study), SHARES[1], STEPS)
