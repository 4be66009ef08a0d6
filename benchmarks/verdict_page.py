"""The page on the rates of the rule: its tables and its picture, from the stored results.

`python -m benchmarks.verdict_page` rewrites what stands between the marks in
`book/verdict_rates.md` and draws `book/_static/verdict_rates/*.png`; a test asserts that the page
says what the results say.
"""

import io
import json
import re

from matplotlib.figure import Figure

from reproduce.figures.style import INK, QUIET, MethodStyle, in_the_look, panels, title
from reproduce.files import project_root, write_bytes, write_text

PAGE = "book/verdict_rates.md"
RESULT = "book/results/verdict_rates.json"
PICTURE = "book/_static/verdict_rates/false_words.png"
STYLES = {
    "normal": MethodStyle("#6E6E6E", "o"),
    "t with 3 degrees": MethodStyle("#6E6E6E", "s", (0, (1.2, 1.4))),
    "exponential": MethodStyle("#009E73", "^"),
    "log-normal": MethodStyle("#009E73", "D", (0, (4, 1.6))),
    "collapse by 5 sd": MethodStyle("#0072B2", "v", (0, (1.2, 1.4))),
    "collapse by 10 sd": MethodStyle("#0072B2", "P", (0, (4, 1.6))),
    "collapse by 20 sd": MethodStyle("#D55E00", "X"),
}
SHOWN_KS, SHOWN_POWER = (5, 10, 20, 30), ("normal", "log-normal", "collapse by 20 sd")


def stored() -> dict:
    """Return the results as the benchmark wrote them."""
    return json.loads((project_root() / RESULT).read_text("utf-8"))


def tables() -> dict[str, str]:
    """Return each generated passage of the page as Markdown, by its mark."""
    results = stored()
    return {
        "summary": _summary(results),
        "false": _false(results),
        "guard": _guard(results),
        "power": _power(results),
        "parts": _parts(results["parts"]),
        "claims": _claims(results["lopsided_claims"]),
        "resplit": _resplit(results["resplit"]),
    }


def worst(rows: list[dict], name: str, *, even: bool | None = None) -> float:
    """Return the highest rate among all families, or among the even or the lopsided ones."""
    evens = ("normal", "t with 3 degrees")
    return max(row[name] for row in rows if even is None or (row["family"] in evens) == even)


def _summary(results: dict) -> str:
    false = results["false"]
    return (
        f"Over {len(false)} settings of {results['experiments']:,} simulated experiments each, a "
        "firm word on a difference that is not there is said in at most "
        f"**{_percent(worst(false, 'guarded', even=True))}** of cases where the spread is even, "
        f"and in at most **{_percent(worst(false, 'guarded', even=False))}** where it is lopsided. "
        f"By the 95 % interval alone these are {_percent(worst(false, 'interval', even=True))} and "
        f"{_percent(worst(false, 'interval', even=False))}. (Commit `{results['commit']}`, seed "
        f"{results['seed']}.)"
    )


def _false(results: dict) -> str:
    shares = sorted({row["share"] for row in results["false"]})
    rows = []
    for family in STYLES:
        for k in SHOWN_KS:
            here = {row["share"]: row for row in results["false"]
                    if (row["family"], row["k"]) == (family, k)}  # fmt: skip
            cells = [
                f"{_number(here[s]['interval'])} → {_number(here[s]['guarded'])}" for s in shares
            ]
            rows.append([family if k == SHOWN_KS[0] else "", str(k), *cells])
    return _markdown(["Differences", "k", *[f"share {share:g}" for share in shares]], rows, 1)


def _guard(results: dict) -> str:
    rows = [
        [str(row["k"]), *[f"{multiple:.1f}" for multiple in row["multiples"][:-1]],
         f"{row['at_most_10_sd'][0]:.1f}", _percent(row["unseen"])]
        for row in results["guards"]
    ]  # fmt: skip
    shares = [f"share {share:g}" for share in results["shares"][:-1]]
    last = ["share 0, collapses of at most 10 sd", "one in ten unseen in"]
    return _markdown(["k", *shares, *last], rows, 0)


def _power(results: dict) -> str:
    effects = sorted({row["effect"] for row in results["power"]})
    rows = []
    for family in STYLES:
        for k in SHOWN_KS:
            for share in (0.0, 0.9):
                here = {row["effect"]: row for row in results["power"] if
                        (row["family"], row["k"], row["share"]) == (family, k, share)}  # fmt: skip
                cells = [f"{_number(here[e]['interval'])} → {_number(here[e]['guarded'])}"
                         for e in effects]  # fmt: skip
                rows.append([family, str(k), f"{share:g}", *cells])
    return _markdown(["Differences", "k", "Share", *[f"{e} SE" for e in effects]], rows, 1)


