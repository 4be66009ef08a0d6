"""What an answer page begins with: claim, answer, one figure, one table, caveat, data and scale.

Everything is generated from the paper's headline, the judgements of the run and nothing else, so
that it is right in every edition: also where there is no verdict yet.
"""

from collections.abc import Collection, Iterable, Sequence
from math import isfinite, sqrt

from scipy import stats

from reproduce.evaluation.significance import Effect
from reproduce.evaluation.verdicts import Judgement
from reproduce.evaluation.vocabulary import Part, Verdict
from reproduce.figures.effects import Effects
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.verdict_words import marked
from reproduce.figures.wording import contrast_label
from reproduce.pages import answer_words, caveats
from reproduce.pages.answered import NOT_JUDGED, THE_ANSWER, WHO, Answer, Ends, MainRow, published
from reproduce.pages.showing import provenance, shown
from reproduce.pages.tables import COMPARISON
from reproduce.registry import datasets, main_result
from reproduce.registry.main_result import Main
from reproduce.study import scale
from reproduce.study.counting import NO_TEST
from reproduce.study.effect_facts import EffectFacts, alone, facts_of
from reproduce.study.study import Study


def of_study(study: Study, judgements: Sequence[Judgement]) -> Answer:
    """Return the answer of a run, as pages show it and an edition keeps it."""
    main, known = main_result.load(study.paper), {one.claim_id: one for one in judgements}
    ours = [known[one.claim.id] for one in main]
    claims = {one.claim.id: one.claim for one in main}
    told = {name: facts_of(study, claim) for name, claim in claims.items()}
    rows = tuple(
        _row(study, one, judged, told[one.claim.id]) for one, judged in zip(main, ours, strict=True)
    )
    judged = ours[0]
    reason = main[0].claim.identity or ""
    used = _used(main[0], judged, told)
    drawn = {
        name for one, found in zip(main, ours, strict=True) for name in _used(one, found, told)
    }
    kind, caveat = caveats.gravest(caveats.Asked(study, main, ours, used))
    tested = [one for one in judgements if one.parts and one.verdict not in NO_TEST]
    return Answer(
        paper=study.paper,
        claim=main_result.sentence(study.paper),
        sentence=answer_words.sentence(judged, rows, WHO[main[0].claim.says], reason),
        short=answer_words.title(judged, rows),
        verdict=str(judged.verdict),
        word=judged.word,
        rows=rows,
        caveat=caveat,
        kind=kind,
        data=data_line(study, drawn),
        scale=study.scale,
        registered=len(judgements),
        tested=len(tested),
        by_verdict=_counted(judgements),
        says=main[0].claim.says,
    )


def _counted(judgements: Iterable[Judgement]) -> dict[str, int]:
    """Return how many claims got which verdict, in the order of the vocabulary."""
    found = [one.verdict for one in judgements if one.verdict is not Verdict.NOT_ATTEMPTED]
    return {str(verdict): found.count(verdict) for verdict in Verdict if verdict in found}


def _row(study: Study, one: Main, judgement: Judgement, told: dict[str, EffectFacts]) -> MainRow:
    part = part_of(one, judgement)
    # Of a claim of many parts, some not trained yet, the others are shown without a verdict.
    found = part or alone(study, one.claim, one.contrast.name, one.reading)
    theirs = published(one)
    common = {
        "claim": one.claim.id, "words": one.words, "metric": one.metric,
        "margin": one.claim.margin_of(one.contrast), "over": one.contrast.over, "paper": theirs,
        "expect": one.contrast.expect, "reading": one.reading or "",
    }  # fmt: skip
    if found is None:
        return MainRow(contrast=contrast_label(one.contrast.name), **common,
                       verdict=str(judgement.verdict), word=judgement.word)  # fmt: skip
    beside = told.get(found.name)
    verdict = str(part.verdict if part else judgement.verdict)
    return MainRow(
        **common,
        contrast=beside.contrast if beside else contrast_label(found.name),
        ours=ends_of(found.effect),
        apart=apart(found.effect, one.published),
        verdict=verdict,
        word=judgement.word if len(judgement.parts) == 1 else verdict if part else NOT_JUDGED,
        withheld=str((part and part.withheld) or ""),
        repeats=found.effect.repeats,
        data=_and(map(datasets.in_words, beside.datasets)) if beside else "",
        keys=beside.keys if beside else (),
    )


