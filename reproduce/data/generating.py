"""Generated data sets by name: their options, read from the makers' own signatures."""

import inspect
from dataclasses import replace
from functools import lru_cache

from reproduce.data.names import Option
from reproduce.data.records import Dataset
from reproduce.errors import UserError

MEANINGS = {
    "size": "side in pixels",
    "difficulty": "easy, medium or hard",
    "seed": "another seed, other images",
    "rare": "number of the class that is to be the rarest",
    "balanced": "images of a further, balanced test split of that name; 0 for none",
}
CHOICES = {"difficulty": ("easy", "medium", "hard")}
RANGES = {"size": (28, 512), "seed": (0, 2**32 - 1), "balanced": (0, 100_000)}
# `rare` has no default of a number's type: -1 stands for "as the counts are".
AS_THEY_ARE = -1


def options_of(name: str) -> dict[str, Option]:
    """Return the options of a generated set; those that no name can spell are left out."""
    options = {}
    for key, parameter in inspect.signature(_maker(name)).parameters.items():
        default = AS_THEY_ARE if key == "rare" else parameter.default
        if not isinstance(default, int | float | str):
            continue
        low, high = RANGES.get(key, (None, None))
        meaning = MEANINGS.get(key, key)
        options[key] = Option(default, meaning, CHOICES.get(key, ()), low, high)
    return options


def generate(name: str, base: str, given: dict) -> Dataset:
    """Draw a generated set; the last two stay in memory."""
    return _generated(name, base, tuple(sorted(given.items())))


@lru_cache(maxsize=2)
def _generated(name: str, base: str, given: tuple) -> Dataset:
    from reproduce.data.drawn import read_or_draw

    values = {k: v for k, v in given if (k, v) != ("rare", AS_THEY_ARE)}
    fingerprint = fingerprint_of(base, dict(given))
    return read_or_draw(name, fingerprint, lambda: replace(_maker(base)(**values), name=name))


def fingerprint_of(base: str, given: dict) -> str:
    """Return the fingerprint that the generated set would have, without drawing it."""
    from reproduce.data.generated import assembly, dermoscopy, describe

    description = describe(base)
    # One set has a number of images in all beside its counts.
    counts = dermoscopy.counts_for(given["total"]) if "total" in given else None
    rare = None if given["rare"] == AS_THEY_ARE else given["rare"]
    wanted = assembly.counts_of(description, counts, rare, given["balanced"])
    how = (given["size"], given["difficulty"], given["seed"])
    return assembly.fingerprint(description, *how, wanted)


def _maker(name: str):
    from reproduce.data.generated import GENERATED

    if name not in GENERATED:
        raise UserError(f"data set '{name}' is in the catalog, but nothing here generates it")
    return GENERATED[name]
