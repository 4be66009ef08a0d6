"""Choosing a configuration of every method on validation images, before any test image is seen."""

from reproduce.study.choosing import Search

# What is chosen by, and what gains are first said in: no class can be given up for another in it.
METRIC = "macro_f1"
SEARCH = Search(experiment="search", metric=METRIC, outlives_divergence=True)
