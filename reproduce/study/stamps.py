"""What the published edition says of the paper of a run."""

from typing import Any

from reproduce.errors import UserError
from reproduce.study.study import Study
from reproduce.trials import edition as editions


def stamp_beside(study: Study) -> dict[str, Any] | None:
    """Return the stamp of the study's paper; None if there is none, or if it is that very run."""
    stamp = editions.published().stamp(study.paper)
    if stamp is None:
        return None
    # Read again: a parameter that is younger than the edition has its default there.
    try:
        theirs = study.protocol.parameters.read(stamp["given"])
    except UserError:
        # What was asked for then is refused by now.
        return stamp
    return None if theirs == study.parameters else stamp
