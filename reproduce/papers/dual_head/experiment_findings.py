"""What the experiments beside the grid found, in sentences; `findings` asks for them."""

from collections.abc import Mapping

from reproduce.figures.by_seed import Draws, by_seed
from reproduce.figures.wording import percent, plain, plural, points
from reproduce.pages.rows import Row, rows_at
from reproduce.papers.dual_head.effect_words import (
    against_rivals,
    between,
    effect_words,
    levels,
    mean,
    repeats,
    spread,
)
from reproduce.papers.dual_head.explained import named
from reproduce.papers.dual_head.printed import OURS
from reproduce.registry.datasets import in_words

# A changed method, and what it is compared with: itself with one component less, or another.
CHANGED = {
    "ranking_alone": OURS, "shared_head": OURS, "all_negatives": OURS,
    "auc_cl_warm_up": "auc_cl", "supervised_longer": "supervised",
}  # fmt: skip
# Networks whose accuracy lies nearer than this to that of one constant answer hardly learned.
HARDLY = 0.05


def weights(rows: list[Row], paper: Mapping[tuple[float, int], float], draws: Draws) -> str:
    """Say where macro F1 is highest and lowest, and what the paper's step from k 5 to 10 does."""
    if not rows:
        return ""
    values = levels(rows, "sim_weight", "hard_negatives")
    order = sorted(values, key=lambda point: -mean(values[point]))
    (weight, count), worst = order[0], order[-1]
    said = (
        f"**Lambda and k.** Of {plural(len(values), 'point')}, macro F1 is highest at lambda "
        f"{plain(weight)}, k {count} ({spread(values[order[0]])} %, {repeats([values[order[0]]])}) "
        f"and lowest at lambda {plain(worst[0])}, k {worst[1]} ({spread(values[worst])} %, "
        f"{repeats([values[worst]])}); the ends of so many lie apart by chance alone, too."
    )
    few, many = ({"sim_weight": 0.2, "hard_negatives": k} for k in (5, 10))
    effect = between(rows, many, few, draws)
    if effect:
        said += f" From k 5 to k 10 at lambda 0.2: {effect_words(effect)}"
        if {(0.2, 5), (0.2, 10)} <= set(paper):
            said += f"; the paper prints {points(paper[0.2, 10] - paper[0.2, 5])} points"
        said += "."
    return said


def warm_up(rows: list[Row], epochs: tuple[int, int], draws: Draws) -> str:
    """Compare with and without the warm-up; `epochs` are its own and those of pre-training."""
    with_it, without = {"warm_up_epochs": 20}, {"warm_up_epochs": 0}
    effect = between(rows, with_it, without, draws) if rows else None
    if not effect:
        return ""
    values = levels(rows, "warm_up_epochs")
    share = f" ({epochs[0]} of {epochs[1]} epochs; 20 of 200 in the paper)" if epochs[1] else ""
    return (
        f"**Warm-up.** With it{share} {spread(values[(20,)])} % macro F1, without it "
        f"{spread(values[(0,)])} %: {effect_words(effect)}."
    )


def at_equal_passes(rows: list[Row]) -> list[Row]:
    """Return the rows whose networks pass over the images equally often, whatever their batch."""
    return [row for row in rows if row.get("matched") is None]


def batches(rows: list[Row], draws: Draws) -> str:
    """Compare the smallest batch with the largest, at equal passes and, where run, equal steps."""
    values = levels(at_equal_passes(rows), "method", "batch_size") if rows else {}
    said, equal_steps, ratios = [], [], set()
    for method in dict.fromkeys(method for method, _ in values):
        sizes = sorted(size for name, size in values if name == method)
        if len(sizes) < 2:
            continue
        small, large = (
            {"method": method, "batch_size": sizes[place], "matched": None} for place in (0, -1)
        )
        if effect := between(rows, small, large, draws):
            ratios.add(sizes[-1] / sizes[0])
            said.append(
                f"{named(method)} {spread(values[method, sizes[0]])} % at {sizes[0]}, "
                f"{spread(values[method, sizes[-1]])} % at {sizes[-1]} ({effect_words(effect)} for "
                "the small batch)"
            )
        if effect := between(rows, {**small, "matched": "steps"}, large, draws):
            equal_steps.append(f"{named(method)} {effect_words(effect)}")
    if not said:
        return ""
    times = " to ".join(f"{ratio:g}" for ratio in sorted({min(ratios), max(ratios)}))
    both = (
        f"**Batch size**, macro F1: {'; '.join(said)}. The small batch takes {times} times as many "
        "steps at the same rate, so this is the effect of both"
    )
    if not equal_steps:
        return f"{both}; no arm with equal steps was run."
    return (
        f"{both}. At as many steps, and so with as many times fewer passes, the small batch minus "
        f"the large: {'; '.join(equal_steps)}."
    )


def binary(rows: list[Row], draws: Draws) -> str:
    """Compare the methods on two classes, by which is rare and how rare it is."""
    said = []
    for rare, share in dict.fromkeys((row["rare"], row["rare_share"]) for row in rows):
        here = rows_at(rows, rare=rare, rare_share=share)
        gaps = against_rivals(here, draws)
        if gaps:
            level = spread(levels(here, "method")[(OURS,)])
            said.append(f"{percent(share, 0)} % {rare}: {named(OURS)} {level} %, {gaps}")
    if not said:
        return ""
    return f"**Two classes ({in_words(rows[0]['dataset'])})**, macro F1: {'; '.join(said)}."


def components(rows: list[Row], draws: Draws) -> str:
    """Set changed methods against what they change."""
    effects = {
        name: between(rows, {"method": name}, {"method": beside}, draws)
        for name, beside in CHANGED.items()
    }
    known = {name: effect for name, effect in effects.items() if effect}
    if not known:
        return ""
    order = sorted(known, key=lambda name: -abs(known[name].mean))
    changes = "; ".join(
        f"{named(name)} against {named(CHANGED[name])} {effect_words(known[name])}"
        for name in order
    )
    own = [name for name in order if CHANGED[name] == OURS]
    most = f' Of its own components "{named(own[0])}" moves it most.' if own else ""
    return f"**Components**, change of macro F1: {changes}.{most}"


def fine_tuning(rows: list[Row], largest: float, draws: Draws) -> str:
    """Compare the methods fine-tuned the other way, and say whether they left the largest class.

    `largest` is the accuracy of answering with the largest class alone.
    """
    gaps = against_rivals(rows, draws) if rows else ""
    if not gaps:
        return ""
    how = {"none": "the images as they are", "as_pretraining": "views of the images"}
    reached = [mean(seeds) for seeds in by_seed(rows, "accuracy", ("method",)).values()]
    said = (
        f"**Fine-tuned on {how[rows[0]['fine_tuning']]}**, unlike above, in macro F1 {named(OURS)} "
        f"{gaps}. Accuracy is {percent(min(reached))} to {percent(max(reached))} %, where the "
        f"largest class alone would give {percent(largest)} %."
    )
    if max(reached) - largest < HARDLY:
        said += " These networks hardly left it: what separates them is how far they collapsed."
    return said
