"""Data: named data sets, splits, imbalance, samplers. A leaf: knows nothing of models or losses."""
