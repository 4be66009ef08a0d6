"""Faults planted in a notebook, each of which must be found."""

import json

import pytest

from reproduce.book.checks import check_notebooks, notebook_problems
from reproduce.errors import UserError


@pytest.fixture
def problems_of(tmp_path):
    """Return the problems of a notebook given as a dictionary or as text."""

    def check(notebook) -> list[str]:
        path = tmp_path / "sampling.ipynb"
        path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
        return notebook_problems(path)

    return check


def test_a_good_notebook_passes(problems_of, notebook, tmp_path):
    assert problems_of(notebook) == []
    check_notebooks([tmp_path / "sampling.ipynb"])


def test_an_error_output_is_found(problems_of, notebook):
    notebook["cells"][1]["outputs"] = [
        {"output_type": "error", "ename": "ValueError", "evalue": "no class", "traceback": []}
    ]
    (problem,) = problems_of(notebook)
    assert "cell 2: stopped with ValueError: no class" in problem


def test_a_cell_that_was_not_executed_is_found(problems_of, notebook):
    notebook["cells"][1] |= {"execution_count": None, "outputs": []}
    (problem,) = problems_of(notebook)
    assert "cell 2: not executed" in problem
    notebook["cells"][1]["source"] = " \n"  # an empty cell is never executed
    assert problems_of(notebook) == []


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (None, "is missing"),
        ({}, "is missing"),
        ({"alt": "   "}, "is missing"),
        ({"alt": "Lines of AUC"}, "fewer than 20 characters"),
        ({"alt": "../images/figure_of_everything.png"}, "is a file's name"),
    ],
)
def test_a_picture_without_a_real_alt_text_is_found(problems_of, notebook, image, said):
    notebook["cells"][2]["metadata"] = {"mystnb": {"image": image}} if image is not None else {}
    (problem,) = problems_of(notebook)
    assert "cell 3" in problem and said in problem and "mystnb.image.alt" in problem


def test_an_alt_text_in_the_output_does_not_count(problems_of, notebook):
    alt = notebook["cells"][2].pop("metadata")
    notebook["cells"][2] |= {"metadata": {}}
    notebook["cells"][2]["outputs"][0]["metadata"] = alt
    assert len(problems_of(notebook)) == 1


def test_an_image_inside_an_html_output_is_found(problems_of, notebook):
    notebook["cells"][1]["outputs"][0]["data"]["text/html"] = ["<p><img src='x", ".png'></p>"]
    (problem,) = problems_of(notebook)
    assert "cell 2" in problem and "is missing" in problem


def test_values_that_are_no_json_are_found(problems_of, notebook):
    text = json.dumps(notebook | {"metadata": {"papermill": {"rate": float("nan")}}})
    (problem,) = problems_of(text)
    assert "strict JSON" in problem and "NaN" in problem
    assert "strict JSON" in problems_of("{not json")[0]
    assert "strict JSON" in problems_of("[1, 2]")[0]


@pytest.mark.parametrize("path", ["/home/someone/data", "/Users/some.one/x", "/root/project/y"])
def test_the_path_of_a_home_folder_is_found(problems_of, notebook, path):
    notebook["cells"][1]["outputs"][0]["data"]["text/plain"] = f"reading {path}/mnist.npz"
    (problem,) = problems_of(notebook)
    assert "somebody's machine" in problem


def test_an_address_is_no_home_path(problems_of, notebook):
    notebook["cells"][0]["source"] = "# Title\n\nSee https://example.org/home/someone/page."
    assert problems_of(notebook) == []


def test_all_problems_of_all_notebooks_are_told_at_once(tmp_path, notebook):
    notebook["cells"][1]["execution_count"] = None
    notebook["cells"][2]["metadata"] = {}
    paths = [tmp_path / "one.ipynb", tmp_path / "two.ipynb", tmp_path / "missing.ipynb"]
    for path in paths[:2]:
        path.write_text(json.dumps(notebook))
    with pytest.raises(UserError) as refusal:
        check_notebooks(paths)
    lines = str(refusal.value).splitlines()
    assert "5 to mend" in lines[0]
    assert len(lines) == 6
