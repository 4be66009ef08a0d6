"""Losses of embeddings and their labels: `(embeddings [N, D], labels [N])`."""
