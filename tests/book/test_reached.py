"""What of the package a notebook reaches: when any of it is another, and only then, it is old."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reproduce.book import reached

ROOT = Path(__file__).resolve().parents[2]
# A package of a few files; each says which others it imports.
FILES = {
    "__init__.py": "",
    "book/__init__.py": "",
    "book/execute.py": "from reproduce.trials import edition",
    "book/chapters.py": "import reproduce.book.execute",
    "book/build.py": "from reproduce.losses import focal",
    "trials/__init__.py": "",
    "trials/edition.py": "def read():\n    from reproduce.trials.store import Store",
    "trials/store.py": "import json",
    "trials/schema.sql": "-- tables",
    "losses/__init__.py": "from importlib import import_module\nmade = import_module('.focal')",
    "losses/focal.py": "",
    "losses/embedding/__init__.py": "",
    "losses/embedding/tsc.py": "import reproduce.models.heads as heads",
    "models/__init__.py": "",
    "models/heads.py": "",
    "models/lenet.py": "",
    "figures/__init__.py": "",
    "figures/bars.py": "",
    "figures/lines.py": "",
    "registry/__init__.py": "",
    "registry/auditing.py": "import importlib as i\ni.import_module('reproduce.audit.sums')",
    "audit/__init__.py": "",
    "audit/sums.py": "",
    "papers/__init__.py": "import importlib as i\ni.import_module('reproduce.papers.one.protocol')",
    "papers/one/__init__.py": "",
    "papers/one/paper.yaml": "one",
    "papers/one/claims.yaml": "claims",
    "papers/one/published/table.csv": "1",
    "papers/one/pictures.py": "from reproduce.figures import bars",
    "papers/two/__init__.py": "",
    "papers/two/paper.yaml": "two",
    "papers/two/claims.yaml": "claims",
    "papers/two/pictures.py": "from reproduce.figures import lines",
}


@pytest.fixture
def package(tmp_path):
    """Return a package on disk."""
    folder = tmp_path / "reproduce"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def notebook(tmp_path):
    """Return a function that writes a notebook with one cell of code."""

    def write(name, code=""):
        path = tmp_path / f"{name}.ipynb"
        cells = [
            {"cell_type": "markdown", "source": ["import reproduce.models.lenet"]},
            {"cell_type": "code", "source": [code]},
        ]
        path.write_text(json.dumps({"cells": cells}))
        return path

    return write


def names(notebook, package):
    """Return the files that are reached, by their place."""
    return {path.relative_to(package).as_posix() for path in reached.files(notebook, package)}


ALWAYS = {
    *("__init__.py", "book/__init__.py", "book/execute.py", "trials/__init__.py"),
    *("trials/edition.py", "trials/store.py", "trials/schema.sql"),
}
OF_ONE = {name for name in FILES if name.startswith("papers/one/")}
FIGURE = {"figures/__init__.py", "figures/bars.py"}


def test_a_page_reaches_its_paper_and_what_that_imports_and_no_other_paper(notebook, package):
    assert names(notebook("one"), package) == ALWAYS | OF_ONE | FIGURE | {"papers/two/paper.yaml"}


def test_an_import_inside_of_a_function_counts_and_words_in_prose_do_not(notebook, package):
    found = names(notebook("one", "if True:\n    from reproduce.models import lenet"), package)
    assert "models/lenet.py" in found and "models/heads.py" not in found
    assert "models/lenet.py" not in names(notebook("one"), package)


def test_who_imports_by_name_reaches_its_whole_room(notebook, package):
    found = names(notebook("one", "import reproduce.losses"), package)
    assert {"losses/focal.py", "losses/embedding/tsc.py", "models/heads.py"} <= found
    found = names(notebook("one", "from reproduce.registry.auditing import audit"), package)
    assert "audit/sums.py" in found, "and the room that it names"


def test_who_asks_where_a_package_lies_reaches_all_that_lies_there(notebook, package):
    (package / "losses/sources.py").write_text(
        "from reproduce import models\nprint(models.__file__)"
    )
    found = names(notebook("one", "import reproduce.losses.sources"), package)
    assert "models/lenet.py" in found


def test_a_study_of_our_own_reaches_all_papers_and_its_record_is_read_with_theirs(
    notebook, package
):
    (package / "papers/ours").mkdir()
    for name in ("__init__.py", "study.yaml"):
        (package / "papers/ours" / name).write_text("")
    found = names(notebook("ours"), package)
    assert {"papers/one/claims.yaml", "papers/two/pictures.py"} <= found
    assert "papers/ours/study.yaml" in names(notebook("one"), package)


def test_asking_for_papers_by_name_reaches_no_other_paper(notebook, package):
    found = names(notebook("one", "from reproduce import papers"), package)
    assert "papers/__init__.py" in found and "papers/two/claims.yaml" not in found


def test_a_chapter_of_no_paper_reaches_all_of_them(notebook, package):
    found = names(notebook("audit"), package)
    assert {name for name in FILES if name.startswith("papers/")} <= found
    assert {"book/chapters.py", "book/execute.py"} <= found


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_byte_more_is_seen_where_it_is_reached_and_nowhere_else(name, notebook, package):
    page = notebook("one")
    before, reaches = reached.digest(page, package), name in names(page, package)
    with open(package / name, "a") as file:
        file.write("\n")
    assert (reached.digest(page, package) != before) == reaches


def test_a_file_that_is_new_to_the_paper_is_seen(notebook, package):
    page = notebook("one")
    before = reached.digest(page, package)
    (package / "papers/one/amendments.yaml").write_text("")
    assert reached.digest(page, package) != before


# Prints which modules and files of the package a page has used, executed as a reader would.
USED = """
import sys
from pathlib import Path
import reproduce
package = str(Path(reproduce.__file__).resolve().parent)
opened = set()

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(package):
        opened.add(arguments[0])

sys.addaudithook(watch)
from tests.notebooks import page
page.execute(sys.argv[1], **({} if sys.argv[1] == "audit" else {"profile": "smoke"}))
loaded = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "reproduce"]
print(*sorted({*opened, *filter(None, loaded)}), sep="\\n")
"""


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")))
def test_a_page_uses_nothing_that_it_does_not_reach(name, tmp_path):
    """Each module it loads and file it opens: else an old number could pass for a new one."""
    environment = {
        **os.environ,
        "REPRODUCE_STORE": str(tmp_path / "store"),
        "PYTHONPATH": str(ROOT),
    }
    told = subprocess.run(
        [sys.executable, "-c", USED, name],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    used = {Path(line) for line in told.stdout.splitlines() if line.endswith((".py", *SUFFIXES))}
    assert len(used) > 100
    known = reached.files(ROOT / "notebooks" / f"{name}.ipynb", reached.PACKAGE)
    missed = sorted(path.relative_to(reached.PACKAGE).as_posix() for path in used - known)
    assert not missed


SUFFIXES = tuple(kind.removeprefix("*") for kind in reached.DATA)
