"""The table of methods. A name has one meaning; where papers and posts differ, options say so."""

from dataclasses import fields, replace
from functools import partial

from reproduce.methods import contrastive, metric_learning, mixing, sampling, self_supervised
from reproduce.methods import pixels as of_maps
from reproduce.methods.classifier_losses import ce_drw, gcl, ldam, ldam_drw, one_phase
from reproduce.methods.entry import CLASSIFICATION, SEGMENTATION, VERIFICATION, Builder, Entry
from reproduce.methods.search_spaces import SPACES
from reproduce.methods.two_stage import crt, smote_embeddings

BUDA, REVIEW, LONG_TAIL = "Buda et al. (2018)", "a review of later methods", "long-tailed CIFAR"
METRIC, BDCL, DUAL_HEAD = "Kim et al. (2021)", "BDCL (2024)", "Yun and Kim (2026)"
POST = "a post on the difficulty-aware loss"
# What builders hand on to `contrasted`, and to the methods that pre-train without labels.
OF_CONTRAST = (
    "encoder", "head", "classifier", "second", "transforms", "transform_parameters",
    "objective_parameters",
)  # fmt: skip
OF_PRE_TRAINING = tuple(each.name for each in fields(self_supervised.Options))
PRIOR = ("divide_by_prior",)


def classifying(words: str, origin: str, builder: Builder, label: str | None = None) -> Entry:
    """Return a method for classification alone."""
    return Entry(words, origin, {CLASSIFICATION: builder}, label)


def of_loss(words: str, origin: str, builder: Builder, label: str | None = None) -> Entry:
    """Return a method that is a classifier's loss, of images or of pixels."""
    return Entry(words, origin, {CLASSIFICATION: builder, SEGMENTATION: builder}, label)


def of_pixels(words: str, origin: str, builder: Builder, label: str | None = None) -> Entry:
    """Return a method that is a loss of label maps."""
    return Entry(words, origin, {SEGMENTATION: builder}, label)


def contrasting(
    words: str, origin: str, builder: Builder, verifying: Builder | None = None,
    label: str | None = None, segmenting: Builder | None = None,
) -> Entry:  # fmt: skip
    """Return an encoder by contrast: with a classifier on it, or alone, to verify with."""
    builders = {CLASSIFICATION: builder}
    if verifying is not None:
        builders[VERIFICATION] = verifying
    if segmenting is not None:
        builders[SEGMENTATION] = segmenting
    return Entry(words, origin, builders, label, takes=OF_CONTRAST)


def embedding(words: str, origin: str, loss: str) -> Entry:
    """Return an embedding: with a classifier on it, or alone, to verify with."""
    builders = {
        CLASSIFICATION: partial(metric_learning.embedded, objective=loss),
        VERIFICATION: partial(metric_learning.compared, objective=loss),
    }
    return Entry(words, origin, builders)


def pre_training(words: str, origin: str, builder: Builder) -> Entry:
    """Return a pre-training without labels, then fine-tuning."""
    return Entry(words, origin, {CLASSIFICATION: builder}, takes=OF_PRE_TRAINING)


def _sampled(sampler: str, *posthoc: str) -> Builder:
    return partial(sampling.sampled, sampler=sampler, posthoc=posthoc)


