"""Losses of a classifier's outputs: `(logits [N, C], labels [N])`."""
