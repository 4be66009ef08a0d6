"""What scores are worth, how sure we are, and which verdict that allows. A leaf.

`metrics`, `per_class`, `one_vs_rest` and `calibration` measure scores against labels,
`thresholding` corrects scores for the training prior, `neighbours` rates embeddings and maps,
`representation` encoders; `significance` puts an interval around a paired effect (`bootstrap` and
`resampling` find the part of the test images), `detectability` says how large an effect a test set
can show at all, and `verdicts` is the one place where an interval becomes a word: by `rule`, wider
by `guard`, over several parts by `several` and `joint`, with `robustness` beside it. `margins` and
`power` look at a claim before it is tested, on experiments of `simulated`. Importing this package
imports none of them.
"""

# The metrics that a result stores, all as fractions; `metrics.summary` returns exactly these.
METRICS = {
    "accuracy": "share of test images whose highest score is at the true class",
    "balanced_accuracy": "unweighted mean of the recalls of the classes (macro recall)",
    "macro_f1": "unweighted mean of the F1 scores of the classes",
    "auc": "unweighted mean of the one-vs-rest ROC AUCs, scores not renormalised by row",
    "gmean_recall": "geometric mean of the recalls, zero if a class is missed altogether",
    "worst_class_recall": "recall of the class that is recognised worst",
}
