"""What a network starts from: "random", "imagenet:NAME" or "surrogate:NAME".

Pre-trained weights replace the encoder (of a segmentation network: its HRNet); the classifier is
always drawn. `parse` and `describe` work without torch, but for a surrogate's own words.

A name may be followed by "@" and the first twelve hex digits of a SHA-256: of a surrogate's
tensors, or of a published file. A trial needs them ("pinned"), so that its key holds the numbers
it starts from; published weights whose digest is written down in `weights` are pinned by that.
"""

import re

from reproduce.errors import UserError
from reproduce.files import sha256_of_file
from reproduce.models import transfer
from reproduce.models import weights as published
from reproduce.models.weights import DIGITS

KINDS = ("random", "imagenet", "surrogate")


def parse(initialisation: str) -> tuple[str, str, str]:
    """Return the kind of an initialisation, the name of its weights, and their digest or ''."""
    kind, colon, rest = str(initialisation).partition(":")
    name, at, digest = rest.partition("@")
    if kind not in KINDS or (kind == "random") != (not colon) or (colon and not name):
        raise UserError(
            f"unknown initialisation '{initialisation}'; expected 'random', 'imagenet:NAME' (such "
            "as imagenet:IMAGENET1K_V2) or 'surrogate:NAME'"
        )
    if at and not re.fullmatch(f"[0-9a-f]{{{DIGITS}}}", digest):
        raise UserError(
            f"initialisation '{initialisation}' names the digest '{digest}'; expected the first "
            f"{DIGITS} hex digits of a SHA-256, in lower case: `reproduce models list` shows them"
        )
    return kind, name, digest


def pinned(backbone: str, initialisation: str) -> str:
    """Return an initialisation that also says which numbers these are, as trials need it.

    Looks at the file, unless the initialisation or the registry names the digest already.
    """
    kind, name, digest = parse(initialisation)
    if kind == "random" or digest:
        return initialisation
    if kind == "surrogate":
        from reproduce.models import surrogate

        return surrogate.pinned(name)
    if published.named(backbone, name).sha256:
        return initialisation
    found = sha256_of_file(published.find(backbone, name))
    return f"imagenet:{name}@{found[:DIGITS]}"


def require_pinned(initialisation: str) -> None:
    """Refuse a surrogate whose numbers are not named, and what is no initialisation at all."""
    kind, _, digest = parse(initialisation)
    if kind == "surrogate" and not digest:
        raise _not_pinned(initialisation, "another file may bear the name tomorrow")


def check(backbone: str, initialisation: str) -> None:
    """Look for what a trial starts from, before anything trains: there, intact, of this network."""
    kind, name, digest = parse(initialisation)
    require_pinned(initialisation)
    if kind == "imagenet":
        if not (published.named(backbone, name).sha256 or digest):
            raise _not_pinned(initialisation, "its publisher names no digest")
        published.verified(backbone, name, digest)
    elif kind == "surrogate":
        from reproduce.models import surrogate

        surrogate.require_backbone(name, surrogate.about(name, digest), backbone)


def trained_on(initialisation: str) -> str | None:
    """Return the fingerprint of the data a surrogate was trained on; None for what is none."""
    kind, name, digest = parse(initialisation)
    if kind != "surrogate":
        return None
    from reproduce.models import surrogate

    return surrogate.about(name, digest)["fingerprint"]


def _not_pinned(initialisation: str, why: str) -> UserError:
    return UserError(
        f"a trial says which numbers it starts from, received '{initialisation}': {why}; expected "
        f"'{initialisation}@' and {DIGITS} hex digits, as `reproduce models list` shows them and "
        "reproduce.models.initialisations.pinned adds them"
    )


def describe(initialisation: str) -> str:
    """Say in one sentence what the network starts from."""
    kind, name, digest = parse(initialisation)
    if kind == "random":
        return "All weights start at random numbers."
    if kind == "imagenet":
        return f"The encoder starts from the published ImageNet weights {name}."
    from reproduce.models import surrogate

    return surrogate.describe(name, digest)


def normalisation(backbone: str, initialisation: str):
    """Return the mean and deviation of colours that the weights were trained with, or None.

    Surrogates are trained with those of ImageNet, as most published weights are.
    """
    kind, name, _ = parse(initialisation)
    if kind == "random":
        return None
    if kind == "surrogate":
        return published.IMAGENET_MEAN, published.IMAGENET_STD
    weights = published.named(backbone, name)
    return weights.mean, weights.std


def network_of(backbone: str, initialisation: str) -> dict[str, str]:
    """Return what the network needs to compute with these weights what they were trained for."""
    kind, name, _ = parse(initialisation)
    return published.named(backbone, name).network if kind == "imagenet" else {}


def apply(network, backbone: str, channels: int, initialisation: str) -> None:
    """Put the weights into the network; it keeps its classifier."""
    kind, name, digest = parse(initialisation)
    if kind == "imagenet":
        tensors = published.read(backbone, name, digest)
        transfer.put_imagenet(network, backbone, channels, tensors, f"weights {name} of {backbone}")
    elif kind == "surrogate":
        from reproduce.models import surrogate

        surrogate.load(network, name, backbone=backbone, expected=digest)
