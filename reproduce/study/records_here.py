"""What is known of a data set: read off the data where it is here, else from the store."""

from reproduce.data import catalog
from reproduce.data.records import Record
from reproduce.trials.store import Store


def find_record(name: str, store: Store) -> Record:
    """Return the record of a data set: from the data if it is here, else from the store.

    A generated set that the store knows is not drawn again to say what is in it.
    """
    known = next((record for record in store.records() if record.name == name), None)
    if known and known.fingerprint == catalog.fingerprint_of(name):
        return known
    if known is None or catalog.is_here(name):
        # Where the data is absent this raises the error that says how to get it.
        return catalog.load(name).record()
    return known
