"""Training: phases, the one loop that runs them, checkpoints."""
