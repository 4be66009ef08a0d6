"""The one registry of metrics: every name that a claim, a row or a figure may use.

A metric is added here, with a function in the module of its family (`families/`); where nothing can
measure it yet, with a dated reason. Importing this loads no numerical library.
"""

import re
from collections.abc import Sequence

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.metric import NUMBER, Family, Metric

SCORES = Family("logits", "scores")
CLASSES = Family("logits", "logits", "classes", of_counts=True)
AVERAGES = Family("logits", "averages", "further_averages", of_counts=True)
CURVE = Family("curve", "curve", "curve")
CENTRES = Family("embeddings", "embeddings", "centres")
NEIGHBOURHOODS = Family("embeddings", "neighbourhoods", "neighbourhoods")
ENCODERS = Family("encoders", "encoders", "encoders")
MASKS = Family("masks", "masks", task="segmentation")
PAIRS = Family("embeddings", "pairs", task="verification")
PAIR_GRADIENTS = Family("gradients", "gradients", "gradients", task="verification")
TEMPERATURES = Family("history", "temperatures", "temperatures", of_history=True)


_OF_SCORES = (
    Metric("accuracy", "share of test images whose highest score is at the true class", SCORES),
    Metric("balanced_accuracy", "unweighted mean of the recalls of the classes (macro recall)",
           SCORES),
    Metric("macro_f1", "unweighted mean of the F1 scores of the classes", SCORES, "Macro F1"),
    Metric("auc", "unweighted mean of the one-vs-rest ROC AUCs, scores not renormalised by row",
           SCORES, "ROC AUC (macro, one-vs-rest)", digits=2),
    Metric("gmean_recall", "geometric mean of the recalls, zero if a class is missed altogether",
           SCORES, "G-mean of recalls"),
    Metric("worst_class_recall", "recall of the class that is recognised worst",
           SCORES, "Recall of the worst class"),
)  # fmt: skip
_OF_WHAT_IS_LEFT = (
    Metric("auc_log_error",
           "natural logarithm of 1 - AUC; 0.1 lower is about a tenth less of the remaining error",
           SCORES, "Remaining error of the AUC (logarithm)", unit=NUMBER, digits=2,
           same_as="auc", turned="log_remaining", lower=True),
)  # fmt: skip
_OF_CLASSES = (
    Metric("macro_precision",
           "unweighted mean of the precisions; 0 for a class that is never predicted", CLASSES),
    Metric("minority_f1", "mean F1 of the classes with fewer training images than the average",
           CLASSES, "F1 of the rarer classes"),
    Metric("minority_recall",
           "mean recall of the classes with fewer training images than the average",
           CLASSES, "Recall of the rarer classes"),
    Metric("majority_recall",
           "mean recall of the classes with at least the average number of training images",
           CLASSES, "Recall of the larger classes"),
    Metric("f1_spread", "largest minus smallest F1 of a class", CLASSES,
           "Largest minus smallest F1"),
    Metric("quadratic_kappa",
           "quadratically weighted kappa of ordered grades; 1 is perfect, 0 is chance", CLASSES),
    Metric("mean_absolute_error",
           "mean distance in grades between prediction and truth; lower is better",
           CLASSES, unit=NUMBER, digits=2, lower=True),
)  # fmt: skip
_OF_AVERAGES = (
    Metric("weighted_precision", "precision averaged over classes by their share of test images",
           AVERAGES),
    Metric("weighted_f1", "F1 averaged over classes by their share of the test images",
           AVERAGES, "Weighted F1"),
    Metric("gmean_ovr", "mean over classes of sqrt(sensitivity * specificity), class against rest",
           AVERAGES, "G-mean, class against rest"),
    Metric("iba_0_1",
           "mean over classes of (1 + 0.1 (sensitivity - specificity)) * their product",
           AVERAGES, "IBA (alpha 0.1)"),
    Metric("iba_0_5",
           "mean over classes of (1 + 0.5 (sensitivity - specificity)) * their product",
           AVERAGES, "IBA (alpha 0.5)"),
    Metric("iba_1", "mean over classes of (1 + sensitivity - specificity) * their product",
           AVERAGES, "IBA (alpha 1)"),
    Metric("rarest_class_recall", "recall of the class with the fewest training images", AVERAGES,
           "Recall of the rarest class"),
    Metric("rarest_class_deficit",
           "mean recall of the other classes minus that of the rarest class", AVERAGES,
           "Deficit of the rarest class"),
    Metric("recall_spread", "largest minus smallest recall of a class", AVERAGES,
           "Largest minus smallest recall"),
    Metric("lesion_confusion_excess",
           "share of lesion images taken for another lesion minus share taken for normal skin",
           AVERAGES, "Excess of confusions between lesions"),
)  # fmt: skip
_OF_EMBEDDINGS = (
    Metric("generalization_gap",
           "balanced accuracy on the training images minus on the test images", CURVE),
    Metric("generalization_gap_growth",
           "generalization gap at the end minus half-way through training", CURVE),
    Metric("class_centre_cosine",
           "mean cosine between class centres; lower is more evenly spread", CENTRES,
           unit=NUMBER, digits=3),
    Metric("knn_accuracy",
           "leave-one-out accuracy of 10 nearest neighbours among the test embeddings",
           NEIGHBOURHOODS, "Accuracy of 10 nearest neighbours"),
    Metric("silhouette",
           "mean over test images of their silhouette by class in the embedding, from -1 to 1",
           NEIGHBOURHOODS, unit=NUMBER, digits=3),
    Metric("alignment_before", "mean squared distance of two views of an image, before fine-tuning",
           ENCODERS, unit=NUMBER, digits=3),
    Metric("alignment_after", "mean squared distance of two views of an image, after fine-tuning",
           ENCODERS, unit=NUMBER, digits=3),
    Metric("uniformity_loss",
           "log mean Gaussian potential of test images, before fine-tuning; higher is less uniform",
           ENCODERS, unit=NUMBER, digits=2),
    Metric("uniformity_after", "the same of the encoder after fine-tuning", ENCODERS,
           unit=NUMBER, digits=2),
    Metric("knn_before", "accuracy of 20 nearest training images by cosine, before fine-tuning",
           ENCODERS),
    Metric("knn_after", "accuracy of 20 nearest training images by cosine, after fine-tuning",
           ENCODERS),
    Metric("probe_before",
           "balanced accuracy of a linear classifier on the encoder before fine-tuning", ENCODERS),
    Metric("probe_after",
           "balanced accuracy of a linear classifier on the encoder after fine-tuning", ENCODERS),
    Metric("linear_probe",
           "balanced accuracy of a linear classifier on the frozen embedding at the end", ENCODERS,
           same_as="probe_after"),
)  # fmt: skip
_OF_LOSSES = (
    Metric("temperature_count_correlation",
           "Spearman correlation of class temperature and class size", TEMPERATURES,
           unit=NUMBER, digits=2),
    Metric("temperature_similarity_correlation",
           "Spearman correlation of class temperature and mean similarity of its hardest negatives",
           TEMPERATURES, unit=NUMBER, digits=2),
    Metric("negative_gradient_evenness",
           "entropy of the negatives' gradient over classes, over its limit", TEMPERATURES,
           unit=NUMBER, digits=3),
    Metric("hard_positive_gradient_share",
           "share of the positives' gradient on the hardest tenth", PAIR_GRADIENTS,
           "Gradient on the hardest positives"),
    Metric("hard_negative_gradient_share",
           "share of the negatives' gradient on the hardest tenth", PAIR_GRADIENTS,
           "Gradient on the hardest negatives"),
)  # fmt: skip
_OF_MAPS_AND_PAIRS = (
    Metric("miou", "mean intersection over union of the classes, pixels pooled over test images",
           MASKS, "Mean IoU"),
    Metric("mean_dice", "mean over classes of 2 TP / (2 TP + FP + FN), pixels pooled", MASKS),
    Metric("pixel_accuracy", "share of the pixels of all test images that are right", MASKS),
    Metric("image_miou",
           "mean over test images of the mean IoU of the classes that the image's mask shows",
           MASKS, "Mean IoU by image"),
    Metric("eer", "equal error rate, interpolated between the two bracketing thresholds", PAIRS,
           "Equal error rate", digits=2, lower=True),
    Metric("verification_auc", "probability that a genuine pair scores above an impostor pair",
           PAIRS, "AUC of verification", digits=2),
    Metric("genuine_similarity", "mean cosine of pairs of one identity", PAIRS,
           "Cosine of genuine pairs", NUMBER, 3),
    Metric("impostor_similarity", "mean cosine of pairs of two identities", PAIRS,
           "Cosine of impostor pairs", NUMBER, 3),
    Metric("hard_positive_similarity", "mean cosine of the tenth of genuine pairs least alike",
           PAIRS, "Cosine of the hardest genuine pairs", NUMBER, 3),
)  # fmt: skip
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *_OF_SCORES, *_OF_WHAT_IS_LEFT, *_OF_CLASSES, *_OF_AVERAGES, *_OF_EMBEDDINGS, *_OF_LOSSES,
        *_OF_MAPS_AND_PAIRS,
    )
}  # fmt: skip
# What every result of a classification stores.
SUMMARY = tuple(metric.name for metric in _OF_SCORES)
# One class of the data's own order, counted from 0: `f1_class_2` is the F1 of its third class.
_CLASS_NUMBER = re.compile(r"(recall|precision|f1|image_iou|iou)_class_(\d+)")
_OF_ONE_CLASS = {
    "recall": ("recall", CLASSES, "Recall"),
    "f1": ("F1", CLASSES, "F1"),
    "precision": ("precision", AVERAGES, "Precision"),
    "iou": ("intersection over union", MASKS, "IoU"),
    "image_iou": (
        "mean over the images that show it of the intersection over union",
        MASKS,
        "IoU by image",
    ),
}
# The class that `lesion_confusion_excess` sets apart from the others has this word in its name.
APART = "normal"


