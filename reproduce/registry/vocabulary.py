"""The words that registered claims are written in, besides those of the paper's own record.

Plain tables, so that a claim with a misspelt name is refused when it is loaded, long before
anything has been trained, and without importing torch.
"""

import re

from reproduce.data import entries


def known_data() -> frozenset[str]:
    """Return the data sets that claims may be judged on: those of the catalog."""
    return frozenset(entries.entries())


# Per image classification: fractions between 0 and 1 unless said otherwise.
METRICS: dict[str, str] = {
    "accuracy": "share of test images classified correctly (equals the support-weighted recall)",
    "balanced_accuracy": "mean recall over classes (macro recall)",
    "macro_precision": "mean precision over classes",
    "macro_f1": "mean F1 over classes",
    "weighted_precision": "precision averaged over classes by their share of the test images",
    "weighted_f1": "F1 averaged over classes by their share of the test images",
    "auc": "mean one-vs-rest ROC AUC over classes, scores not renormalised",
    "gmean_recall": "geometric mean of the recalls, zero if a class is missed",
    "gmean_ovr": "mean over classes of sqrt(sensitivity * specificity), one class versus the rest",
    "iba_0_1": "mean over classes of (1 + 0.1 (sensitivity - specificity)) * their product",
    "iba_0_5": "mean over classes of (1 + 0.5 (sensitivity - specificity)) * their product",
    "iba_1": "mean over classes of (1 + sensitivity - specificity) * their product",
    "worst_class_recall": "recall of the class recognised worst",
    "minority_recall": "mean recall over the classes with fewer training images than the average",
    "minority_f1": "mean F1 over the classes with fewer training images than the average",
    "majority_recall": "mean recall over the classes with at least the average number of images",
    "rarest_class_recall": "recall of the class with the fewest training images",
    "rarest_class_deficit": "mean recall of the other classes minus that of the rarest class",
    "recall_spread": "largest minus smallest recall over classes",
    "f1_spread": "largest minus smallest F1 over classes",
    "lesion_confusion_excess": "rate of wart-corn confusions minus rate of lesion-skin confusions",
    # Differences between training and test images.
    "generalization_gap": "balanced accuracy on the training images minus on the test images",
    "generalization_gap_growth": "generalization gap at the end minus half-way through training",
    # Embeddings of test images.
    "knn_accuracy": "leave-one-out accuracy of 10 nearest neighbours in the embedding",
    "silhouette": "mean silhouette of the classes in the embedding, between -1 and 1",
    "linear_probe": "balanced accuracy of a linear classifier on the frozen embedding",
    "uniformity_loss": "log mean Gaussian potential of embedding pairs; higher is less uniform",
    "class_centre_cosine": "mean cosine between class centres; lower is more evenly spread",
    # What happens inside a loss.
    "temperature_count_correlation": "Spearman correlation of class temperature and class size",
    "temperature_similarity_correlation": (
        "Spearman correlation of class temperature and mean similarity of its hardest negatives"
    ),
    "negative_gradient_evenness": "entropy of the negatives' gradient over classes, over its limit",
    "hard_positive_gradient_share": "share of the positives' gradient on the hardest tenth",
    "hard_negative_gradient_share": "share of the negatives' gradient on the hardest tenth",
    # Segmentation.
    "miou": "mean intersection over union over classes, pixels pooled over the test images",
    # Verification: pairs of images of identities not seen in training.
    "eer": "equal error rate, interpolated between the two bracketing thresholds",
    "verification_auc": "probability that a genuine pair scores above an impostor pair",
    "genuine_similarity": "mean cosine of pairs of one identity",
    "impostor_similarity": "mean cosine of pairs of two identities",
    "hard_positive_similarity": "mean cosine of the tenth of genuine pairs least alike",
}

# One class of the data's own order, counted from 0: `f1_class_2` is the F1 of its third class.
_OF_CLASS = re.compile(r"(recall|precision|f1|iou)_class_\d+")


def is_metric(name: str) -> bool:
    """Say whether claims may be stated in this metric."""
    return name in METRICS or _OF_CLASS.fullmatch(name) is not None
