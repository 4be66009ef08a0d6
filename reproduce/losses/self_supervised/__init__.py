"""Losses of two views of each image, without labels: `(view1 [N, D], view2 [N, D])`."""
