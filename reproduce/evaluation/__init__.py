"""What scores are worth, how sure we are, and which verdict that allows. A leaf.

`registry` knows every metric by name; `families` compute them from what a trial keeps. `metrics`,
`per_class`, `one_vs_rest`, `averages` and `calibration` measure scores against labels,
`thresholding` corrects scores for the training prior, `neighbours` and `silhouettes` rate
embeddings and maps, `representation` encoders, `overlap` masks, `pair_measures` pairs of images;
`significance` puts an interval around a paired effect (`bootstrap` and `resampling` find the part
of the test images), `detectability` says how large an effect a test set can show at all, and
`verdicts` is the one place where an interval becomes a word: by `rule`, wider by `guard`, over
several parts by `several` and `joint`, with `robustness` beside it. `margins` and `power` look at a
claim before it is tested, on experiments of `simulated`. Importing this package imports none of
them.
"""
