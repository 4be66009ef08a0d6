"""The page of a paper's trials: what stands behind each number of its pages.

One row a trial, how it was trained folded away below; a link from a figure or a table shows the
trials it was made of alone.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from posixpath import relpath

from reproduce.book import trial_names
from reproduce.book.markup import escaped, joined, target
from reproduce.book.shown import TRIALS, Shown
from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import is_metric, metric
from reproduce.evaluation.versions import current
from reproduce.figures.wording import metric_label, plural
from reproduce.registry import records
from reproduce.registry.records import Work
from reproduce.study import scale
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Result

SCRIPT = "../../_static/trials.js"
# A page with nothing to the right of it.
WIDE = "---\nhtml_theme.sidebar_secondary.remove: true\n---\n\n"
# What a trial's row is called after, its method and its purpose.
Names = Mapping[str, tuple[str, str]]


def name_of(key: str) -> str:
    """Return the path in the book of the page with a paper's trials."""
    return f"book/papers/{key}-{TRIALS}"


def page(key: str, edition: Edition, shown: Iterable[Shown]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    key
        The paper.
    edition
        The edition that holds its trials.
    shown
        The figures and tables of the book that were made of them.
    """
    results = editions.read_results(edition, key)
    stamp = edition.stamp(key) or {}
    uses = [one for one in shown if one.keys]
    recipes = {_digest(result): result for result in results}
    made_on = _made_on(results)
    paper = records.work(key)
    called = trial_names.names(results, paper)
    return WIDE + joined([
        target(f"{key.replace('_', '-')}-{TRIALS}"),
        f"# The trials behind {escaped(paper.short)}",
        f"{plural(len(results), 'trial')} stand behind the pages of this paper in this edition "
        f"({scale.of_stamp(stamp)}, executed {stamp.get('executed', 'undated')}). A "
        "{term}`trial` is one training run; its key is computed from its complete description, so "
        "the same key means the same experiment.",
        f"- As data, with confusion counts and the history of every training: "
        f"{{download}}`{key}.csv <../results/{key}.csv>`.\n"
        "- At the command line, also in a fresh clone: `reproduce store show KEY`, or "
        "`reproduce store ls --published`.\n"
        + "\n".join(f"- Made on {on}: {plural(n, 'trial')}." for on, n in made_on.items()),
        _uses(uses),
        _rows(results, uses, called),
        "## How each was trained",
        "The complete description of a trial, but for its seeds. Fields left out have their "
        "default, which means that nothing happens there.",
        _recipes(recipes, called, paper),
        f'<script src="{SCRIPT}"></script>',
    ]) + "\n"  # fmt: skip


def _digest(result: Result) -> str:
    """Return what all repeats of a trial share."""
    text = json.dumps(trial_names.recipe(result), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _made_on(results: Iterable[Result]) -> dict[str, int]:
    """Return each machine with its versions, and how many trials were made on it."""
    found: dict[str, int] = {}
    for result in results:
        known = {name: f"{name} {value}" for name, value in sorted(result.provenance.items())}
        device = known.pop("device", "").removeprefix("device ")
        started = known.pop("initialisation", "").removeprefix("initialisation ").rstrip(".")
        said = escaped(", ".join(filter(None, [device, *known.values()])))
        said += f"; {escaped(started[:1].lower() + started[1:])}" if started else ""
        found[said] = found.get(said, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _uses(uses: Sequence[Shown]) -> str:
    """Return the list of figures and tables, each with a place that shows its trials alone."""
    if not uses:
        return ""
    rows = "".join(
        f'<tr id="of-{escape(one.place)}" data-use="{number}">'
        f'<th scope="row"><a href="{_from_here(one.page)}#{escape(one.place)}">'
        f"{escape(one.title)}</a></th>"
        f'<td><a href="#of-{escape(one.place)}">{plural(len(one.keys), "trial")}</a></td></tr>'
        for number, one in enumerate(uses)
    )
    return (
        "## Which figure or table\n\n"
        '<details class="trials-uses"><summary>Figures and tables that were made of these trials '
        f"({len(uses)})</summary>"
        '<table class="dataframe"><thead><tr><th scope="col">Figure or table</th>'
        f'<th scope="col">Show its</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _from_here(page: str) -> str:
    """Return the address of another page of the book."""
    return f"{relpath(page, name_of('').rpartition('/')[0])}.html"


def _rows(results: Sequence[Result], uses: Sequence[Shown], called: Names) -> str:
    metrics = [
        name for name in dict.fromkeys(name for one in results for name in current(one.metrics))
        if name.startswith("test/")
    ]  # fmt: skip
    heads = [
        "Key",
        "Method",
        "Trained for",
        "Data",
        "Seed",
        *map(_metric_head, metrics),
        "Seconds",
        "How",
    ]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    used: dict[str, list[str]] = {}
    for number, one in enumerate(uses):
        for trial in one.keys:
            used.setdefault(trial, []).append(str(number))
    body = "\n".join(
        _row(result, metrics, used.get(result.key, []), called[result.key])
        for result in sorted(results, key=lambda one: _order(one, called))
    )
    return (
        "## The trials\n\n"
        '<p class="trials-filter"><label>Find a key, method or point: '
        '<input type="search" id="trials-find"></label> <span id="trials-said" role="status">'
        f"{plural(len(results), 'trial')}</span> "
        '<a href="#" id="trials-all" hidden>Show all</a></p>'
        '<div class="trials-scroll" tabindex="0" role="region" aria-label="Trials">'
        f'<table class="dataframe trials"><thead><tr>{head}</tr></thead><tbody>\n{body}\n'
        "</tbody></table></div>"
    )


def _order(result: Result, called: Names) -> tuple:
    """Return where a trial stands in the list: those of the main comparison come first."""
    method, purpose = called[result.key]
    return not purpose.startswith(trial_names.MAIN), purpose, method, result.trial.seed, result.key


def _row(
    result: Result, metrics: Sequence[str], used: Sequence[str], named: tuple[str, str]
) -> str:
    trial, (method, purpose) = result.trial, named
    seed = str(trial.seed) if trial.seed == trial.data_seed else f"{trial.seed} ({trial.data_seed})"
    known = current(result.metrics)
    numbers = "".join(f"<td>{_number(name, known.get(name))}</td>" for name in metrics)
    return (
        f'<tr id="t-{result.key}" data-use="{" ".join(used)}"><th scope="row"><code>{result.key}'
        f"</code></th><td>{escape(method)}</td><td>{escape(purpose)}</td>"
        f"<td>{escape(trial_names.data(result))}</td><td>{seed}</td>{numbers}"
        f"<td>{result.seconds:.0f}</td>"
        f'<td><a href="#how-{_digest(result)}">{_digest(result)[:4]}</a></td></tr>'
    )


def _metric_head(name: str) -> str:
    """Return a metric's name without what is said in brackets: a column is narrow."""
    bare = name.removeprefix("test/")
    return metric_label(bare).partition(" (")[0] if is_metric(bare) else bare


def _number(name: str, value: float | None) -> str:
    """Return a metric as tables print it: fractions in percent."""
    if value is None:
        return ""
    bare = name.removeprefix("test/")
    fraction = not is_metric(bare) or metric(bare).unit == FRACTION
    return f"{100 * value:.2f}" if fraction else f"{value:.4f}"


def _recipes(recipes: Mapping[str, Result], called: Names, paper: Work) -> str:
    return "\n".join(
        f'<details class="trials-how"><summary>{digest[:4]}: {escape(": ".join(called[one.key]))}'
        f"</summary>{_also(trial_names.also(one, paper))}"
        f'<pre id="how-{digest}">'
        f"{escape(json.dumps(trial_names.recipe(one), indent=1, sort_keys=True))}</pre></details>"
        for digest, one in sorted(recipes.items())
    )


def _also(uses: Sequence[str]) -> str:
    return f"<p>It serves as well: {escape('; '.join(uses))}.</p>" if uses else ""
