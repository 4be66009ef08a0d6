"""What the page says of a run that has only part of what it could show."""

import re

import pytest

from reproduce.papers.dual_head import findings
from reproduce.registry import published
from tests.papers.dual_head.found import DATASET_IN_WORDS as DATASET
from tests.papers.dual_head.found import Study, grid, rows_of, said

METHODS = ("supervised", "simclr", "auc_cl", "dual_head")


@pytest.fixture(scope="module")
def printed():
    return published.load("dual_head")


def test_a_method_that_is_not_there_is_not_spoken_of(printed):
    """Any methods, experiments and seeds: what lacks something to compare with is left out."""
    every = {
        "second": grid(dataset="retinamnist"),
        "warm_up": rows_of("dual_head", 0.5, warm_up_epochs=20),
        "batch_size": rows_of("simclr", 0.5, batch_size=32),
        "binary": [{**r, "rare": "normal", "rare_share": 0.1} for r in grid()],
        "ablation": rows_of("ranking_alone", 0.5) + [{**r, "fine_tuning": "none"} for r in grid()],
        "table_6": rows_of("dual_head", 0.5, sim_weight=0.2, hard_negatives=5),
    }  # fmt: skip
    for method in METHODS:
        alone = {
            name: [r for r in rows if r["method"] in (method, "ranking_alone")]
            for name, rows in {"grid": grid(), **every}.items()
        }
        found = findings.findings(Study(**alone), printed)
        assert found and not any("best rival" in sentence for sentence in found)
    starts = [re.match(r"\*\*(.+?)\*\*", s)[1] for s in findings.findings(Study(**every), printed)]
    assert starts == [
        DATASET, "RetinaMNIST", "Lambda and k.", f"Two classes ({DATASET})", "Components",
        "Fine-tuned on the images as they are", "Encoders before fine-tuning",
    ]  # fmt: skip


def test_encoders_that_were_not_measured_are_left_out():
    rows = [{**r, "knn_before": None if r["method"] == "simclr" else 0.5} for r in grid()]
    sentence = said(Study(grid=rows), "Encoders")
    assert "SimCLR" not in sentence and "AUC-CL" in sentence
