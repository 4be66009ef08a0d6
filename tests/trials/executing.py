"""Execute a trial and keep what it leaves, as an executor and the driver do together."""

from reproduce.trials.execute import Surroundings
from reproduce.trials.execute import execute as measured
from reproduce.trials.keeping import keep

__all__ = ["Surroundings", "execute"]


def execute(planned, store, surroundings):
    """Return the result that a store now holds."""
    return keep(measured(planned, store.checkpoints_folder, surroundings), store, planned.labels)