# fmt: off
_TABLE: dict[str, Entry] = {
    # As it comes, and what is shown how often.
    "baseline": of_loss("the recipe as it is: cross-entropy, images as they come", BUDA,
                        sampling.plain),
    "cross_entropy": of_loss("the same as baseline", METRIC, sampling.plain),
    "oversampling": classifying("images of rare classes shown again until all are equal", BUDA,
                                _sampled("oversampling")),
    "undersampling": classifying("images of large classes left out until all are equal", BUDA,
                                 _sampled("undersampling")),
    "thresholding": classifying("class probabilities divided by the class shares", BUDA,
                                partial(sampling.afterwards, posthoc=PRIOR)),
    "oversampling_thresholding": classifying("oversampling, then thresholding", BUDA,
                                             _sampled("oversampling", *PRIOR)),
    "undersampling_thresholding": classifying("undersampling, then thresholding", BUDA,
                                              _sampled("undersampling", *PRIOR)),
    "two_phase_oversampling": classifying(
        "oversampling, then the last layer on the images as they come", BUDA,
        partial(sampling.two_phase, sampler="oversampling")),
    "two_phase_undersampling": classifying(
        "undersampling, then the last layer on the images as they come", BUDA,
        partial(sampling.two_phase, sampler="undersampling")),
    "partial_oversampling": classifying("oversampling part of the way to balance", BUDA,
        partial(sampling.partly_sampled, sampler="oversampling")),
    "partial_undersampling": classifying("undersampling part of the way to balance", BUDA,
        partial(sampling.partly_sampled, sampler="undersampling")),
    "logit_adjustment_posthoc": classifying(
        "logarithms of the class shares taken off the scores", LONG_TAIL,
        partial(sampling.afterwards, posthoc=("logit_adjustment",)),
        "Logit adjustment afterwards"),
    # Another loss of the classifier.
    "class_weights": of_loss(
        "cross-entropy, classes weighted by their inverse frequency", REVIEW,
        partial(one_phase, objective="cross_entropy", class_weights="inverse"), "Class weights"),
    "effective_number_weights": of_loss(
        "cross-entropy, classes weighted by their effective number", LONG_TAIL,
        partial(one_phase, objective="cross_entropy", class_weights="effective_number"),
        "Effective-number weights"),
    "focal": of_loss("focal loss, gamma 2", REVIEW,
                     partial(one_phase, objective="focal", gamma=2.0)),
    "dual_focal": of_loss("dual focal loss", REVIEW, partial(one_phase, objective="dual_focal")),
    "cb_focal": of_loss(
        "focal loss, classes weighted by their effective number", LONG_TAIL,
        partial(one_phase, objective="focal", gamma=2.0, class_weights="effective_number"),
        "Class-balanced focal loss"),
    "balanced_softmax": of_loss("balanced softmax", LONG_TAIL,
                                partial(one_phase, objective="balanced_softmax")),
    "logit_adjustment": of_loss("the loss of logit adjustment, tau 1", LONG_TAIL,
                                partial(one_phase, objective="logit_adjustment", tau=1.0)),
    "ldam": of_loss("LDAM's margins on cosines", LONG_TAIL, ldam, "LDAM"),
    "ldam_drw": of_loss("LDAM, classes weighted late", LONG_TAIL, ldam_drw, "LDAM-DRW"),
    "ce_drw": of_loss("cross-entropy, classes weighted late", LONG_TAIL, ce_drw,
                      "Cross-entropy, DRW"),
    "gcl": classifying("GCL: clouded cosines, then its classifier alone", BDCL, gcl, "GCL"),
    "lovasz_softmax": of_pixels("Lovasz softmax", BDCL,
                                partial(one_phase, objective="lovasz_softmax")),
    "soft_iou": of_pixels("soft intersection over union", BDCL,
                          partial(one_phase, objective="soft_iou"), "Soft IoU"),
    # Images blended.
    "mixup": classifying("images blended with any other", REVIEW,
                         partial(mixing.mixed, mixing="mixup")),
    "cutmix": classifying("a part of an image out of any other", REVIEW,
                          partial(mixing.mixed, mixing="cutmix")),
    "intra_class_cutmix": classifying("a part of an image out of another of its class", REVIEW,
                                      partial(mixing.mixed, mixing="intra_class_cutmix")),
    "cutout": classifying("a square of an image erased, somewhere else each time", REVIEW,
                          mixing.cutout),
    "balanced_mixup": classifying("images as they come blended with those of a balanced batch",
                                  BDCL, mixing.balanced_mixup, "Balanced-MixUp"),
    # First the encoder, then a classifier.
    "smote_embeddings": classifying("the recipe, then SMOTE among its embeddings", REVIEW,
                                    smote_embeddings),
    "borderline_smote_embeddings": classifying(
        "the recipe, then SMOTE among its embeddings where classes meet", REVIEW,
        partial(smote_embeddings, kind="borderline"), "Borderline-SMOTE"),
    "kmeans_smote_embeddings": classifying(
        "the recipe, then SMOTE within clusters of its embeddings", REVIEW,
        partial(smote_embeddings, kind="kmeans"), "K-means SMOTE"),
    "crt": classifying("cross-entropy, then a new classifier on balanced batches", BDCL, crt,
                       "cRT"),
    "sup_con": contrasting("SupCon", BDCL, contrastive.sup_con,
                           metric_learning.sup_con_embedding, "SupCon"),
    "kcl": contrasting("k positives of each anchor", LONG_TAIL, contrastive.kcl, label="KCL"),
    "tsc": contrasting("KCL, then targets for the classes as well", REVIEW, contrastive.tsc,
                       segmenting=of_maps.tsc),
    "bdcl": contrasting("BDCL: learned temperatures and hard prototypes", BDCL, contrastive.bdcl,
                        label="BDCL", segmenting=of_maps.bdcl),
    "bdcl_without_tdl": contrasting(
        "BDCL with a fixed temperature", BDCL,
        partial(contrastive.bdcl, temperature_learning=False), label="BDCL without TDL",
        segmenting=partial(of_maps.bdcl, temperature_learning=False)),
    "bdcl_without_hep": contrasting(
        "BDCL without its hard prototypes", BDCL,
        partial(contrastive.bdcl, hard_prototypes=False), label="BDCL without HEP",
        segmenting=partial(of_maps.bdcl, hard_prototypes=False)),
    "difficulty_aware_sup_con": contrasting(
        "SupCon that weighs hard pairs more", POST, contrastive.difficulty_aware_sup_con,
        metric_learning.difficulty_aware_embedding, "Difficulty-aware SupCon"),
    "contrastive": embedding("contrastive loss of pairs", METRIC, "contrastive"),
    "triplet": embedding("triplet loss", METRIC, "triplet"),
    "lifted_structured": embedding("lifted structured loss", METRIC, "lifted_structured"),
    # First without labels, then fine-tuning.
    "supervised": pre_training("fine-tuning alone", DUAL_HEAD, self_supervised.supervised),
    "simclr": pre_training("SimCLR", DUAL_HEAD, self_supervised.simclr),
    "auc_cl": pre_training("AUC-CL: a ranking loss, no negative mined", DUAL_HEAD,
                           self_supervised.auc_cl),
    "dual_head": pre_training("similarity alone, then with the ranking loss", DUAL_HEAD,
                              self_supervised.dual_head),
    "ranking_alone": pre_training("dual_head without its similarity loss", DUAL_HEAD,
                                  self_supervised.ranking_alone),
    "shared_head": pre_training("dual_head with one projection head", DUAL_HEAD,
                                self_supervised.shared_head),
    "all_negatives": pre_training("dual_head with every negative", DUAL_HEAD,
                                  self_supervised.all_negatives),
    "auc_cl_warm_up": pre_training("AUC-CL after dual_head's warm-up", DUAL_HEAD,
                                   self_supervised.auc_cl_warm_up),
    "supervised_longer": pre_training("fine-tuning as long as pre-training and it", DUAL_HEAD,
                                      self_supervised.supervised_longer),
}
# fmt: on
ENTRIES = {name: replace(found, space=SPACES.get(name, {})) for name, found in _TABLE.items()}
