"""Margins that would decide a claim before the run are refused where it is registered."""

from reproduce.errors import UserError
from reproduce.evaluation.margins import NEED_A_MARGIN, check_margin
from reproduce.registry.contrasts import Contrast


def require_room(contrast: Contrast, margin: float, gain: float | None) -> None:
    """Refuse a margin with which the text could be right and its claim yet not hold.

    Parameters
    ----------
    contrast
        What is compared; its `headroom` is how far the metric can move at all.
    margin
        The largest difference that does not matter.
    gain
        The published effect in the claimed direction; none, or one against the claim, sets no
        limit.
    """
    said = f"contrast '{contrast.name}'"
    if contrast.expect in NEED_A_MARGIN:
        if margin <= 0:
            raise ValueError(f"{said}: expect {contrast.expect} needs a margin above 0")
        if gain is not None:
            raise ValueError(f"{said}: expect {contrast.expect} has no published_gain")
    size = contrast.size if contrast.expect == "size" else gain
    limit = None if size is None or (contrast.expect != "size" and size <= 0) else size
    try:
        check_margin(contrast.headroom, margin, limit, contrast.expect)
    except UserError as refused:
        raise ValueError(f"{said}: {refused}") from refused
