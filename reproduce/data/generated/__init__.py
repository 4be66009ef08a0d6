"""Data sets that the project draws itself: deterministic, versioned, with known label noise.

They stand for no data set in the world. They can show whether a mechanism exists, and nothing
else; every title says that they are generated. Not for diagnosis.
"""

from collections.abc import Callable, Iterator

from reproduce.data.generated import assembly, dermoscopy, identities, lesions, nodules, warts_corns
from reproduce.data.generated.assembly import BALANCED_TEST, Block, GeneratedSet
from reproduce.data.generated.difficulty import LEVELS, best_scores
from reproduce.data.records import Dataset
from reproduce.errors import UserError, unknown_name

# One line a set: a module with `SET`, what makes it, and `make`, which draws it.
_MODULES = (lesions, warts_corns, dermoscopy, nodules, identities)
DESCRIPTIONS: dict[str, GeneratedSet] = {module.SET.name: module.SET for module in _MODULES}
GENERATED: dict[str, Callable[..., Dataset]] = {module.SET.name: module.make for module in _MODULES}


def describe(name: str) -> GeneratedSet:
    """Return what makes a generated set."""
    if name not in DESCRIPTIONS:
        raise unknown_name("generated data set", name, DESCRIPTIONS)
    return DESCRIPTIONS[name]


def stream(
    name: str,
    size: int = 64,
    difficulty: str = "medium",
    seed: int = 0,
    total: int = BALANCED_TEST,
    chunk: int = 512,
) -> Iterator[Block]:
    """Draw a balanced test set piece by piece, without storing it.

    None of its images is in the data set's own splits. The same images come in the same order
    whatever `chunk` is.
    """
    return assembly.stream(describe(name), size, difficulty, seed, total, chunk)


def best_possible(name: str, difficulty: str = "medium", prior=None) -> dict[str, float]:
    """Return the best accuracy (at `prior`) and balanced accuracy that label noise leaves.

    Parameters
    ----------
    prior
        share of each class, or its counts; by default those of the set's test split.
    """
    description = describe(name)
    if description.table is None:
        raise UserError(
            f"'{name}' has no labels with noise, so no best possible score below 100 %; "
            f"expected one of: {', '.join(n for n, d in DESCRIPTIONS.items() if d.table)}"
        )
    level = assembly.check(description, assembly.SMALLEST, difficulty, 0)
    weights = description.counts["test"] if prior is None else prior
    return best_scores(description.table(level), weights)


__all__ = ["DESCRIPTIONS", "GENERATED", "LEVELS", "Block", "best_possible", "describe", "stream"]
