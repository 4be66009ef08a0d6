"""Mixing the images of a batch: MixUp, CutMix, CutMix within a minority class; and CutOut.

Pure functions of images, labels and a generator. Decisions are drawn with NumPy, so that they are
the same on every device; pixels stay where they are.

References: Zhang et al. (2018), "mixup: beyond empirical risk minimization"; Yun et al. (2019),
"CutMix: regularization strategy to train strong classifiers with localizable features"; Zhao and
Lei (2021), "Intra-class CutMix for unbalanced data augmentation"; DeVries and Taylor (2017),
"Improved regularization of convolutional neural networks with cutout".
"""

from dataclasses import dataclass

import numpy as np
import torch

from reproduce.errors import UserError, unknown_name

PER = ("batch", "image")


@dataclass
class Mixed:
    """A mixed batch.

    Attributes
    ----------
    images
        [n, c, h, w].
    targets
        Soft labels [n, classes], each row adds up to 1.
    own
        Share of each result [n] that comes from the image itself; the rest is its partner's.
    partner
        Row number [n] of the image mixed in.
    """

    images: torch.Tensor
    targets: torch.Tensor
    own: np.ndarray
    partner: np.ndarray


def soft_labels(labels: torch.Tensor, classes: int) -> torch.Tensor:
    """Return labels [n] as rows of 0 and 1; soft labels [n, classes] come back unchanged."""
    if labels.ndim == 2:
        if labels.shape[1] != classes:
            raise UserError(f"soft labels for {labels.shape[1]} classes, expected {classes}")
        return labels
    return torch.nn.functional.one_hot(labels.long(), classes).to(torch.float32)


