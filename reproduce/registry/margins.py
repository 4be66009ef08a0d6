"""Margins that would decide a claim before the run are refused where it is registered."""

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
    if contrast.expect in ("equal", "size") and margin <= 0:
        raise ValueError(f"{said}: expect {contrast.expect} needs a margin above 0")
    if contrast.expect in ("equal", "size") and gain is not None:
        raise ValueError(f"{said}: expect {contrast.expect} has no published_gain")
    if contrast.expect == "size":
        gain = abs(contrast.size)
    # Registered decimals are rarely exact in binary: half of .0006 may be a hair below .0003.
    if gain is not None and gain > 0 and margin > gain / 2 * (1 + 1e-9):
        raise ValueError(
            f"{said}: the margin {margin:g} is more than half of the published effect {gain:g}; "
            f"register at most {gain / 2:g}, or expect equal"
        )
    if contrast.headroom is not None and margin >= contrast.headroom:
        raise ValueError(
            f"{said}: the margin {margin:g} is not below the headroom {contrast.headroom:g}; "
            "take a smaller margin, or a metric with room"
        )
