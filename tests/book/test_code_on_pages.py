"""The code that pages for users show is run, block after block, as a reader would."""

import linecache
import re
from pathlib import Path

import pytest
import torch

BOOK = Path(__file__).parents[2] / "book"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [page.name for page in sorted(BOOK.glob("*.md")) if BLOCK.search(page.read_text("utf-8"))]
# Its code trains a small study.
LONGEST = "how_to_rerun.md"


def test_there_is_code_to_run():
    assert {"losses.md", "own_training.md", LONGEST} <= set(PAGES)


@pytest.mark.parametrize(
    "page", [pytest.param(one, marks=[pytest.mark.thorough] * (one == LONGEST)) for one in PAGES]
)
def test_the_code_of_a_page_runs_in_its_order(page, capsys):
    torch.manual_seed(0)
    known = {}
    for number, block in enumerate(BLOCK.findall((BOOK / page).read_text("utf-8"))):
        # Where a notebook keeps the source of its cells, so that what is defined in one has it.
        name = f"<{page} {number}>"
        linecache.cache[name] = (len(block), None, block.splitlines(keepends=True), name)
        exec(compile(block, name, "exec"), known)
    if page == "own_training.md":
        said = capsys.readouterr().out
        assert re.search(r"tensor\(\[\d+, \d+, \d+\]\)", said)
        # 90 of each class, and 18 that fill the last batch.
        counts = [int(number) for number in re.findall(r"\d+", said.splitlines()[0])]
        assert sum(counts) == 288 and min(counts) >= 90
