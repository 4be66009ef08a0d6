"""The words that registered claims are written in: papers, methods, factors, data sets, metrics.

Kept as plain tables so that a claim with a misspelt name is refused when it is loaded, long before
anything has been trained, and without importing torch.
"""

import re

PAPERS = (
    "dual_head",
    "metric_learning",
    "balanced_contrastive",
    "class_imbalance",
    "difficulty_aware",
)


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


METHODS: dict[str, frozenset[str]] = {
    "dual_head": _names("supervised simclr auc_cl dual_head"),
    "metric_learning": _names("cross_entropy contrastive triplet lifted_structured"),
    "balanced_contrastive": _names(
        "cross_entropy focal ldam crt tsc balanced_mixup gcl bdcl lovasz_softmax soft_iou "
        "bdcl_without_tdl bdcl_without_hep sup_con"
    ),
    "class_imbalance": _names(
        "baseline oversampling undersampling two_phase_oversampling two_phase_undersampling "
        "thresholding oversampling_thresholding undersampling_thresholding "
        "partial_oversampling partial_undersampling "
        "focal dual_focal mixup cutmix intra_class_cutmix smote_embeddings tsc"
    ),
    "difficulty_aware": _names("sup_con difficulty_aware_sup_con"),
}

# What a term or a contrast may be restricted by, besides its method.
FACTORS: dict[str, frozenset[str]] = {
    "dual_head": _names("dataset rare_share sim_weight hard_negatives batch_size warm_up_epochs"),
    "metric_learning": _names("dataset backbone"),
    "balanced_contrastive": _names("dataset"),
    "class_imbalance": _names("dataset imbalance rho mu level"),
    "difficulty_aware": _names("dataset identities domain"),
}

DATASETS = _names(
    "mnist cifar10 imagenet digits acne04 chexpert lesions retinamnist pneumoniamnist warts_corns "
    "isic2019 hyper_kvasir dermoscopy nodules thyroid_ultrasound identities"
)

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
