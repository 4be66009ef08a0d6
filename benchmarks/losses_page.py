"""The page on the speed of the losses: its tables and pictures, from the stored results.

`python -m benchmarks.losses_page` rewrites what stands between the marks in
`book/losses_speed.md` and draws `book/_static/losses/*.png`; a test asserts that the page says what
the results say.
"""

import io
import json
import re

from matplotlib.figure import Figure

from benchmarks.losses_contestants import FLOOR, OURS, PEERS, RACES
from reproduce.figures.style import FAINT, QUIET, MethodStyle, in_the_look, panels, title
from reproduce.files import project_root, write_bytes, write_text

PAGE = "book/losses_speed.md"
RESULT = "book/results/losses_speed.json"
FOLDER = "book/_static/losses"
MIB = 2**20
TITLES = {
    "contrastive": "Contrastive",
    "triplet": "All triplets",
    "lifted_structured": "Lifted structured",
    "sup_con": "SupCon",
    "nt_xent": "NT-Xent, two views",
}
STYLES = {
    FLOOR: MethodStyle(FAINT, ".", (0, (1.2, 1.4))),
    OURS: MethodStyle("#0072B2", "o"),
    "pytorch-metric-learning": MethodStyle("#D55E00", "s", (0, (4, 1.6))),
    "lightly": MethodStyle("#009E73", "^", (0, (4, 1.6))),
}


def stored() -> dict:
    """Return the results as the benchmark wrote them."""
    return json.loads((project_root() / RESULT).read_text("utf-8"))


def series(rows: list[dict], race: str, who: str) -> dict[int, dict]:
    """Return what was measured of one contestant, by batch."""
    return {row["batch"]: row for row in rows if (row["race"], row["who"]) == (race, who)}


def tables() -> dict[str, str]:
    """Return each table of the page as Markdown, by its mark."""
    results = stored()
    rows = results["rows"]
    batches = sorted({row["batch"] for row in rows})
    return {
        "measured": _provenance(results["measured"]),
        "times": _markdown("Peer", batches, _against_peers(rows, batches, _times)),
        "memory": _markdown("Peer", batches, _against_peers(rows, batches, _memory)),
        "ours": _markdown("Ours", batches, _ours(rows, batches)),
    }


def _provenance(measured: dict) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    return (
        f"*Measured on {measured['date']} on one core of {measured['processor']} with Python "
        f"{measured['python']}, {versions}.*"
    )


def _markdown(second: str, batches: list[int], lines: list[list[str]]) -> str:
    header = ["Loss", second, *[str(batch) for batch in batches]]
    rows = [header, ["---"] * 2 + ["---:"] * len(batches), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _against_peers(rows, batches, cell) -> list[list[str]]:
    lines = []
    for race in RACES:
        ours = series(rows, race, OURS)
        for peer in PEERS:
            theirs = series(rows, race, peer)
            if theirs:
                cells = [cell(theirs[batch], ours[batch]) for batch in batches]
                lines.append([TITLES[race], peer, *cells])
    return lines


def _times(theirs: dict, ours: dict) -> str:
    if "not_run" in theirs:
        return _absent(theirs)
    return f"{_short(theirs['seconds'] / ours['seconds'])}\u00a0×"


def _absent(of: dict) -> str:
    """Say what killed a contestant; a dash for one that was not tried."""
    return of["not_run"] if of["not_run"].startswith("killed") else "–"


def _memory(theirs: dict, ours: dict) -> str:
    if "not_run" in theirs:
        return _absent(theirs)
    return f"{_short(theirs['peak_bytes'] / MIB)} / {_short(ours['peak_bytes'] / MIB)}"


def _ours(rows, batches) -> list[list[str]]:
    lines = []
    for race in RACES:
        ours, floor = series(rows, race, OURS), series(rows, race, FLOOR)
        cells = [f"{_short(1e3 * ours[batch]['seconds'])}\u00a0ms" for batch in batches]
        lines.append([TITLES[race], "time", *cells])
        cells = [f"{ours[b]['seconds'] / floor[b]['seconds']:.1f}\u00a0×" for b in batches]
        lines.append(["", "of the floor", *cells])
    return lines


def _short(value: float) -> str:
    """Return two digits, or all before the point."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def filled(text: str) -> str:
    """Return the page's text with each table in its place."""
    for mark, table in tables().items():
        pattern = rf"(<!-- table: {mark} -->\n).*?(<!-- end of table -->)"
        text, found = re.subn(
            pattern, lambda m, t=table: f"{m[1]}\n{t}\n\n{m[2]}", text, flags=re.DOTALL
        )
        if found != 1:
            raise SystemExit(f"{PAGE} has {found} places for the table '{mark}', expected one")
    return text


@in_the_look
def picture(rows: list[dict], measured: dict, quantity: str, scale: float, label: str) -> Figure:
    """Draw a quantity against the size of the batch, both on logarithmic axes, loss by loss."""
    figure, axes = panels(len(RACES) + 1, 2.5)
    for axis, race in zip(axes, RACES, strict=False):
        title(axis, TITLES[race])
        for who, style in STYLES.items():
            points = series(rows, race, who)
            points = {b: row[quantity] * scale for b, row in points.items() if quantity in row}
            axis.plot(
                points.keys(), points.values(), color=style.colour, marker=style.marker,
                linestyle=style.line, label=who,
            )  # fmt: skip
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xticks(batches := sorted({row["batch"] for row in rows}), map(str, batches))
        axis.minorticks_off()
        axis.set_ylabel(label)
    for axis in axes[-3:-1]:
        axis.set_xlabel("batch")
    axes[-1].axis("off")
    handles, names = axes[RACES.index("nt_xent")].get_legend_handles_labels()
    axes[-1].legend(handles, names, loc="center left")
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    line = f"{measured['processor']}, one core; {versions}; {measured['date']}"
    figure.text(0.01, -0.02, line, fontsize=8, color=QUIET, va="top")
    return figure


def draw() -> None:
    """Write the pictures of the page."""
    results = stored()
    for name, quantity, scale, label in (
        ("time", "seconds", 1e3, "ms a step"),
        ("memory", "peak_bytes", 1 / MIB, "MiB at most"),
    ):
        figure = picture(results["rows"], results["measured"], quantity, scale, label)
        buffer = io.BytesIO()
        figure.savefig(
            buffer, dpi=110, bbox_inches="tight", pad_inches=0.08, metadata={"Software": None}
        )
        write_bytes(project_root() / FOLDER / f"{name}.png", buffer.getvalue())


if __name__ == "__main__":
    page = project_root() / PAGE
    write_text(page, filled(page.read_text("utf-8")))
    draw()
    print(f"{PAGE} says what {RESULT} says")
