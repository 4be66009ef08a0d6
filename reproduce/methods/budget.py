"""Methods on one budget: as many image passes for each, however many phases it has.

A pass is one image, or one view of it, shown in one step of any phase. A method with a second stage
or two views takes fewer steps for the same passes.
"""

from collections.abc import Callable

from reproduce.errors import UserError
from reproduce.methods.method import Method
from reproduce.training.phases import Phase


def passes(method: Method) -> int:
    """Return the image passes of all phases of a method whose lengths are in iterations."""
    return sum(phase.iterations * _of_a_step(phase) for phase in method.phases)


def within(build: Callable[[Phase], Method], recipe: Phase, budget: int) -> Method:
    """Return the method at the length at which it makes `budget` passes, less than a step apart.

    `build` makes it of a recipe in iterations. The longest recipe that stays within the budget is
    taken; what is left over goes to the phase whose step is the smallest, and is less than that.
    """
    least = build(recipe.but(iterations=_FEWEST))
    if passes(least) > budget:
        raise UserError(
            f"a budget of {budget:,} image passes is too small: {_FEWEST} steps of this method's "
            f"recipe come to {passes(least):,}; give more passes"
        )
    # Passes grow evenly with the length, but for the rounding of phases that are a share of it.
    each = passes(build(recipe.but(iterations=_MANY))) / _MANY
    length = max(_FEWEST, int(budget / each))
    made = build(recipe.but(iterations=length))
    while passes(made) > budget:
        length -= 1
        made = build(recipe.but(iterations=length))
    while passes(longer := build(recipe.but(iterations=length + 1))) <= budget:
        length, made = length + 1, longer
    return _filled(made, budget)


# Methods that change on the way need two steps.
_FEWEST, _MANY = 2, 10_000


def _of_a_step(phase: Phase) -> int:
    return phase.batch_size * phase.views


def _filled(method: Method, budget: int) -> Method:
    """Return the method with the steps that still fit, in the phase whose step is the smallest."""
    phases = list(method.phases)
    place = min(range(len(phases)), key=lambda number: (_of_a_step(phases[number]), number))
    more = (budget - passes(method)) // _of_a_step(phases[place])
    phases[place] = phases[place].but(iterations=phases[place].iterations + more)
    return Method(tuple(phases), method.posthoc)
