"""The published effects in the registry follow from the published tables, cell by cell."""

import pytest

from reproduce.registry import claims, published


def test_margins_and_gains_are_fractions_not_percent():
    for claim in claims.all_claims():
        for contrast in claim.contrasts:
            assert claim.margin_of(contrast) <= 0.1, (claim.id, contrast.name)
            assert abs(claim.gain_of(contrast) or 0) < 0.6, (claim.id, contrast.name)


LABELS = {
    "dual_head": {
        "supervised": "Supervised",
        "simclr": "SimCLR",
        "auc_cl": "AUC-CL",
        "dual_head": "Proposed",
        "accuracy": "Accuracy",
        "macro_precision": "Precision",
        "balanced_accuracy": "Recall",
        "macro_f1": "F1-score",
    },
    "metric_learning": {
        "cross_entropy": "CE",
        "contrastive": "C",
        "triplet": "TP",
        "lifted_structured": "LS",
        "inception_v3": "InceptionV3",
        "resnet50": "ResNet50",
        "mobilenet": "MobileNet",
        "accuracy": "accuracy",
        "weighted_precision": "precision",
        "weighted_f1": "f1",
    },
    "balanced_contrastive": {
        "cross_entropy": "CE",
        "focal": "Focal",
        "ldam": "LDAM",
        "crt": "cRT",
        "tsc": "TSC",
        "balanced_mixup": "Bal-Mxp",
        "gcl": "GCL",
        "bdcl": "BDCL(ours)",
        "accuracy": "ACC",
        "gmean_ovr": "G-mean",
        "macro_f1": "F1-score",
        "iba_0_1": "IBA0.1",
        "iba_0_5": "IBA0.5",
        "iba_1": "IBA1",
    },
}


def printed_level(paper, table, metric, contrast, term, dataset) -> float:
    """Return what a table prints for one arm, as a fraction."""
    labels = LABELS[paper]
    where = contrast.where | term.where
    method, restrictions = labels[term.method], {}
    if paper == "metric_learning":
        method = f"{labels[where['backbone']]} + {method}"
    if dataset:
        restrictions["dataset"] = dataset
    elif "rare_share" in where:
        restrictions["dataset"] = f"CheXpert {round(100 * where['rare_share'])}%"
    printed = float(published.value(paper, table, method, labels[metric], **restrictions))
    return printed / 100 if printed > 1 else printed


@pytest.mark.parametrize(
    ("paper", "table", "id", "dataset"),
    [
        ("dual_head", "Table 5", "outperforms_overall", None),
        ("dual_head", "Table 5", "notable_f1_improvement", None),
        ("dual_head", "Table 5", "best_on_every_metric", None),
        ("dual_head", "Table 5", "f1_and_recall_over_single_heads", None),
        ("dual_head", "Table 7", "consistently_better_on_chexpert", None),
        ("dual_head", "Table 7", "recall_and_f1_rise_on_chexpert", None),
        ("metric_learning", "Table 2", "all_metric_losses_beat_ce_on_inception", None),
        ("metric_learning", "Table 2", "contrastive_is_best_on_inception", None),
        ("metric_learning", "Table 2", "contrastive_gains_over_ce_on_inception", None),
        ("metric_learning", "Table 2", "ce_is_lowest_on_resnet", None),
        ("metric_learning", "Table 2", "lifted_is_best_on_resnet", None),
        ("metric_learning", "Table 2", "lifted_gains_over_ce_on_resnet", None),
        ("metric_learning", "Table 2", "all_metric_losses_beat_ce_on_mobilenet", None),
        ("metric_learning", "Table 2", "lifted_is_best_on_mobilenet", None),
        ("metric_learning", "Table 2", "lifted_gains_over_ce_on_mobilenet", None),
        ("metric_learning", "Table 2", "mobilenet_is_best_whatever_the_loss", None),
        ("metric_learning", "Table 2", "lifted_with_mobilenet_is_best_of_all", None),
        ("balanced_contrastive", "Table 1", "best_on_every_metric_isic2019", "ISIC2019"),
        ("balanced_contrastive", "Table 1", "best_on_every_metric_hyper_kvasir", "Hyper-Kvasir"),
    ],
)
def test_published_gains_follow_from_the_published_tables(paper, table, id, dataset):
    claim = next(one for one in claims.load(paper) if one.id == id)
    for contrast in claim.contrasts:
        levels = [
            term.weight
            * printed_level(paper, table, claim.metric_of(contrast), contrast, term, dataset)
            for term in contrast.terms
        ]
        in_claimed_direction = sum(levels) * (-1 if contrast.expect == "less" else 1)
        assert claim.gain_of(contrast) == pytest.approx(in_claimed_direction, abs=1e-9), (
            contrast.name
        )


def test_the_paper_contradicting_itself_is_registered_as_such():
    claim = {one.id: one for one in claims.load("dual_head")}["consistently_better_on_chexpert"]
    against = [c.name for c in claim.contrasts if claim.gain_of(c) < 0]
    assert against == ["macro_precision at 10 %: dual_head minus auc_cl"]
