"""From a phase to its objective, built with what is known only at run time."""

from reproduce import losses
from reproduce.errors import UserError
from reproduce.randomness import seed_torch
from reproduce.training.inputs import Inputs
from reproduce.training.phases import Phase


def build_objective(network, phase: Phase, inputs: Inputs, counts, length: int):
    """Return the phase's objective on the network's device, or say what the phase lacks for it."""
    sizes = [head.size for head in phase.heads.projections.values()]
    context = losses.Context(
        classes=len(counts),
        counts=tuple(int(count) for count in counts),
        embedding_size=sizes[0] if sizes else network.classifier.in_features,
        iterations=length,
        batches_per_epoch=inputs.batches_per_epoch,
    )
    # What an objective draws when it is made must not depend on what was drawn before.
    seed_torch(inputs.seed, "objective", inputs.number)
    objective = losses.build(phase.objective, context, **phase.objective_parameters)
    if phase.views < objective.views:
        raise UserError(
            f"objective '{phase.objective}' compares {objective.views} views of each image, the "
            f"phase makes {phase.views}; set views to {objective.views}, with transforms"
        )
    missing = set(objective.heads) - set(phase.heads.projections)
    if missing:
        raise UserError(
            f"objective '{phase.objective}' reads the projection heads "
            f"{', '.join(objective.heads)}; the phase lacks {', '.join(sorted(missing))}"
        )
    return objective.to(next(network.parameters()).device)


def stretch(phases: list[Phase], lengths: list[int], number: int) -> tuple[int, int]:
    """Return where a phase begins within the phases that continue one another, and their length."""
    first = last = number
    while first > 0 and phases[first].continued:
        first -= 1
    while last + 1 < len(phases) and phases[last + 1].continued:
        last += 1
    return sum(lengths[first:number]), sum(lengths[first : last + 1])
