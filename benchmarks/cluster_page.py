"""The page "When one machine is not enough": its tables, from the stored results.

`python -m benchmarks.cluster_page` rewrites what stands between the marks in
`book/more_machines.md`; a test asserts that the page says what the results say. Prices and watts
are assumptions, written here, and named so on the page.
"""

import json
import re
from dataclasses import dataclass

from benchmarks import sizes_page
from reproduce.files import project_root, write_text

PAGE = "book/more_machines.md"
RESULT = "book/results/cluster_scaling.json"


@dataclass(frozen=True)
class Unit:
    """Something that trains: its watts under load and its price an hour, both assumed."""

    name: str
    watts: float
    dollars: float


# One core of a server is what all published trials were trained on.
CORE = Unit("one core of a server", 8, 0.04)
# Watts as the makers state them for the whole card; prices as rented by the hour, rounded.
CARDS = (
    Unit("T4", 70, 0.35),
    Unit("L4", 72, 0.70),
    Unit("A100 (SXM)", 400, 2.00),
    Unit("H100 (SXM)", 700, 3.00),
    Unit("H200 (SXM)", 700, 3.50),
)


def stored() -> dict:
    """Return the results as the benchmark wrote them."""
    return json.loads((project_root() / RESULT).read_text("utf-8"))


def tables() -> dict[str, str]:
    """Return each generated passage of the page as Markdown, by its mark."""
    result = stored()
    return {
        "costs": _costs(result["durations"]),
        "cards": _cards(),
        "services": _services(result),
        "simulated": _simulated(result["rows"]),
        "first": _first(result),
        "workers": sizes_page.workers(_stored("worker_scaling")),
        "sizes": sizes_page.sizes(_stored("sizes")),
        "memory": sizes_page.memory(_stored("flat_memory")),
        "trained again": sizes_page.trained_again(_stored("trained_again")),
    }


def _stored(name: str) -> dict | None:
    """Return another result, or None where nobody has measured that yet."""
    path = project_root() / "book" / "results" / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _costs(durations: dict) -> str:
    rows = ["| network | trials | seconds a trial | longest | Wh a trial | $ a 1,000 trials |"]
    rows.append("|---|--:|--:|--:|--:|--:|")
    for name, of in durations.items():
        hours = of["mean"] / 3600
        rows.append(
            f"| `{name}` | {of['trials']:,} | {of['mean']:.0f} | {of['longest']:,.0f} | "
            f"{hours * CORE.watts:.2f} | {1000 * hours * CORE.dollars:.2f} |"
        )
    return "\n".join(rows)


def _cards() -> str:
    rows = ["| card | W, assumed | $ an hour, assumed | pays from | saves energy from |"]
    rows.append("|---|--:|--:|--:|--:|")
    for card in CARDS:
        rows.append(
            f"| {card.name} | {card.watts:g} | {card.dollars:.2f} | "
            f"{card.dollars / CORE.dollars:.0f} cores | {card.watts / CORE.watts:.0f} cores |"
        )
    return "\n".join(rows)


def _services(result: dict) -> str:
    few, many = result["services"]
    return (
        f"For a trial the driver needs {_ms(few['trial'])} with {few['waiting']:,} trials waiting "
        f"and {_ms(many['trial'])} with {many['waiting']:,}; for a checkpoint of "
        f"{result['checkpoint_bytes'] / 1e6:.1f} MB {_ms(many['checkpoint'])}. These are the "
        f"fastest tenth of {many['rounds']}, since the machine was busy ({result['cores']} cores "
        f"under a load of {result['load']:.0f}; the medians were {_ms(few['median_trial'])}, "
        f"{_ms(many['median_trial'])} and {_ms(many['median_checkpoint'])}). A published trial "
        f"trained {result['mean']:.0f} s on average and would send {result['sendings']:.1f} "
        "checkpoints."
    )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _simulated(rows: list[dict]) -> str:
    lines = ["| workers | hours | without any waiting | of the workers' time used | driver busy |"]
    lines.append("|--:|--:|--:|--:|--:|")
    for row in rows:
        lines.append(
            f"| {row['workers']:,} | {row['hours']:,.1f} | {row['ideal_hours']:,.1f} | "
            f"{100 * row['efficiency']:.0f} % | {100 * row['driver_busy']:.0f} % |"
        )
    return "\n".join(lines)


def _first(result: dict) -> str:
    most, without = result["most_workers"], result["most_workers_without_checkpoints"]
    return (
        f"With these times the driver has no second left at about {most:,.0f} workers; it would "
        f"last until about {without:,.0f} if no checkpoint were sent."
    )


def filled(text: str) -> str:
    """Return the page with every generated passage written anew."""
    for name, passage in tables().items():
        pattern = rf"(<!-- table: {name} -->\n\n).*?(\n\n<!-- end of table -->)"
        found = re.subn(pattern, lambda m, p=passage: m[1] + p + m[2], text, flags=re.DOTALL)
        if found[1] != 1:
            raise SystemExit(f"{PAGE} has no place for the table '{name}'")
        text = found[0]
    return text


if __name__ == "__main__":
    path = project_root() / PAGE
    write_text(path, filled(path.read_text("utf-8")))