def part_of(one: Main, judgement: Judgement) -> Part | None:
    """Return the part of a judgement that a main comparison became; None if it was not judged.

    A part carries in brackets on what it was restricted to, and the reading if not the default.
    """
    name, ending = one.contrast.name, f" (reading: {one.reading})" if one.reading else ""
    here = [part for part in judgement.parts if part.reading == (one.reading or "")]
    named = [part for part in here if part.name.removesuffix(ending) == name]
    named += [part for part in here if part.name.startswith(f"{name} (")]
    return named[0] if named else None


def ends_of(effect: Effect) -> Ends:
    """Return an effect's mean and interval; without the interval where there is none."""
    if isfinite(effect.low) and isfinite(effect.high):
        return Ends(effect.mean, effect.low, effect.high)
    return Ends(effect.mean)


def apart(ours: Effect, paper: main_result.Published | None) -> Ends | None:
    """Return ours minus the paper's, with the interval of both; of ours alone if theirs has none.

    Two effects from different trainings: errors add in squares, degrees are Satterthwaite's.
    """
    if paper is None:
        return None
    mean, error = ours.mean - paper.mean, ours.standard_error
    if not (isfinite(ours.low) and isfinite(error)):
        return Ends(mean)
    if not isfinite(paper.standard_error):
        return Ends(mean, ours.low - paper.mean, ours.high - paper.mean)
    squares = [(error**2, ours.degrees), (paper.standard_error**2, paper.degrees)]
    whole = sum(square for square, _ in squares)
    degrees = whole**2 / sum(square**2 / free for square, free in squares)
    half = float(stats.t.ppf(0.975, degrees)) * sqrt(whole)
    return Ends(mean, mean - half, mean + half)


def _used(one: Main, judgement: Judgement, told: dict[str, dict[str, EffectFacts]]) -> list[str]:
    """Return the data sets that a main comparison stands on."""
    part = part_of(one, judgement)
    beside = told[one.claim.id].get(part.name) if part else None
    return list(beside.datasets) if beside else []


def data_line(study: Study, used: Collection[str]) -> str:
    """Return data and scale in a line: images, role, network, repeats and how many trainings."""
    roles = {"own": "the paper's own data", "real stand-in": "a real stand-in",
             "generated": "generated images"}  # fmt: skip
    records = [one for one in study.records if one.name in used] or [study.record]
    said = []
    for record in records:
        parts = {name: sum(counts) for name, counts in record.counts.items() if name != "balanced"}
        # In one order, wherever the record was read from.
        usual = [f"{parts[name]:,} {_PART[name]}".rstrip() for name in _PART if name in parts]
        further = [
            f", and {parts[name]:,} {_FURTHER.get(name, f'of its {name}')}"
            for name in sorted({*parts} - {*_PART})
        ]
        images = f"{', '.join(usual)} images{''.join(further)}"
        role = roles[study.role_of(record.name)]
        said.append(f"{datasets.in_words(record.name)} ({role}; {images})")
    seeds = len(study.seeds)
    trainings = sum(bool(one.trial.phases) for one in study.planned())
    sets = _and(said)
    return (
        f"{_capital(sets)}. {_capital(scale.in_words(study.parameters))}: {trainings:,} "
        f"training{'s' if trainings != 1 else ''}, {seeds} seed{'s' if seeds != 1 else ''}."
        f"{_trained_on(study)}"
    )


def _trained_on(study: Study) -> str:
    """Say on how many images a training of the grid was: the set has more than one is given."""
    counts = sorted({sum(result.counts) for result in study.results() if result.counts})
    if not counts:
        return ""
    several = f"{counts[0]:,} to {counts[-1]:,}" if len(counts) > 1 else f"{counts[0]:,}"
    return f" Each set of the grid has {several} training images before any sampler."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# A set that each repeat divides anew has one part.
_PART = {"train": "training", "val": "validation", "test": "test", "all": ""}
_FURTHER = {"large": "in a larger test part, of which these are a draw"}


def _and(said: Iterable[str]) -> str:
    return " and ".join(said)


# -- what a page shows ---------------------------------------------------------------------------


