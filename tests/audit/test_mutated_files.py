"""Files with anything in them: a table, or one line that says why not; never a traceback."""

import random
import zipfile

import pytest

from reproduce.audit.own_result import audited
from reproduce.errors import UserError
from tests.audit import workbooks
from tests.audit.test_files_as_they_come import GROUPS, REPORT, SAME

FILES = [*SAME.values(), *GROUPS.values(), REPORT.encode()]
TEXTS = [data for data in FILES if not data.startswith(b"PK")]
BITS = [
    *(sign.encode() for sign in ",;\t\n\"|&{}$%.-±0()*^_@'\r\x00가²٣−"),
    b"\\\\", b"\\multicolumn{3}{c}{x}", b"\\multirow{2}", b"1e5", b"1e-400", b"9" * 40, b"nan",
    b"<td colspan=99 rowspan=9>", b"</tr>", b"<table>", b"1000000", b"class", b"support",
    b"predicted cat", b"recall", b"runs", b"# averaging: macro\n", b"\xff", b"iba_0..1", b"eer",
    b"|---|---|", b"macro avg", b"1,234,567", b"0,5", b"positives", b"negatives", b"auc", b"unit",
]  # fmt: skip


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Return a file with a few bytes put in, taken out or changed, or its lines in disorder."""
    kept = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        kind, place = draw.random(), draw.randrange(len(kept) + 1)
        if kind < 0.4:
            kept[place:place] = draw.choice(BITS)
        elif kind < 0.55:
            del kept[place : place + draw.randint(1, 8)]
        elif kind < 0.7 and kept:
            kept[draw.randrange(len(kept))] = draw.randrange(256)
        elif kind < 0.85:
            other = draw.choice(TEXTS)
            start = draw.randrange(len(other) + 1)
            kept[place:place] = other[start : start + draw.randint(1, 60)]
        else:
            lines = bytes(kept).split(b"\n")
            draw.shuffle(lines)
            kept = bytearray(b"\n".join(lines))
    return bytes(kept)


def ends_well(data: bytes) -> str:
    """Return what an audit of a file comes to; anything but a line in one piece goes through."""
    try:
        return audited(data, "mine").status
    except UserError as error:
        assert "\n" not in str(error)
        return "refused"


@pytest.mark.parametrize("seed", range(4))
def test_mutated_texts_end_in_a_table_or_a_line(seed):
    draw = random.Random(seed)
    seen = {ends_well(mutated(draw.choice(TEXTS), draw)) for _ in range(60)}
    assert "refused" in seen and len(seen) > 1, "the sample reaches both ends"


def test_mutated_workbooks_end_in_a_table_or_a_line():
    draw = random.Random(0)
    for _ in range(40):
        parts = workbooks.parts(workbooks.ONE)
        name = draw.choice(list(parts))
        broken = mutated(parts[name].encode(), draw).decode("utf-8", "replace")
        ends_well(workbooks.packed({**parts, name: broken}))
        ends_well(mutated(workbooks.packed(parts), draw))


def test_a_workbook_that_unpacks_to_very_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 51_000_000)
    with pytest.raises(UserError, match="unpacks to over"):
        audited(path.read_bytes(), "bomb.xlsx")


@pytest.mark.parametrize("runs", [1, 30, 1000])
def test_many_runs_end_in_a_verdict_or_a_line(runs):
    ends_well(f"row,n,runs,accuracy %\na,292,{runs},74.54 ± 0.41\n".encode())
    ends_well(f"row,n,runs,accuracy\na,292,{runs},0.36 ± 0.11\n".encode())
