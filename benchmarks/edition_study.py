"""The study of a published edition, in a store of its own, for what is judged on it again."""

from pathlib import Path

from reproduce import papers
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.store import Store


def published() -> list[str]:
    """Return the papers of which an edition is committed."""
    return [name for name in papers.names() if editions.published().stamp(name)]


def opened(paper: str, folder: Path) -> Study:
    """Return the study of a paper's edition, of a registered plan as far as it is published."""
    stamp, store = editions.published().stamp(paper), Store(folder / paper)
    editions.merge(store, editions.published(), paper)
    protocol = papers.protocol(paper)
    return Study(protocol, protocol.parameters.read(stamp["given"]), store).as_far_as_done()