def _parts(rows: list[dict]) -> str:
    header = [
        "k",
        "Parts",
        "Correlation",
        "False: joint",
        "by number",
        "Refuted: joint",
        "by number",
    ]
    names = ("false_joint", "false_number", "refuted_joint", "refuted_number")
    return _markdown(
        header,
        [
            [str(row["k"]), str(row["parts"]), f"{row['correlation']:g}"]
            + [_percent(row[name]) for name in names]
            for row in rows
        ],
        0,
    )


def _claims(rows: list[dict]) -> str:
    return _markdown(
        ["Differences", "k", "Parts", "Correlation", "False firm words"],
        [
            [row["family"], str(row["k"]), str(row["parts"]), f"{row['correlation']:g}",
             _percent(row["guarded"])]
            for row in rows
        ],
        1,
    )  # fmt: skip


def _resplit(rows: list[dict]) -> str:
    """Return how well the guard serves re-split repeats, in a sentence and a table."""
    few = [row for row in rows if row["k"] <= 20]
    said = (
        f"With the guard a firm word on re-split repeats is false in at most "
        f"**{_percent(worst(rows, 'guarded', even=True))}** of cases where the spread is even and "
        f"**{_percent(worst(rows, 'guarded', even=False))}** where it is lopsided. "
        f"As the guard was until then, a firm word was false in up to "
        f"{_percent(worst(few, 'before', even=True))} and "
        f"{_percent(worst(few, 'before', even=False))} of cases with 5 to 20 repeats, and more "
        "often with 30."
    )
    ratios = sorted({row["ratio"] for row in rows})
    told = []
    for family in STYLES:
        for k in SHOWN_KS:
            here = {row["ratio"]: row for row in rows if (row["family"], row["k"]) == (family, k)}
            cells = [
                " → ".join(_number(here[r][name]) for name in ("interval", "guarded"))
                for r in ratios
            ]
            told.append([family if k == SHOWN_KS[0] else "", str(k), *cells])
    columns = ["Differences", "k", *[f"{ratio:g} test images a training image" for ratio in ratios]]
    return f"{said}\n\n{_markdown(columns, told, 1)}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def _number(rate: float) -> str:
    return f"{100 * rate:.1f}" if rate < 0.0995 else f"{100 * rate:.0f}"


def _markdown(header: list[str], rows: list[list[str]], words: int) -> str:
    lines = [header, ["---"] * words + ["---:"] * (len(header) - words), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
def picture(results: dict) -> Figure:
    """Draw false firm words against the repeats, by the interval alone and with the guard."""
    figure, axes = panels(2, 4.0, sharey=True)
    for axis, name, heading in zip(
        axes, ("interval", "guarded"), ("95 % interval alone", "with the guard"), strict=True
    ):
        title(axis, heading)
        for family, style in STYLES.items():
            points = {row["k"]: 100 * row[name] for row in results["false"]
                      if (row["family"], row["share"]) == (family, 0.0)}  # fmt: skip
            axis.plot(points.keys(), points.values(), color=style.colour, marker=style.marker,
                      linestyle=style.line, label=family)  # fmt: skip
        axis.axhline(8, color=INK, linewidth=1)
        axis.set_ylim(0)
        axis.set_xlabel("repeats k")
    axes[0].set_ylabel("false firm words, %")
    axes[1].annotate("8 %", (40, 8), xytext=(0, 3), textcoords="offset points", ha="right")
    handles, names = axes[0].get_legend_handles_labels()
    axes[1].legend(handles, names, loc="upper right", fontsize=10)
    bare = worst(results["false"], "interval")
    kept = worst(results["false"], "guarded")
    figure.suptitle(
        f"Where repeats can hide a collapse, a 95 % interval is false in up to {100 * bare:.0f}\n"
        f"of 100 cases; the guard keeps firm words to {100 * kept:.0f} in 100",
        x=0.01, ha="left", fontweight="bold", fontsize=12,
    )  # fmt: skip
    figure.text(
        0.01, -0.02, f"true difference 0, no share of test images; {results['experiments']:,} "
        "simulated experiments a point", fontsize=9, color=QUIET, va="top",
    )  # fmt: skip
    return figure


def draw() -> None:
    """Write the picture of the page."""
    buffer = io.BytesIO()
    picture(stored()).savefig(
        buffer, dpi=110, bbox_inches="tight", pad_inches=0.08, metadata={"Software": None}
    )
    write_bytes(project_root() / PICTURE, buffer.getvalue())


if __name__ == "__main__":
    page = project_root() / PAGE
    write_text(page, filled(page.read_text("utf-8")))
    draw()
    print(f"{PAGE} says what {RESULT} says")
