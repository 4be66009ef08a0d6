"""Which parts the network has in a phase, which of them start anew, and which of them learn."""

from torch import nn

from reproduce.errors import UserError
from reproduce.models.heads import (
    LinearProjection,
    Projection,
    reset_classifier,
    set_embedding,
)
from reproduce.randomness import seed_torch
from reproduce.training.inputs import Shown
from reproduce.training.phases import Heads, Phase
from reproduce.training.phases import Projection as Shape
from reproduce.training.ranks import Alone

ALONE = Alone()


def attach(network: nn.Module, phases: list[Phase], number: int, classes: int, seed: int) -> None:
    """Give the network the heads of phase `number`, coming from those of the phase before."""
    wanted = phases[number].heads
    before = phases[number - 1].heads if number else Heads()
    device = next(network.parameters()).device
    moved = wanted.embedding != before.embedding
    if moved:
        seed_torch(seed, "embedding", number)
        set_embedding(network, wanted.embedding)
    other = moved or wanted.classifier != before.classifier
    if other or "classifier" in phases[number].reinitialise:
        seed_torch(seed, "classifier", number)
        reset_classifier(network, wanted.classifier, classes, wanted.scale)
    elif wanted.classifier == "cosine":
        network.classifier.scale = wanted.scale
    kept = dict(getattr(network, "projections", {}))
    projections = nn.ModuleDict()
    for name, spec in sorted(wanted.projections.items()):
        if before.projections.get(name) == spec and name in kept and not moved:
            projections[name] = kept[name]
            continue
        seed_torch(seed, f"projection {name}", number)
        projections[name] = _projection(network.classifier.in_features, spec)
    network.projections = projections
    if phases[number].auxiliary and not hasattr(network.encoder, "with_auxiliary"):
        raise UserError(
            f"the phase gives an auxiliary loss the weight {phases[number].auxiliary:g}, and this "
            "network's encoder has no classifier of its own; set auxiliary to 0, or take a network "
            "with OCR"
        )
    network.to(device)


def _projection(features: int, shape: Shape) -> nn.Module:
    if not shape.hidden:
        return LinearProjection(features, shape.size, bias=shape.bias)
    return Projection(
        features, shape.hidden, shape.size, batch_norm=shape.batch_norm, bias=shape.bias
    )


def learning_parts(network: nn.Module, train: str) -> list[tuple[str, nn.Parameter]]:
    """Freeze what the phase does not train and return the named parameters that learn."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(train == "all" or name.startswith("classifier."))
    return [(n, p) for n, p in network.named_parameters() if p.requires_grad]


def set_modes(network: nn.Module, phase: Phase) -> None:
    """Put the network in training mode, but frozen batch normalisation in that of evaluation."""
    network.train()
    if phase.batch_norm == "frozen":
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def outputs(
    network: nn.Module, shown: Shown, reads: str, auxiliary: bool = False, ranks: Alone = ALONE
):
    """Return the encoder's output, the logits (None if not read), and the projections by name.

    And the logits of the encoder's own classifier, at the size of the others; None if not asked.
    The encoder's work is shared by all `ranks`; what follows it is done by each, on the whole
    batch.
    """
    beside = None
    if auxiliary:
        features, beside = ranks.encoded(network.encoder.with_auxiliary, shown.images)
        beside = network.classifier.enlarge(beside)
    else:
        images = shown.images
        features = images if shown.embedded else ranks.encoded(network.encoder, images)
    logits = network.classifier(features) if reads != "embeddings" else None
    heads = {n: head(features) for n, head in network.projections.items()}
    return features, logits, heads, beside
