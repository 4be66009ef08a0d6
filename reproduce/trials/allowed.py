"""How much may be trained: as much as is asked for, unless the surroundings say less.

A notebook that somebody opened by a button must not begin to train for hours. Who opens it there,
a first cell or the image of a hub, sets `REPRODUCE_TRAIN_AT_MOST`.
"""

import os
from collections.abc import Sequence

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.trials import estimate
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

VARIABLE = "REPRODUCE_TRAIN_AT_MOST"


def refuse_more(
    pending: Sequence[Planned], store: Store, workers: int, records: Sequence[Record]
) -> None:
    """Refuse to train what would take longer than `REPRODUCE_TRAIN_AT_MOST` minutes."""
    given = os.environ.get(VARIABLE, "")
    if not given or not pending:
        return
    try:
        minutes = float(given)
    except ValueError as error:
        raise UserError(f"{VARIABLE} is '{given}', expected a number of minutes") from error
    needed = estimate.seconds(pending, store, workers, records)
    if not needed <= 60 * minutes:
        number = "1 network is" if len(pending) == 1 else f"{len(pending)} networks are"
        raise UserError(
            f"{number} not trained yet, about {estimate.in_words(needed)} here, and {VARIABLE} "
            f'allows {given} minutes: put profile = "quick" into the parameters, or raise '
            f"{VARIABLE} if you mean it"
        )
