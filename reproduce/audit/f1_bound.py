r"""F1 against precision and recall: equal to their harmonic mean, or bounded by it.

Of one class, :math:`F = H(P, R) = 2 P R / (P + R)` exactly.

**The bound on a macro-F1.** :math:`H` is concave and :math:`H(tP, tR) = t H(P, R)`, hence
:math:`H(p_1, r_1) + H(p_2, r_2) \le H(p_1 + p_2, r_1 + r_2)`. Applied to the mean over classes:

.. math:: \frac{1}{C} \sum_c H(p_c, r_c) \le H(\bar p, \bar r) = \frac{2 P R}{P + R}.

Equality holds where all :math:`(p_c, r_c)` are proportional, so no smaller bound is true. The mean
may be weighted, by class size say, and may run over repeated runs too: a mean over runs of macro-F1
is a mean over (run, class), so the same bound holds for printed means over runs. The other
definition of macro-F1, :math:`H` of the mean precision and the mean recall of one run, obeys it by
the same inequality.

**From below.** On the unit square :math:`H(p, r) \ge p + r - 1`, since
:math:`2 p r - (p + r)(p + r - 1) = p (1 - p) + r (1 - r) \ge 0`; hence :math:`F \ge P + R - 1`.

A class that is never predicted has no precision. Counted as 0 or as 1 the bounds hold (its F1 is 0
either way); the classes averaged must be the same in all three numbers.
"""

from fractions import Fraction

from reproduce.audit.outcome import NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, overlap, rounding


def harmonic_mean(precision: Fraction, recall: Fraction) -> Fraction:
    """Return 2 P R / (P + R), and 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else Fraction(0)


def f1_of_class(
    precision: str, recall: str, f1: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Is the F1 of one class, in one run, the harmonic mean of its precision and recall?

    The harmonic mean grows with both, so the printed ends of both give its ends.
    """
    p, r, f = (Printed(text, scale) for text in (precision, recall, f1))
    low, high = (harmonic_mean(*ends) for ends in _ends(p, r, mode))
    holds = overlap((low, high), f.interval(mode)) and _possible(p, r, f, mode)
    said = (
        f"precision {p.text} and recall {r.text} give F1 {shown(low * f.scale)} to "
        f"{shown(high * f.scale)}, printed is {f.text}"
    )
    evidence = _evidence(p, r, f, low, high)
    assumed = ("one class (or a micro average), one run", rounding(mode))
    return Outcome("f1_of_class", verdict(holds), said, evidence, assumed)


def macro_f1_bound(
    precision: str, recall: str, f1: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Is the averaged F1 at most 2 P R / (P + R) and at least P + R - 1 of the averaged P and R?

    True of macro and weighted averages, of one run and of means over runs.
    """
    p, r, f = (Printed(text, scale) for text in (precision, recall, f1))
    (p_low, r_low), (p_high, r_high) = _ends(p, r, mode)
    low, high = max(Fraction(0), p_low + r_low - 1), harmonic_mean(p_high, r_high)
    holds = overlap((low, high), f.interval(mode)) and _possible(p, r, f, mode)
    at_most = f.interval(mode)[0] <= high
    said = (
        f"averaged precision {p.text} and recall {r.text} allow an F1 of "
        + (f"at least {shown(low * f.scale)}" if at_most and not holds
           else f"at most {shown(high * f.scale)}")
        + f", printed is {f.text}"
    )  # fmt: skip
    evidence = _evidence(p, r, f, low, high)
    assumed = ("P, R and F1 are averaged over the same classes and runs, with the same weights",
               rounding(mode))  # fmt: skip
    return Outcome("macro_f1_bound", verdict(holds), said, evidence, assumed)


def f1_of_means(
    precision: str, recall: str, f1: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Can the printed F1 be the harmonic mean of the printed averages (the less usual definition)?

    Not a contradiction where it is not: it says which definition was used.
    """
    p, r, f = (Printed(text, scale) for text in (precision, recall, f1))
    low, high = (harmonic_mean(*ends) for ends in _ends(p, r, mode))
    fits = overlap((low, high), f.interval(mode))
    said = (
        f"F1 {f.text} {'can be' if fits else 'is not'} the harmonic mean of the averages "
        f"{p.text} and {r.text} ({shown(low * f.scale)} to {shown(high * f.scale)})"
    )
    evidence = {**_evidence(p, r, f, low, high), "fits": fits}
    if fits:
        return Outcome("f1_of_means", "consistent", said, evidence, (rounding(mode),))
    return Outcome("f1_of_means", NOT_TESTABLE, said, evidence, (rounding(mode),))


def _ends(p: Printed, r: Printed, mode: str):
    """Return the smallest and the largest (P, R) that may have printed so, between 0 and 1."""
    clipped = [
        [max(Fraction(0), min(Fraction(1), end)) for end in one.interval(mode)] for one in (p, r)
    ]
    return tuple(zip(*clipped, strict=True))


def _possible(p: Printed, r: Printed, f: Printed, mode: str) -> bool:
    return all(overlap((Fraction(0), Fraction(1)), one.interval(mode)) for one in (p, r, f))


def _evidence(p: Printed, r: Printed, f: Printed, low: Fraction, high: Fraction) -> dict:
    return {"precision": p.text, "recall": r.text, "f1": f.text, "low": low, "high": high,
            "harmonic_mean_as_printed": harmonic_mean(p.exact, r.exact)}  # fmt: skip