def is_metric(name: str) -> bool:
    """Say whether claims may be stated in this metric."""
    return name in METRICS or _CLASS_NUMBER.fullmatch(name) is not None


def metric(name: str) -> Metric:
    """Return a metric by its name; of one class too, as in `recall_class_2`."""
    if name in METRICS:
        return METRICS[name]
    found = _CLASS_NUMBER.fullmatch(str(name))
    if not found:
        raise unknown(name)
    words, family, label = _OF_ONE_CLASS[found[1]]
    what = f"{words} of the class of number {found[2]}, counted from 0"
    return Metric(name, what, family, f"{label} of class {found[2]}")


def unknown(name: str) -> UserError:
    """Say that no metric has this name, and which one it is near."""
    return unknown_name("metric", name, [*METRICS, *(f"{what}_class_0" for what in _OF_ONE_CLASS)])


def absent_class(name: str, class_names: tuple[str, ...]) -> str:
    """Say which class a metric asks for where the data have none of it; empty if it has all."""
    found = _CLASS_NUMBER.fullmatch(name)
    if found and int(found[2]) >= len(class_names):
        return f"class {found[2]}, the classes here are 0 to {len(class_names) - 1}"
    if name == "lesion_confusion_excess" and set_apart(class_names) is None:
        there = ", ".join(class_names)
        return f"a class 'normal skin' beside two others, the classes here are {there}"
    return ""


def set_apart(class_names: Sequence[str]) -> int | None:
    """Return the number of the class without a lesion; None where it or two others are lacking."""
    normal = [k for k, name in enumerate(class_names) if APART in re.findall(r"\w+", name.lower())]
    return normal[0] if len(normal) == 1 and len(class_names) > 2 else None
