"""What a run of the dual-head study found, in sentences: every number comes from its results.

Directions ("more", "less") follow from the numbers too. What the paper printed stands beside only
where the caller passes its published cells; a sentence of an experiment that was not run is left
out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect, paired_effect
from reproduce.figures.by_seed import by_seed, contains_zero, span
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import (
    interval,
    mean_and_spread,
    method_label,
    percent,
    plain,
    plural,
    points,
)
from reproduce.pages.rows import Row, rows_at, rows_of
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.explained import (
    choices,
    encoders,
    gradients,
    named,
    small_test_set,
)
from reproduce.papers.dual_head.printed import METRIC, OURS, RIVALS
from reproduce.papers.dual_head.rows import (
    ENCODER,
    ablation_rows,
    gap_draws,
    joint_histories,
    other_fine_tuning_rows,
)
from reproduce.registry.published import Cell as Published
from reproduce.study.cell import Cell
from reproduce.study.study import Study

Seeds = Mapping[Any, float]
# A changed method, and what it is compared with: itself with one component less, or another.
CHANGED = {
    "ranking_alone": OURS, "shared_head": OURS, "all_negatives": OURS,
    "auc_cl_warm_up": "auc_cl", "supervised_longer": "supervised",
}  # fmt: skip


def findings(study: Study, cells: Iterable[Published] = ()) -> list[str]:
    """Return the findings as sentences; `cells` are the paper's published cells."""
    cells = list(cells)
    gaps, weights = (printed.gaps(cells), printed.weights(cells)) if cells else ({}, {})
    asked: list[Callable[[], str]] = [
        lambda: _methods(study, study.select(), gaps),
        lambda: _methods(study, study.beside("second"), {}),
        lambda: _weights(rows_of(study, "table_6"), weights),
        lambda: _warm_up(rows_of(study, "warm_up")),
        lambda: _batches(rows_of(study, "batch_size")),
        lambda: _binary(rows_of(study, "binary")),
        lambda: _components(ablation_rows(study)),
        lambda: _fine_tuning(other_fine_tuning_rows(study)),
        lambda: encoders(_with_encoders(study)),
        lambda: gradients(joint_histories(study)[OURS]),
        lambda: choices(rows_of(study, "choices")),
        lambda: small_test_set(_draws(study, cells)),
    ]
    return [sentence for sentence in map(_sentence, asked) if sentence]


def _sentence(said: Callable[[], str]) -> str:
    """Return a sentence, empty where this run has nothing to say it of."""
    try:
        return said()
    except NothingToShow:
        return ""


# -- words ---------------------------------------------------------------------------------------


def _effect(effect: Effect) -> str:
    """Return "+1.2 points [−0.3, +2.7], 0 not excluded"."""
    mean, _, ends = interval(SimpleNamespace(effect=effect, margin=None)).partition(" ")
    zero = "not excluded" if contains_zero(effect) else "excluded"
    return f"{mean} points {ends}" + (f", 0 {zero}" if ends.startswith("[") else "")


def _paired(one: Seeds, other: Seeds) -> Effect | None:
    """Return the effect over the seeds that both have, None where they have none in common."""
    shared = [seed for seed in one if seed in other]
    return paired_effect([one[seed] - other[seed] for seed in shared]) if shared else None


def _values(rows: Iterable[Row], *factors: str) -> dict[tuple, dict[Any, float]]:
    return by_seed(rows, METRIC, factors)


def _mean(seeds: Seeds) -> float:
    return float(np.mean(list(seeds.values())))


def _best_rival(values: Mapping[tuple, Seeds]) -> str:
    """Return the rival with the highest mean, of values by (method,)."""
    rivals = [method for (method,) in values if method in RIVALS]
    return max(rivals, key=lambda method: _mean(values[(method,)])) if rivals else ""


def _against_best(rows: Iterable[Row]) -> tuple[str, Effect] | None:
    """Return the best rival and the gap to it, by seeds alone."""
    values = _values(rows, "method")
    rival = _best_rival(values)
    if not rival or (OURS,) not in values:
        return None
    effect = _paired(values[(OURS,)], values[(rival,)])
    return (rival, effect) if effect else None


# -- the four methods ----------------------------------------------------------------------------


def gap(study: Study, cells: Sequence[Cell], rival: str, metric: str = METRIC) -> Effect:
    """Return our gap to a rival as claims are judged: paired by seed, with the images' share."""
    arms = {(cell.method, cell.seed): cell for cell in cells}
    pairs = [
        (arms[OURS, seed], arms[rival, seed])
        for seed in dict.fromkeys(cell.seed for cell in cells)
        if (OURS, seed) in arms and (rival, seed) in arms
    ]
    if not pairs:
        raise NothingToShow(f"no seed has both {method_label(OURS)} and {method_label(rival)}")
    differences = [
        study.measures.value(one, metric) - study.measures.value(two, metric) for one, two in pairs
    ]
    if len(pairs) < 2:
        return paired_effect(differences)
    draws = sum(
        study.measures.resampled(one, metric) - study.measures.resampled(two, metric)
        for one, two in pairs
    )
    return paired_effect(differences, float(np.var(draws / len(pairs), ddof=1)))


