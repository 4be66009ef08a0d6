"""Is there a set of confusion matrices behind these printed numbers?

Runs on one test set, folds, several test sets: scores, means and spreads together, and that every
matrix holds whole numbers. "Inconsistent" is said after a complete search, or with a certificate
that was checked by itself; what a search could not finish is told as not decided.
"""
