"""Losses of whole label maps: `(logits [N, C, H, W], mask [N, H, W])`."""