def blend(first: torch.Tensor, second: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Return share * first + (1 - share) * second; `share` [n] holds one number per row."""
    return torch.lerp(second, first, share.view(-1, *[1] * (first.ndim - 1)).to(first.dtype))


def mixup(
    images: torch.Tensor,
    labels: torch.Tensor,
    generator: np.random.Generator,
    *,
    classes: int,
    alpha: float = 1.0,
    per: str = "batch",
) -> Mixed:
    """Blend every image and label with those of a random partner of the same batch.

    lambda ~ Beta(alpha, alpha), one for the batch as in the paper's code (`per="batch"`) or one
    for each image. alpha 0 mixes nothing.
    """
    own = _shares(generator, len(images), alpha, per)
    partner = generator.permutation(len(images))
    others = torch.from_numpy(partner).to(images.device)
    share = torch.from_numpy(own).to(images.device)
    targets = soft_labels(labels, classes)
    return Mixed(
        blend(images, images[others], share), blend(targets, targets[others], share), own, partner
    )


def cutmix(
    images: torch.Tensor,
    labels: torch.Tensor,
    generator: np.random.Generator,
    *,
    classes: int,
    alpha: float = 1.0,
    per: str = "batch",
) -> Mixed:
    """Replace a box of every image by the same box of a random partner.

    The box has sqrt(1 - lambda) of height and width, lambda ~ Beta(alpha, alpha), around a middle
    drawn from all pixels; it is clipped at the border. The labels are then mixed by the area that
    was really replaced, so `own` is exactly 1 - box area / image area.
    """
    drawn = _shares(generator, len(images), alpha, per)
    partner = generator.permutation(len(images))
    inside, own = _boxes(generator, drawn, images.shape[-2:], per)
    others = torch.from_numpy(partner).to(images.device)
    share = torch.from_numpy(own).to(images.device)
    targets = soft_labels(labels, classes)
    return Mixed(
        _paste(images, images[others], inside), blend(targets, targets[others], share), own, partner
    )


def minority_classes(counts) -> np.ndarray:
    """Return which classes [C] have fewer images than the mean class."""
    counts = np.asarray(counts)
    return counts < counts.mean()


def partners_of_class(
    labels: np.ndarray, batch: np.ndarray, minority: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return for every row of a batch another training image of its minority class.

    Parameters
    ----------
    labels
        Labels of the training part.
    batch
        Numbers of the training images in the batch.
    minority
        Which classes take part [C].

    Returns
    -------
    Training image numbers [n]; the row's own number where the class takes no part or has but one.
    """
    partners = np.array(batch, dtype=np.int64, copy=True)
    for c in np.flatnonzero(minority):
        rows = np.flatnonzero(labels[batch] == c)
        of_class = np.flatnonzero(labels == c)
        if len(rows) == 0 or len(of_class) < 2:
            continue
        # A step of 1 .. k - 1 around the list of k images never ends at the image itself.
        step = generator.integers(1, len(of_class), len(rows))
        here = np.searchsorted(of_class, batch[rows])
        partners[rows] = of_class[(here + step) % len(of_class)]
    return partners


def intra_class_cutmix(
    images: torch.Tensor,
    labels: torch.Tensor,
    generator: np.random.Generator,
    *,
    minority: np.ndarray,
    partners: torch.Tensor | None = None,
    alpha: float = 1.0,
    chance: float = 0.5,
) -> torch.Tensor:
    """CutMix between two images of the same minority class; labels stay as they are.

    Parameters
    ----------
    images, labels
        The batch, with labels [n].
    minority
        Which classes take part [C], e.g. `minority_classes(counts)`.
    partners
        An image of the same class for every row (see `partners_of_class`). None: the partner is
        another image of the class in this batch; without one the image stays as it is, which for
        a rare class is the rule and not the exception.
    alpha, chance
        Of lambda ~ Beta(alpha, alpha), drawn per image, and of an image to be mixed at all.
    """
    if not 0 <= chance <= 1:
        raise UserError(f"chance is {chance}, expected a probability (0 to 1)")
    classes = labels.cpu().numpy()
    if partners is None:
        rows = partners_of_class(classes, np.arange(len(classes)), minority, generator)
        partners = images[torch.from_numpy(rows).to(images.device)]
    elif partners.shape != images.shape:
        raise UserError(
            f"partners of shape {tuple(partners.shape)}, expected one for each of the images "
            f"{tuple(images.shape)}"
        )
    inside, _ = _boxes(
        generator, _shares(generator, len(images), alpha, "image"), images.shape[-2:], "image"
    )
    takes_part = np.asarray(minority)[classes] & (generator.random(len(classes)) < chance)
    return _paste(images, partners, inside & takes_part[:, None, None])


def cutout(
    images: torch.Tensor, generator: np.random.Generator, *, side: float = 0.5
) -> torch.Tensor:
    """Erase a square of every image, each at a place of its own; labels stay as they are.

    Parameters
    ----------
    images
        [n, c, h, w], as the network sees them.
    side
        Of the square, as a share of the shorter side of the image, rounded down to whole pixels;
        half of it in the paper (16 of 32 pixels on CIFAR-10).

    Notes
    -----
    The middle is drawn from all pixels, and what lies beyond the border is cut off, as in the
    paper: of a square near the border a part is erased. Erased pixels are 0: the mean colour where
    images are normalised by it, black where they are not.
    """
    if not 0 < side <= 1:
        raise UserError(f"side is {side:g}, expected a share of the image above 0 up to 1")
    count, shape = len(images), images.shape[-2:]
    pixels = np.full(count, np.floor(min(shape) * side))
    if min(shape) * side < 1:
        raise UserError(
            f"side {side:g} of images of {shape[0]} x {shape[1]} pixels is less than a pixel; "
            "expected a larger share"
        )
    inside = _inside(generator, (pixels, pixels), shape, count)
    return _paste(images, torch.zeros((), dtype=images.dtype, device=images.device), inside)


def _shares(generator, count: int, alpha: float, per: str) -> np.ndarray:
    if per not in PER:
        raise unknown_name("choice of lambda per", per, PER)
    if alpha < 0:
        raise UserError(f"alpha is {alpha}, expected 0 (no mixing) or more")
    if alpha == 0:
        return np.ones(count)
    drawn = generator.beta(alpha, alpha, count if per == "image" else 1)
    return np.broadcast_to(drawn, count).copy()


def _boxes(generator, own: np.ndarray, shape, per: str) -> tuple[np.ndarray, np.ndarray]:
    """Return which pixels [n, h, w] lie in the box, and the share [n] of those that do not."""
    sides = [np.floor(length * np.sqrt(1 - own)) for length in shape]
    inside = _inside(generator, sides, shape, len(own) if per == "image" else 1)
    return inside, 1 - inside.mean(axis=(1, 2))


def _inside(generator, sides, shape, middles: int) -> np.ndarray:
    """Return which pixels [n, h, w] lie in boxes of these sides [n], clipped at the border."""
    spans = []
    for length, of_length in zip(shape, sides, strict=True):
        side = of_length[:, None]
        middle = generator.integers(0, length, middles)[:, None]
        first = np.clip(middle - side // 2, 0, length)
        last = np.clip(middle - side // 2 + side, 0, length)
        pixels = np.arange(length)
        spans.append((pixels >= first) & (pixels < last))
    return spans[0][:, :, None] & spans[1][:, None, :]


def _paste(images, others, inside: np.ndarray):
    return torch.where(torch.from_numpy(inside).unsqueeze(1).to(images.device), others, images)
