"""Balanced and discriminative contrastive learning (BDCL, 2024): what only this paper needs."""
