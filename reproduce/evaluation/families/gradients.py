"""Which share of a loss's gradient lies on the hardest pairs, over training."""

import numpy as np

from reproduce.evaluation.resampling import resample_counts

# Columns of `gradients/shares`: (all, hardest tenth) of the positives, then of the negatives.
SHARES = {"hard_positive_gradient_share": (0, 1), "hard_negative_gradient_share": (2, 3)}


def values(arrays) -> dict[str, float]:
    """Return the mean over the moments that were looked at."""
    whole = np.ones((np.asarray(arrays["gradients/shares"]).shape[1], 1))
    return {name: float(of[0]) for name, of in _shares(arrays, whole).items()}


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Return it on resamples of the identities whose images were looked at."""
    people = np.asarray(arrays["gradients/shares"]).shape[1]
    return _shares(arrays, resample_counts(np.zeros(people, dtype=int), draws))


def over_time(arrays) -> dict[str, np.ndarray]:
    """Return each share at every moment [moments]."""
    sums = np.asarray(arrays["gradients/shares"]).sum(axis=1)
    return {name: sums[:, hard] / sums[:, every] for name, (every, hard) in SHARES.items()}


def _shares(arrays, drawn: np.ndarray) -> dict[str, np.ndarray]:
    sums = np.einsum("tic,id->tcd", np.asarray(arrays["gradients/shares"]), drawn)
    return {
        name: (sums[:, hard] / sums[:, every]).mean(axis=0)
        for name, (every, hard) in SHARES.items()
    }
