"""Trained networks that leave the store: written with all that using them needs, read, asked."""
