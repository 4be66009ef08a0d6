"""Class counts against the percentages, ratios and split sizes stated of them."""

import re
from collections.abc import Mapping
from fractions import Fraction

from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import Printed, count, overlap, rounding
from reproduce.errors import UserError


def share_of(part: str, whole: str, stated: str, *, mode: str = "either") -> Outcome:
    """Is `part` of `whole` images the stated percentage ("17.4" or "17.4 %")?"""
    some, every = count(part), count(whole)
    if not every:
        raise UserError("share_of: expected a whole of at least one image, got 0")
    percent = Printed(stated, 100)
    true = Fraction(some, every)
    said = f"{some} of {every} are {shown(true * 100, 4)} %, stated are {percent.text}"
    evidence = {"part": some, "whole": every, "stated": percent.text, "share": true}
    holds = percent.allows(true, mode)
    return Outcome("share_of", verdict(holds), said, evidence, (rounding(mode),))


def percentages_of_whole(stated: Mapping[str, str], *, mode: str = "either") -> Outcome:
    """Do the percentages of all parts add up to 100, as far as they are printed?"""
    cells = {name: Printed(text, 100) for name, text in stated.items()}
    if not cells:
        raise UserError("percentages_of_whole: expected at least one percentage")
    low, high = (sum(one.interval(mode)[end] for one in cells.values()) for end in (0, 1))
    total = sum(one.exact for one in cells.values()) * 100
    holds = low <= 1 <= high
    said = f"{' + '.join(one.text for one in cells.values())} = {shown(total)} %"
    said += "" if holds else ", not 100 %"
    evidence = {"stated": dict(stated), "sum": total, "low": low * 100, "high": high * 100}
    assumed = ("the parts are all there is and do not overlap", rounding(mode))
    return Outcome("percentages_of_whole", verdict(holds), said, evidence, assumed)


def size_of_share(
    whole: str, percent: str, stated: str, *, mode: str = "either", exact: bool = True
) -> Outcome:
    """Is the stated number of images the given percentage of the whole ("80 % of 1,457")?

    A share of images is rarely whole: being less than one image away is consistent. `exact`: the
    percentage is meant exactly (a split of 8 to 2), otherwise it may have been rounded.
    """
    every, wanted, share = count(whole), count(stated), Printed(percent, 100)
    low, high = (share.exact,) * 2 if exact else share.interval(mode)
    holds = low * every - 1 < wanted < high * every + 1
    said = f"{share.text} % of {every} are {shown(share.exact * every)}, stated are {wanted}"
    evidence = {"whole": every, "percent": share.text, "stated": wanted,
                "share": share.exact * every}  # fmt: skip
    assumed = ("rounded up or down to whole images",
               "the percentage is exact" if exact else rounding(mode))  # fmt: skip
    return Outcome("size_of_share", verdict(holds), said, evidence, assumed)


def ratio_of(one: str, other: str, stated: str, *, mode: str = "either") -> Outcome:
    """Is the ratio of two counts the stated one ("184", "1:184", "184:1" or "8:2")?

    A ratio is read either way round, so 1:10 and 10:1 state the same.
    """
    first, second = count(one), count(other)
    if not first or not second:
        raise UserError("ratio_of: expected two counts of at least 1")
    low, high = _stated(stated, mode)
    true = Fraction(first, second)
    holds = any(overlap((way, way), (low, high)) for way in (true, 1 / true))
    said = f"{first} to {second} is {shown(max(true, 1 / true), 4)} to 1, stated is {stated}"
    evidence = {"counts": [first, second], "ratio": max(true, 1 / true), "stated": stated}
    return Outcome("ratio_of", verdict(holds), said, evidence, (rounding(mode),))


def imbalance_ratio(counts: Mapping[str, str], stated: str, *, mode: str = "either") -> Outcome:
    """Is the stated imbalance the largest class over the smallest?"""
    sizes = {name: count(text) for name, text in counts.items()}
    if len(sizes) < 2 or not min(sizes.values()):
        raise UserError("imbalance_ratio: expected at least two classes of at least one image")
    large, small = max(sizes, key=sizes.get), min(sizes, key=sizes.get)
    found = ratio_of(counts[large], counts[small], stated, mode=mode)
    said = f"largest {large}, smallest {small}: {found.statement}"
    evidence = {**found.evidence, "largest": large, "smallest": small}
    return Outcome("imbalance_ratio", found.status, said, evidence, found.assumptions)


def _stated(text: str, mode: str) -> tuple[Fraction, Fraction]:
    parts = [part for part in re.split(r"\s*[:/]\s*|\s+to\s+", text.strip()) if part]
    if len(parts) not in (1, 2):
        raise UserError(f"expected a ratio such as 184, 1:184 or 8:2, got {text!r}")
    ends = [Printed(part, 1).interval(mode) for part in parts]
    if len(parts) == 1:
        return ends[0]
    # A 1 on one side is meant exactly: it is the unit of the ratio.
    ends = [(Fraction(1),) * 2 if part == "1" else end
            for part, end in zip(parts, ends, strict=True)]  # fmt: skip
    if ends[1][0] <= 0:
        raise UserError(f"expected a ratio of numbers above zero, got {text!r}")
    return ends[0][0] / ends[1][1], ends[0][1] / ends[1][0]
