"""What columns are called in papers, and what they are here."""

import pytest

from reproduce.audit.headings import BY_NAME, KNOWN, heading, headings


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Accuracy", "accuracy"), ("ACC", "accuracy"),
        ("Top-1 Acc. (%)", "accuracy"), ("Test accuracy", "accuracy"), ("정확도(%)", "accuracy"),
        ("F1-Score ↑", "f1"), ("F-measure", "f1"), ("F1 점수", "f1"), ("Macro-F1", "macro_f1"),
        ("F1 (macro)", "macro_f1"),
        ("macro avg. precision", "macro_precision"), ("매크로 F1", "macro_f1"),
        ("mF1", "macro_f1"),
        ("Weighted Recall", "weighted_recall"), ("가중 재현율", "weighted_recall"),
        ("micro F1", "micro_f1"), ("Sensitivity", "recall"), ("TPR", "recall"),
        ("민감도", "recall"),
        ("Spec.", "specificity"), ("특이도", "specificity"), ("PPV", "precision"), ("NPV", "npv"),
        ("Balanced Accuracy", "macro_recall"), ("BACC", "macro_recall"), ("G-mean", "g_mean"),
        ("Cohen's κ", None), ("Cohen’s Kappa", "kappa"), ("MCC", "mcc"), ("DSC", "dice"),
        ("Dice", "dice"), ("mDice", "mdice"), ("Jaccard", "iou"), ("mIoU", "miou"),
        ("mean IoU", "miou"), ("AUROC", "auc"), ("ROC-AUC", "auc"), ("EER (%)", "eer"),
        ("IBA (α=0.1)", "iba_0.1"), ("iba_0.5", "iba_0.5"), ("# images", "n"), ("이미지 수", "n"),
        ("Model", "row"), ("방법", "row"), ("Dataset", "test_set"), ("predicted big dog",
        "predicted big dog"), ("\\textbf{F1}$\\uparrow$", "f1"), ("averaging", "averaging"),
        # Something else, though it sounds alike.
        ("Recall@1", None), ("Average precision", None), ("mAP", None), ("val acc", None),
        ("Train accuracy", None), ("macro accuracy", None), ("Params (M)", None), ("FPS", None),
        ("p-value", None), ("iba_0..1", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_many_names(text, role):
    assert heading(text).role == role


def test_the_percent_sign_of_a_heading_is_its_scale():
    assert [heading(text).scale for text in ("Acc (%)", "Acc [%]", "accuracy %", "Acc in %", "Acc")
            ] == [100, 100, 100, 100, None]  # fmt: skip


def test_a_spread_in_a_column_of_its_own_is_known():
    found = [heading(text) for text in ("SD", "accuracy sd", "std. accuracy", "표준편차", "±")]
    assert [(one.role, one.of) for one in found] == [
        (None, "sd"), ("accuracy", "sd"), ("accuracy", "sd"), (None, "sd"), (None, "sd"),
    ]  # fmt: skip


def test_letters_mean_something_only_beside_others():
    assert [one.role for one in headings(["P", "R", "F1"])] == ["precision", "recall", "f1"]
    assert heading("P").role is None
    assert [one.role for one in headings(["SE", "SP"])] == ["recall", "specificity"]
    assert (heading("SE").role, heading("SE").of) == (None, "se")


def test_every_other_name_is_of_a_known_role():
    assert set(BY_NAME.values()) <= set(KNOWN)
    assert not set(BY_NAME) & {one for one in KNOWN if BY_NAME.get(one, one) != one}
