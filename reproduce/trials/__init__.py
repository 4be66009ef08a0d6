"""Trials: describe one training run, execute it, keep what it leaves."""
