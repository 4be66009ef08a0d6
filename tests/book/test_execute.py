"""Executing a notebook into an edition: all of it or nothing, and fit to be committed."""

import json
import shutil
from copy import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from reproduce.book import execute as executing
from reproduce.book import reached
from reproduce.book.execute import execute, is_fresh, keep_results, polish, run_folder
from reproduce.errors import UserError
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.edition import Edition

PAPER = "class_imbalance"
OTHER = "papers/dual_head"
GIVEN = {"profile": "smoke", "dataset": "tiny", "iterations": 1, "methods": ["baseline"]}
GOOD = "import sys\nprint('out'); print('noise', file=sys.stderr)\nprofile, iterations"


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project of its own, in which we are."""
    folder = tmp_path / "project"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write_notebook(project):
    """Return a function that writes a notebook of a parameters cell and one more."""

    def write(code=GOOD):
        first = new_code_cell(
            "profile = 'quick'\niterations = None", metadata={"tags": ["parameters"]}
        )
        notebook = new_notebook(cells=[first, new_code_cell(code)])
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata["kernelspec"] = kernel
        nbformat.write(notebook, project / "notebooks" / f"{PAPER}.ipynb")

    write()
    return write


@pytest.fixture
def study_of(project, image_file):
    """Return a function that opens a study on a tiny file of images."""
    image_file("tiny")

    def open_study(**values) -> Study:
        return Study(class_imbalance, class_imbalance.parameters.read({**GIVEN, **values}))

    return open_study


@pytest.fixture
def study(study_of, write_notebook) -> Study:
    """A study of one trial, trained for one step."""
    found = study_of()
    found.run(engine.Options(workers=1))
    return found


# -- polishing ------------------------------------------------------------------------------------


def executed_notebook(**metadata):
    """Return a notebook as papermill leaves it."""
    picture = new_output(
        "display_data", {"image/png": "", "text/plain": "3 lines"},
        metadata={"reproduce": {"caption": "**It holds.** Lines.", "numbers": "accuracy 98.2 %",
                                "alt": "Lines that rise, 3 of them."}},
    )  # fmt: skip
    mystnb = {"image": {"alt": "Accuracy by method. "}, "figure": {"caption": "Accuracy."}}
    cells = [
        new_code_cell("rho = 5", metadata={"tags": ["injected-parameters"], "papermill": {"a": 1}}),
        new_code_cell("show()", outputs=[picture], metadata={"mystnb": mystnb, "execution": {}}),
        new_code_cell("1", outputs=[new_output("stream", name="stderr", text="noise"),
                                    new_output("stream", name="stdout", text="kept")]),
    ]  # fmt: skip
    return new_notebook(cells=cells, metadata={"papermill": {"duration": 3.2}, **metadata})


def test_polishing_removes_timings_and_noise():
    notebook = executed_notebook(language_info={"name": "python"})
    polish(notebook)
    assert set(notebook.metadata) == {"language_info"}
    assert all(not {"papermill", "execution"} & set(cell.metadata) for cell in notebook.cells)
    assert [output.text for output in notebook.cells[2].outputs] == ["kept"]


def test_polishing_gives_a_figure_what_its_picture_says_of_itself():
    notebook = executed_notebook()
    polish(notebook)
    mystnb = notebook.cells[1].metadata["mystnb"]
    assert mystnb["image"]["alt"] == "Lines that rise, 3 of them."
    assert mystnb["figure"] == {"caption": "**It holds.** Lines.", "caption_before": True}


def test_a_picture_that_says_nothing_keeps_what_the_notebook_says_of_it():
    notebook = executed_notebook()
    notebook.cells[1].outputs[0].metadata["reproduce"] |= {"caption": "", "alt": ""}
    polish(notebook)
    mystnb = notebook.cells[1].metadata["mystnb"]
    assert mystnb["image"]["alt"] == "Accuracy by method. "
    assert mystnb["figure"]["caption"] == "Accuracy."


def test_a_sentence_in_place_of_a_picture_has_no_caption():
    notebook = executed_notebook()
    notebook.cells[1].outputs = [new_output("display_data", {"text/markdown": "Not shown."})]
    polish(notebook)
    assert "figure" not in notebook.cells[1].metadata["mystnb"]


def test_polishing_folds_the_injected_cell_and_names_it_the_same_each_time():
    notebooks = [executed_notebook(), executed_notebook()]
    for notebook in notebooks:
        polish(notebook)
        assert notebook.cells[0].metadata == {"tags": ["injected-parameters", "hide-input"]}
    assert {notebook.cells[0].id for notebook in notebooks} == {"injected-parameters"}


# -- executing ------------------------------------------------------------------------------------


def test_an_executed_notebook_stands_in_its_edition_with_its_results(study, project):
    edition = Edition(project / "edition")
    target = execute(study, {"profile": "smoke", "iterations": 1}, edition)
    assert target == edition.notebook(PAPER)
    notebook = nbformat.read(target, as_version=4)
    injected, last = notebook.cells[1], notebook.cells[2]
    assert 'profile = "smoke"' in injected.source
    assert injected.metadata["tags"] == ["injected-parameters", "hide-input"]
    assert [o.get("text") or o.data["text/plain"] for o in last.outputs] == [
        "out\n",
        "('smoke', 1)",
    ]
    assert "papermill" not in notebook.metadata
    names = sorted(file.name for file in edition.root.rglob("*") if file.is_file())
    assert names == [f"{PAPER}.{suffix}" for suffix in ("csv", "ipynb", "json", "npz")]
    assert is_fresh(study, edition)


def test_a_notebook_that_stops_changes_nothing_and_a_later_success_tidies_up(
    study, write_notebook, project
):
    edition = Edition(project / "edition")
    before = {
        edition.notebook(PAPER): b"the notebook as it was", edition.results(PAPER, "json"): b"{}",
    }  # fmt: skip
    for path, content in before.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_notebook("from reproduce.errors import UserError\nraise UserError('no such thing')")
    with pytest.raises(UserError) as caught:
        execute(study, {}, edition)
    failed = edition.root / "papers" / f"{PAPER}.failed.ipynb"
    said = f"stopped at cell 2: UserError: no such thing; see {failed.relative_to(project)}"
    assert str(caught.value) == f"the notebook {PAPER} {said}"
    assert failed.is_file()
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(file.name for file in failed.parent.iterdir()) == sorted(
        [failed.name, f"{PAPER}.ipynb"]
    )
    write_notebook()
    execute(study, {}, edition)
    assert [file.name for file in failed.parent.iterdir()] == [f"{PAPER}.ipynb"]


def test_a_network_that_is_trained_meanwhile_is_no_part_of_a_page(study, project):
    """The page would count it, and the tables beside it would not."""
    part = copy(study)
    part._whole, part._finished_beside = study, frozenset(study.keys())
    edition = Edition(project / "edition")
    assert execute(part, GIVEN, edition).is_file()
    part._finished_beside = frozenset(sorted(study.keys())[1:])
    part._keep_only(part._finished_beside)
    before = edition.notebook(PAPER).read_bytes()
    with pytest.raises(UserError, match=r"trained while its page was executed.*let training rest"):
        execute(part, GIVEN, edition)
    assert edition.notebook(PAPER).read_bytes() == before


def test_what_diverged_in_a_step_that_is_not_done_is_carried(study, project):
    """It decides there what is trained next."""
    part, whole, edition = copy(study), copy(study), Edition(project / "edition")
    part._whole, whole.lost = whole, study.cells[:1]
    key, said = study.cells[0].trial.key, "the loss became nan"
    study.store.fail(key, said)
    execute(part, GIVEN, edition)
    assert edition.stamp(PAPER)["diverged"][key]["message"] == said
    execute(study, GIVEN, edition)
    assert "diverged" not in edition.stamp(PAPER)


def test_outside_the_project_there_is_no_notebook(study, project):
    (project / "notebooks" / f"{PAPER}.ipynb").unlink()
    with pytest.raises(UserError, match=f"there is no notebook notebooks/{PAPER}.ipynb"):
        execute(study, {}, Edition(project / "edition"))


# -- the stamp ------------------------------------------------------------------------------------


def test_the_stamp_says_what_the_page_stands_on(study, project):
    edition = Edition(project / "edition")
    keep_results(study, {"profile": "smoke"}, edition)
    stamp = edition.stamp(PAPER)
    assert stamp["given"] == {"profile": "smoke"}
    assert stamp["parameters"]["iterations"] == 1
    assert stamp["keys"] == sorted(study.keys()) and len(stamp["keys"]) == 2
    assert (stamp["scale"], stamp["departures"]) == ("custom", study.departures)
    assert stamp["commit"] is None, "no repository here"
    assert [record["name"] for record in stamp["records"]] == ["tiny"]
    claims = {row["claim"]: row["verdict"] for row in stamp["verdicts"]}
    assert claims["imbalance_is_harmful"] == "not attempted"


# -- fresh or not ---------------------------------------------------------------------------------


@pytest.fixture
def fresh(study, project):
    """An edition that was executed from exactly what is here (its notebook is made up)."""
    edition = Edition(project / "edition")
    keep_results(study, {}, edition)
    edition.notebook(PAPER).parent.mkdir(parents=True)
    edition.notebook(PAPER).write_text("{}")
    assert is_fresh(study, edition)
    return edition


def test_another_parameter_is_not_fresh(fresh, study_of):
    assert not is_fresh(study_of(iterations=2), fresh)
    assert not is_fresh(study_of(map_images=50), fresh), "also one that changes no trial"
    assert is_fresh(study_of(), fresh)


def test_another_notebook_is_not_fresh(fresh, study, write_notebook):
    write_notebook("print('something else')")
    assert not is_fresh(study, fresh)


def test_other_data_is_not_fresh(fresh, study_of, image_file):
    image_file("tiny", seed=1)
    assert not is_fresh(study_of(), fresh)


def test_an_edition_without_its_notebook_or_its_stamp_is_not_fresh(fresh, study):
    assert not is_fresh(study, Edition(fresh.root / "elsewhere"))
    fresh.notebook(PAPER).unlink()
    assert not is_fresh(study, fresh)


@pytest.mark.parametrize(
    "changed", ["study/judging.py", f"papers/{PAPER}/published/table4.csv", *(
        pytest.param(one, marks=pytest.mark.thorough) for one in (
            f"papers/{PAPER}/claims.yaml", f"papers/{PAPER}/pictures.py", "trials/schema.sql",
            "losses/embedding/tsc.py", f"{OTHER}/paper.yaml"))],
)  # fmt: skip
def test_another_package_is_not_fresh(fresh, study, tmp_path, monkeypatch, changed):
    package = Path(executing.__file__).resolve().parents[1]
    copy = tmp_path / "reproduce"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(reached, "PACKAGE", copy)
    stamp = fresh.results(PAPER, "json")
    content = json.loads(stamp.read_text())
    stamp.write_text(json.dumps({**content, "package": executing.identity(study)["package"]}))
    assert is_fresh(study, fresh), "the same package elsewhere is the same"
    for other in (f"{OTHER}/pictures.py", f"{OTHER}/claims.yaml", "commands/run.py"):
        with open(copy / other, "a") as file:
            file.write("\n")
    assert is_fresh(study, fresh), "what this page cannot reach"
    with open(copy / changed, "a") as file:
        file.write("\n")
    assert not is_fresh(study, fresh)


# -- where a run is kept --------------------------------------------------------------------------


def test_a_run_has_a_folder_by_its_parameters(study_of, project):
    folder = run_folder(study_of())
    assert folder.parent == project / "runs"
    assert folder.name.startswith(f"{PAPER}-")
    assert run_folder(study_of()) == folder
    assert run_folder(study_of(iterations=2)) != folder
    assert run_folder(study_of(map_images=50)) != folder
