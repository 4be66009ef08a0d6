"""Segmentation: the mean IoU is the mean of the classes' IoU, and Dice and IoU fix each other."""

from collections.abc import Sequence
from fractions import Fraction

from reproduce.audit.averages import macro_average
from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import Printed, overlap, rounding


def mean_iou(
    ious: Sequence[str], printed: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Can the printed mean IoU be the plain mean of the printed IoU of the classes?"""
    found = macro_average(ious, printed, mode=mode, scale=scale)
    said = found.statement.replace("the macro average", "the mean IoU", 1)
    return Outcome("mean_iou", found.status, said, found.evidence, found.assumptions)


def dice_of_iou(iou: str, dice: str, *, mode: str = "either", scale: int | None = None) -> Outcome:
    """Of one class and all pixels pooled: is Dice 2 IoU / (1 + IoU)?"""
    one, other = Printed(iou, scale), Printed(dice, scale)
    low, high = (2 * end / (1 + end) for end in _clipped(one, mode))
    said = (
        f"IoU {one.text} gives Dice {shown(low * other.scale)} to {shown(high * other.scale)}, "
        f"printed is {other.text}"
    )
    evidence = {"iou": one.text, "dice": other.text, "low": low, "high": high}
    assumed = ("one class, all pixels counted together", rounding(mode))
    holds = overlap((low, high), other.interval(mode))
    return Outcome("dice_of_iou", verdict(holds), said, evidence, assumed)


def mean_dice_bound(
    mean_iou: str, mean_dice: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Is the mean Dice between the mean IoU m and 2 m / (1 + m)?

    Dice is a concave function of IoU and never below it, so that holds of every mean, over classes
    or images.
    """
    one, other = Printed(mean_iou, scale), Printed(mean_dice, scale)
    low, high = _clipped(one, mode)
    high = 2 * high / (1 + high)
    said = (
        f"mean IoU {one.text} allows a mean Dice of {shown(low * other.scale)} to "
        f"{shown(high * other.scale)}, printed is {other.text}"
    )
    evidence = {"mean_iou": one.text, "mean_dice": other.text, "low": low, "high": high}
    assumed = ("both are means over the same classes and images", rounding(mode))
    holds = overlap((low, high), other.interval(mode))
    return Outcome("mean_dice_bound", verdict(holds), said, evidence, assumed)


def _clipped(number: Printed, mode: str) -> list[Fraction]:
    return [max(Fraction(0), min(Fraction(1), end)) for end in number.interval(mode)]