def _methods(study: Study, cells: Sequence[Cell], paper: Mapping[str, float]) -> str:
    if not cells:
        return ""
    rows, dataset = study.rows(cells), cells[0].factors["dataset"]
    values, accuracy = _values(rows, "method"), by_seed(rows, "accuracy", ("method",))
    levels = "; ".join(
        f"{named(method)} {_spread(seeds)}, {_spread(accuracy[(method,)])}"
        for (method,), seeds in values.items()
    )
    said = (
        f"**{dataset}** ({study.role_of(dataset)}), macro F1 and accuracy in percent, mean ± "
        f"standard deviation over {_repeats(values.values())}: {levels}."
    )
    rival = _best_rival(values)
    if not rival or (OURS,) not in values:
        return said
    said += f" Dual-head minus {named(rival)}, the best rival here, in macro F1: "
    said += f"{_effect(gap(study, cells, rival))}."
    if paper:
        least = min(paper, key=lambda name: paper[name])
        said += (
            f" The paper prints {points(paper[least])} points over its best rival, "
            f"{named(least)}, on ACNE04."
        )
    return said


def _spread(seeds: Seeds) -> str:
    return mean_and_spread(list(seeds.values()))


def _repeats(values: Iterable[Seeds]) -> str:
    counts = [len(seeds) for seeds in values]
    return plural(counts[0], "seed") if len(set(counts)) == 1 else f"{span(counts)} seeds"


# -- experiments ---------------------------------------------------------------------------------


def _weights(rows: list[Row], paper: Mapping[tuple[float, int], float]) -> str:
    if not rows:
        return ""
    values = _values(rows, "sim_weight", "hard_negatives")
    order = sorted(values, key=lambda point: -_mean(values[point]))
    (weight, count), worst = order[0], order[-1]
    said = (
        f"**Lambda and k.** Macro F1 is highest at lambda {plain(weight)}, k {count} "
        f"({_spread(values[order[0]])} %, {_repeats([values[order[0]]])}) and lowest at lambda "
        f"{plain(worst[0])}, k {worst[1]} ({_spread(values[worst])} %)."
    )
    few, many = (0.2, 5), (0.2, 10)
    effect = _paired(values[many], values[few]) if few in values and many in values else None
    if effect:
        said += f" From k 5 to k 10 at lambda 0.2: {_effect(effect)}"
        if few in paper and many in paper:
            said += f"; the paper prints {points(paper[many] - paper[few])} points"
        said += "."
    return said


def _warm_up(rows: list[Row]) -> str:
    values = _values(rows, "warm_up_epochs") if rows else {}
    effect = _paired(values[(20,)], values[(0,)]) if {(20,), (0,)} <= set(values) else None
    if not effect:
        return ""
    return (
        f"**Warm-up.** With it {_spread(values[(20,)])} % macro F1, without it "
        f"{_spread(values[(0,)])} %: {_effect(effect)}."
    )


def _batches(rows: list[Row]) -> str:
    values = _values(rows, "method", "batch_size") if rows else {}
    said = []
    for method in dict.fromkeys(method for method, _ in values):
        sizes = sorted(size for name, size in values if name == method)
        small, large = values[method, sizes[0]], values[method, sizes[-1]]
        effect = _paired(small, large) if len(sizes) > 1 else None
        if effect:
            said.append(
                f"{named(method)} {_spread(small)} % at {sizes[0]}, {_spread(large)} % at "
                f"{sizes[-1]} ({_effect(effect)} for the small batch)"
            )
    return f"**Batch size**, macro F1: {'; '.join(said)}." if said else ""


def _binary(rows: list[Row]) -> str:
    said = []
    for rare, share in dict.fromkeys((row["rare"], row["rare_share"]) for row in rows):
        here = rows_at(rows, rare=rare, rare_share=share)
        found = _against_best(here)
        if found:
            level = _spread(_values(here, "method")[(OURS,)])
            said.append(
                f"{percent(share, 0)} % {rare}: dual-head {level} %, minus {named(found[0])} "
                f"{_effect(found[1])}"
            )
    if not said:
        return ""
    return (
        f"**Two classes ({rows[0]['dataset']})**, macro F1 and the best rival: {'; '.join(said)}."
    )


def _components(rows: list[Row]) -> str:
    values = _values(rows, "method") if rows else {}
    effects = {
        name: _paired(values[(name,)], values[(beside,)])
        for name, beside in CHANGED.items()
        if (name,) in values and (beside,) in values
    }
    known = {name: effect for name, effect in effects.items() if effect}
    if not known:
        return ""
    order = sorted(known, key=lambda name: -abs(known[name].mean))
    changes = "; ".join(
        f"{named(name)} against {named(CHANGED[name])} {_effect(known[name])}" for name in order
    )
    own = [name for name in order if CHANGED[name] == OURS]
    most = f" Of its own components the one that moves it most: {named(own[0])}." if own else ""
    return f"**Components**, change of macro F1: {changes}.{most}"


def _fine_tuning(rows: list[Row]) -> str:
    found = _against_best(rows) if rows else None
    if not found:
        return ""
    how = {"none": "the images as they are", "as_pretraining": "views of the images"}
    return (
        f"**Fine-tuned on {how[rows[0]['fine_tuning']]}**, unlike above, dual-head minus "
        f"{named(found[0])}, the best rival there, in macro F1: {_effect(found[1])}."
    )


# -- what `explained` speaks of -------------------------------------------------------------------


def _with_encoders(study: Study) -> list[Row]:
    kept = all("encoders" in cell.keep for cell in study.select())
    return rows_of(study, "grid", ENCODER) if kept else []


def _draws(study: Study, cells: list[Published]) -> dict[str, Any]:
    if not cells:
        return {}
    theirs, _ = printed.confusions(cells)
    tested = next(iter(theirs.values())).sum(axis=1).tolist()
    return gap_draws(study, tested, printed.gaps(cells))
