"""The tables of the page on generated data, written from the stored results.

`python -m benchmarks.generated_page` rewrites what stands between the marks in
`book/generated_data.md`; a test asserts that the page says what the results say.
"""

import json
import re

from reproduce.files import project_root, write_text

PAGE = "book/generated_data.md"
RESULT = "book/results/generated_difficulty.json"


def tables() -> dict[str, str]:
    """Return each table of the page as Markdown, by its mark."""
    stored = json.loads((project_root() / RESULT).read_text("utf-8"))
    rows = {task: [row for row in stored["rows"] if row["set"] in sets]
            for task, sets in TASKS.items()}  # fmt: skip
    return {
        "classification": _classification(rows["classification"]),
        "segmentation": _segmentation(rows["segmentation"]),
        "verification": _verification(rows["verification"]),
        "speed": _speed(stored["images_per_second"]),
        "crops": _crops(stored["crops"]),
    }


TASKS = {
    "classification": ("lesions", "warts_corns", "dermoscopy"),
    "segmentation": ("nodules",),
    "verification": ("identities",),
}


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _markdown(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * 2 + ["---:"] * (len(header) - 2), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _classification(rows: list[dict]) -> str:
    header = ["Set, size", "Level", "Chance", "Linear model", "Small network", "Best possible"]
    return _markdown(
        header,
        [
            [f"`{row['set']}`, {row['size']} px", row["difficulty"]]
            + [_percent(row[key]) for key in ("chance", "linear", "network", "best_possible")]
            for row in rows
        ],
    )


def _segmentation(rows: list[dict]) -> str:
    header = ["Set, size", "Level", "Linear model on pixels", "Small U-Net"]
    return _markdown(
        header,
        [
            [f"`{row['set']}`, {row['size']} px", row["difficulty"]]
            + [_percent(row[key]) for key in ("linear", "network")]
            for row in rows
        ],
    )


def _verification(rows: list[dict]) -> str:
    header = ["Set, size", "Level", "Chance", "Linear discriminants", "Small network"]
    return _markdown(
        header,
        [
            [f"`{row['set']}`, {row['size']} px", row["difficulty"], _percent(0.5)]
            + [_percent(row[key]) for key in ("linear", "network")]
            for row in rows
        ],
    )


def _speed(speeds: dict) -> str:
    sizes = list(next(iter(speeds.values())))
    header = ["Set", "Task", *[f"{size} px" for size in sizes]]
    task_of = {name: task for task, names in TASKS.items() for name in names}
    return _markdown(
        header,
        [[f"`{name}`", task_of[name], *[str(of[size]) for size in sizes]]
         for name, of in speeds.items()],
    )  # fmt: skip


def _crops(rows: list[dict]) -> str:
    header = ["Set", "Crops", "Unlike their image", "Pairs that differ"]
    return _markdown(
        header,
        [
            ["`lesions`", f"{100 * row['smallest_area']:.0f} to 100 % of the image"]
            + [_percent(row[key]) for key in ("crops_unlike_their_image", "pairs_that_differ")]
            for row in rows
        ],
    )


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


if __name__ == "__main__":
    page = project_root() / PAGE
    write_text(page, filled(page.read_text("utf-8")))
    print(f"{PAGE} says what {RESULT} says")
