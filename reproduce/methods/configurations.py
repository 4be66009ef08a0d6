"""Random configurations of a method: the same small number for each, the default one first.

Learning rate and weight decay are drawn once for all methods, so that the second configuration of
two methods differs in nothing but the methods; options of its own are drawn for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from reproduce.errors import UserError
from reproduce.methods import registry
from reproduce.methods.search_spaces import SHARED
from reproduce.randomness import generator
from reproduce.training.phases import Phase

DEFAULT = 0


@dataclass(frozen=True)
class Configuration:
    """One way to run a method.

    Attributes
    ----------
    number
        Its place among those tried; 0 is the default.
    factors
        By what learning rate and weight decay of the recipe are multiplied.
    options
        The method's own options; what is not named stays at its default.
    """

    number: int = DEFAULT
    factors: Mapping[str, float] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def recipe(self, base: Phase) -> Phase:
        """Return a recipe with its rate and decay at this configuration."""
        rate, decay = (self.factors.get(name, 1.0) for name in SHARED)
        optimizer = base.optimizer
        return base.but(
            optimizer=optimizer.but(
                learning_rate=_plain(optimizer.learning_rate * rate),
                weight_decay=_plain(optimizer.weight_decay * decay),
            )
        )

    def in_words(self) -> str:
        """Return what it changes, in words; "the default" where nothing."""
        said = [f"{name.replace('_', ' ')} x {value:g}" for name, value in self.factors.items()
                if value != 1]  # fmt: skip
        said += [f"{name.replace('_', ' ')} {_told(value)}" for name, value in self.options.items()]
        return ", ".join(said) or "the default"


def configurations(method: str, count: int, seed: int = 0) -> list[Configuration]:
    """Return `count` different configurations of a method, the default first."""
    shared = _shared(seed)
    if not 1 <= count <= len(shared) + 1:
        raise UserError(f"configurations is {count}, expected 1 to {len(shared) + 1}")
    space = registry.entry(method).space
    random = generator(seed, f"configurations of {method}")
    found = [Configuration()]
    for number, factors in enumerate(shared[: count - 1], start=1):
        own = {name: values[random.integers(len(values))] for name, values in space.items()}
        found.append(Configuration(number, factors, own))
    return found


def _shared(seed: int) -> list[dict[str, float]]:
    """Return every other pair of rate and decay than the default, in a random order."""
    pairs = [dict(zip(SHARED, values, strict=True)) for values in product(*SHARED.values())]
    others = [pair for pair in pairs if set(pair.values()) != {1.0}]
    return [others[place] for place in generator(seed, "rate and decay").permutation(len(others))]


def _plain(value: float) -> float:
    """Return a number without the dust of a product, so that it has one description."""
    return float(f"{value:.6g}")


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{name} {_told(inner)}" for name, inner in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)
