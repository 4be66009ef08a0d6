"""Positive controls on a study: can this test bed see anything of the kind at all?"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reproduce.data import names
from reproduce.evaluation.verdicts import Contrast, Control
from reproduce.registry import controls as registry
from reproduce.registry.contrasts import Contrast as RegisteredContrast
from reproduce.registry.controls import PositiveControl
from reproduce.study.cell import Cell
from reproduce.study.contrasts import Comparison
from reproduce.study.effects import Stated, measured
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

# How a condition begins that names a control which was not met.
NOT_MET = "positive control not met: "
# How a sentence calls files of a reader's own.
OWN = {"folder": "an image folder of one's own"}


def needed(study: Study, wanted: Iterable[str], datasets: Iterable[str]) -> list[Control]:
    """Return the controls of these ids, run on the data that a claim stands on."""
    known = {control.id: control for control in registry.load(study.paper)}
    datasets = list(datasets)
    return [run(study, known[name], datasets) for name in wanted]


def run(study: Study, control: PositiveControl, datasets: Iterable[str] = ()) -> Control:
    """Return whether a control was passed, with its numbers; one that was not run is not passed."""
    where = _place(study, control, datasets)
    if where is None:
        wanted = ", ".join(OWN.get(name, name) for name in control.data)
        return _not_run(control, f"none of {wanted} is in this run")
    # Many claims ask for the same control on the same data, and it reads whole encoders.
    known: dict[tuple[str, str], Control] = study.__dict__.setdefault("controls_measured", {})
    asked_for = control.model_dump_json(), where
    if asked_for in known:
        return known[asked_for]
    found = []
    for contrast, comparison in _comparisons(study, control, where):
        lacking = comparison.missing()
        if lacking:
            return _not_run(control, lacking)
        stated = Stated(control.metric_of(contrast), control.margin_of(contrast))
        try:
            found.append(measured(comparison, stated, held_out=control.part == "held_out"))
        except NotMeasured as why:
            return _not_run(control, str(why))
    seen = [_above(contrast) for contrast in found]
    passed = all(seen) if control.passes == "all" else any(seen)
    named = [replace(one, name=f"{one.name}, in {one.metric}") for one in found]
    said = "; ".join(one.seen for one in named)
    known[asked_for] = Control(control.english, passed, said, tuple(found))
    return known[asked_for]


def stands_on(study: Study, control: PositiveControl) -> list[Cell]:
    """Return the cells that a control compares, as far as they were run."""
    where = _place(study, control, ())
    compared = [one for _, one in _comparisons(study, control, where)] if where else []
    return [arm.cell for one in compared if not one.missing() for arm in one.arms]


def _comparisons(
    study: Study, control: PositiveControl, where: str
) -> Iterator[tuple[RegisteredContrast, Comparison]]:
    """Yield each contrast of a control with what it compares on a data set."""
    for contrast in control.contrasts:
        moved = contrast.model_copy(update={"where": {"dataset": where, **contrast.where}})
        yield contrast, Comparison(study, moved, control.metric_of(contrast), references=True)


def outcome(control: Control) -> str:
    """Return in a word or two how it came out; what was not run was not failed."""
    if not control.measured:
        return "not run"
    return "met" if control.passed else "not met"


def unmet(found: Iterable[Control]) -> list[str]:
    """Return what to say beside a verdict of the controls that were not passed."""
    return [f"{NOT_MET}{one.name.rstrip('.')} ({one.seen})" for one in found if not one.passed]


def _place(study: Study, control: PositiveControl, datasets: Iterable[str]) -> str | None:
    """Return the data set: that of the claim where the control is registered for it."""
    here = dict.fromkeys(cell.factors["dataset"] for cell in [*study.cells, *study.references])
    dataset: str
    for dataset in [*datasets, *here]:
        parsed = names.parse(dataset)
        if parsed.plain in control.data or parsed.base in control.data:
            return dataset
    return None


def _above(contrast: Contrast) -> bool:
    """Say whether the interval lies beyond the margin in the expected direction."""
    effect = contrast.effect
    least = effect.low if contrast.expect == "greater" else -effect.high
    return least > contrast.margin


def _not_run(control: PositiveControl, why: str) -> Control:
    return Control(control.english, False, f"its control was not run ({why})")
