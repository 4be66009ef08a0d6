"""The two terms of the joint loss while an encoder is pre-trained: values, gradients, negatives."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator

from reproduce.errors import UserError
from reproduce.figures.by_seed import span
from reproduce.figures.inputs import is_number, not_empty
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import (
    QUIET,
    MethodStyle,
    in_the_look,
    new_figure,
    title,
    unlike_styles,
)
from reproduce.figures.wording import method_label, percent, plural

History = Sequence[Mapping[str, Any]]

SIMILARITY, RANKING, SHARE = "loss_similarity", "loss_ranking", "share_ranking"
MINED, ALL = "same_class_mined", "same_class_all"
_SERIES = (SIMILARITY, RANKING, SHARE, MINED, ALL)
# A term that changes more than this is drawn on a logarithmic axis, or its later part is flat.
_WIDE = 3.0


@dataclass
class Terms:
    """One method's pre-training: iterations [T], and {series: values [seeds, T]}.

    `first` is the place of the first point with the ranking loss.
    """

    iterations: np.ndarray
    series: dict[str, np.ndarray]
    first: int

    @property
    def warm_up(self) -> int | None:
        """Return the last iteration without the ranking loss, None where it acts from the first."""
        return int(self.iterations[self.first - 1]) if self.first else None

    @property
    def seeds(self) -> int:
        """Return how many seeds were trained."""
        return len(self.series[SHARE])


def _value(row: Mapping[str, Any], name: str) -> float:
    return float(row[name]) if is_number(row.get(name)) else math.nan


def _ranks(row: Mapping[str, Any]) -> bool:
    """Say whether the ranking loss acts on what a row records."""
    return is_number(row.get(RANKING)) and row[RANKING] != 0


def _pre_training(method: str, history: History) -> list[dict[str, float]]:
    """Return the series of one run, iterations going on from phase to phase."""
    phases = [row["phase"] for row in history if _ranks(row)]
    if not phases:
        raise NothingToShow(
            f"a history of {method_label(method)} has no '{RANKING}'; it needs that of an "
            "objective with a similarity and a ranking term"
        )
    ends: dict[Any, int] = {}
    for row in history:
        ends[row["phase"]] = max(ends.get(row["phase"], 0), int(row["iteration"]))
    return [
        {
            "iteration": int(row["iteration"])
            + sum(end for phase, end in ends.items() if phase < row["phase"]),
            "ranks": _ranks(row),
            **_series(row),
        }
        for row in history
        if row["phase"] <= max(phases)
    ]


def _series(row: Mapping[str, Any]) -> dict[str, float]:
    """Return the five numbers of a row, NaN where there is none."""
    found = {name: _value(row, name) for name in (SIMILARITY, RANKING, MINED, ALL)}
    similarity, ranking = _value(row, "gradient_similarity"), _value(row, "gradient_ranking")
    if not _ranks(row):
        # In the warm-up the loss is the similarity term, and the ranking term has no gradient.
        if math.isnan(found[SIMILARITY]):
            found[SIMILARITY] = _value(row, "loss")
        return {**found, RANKING: math.nan, SHARE: 0.0}
    whole = np.nansum([similarity, ranking])
    return {**found, SHARE: ranking / whole if whole > 0 else math.nan}


def _terms(histories: Mapping[str, Iterable[History]]) -> dict[str, Terms]:
    """Return the series of each method, [seeds, T]."""
    not_empty("histories", histories)
    found = {}
    for method, of_seeds in histories.items():
        runs = [_pre_training(method, history) for history in of_seeds]
        not_empty(f"histories of {method_label(method)}", runs)
        times = [[point["iteration"] for point in run] for run in runs]
        if any(each != times[0] for each in times):
            raise UserError(
                f"the runs of {method_label(method)} were recorded at different iterations; "
                "pass runs of one length"
            )
        series = {
            name: np.array([[point[name] for point in run] for run in runs]) for name in _SERIES
        }
        first = next(place for place, point in enumerate(runs[0]) if point["ranks"])
        found[method] = Terms(np.array(times[0]), series, first)
    return found


class LossTerms(Picture):
    """Both terms, the ranking term's share of the gradient, and what is mined as negative.

    Parameters
    ----------
    histories
        {method: the histories of its seeds}, of trials with a joint loss. What comes after the
        pre-training is left out.

    Notes
    -----
    Lines are means, bands run from the lowest to the highest seed, a dotted vertical line ends
    the warm-up. Terms are weighted as they enter the sum and are means over the iterations since
    the last point; gradients (their norms at the encoder's output) and negatives are those of one
    batch. A candidate negative of the anchor's own class is none in truth: above the dashed line,
    which is what drawing at random would give, mining picks such candidates out.
    """

    def __init__(self, histories: Mapping[str, Iterable[History]]):
        super().__init__()
        self.found = _terms(histories)

    @in_the_look
    def draw(self) -> Figure:
        """Draw four panels along the pre-training."""
        found, styles = self.found, unlike_styles(self.found)
        figure, axes = new_figure(6.0, 2, 2, sharex=True)
        flat = list(axes.flat)
        for axis, name in zip(flat, (SIMILARITY, RANKING, SHARE, MINED), strict=True):
            for method, terms in found.items():
                _line(axis, f"{method} {name}", styles[method], terms, name)
                if name == MINED:
                    _line(axis, f"{method} {ALL}", styles[method], terms, ALL)
            for end in {terms.warm_up for terms in found.values()} - {None}:
                axis.axvline(end, color=QUIET, lw=1.2, linestyle=":", zorder=1)
        _axis_of_term(flat[0], found, SIMILARITY)
        _axis_of_term(flat[1], found, RANKING)
        title(flat[0], "Similarity term", "as it enters the sum")
        title(flat[1], "Ranking term", "as it enters the sum")
        title(flat[2], "Ranking's share", "of the gradient (%)")
        title(flat[3], "Own class", "share of negatives (%)")
        flat[2].set_ylim(-3, 103)
        flat[3].set_ylim(0, None)
        _explain(figure, flat, found, styles)
        return figure

    def message(self) -> str:
        """Say how much of the gradient the ranking loss has while it acts."""
        shares = {
            name: float(np.nanmean(terms.series[SHARE][:, terms.first :]))
            for name, terms in self.found.items()
            if not np.isnan(terms.series[SHARE][:, terms.first :]).all()
        }
        if not shares:
            return ""
        most, least = (pick(shares, key=shares.__getitem__) for pick in (max, min))
        said = f"{percent(shares[most], 0)} % of the gradient comes from the ranking loss while it "
        said += f"acts ({method_label(most)}"
        other = f"; {percent(shares[least], 0)} %: {method_label(least)}" if most != least else ""
        return f"{said}{other})."

    def seen(self) -> str:
        """Say what the panels are."""
        return (
            "Four panels over the pre-training: the similarity term, the ranking term, the ranking "
            "term's share of the gradient, and the share of negatives of the anchor's own class."
        )

    def reading(self) -> str:
        """Say what line, band and dashes are."""
        counts = span(terms.seeds for terms in self.found.values())
        return (
            f"Line: mean; band: lowest to highest seed (n = {counts}); dotted: the warm-up ends. "
            "Own class: share of mined negatives with the anchor's class; dashed: of all."
        )

    def words(self) -> str:
        """Say where the terms begin and end, and the shares."""
        sentences = [f"{'; '.join(_said(method, terms))}." for method, terms in self.found.items()]
        return (
            "Weighted terms of the joint loss over the pre-training, means over seeds. "
            + " ".join(sentences)
        ).replace(" -", " −")


def _line(axis: Axes, label: str, style: MethodStyle, terms: Terms, name: str) -> None:
    """Draw the mean and the range over seeds, with a gap where the ranking loss sets in."""
    factor = 1 if name in (SIMILARITY, RANKING) else 100
    values = factor * terms.series[name]
    look = {"linestyle": (0, (3, 1.6)), "lw": 1.6} if name == ALL else {"linestyle": style.line}
    for part in (slice(terms.first), slice(terms.first, None)):
        measured = ~np.isnan(values[:, part]).any(axis=0)
        if not measured.any():
            continue
        times, seeds = terms.iterations[part][measured], values[:, part][:, measured]
        axis.plot(times, seeds.mean(axis=0), color=style.colour, label=label, zorder=3, **look)
        axis.fill_between(times, seeds.min(axis=0), seeds.max(axis=0), color=style.colour,
                          alpha=0.10 if name == ALL else 0.22, lw=0)  # fmt: skip
        if part.stop is None and name != ALL:
            axis.plot(times[-1], seeds[:, -1].mean(), style.marker, color=style.colour,
                      markeredgecolor="white", zorder=4)  # fmt: skip


def _axis_of_term(axis: Axes, found: Mapping[str, Terms], name: str) -> None:
    """Make the axis logarithmic where the warm-up or one method dwarfs the rest."""
    values = np.concatenate([terms.series[name].ravel() for terms in found.values()])
    values = values[np.isfinite(values)]
    if len(values) and values.min() > 0 and values.max() > _WIDE * values.min():
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.minorticks_off()
    else:
        axis.locator_params(axis="y", nbins=5)


def _explain(
    figure: Figure,
    axes: Sequence[Axes],
    found: Mapping[str, Terms],
    styles: Mapping[str, MethodStyle],
) -> None:
    for axis in axes[2:]:
        axis.set_xlabel("iteration")
        axis.locator_params(axis="x", nbins=4)
    ends = [terms.warm_up for terms in found.values() if terms.warm_up is not None]
    if ends:
        axes[0].annotate(
            "warm-up ends", (max(ends), 1), xycoords=axes[0].get_xaxis_transform(),
            xytext=(5, -3), textcoords="offset points", color=QUIET, va="top",
        )  # fmt: skip
    if len(found) > 1:
        handles = [
            Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker,
                   markeredgecolor="white", label=method_label(method))
            for method, style in styles.items()
        ]  # fmt: skip
        figure.legend(handles=handles, loc="outside lower center", ncols=min(3, len(handles)))


def _said(method: str, terms: Terms) -> list[str]:
    """Return what is said of one method."""
    begin, last = terms.iterations[terms.first], terms.iterations[-1]
    warm_up = f", warm-up until {terms.warm_up}" if terms.first else ", no warm-up"
    said = [f"{method_label(method)} ({plural(terms.seeds, 'seed')}, {last} iterations{warm_up})"]
    for name, what in ((SIMILARITY, "similarity term"), (RANKING, "ranking term")):
        means = terms.series[name].mean(axis=0)
        if terms.first and name == SIMILARITY:
            said.append(f"{what} {means[0]:.3g} at the first point of the warm-up")
        said.append(
            f"{what} {means[terms.first]:.3g} at iteration {begin}, {means[-1]:.3g} at the end"
        )
    share = terms.series[SHARE][:, terms.first :]
    if not np.isnan(share).all():
        said.append(
            f"ranking's share of the gradient {percent(np.nanmean(share))} % on average while "
            f"it acts ({percent(np.nanmin(share))} to {percent(np.nanmax(share))} %)"
        )
    return said + _of_own_class(terms)


def _of_own_class(terms: Terms) -> list[str]:
    mined, candidates = terms.series[MINED], terms.series[ALL]
    if np.isnan(mined).all() or np.isnan(candidates).all():
        return []
    measured = ~np.isnan(mined).any(axis=0)
    early, late = (f"{percent(mined[:, measured][:, place].mean())} %" for place in (0, -1))
    return [
        f"of the mined negatives {early} carry the anchor's own class at first and {late} at the "
        f"end, of all candidates {percent(np.nanmean(candidates))} %"
    ]
