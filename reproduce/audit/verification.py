r"""Equal error rate against area under the curve: is the pair plausible?

Scores of genuine and impostor pairs that are normal with equal variance, d' apart, have
:math:`EER = \Phi(-d'/2)` and :math:`AUC = \Phi(d'/\sqrt 2)`. Real scores are not normal, so a pair
off that curve is called implausible at most, never inconsistent. Two bounds need less:

- a concave curve (a higher score never speaks for an impostor) through (EER, 1 - EER) lies under
  its tangent there, which cuts off a corner of at least :math:`2 EER^2`, and above the two chords:
  :math:`1 - EER \le AUC \le 1 - 2 EER^2`;
- any rising curve: :math:`(1 - EER)^2 \le AUC \le 1 - EER^2`.
"""

from math import sqrt
from statistics import NormalDist

from reproduce.audit.outcome import CONSISTENT, NOT_TESTABLE, Outcome, shown
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError

# How many times wider one of two normal distributions may be than the other.
LARGEST_RATIO = 3.0
# Python's own: SciPy's takes longer to load than the whole audit to run.
NORMAL = NormalDist()


def eer_against_auc(
    eer: str,
    auc: str,
    *,
    mode: str = "either",
    eer_scale: int | None = None,
    auc_scale: int | None = None,
) -> Outcome:
    """Is this equal error rate plausible beside this area under the curve?

    Plausible: not below what normal scores have, one of them up to three times as wide as the
    other, and not above what a concave curve can have.
    """
    error, area = Printed(eer, eer_scale), Printed(auc, auc_scale)
    if not 0 < error.exact < 0.5 or not 0.5 < area.exact < 1:
        raise UserError(
            f"expected an EER below one half and an AUC above, got {error.text} and {area.text}"
        )
    ends = [float(end) for end in error.interval(mode)]
    least_error, most_error = max(ends[0], 1e-12), min(ends[1], 0.5)
    low, high = _area_of_normals(most_error, LARGEST_RATIO), 1 - 2 * least_error**2
    bottom, top = (1 - most_error) ** 2, 1 - least_error**2
    expected = _area_of_normals(float(error.exact), 1.0)
    matching = float(NORMAL.cdf(-NORMAL.inv_cdf(float(area.exact)) / sqrt(2)))
    least, most = (float(end) for end in area.interval(mode))
    plausible = low <= most and least <= high
    evidence = {
        "verdict": "plausible" if plausible else "implausible", "eer": error.text,
        "auc": area.text, "auc_of_equal_normals": expected, "eer_of_equal_normals": matching,
        "plausible_auc": [low, high], "auc_of_any_curve": [bottom, top],
        "within_any_curve": bottom <= most and least <= top,
    }  # fmt: skip
    said = (
        f"EER {error.text} and AUC {area.text} are {evidence['verdict']} together: equal normal "
        f"scores with this EER have an AUC of {shown(expected * area.scale, 4)}, and with this AUC "
        f"an EER of {shown(matching * error.scale, 4)}"
    )
    assumed = ("a concave curve; normal scores, one at most three times as wide", rounding(mode))
    status = CONSISTENT if plausible else NOT_TESTABLE
    return Outcome("eer_against_auc", status, said, evidence, assumed)


def _area_of_normals(eer: float, ratio: float) -> float:
    """Return the AUC of two normal distributions with this EER and ratio of widths.

    With standard deviations 1 and r the means are (1 + r) z apart, z the quantile of the EER, and
    the AUC is Phi of (1 + r) z / sqrt(1 + r^2): largest at r = 1.
    """
    z = -NORMAL.inv_cdf(eer)
    return float(NORMAL.cdf((1 + ratio) * z / sqrt(1 + ratio**2)))
