"""Notebooks are kept without outputs, and a hook takes out what running them has left."""

import json
import re

import yaml

from reproduce.book import stripped
from reproduce.files import project_root

ROOT = project_root()


def ran(notebook):
    """Return a notebook as an editor leaves it."""
    found = json.loads(json.dumps(notebook))
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["x"]}]
            cell["execution_count"] = 3
            cell["metadata"]["collapsed"] = False
    found["metadata"] |= {"widgets": {}}
    found["metadata"]["language_info"] |= {"version": "3.12.1"}
    return found


def test_the_committed_sources_have_nothing_to_take_out():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        read = json.loads(path.read_text("utf-8"))
        assert stripped.stripped(read) == read, path.name
        assert stripped.stripped(ran(read)) == read, path.name


def test_a_commit_with_outputs_is_stopped_once(tmp_path, capsys):
    source = ROOT / "notebooks" / "audit.ipynb"
    path = tmp_path / "audit.ipynb"
    path.write_text(json.dumps(ran(json.loads(source.read_text("utf-8")))))
    assert stripped.main([str(path)]) == 1 and "outputs taken out" in capsys.readouterr().out
    assert path.read_text("utf-8") == source.read_text("utf-8")
    assert stripped.main([str(path)]) == 0


def test_the_hooks_are_the_ruff_that_is_installed_and_look_at_the_sources_alone():
    """Nothing is fetched for them: another ruff would say something else than `make lint`."""
    [here] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert here["repo"] == "local"
    check, layout, own = here["hooks"]
    assert check["entry"].startswith("ruff check") and layout["entry"].startswith("ruff format")
    assert re.search(own["files"], "notebooks/audit.ipynb")
    assert not re.search(own["files"], "book/papers/audit.ipynb")