@shown()
def claim(study: Study) -> str:
    """Show the claim in a sentence, with who states it."""
    return f"**The claim.** {main_result.sentence(study.paper)}"


@shown()
def sentence(study: Study, judgements: Sequence[Judgement]) -> str:
    """Show the answer in a sentence, with its mark, and how all claims came out."""
    found = of_study(study, judgements)
    return f"{THE_ANSWER} {found.mark} {found.sentence}\n\n{found.counted}"


@shown()
def caveat(study: Study, judgements: Sequence[Judgement]) -> str:
    """Show the gravest caveat, and on which data and at which scale all this stands."""
    found = of_study(study, judgements)
    first = f"**Biggest caveat.** {found.caveat}\n\n" if found.caveat else ""
    impossible = caveats.as_printed(study.paper)
    theirs = f"**As printed.** {impossible}\n\n" if impossible else ""
    others = caveats.other_caveats(study, found.caveat)
    others = f"**Also different.** {others}\n\n" if others else ""
    return f"{first}{theirs}{others}**Data and scale.** {found.data}"


@shown()
def effects(study: Study, judgements: Sequence[Judgement]) -> Effects:
    """Show the paper's effects and ours on one axis; the title is the message."""
    found = of_study(study, judgements)
    if all(row.paper is None and row.ours is None for row in found.rows):
        raise NothingToShow(
            "none of the main comparisons was run, and no effect of them is printed"
        )
    made = Effects(found.rows, found.short, found.says)
    return made.out_of(_line(study, found))


@shown()
def main_table(study: Study, judgements: Sequence[Judgement]) -> Table:
    """Tabulate the paper's effects, ours, their difference and the verdict."""
    found = of_study(study, judgements)
    return table_of(found, provenance=_line(study, found))


def _line(study: Study, found: Answer) -> str:
    """Return the line that says which trials the main comparisons stand on."""
    keys = {key for row in found.rows for key in row.keys}
    cells = [cell for cell in study.cells if cell.trial.key in keys]
    return provenance(study, study.rows(cells or study.cells))


def table_of(found: Answer, *, provenance: str) -> Table:
    """Return paper | ours | difference | verdict of the main comparisons."""
    places = {row.data for row in found.rows if row.data}
    rows = []
    for row in found.rows:
        unit = f" ({row.unit})" if row.unit and row.unit != "points" else ""
        on = f"\n{row.data}" if row.data and len(places) > 1 else ""
        rows.append([
            f"{row.measure[:1].upper()}{row.measure[1:]}, {row.words}{unit}{on}",
            row.said(row.paper, "\n"), row.said(row.ours, "\n") if row.ours else "not run",
            row.said(row.apart, "\n"), marked(row.word).replace(", ", ",\n", 1),
        ])  # fmt: skip
    theirs = found.says.capitalize()
    columns = ["Effect", theirs, "Ours", f"Ours minus {found.says}'s", "Verdict"]
    on = f"Ours on {places.pop()}. " if len(places) == 1 else ""
    return Table(f"The main result: the {found.says}'s effects and ours", columns, rows, provenance,
                 note=on + _note(found), whole=(1, 2, 3, 4), kind=COMPARISON)  # fmt: skip


def _note(found: Answer) -> str:
    """Say what the numbers are in, and what the paper's intervals come from."""
    units = {row.unit for row in found.rows}
    said = ["Effects in percentage points"] if "points" in units else []
    said += ["in the metric's own unit where it is no percentage"] if "" in units else []
    first = f"{', '.join(said)}, with 95 % intervals." if said else "With 95 % intervals."
    sure = [row.paper.sure for row in found.rows if row.paper]
    if any(sure):
        first += f" The {found.says}'s follow from its printed spreads."
    if not all(sure):
        first += f" Where the {found.says} prints no spread, its effect is taken as exact."
    return first + _guarded(found)


def _guarded(found: Answer) -> str:
    """Say why a word is weaker than its interval would allow; empty where none is."""
    withheld = [row.withheld for row in found.rows if row.withheld]
    if not withheld:
        return ""
    words = "” or “".join(dict.fromkeys(withheld))
    where = "In one line" if len(withheld) == 1 else f"In {len(withheld)} lines"
    return (
        f" {where} the interval alone would say “{words}”; from so few repeats it may be too "
        "narrow by chance, so the rule keeps to a weaker word."
    )
