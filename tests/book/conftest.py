"""Small books and notebooks for the tests of the book room."""

import copy
import json
from pathlib import Path

import pytest

PICTURE = (  # one white pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
ALT = "One white pixel that stands for a figure with three lines"
GOOD_NOTEBOOK = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "title",
            "metadata": {},
            "source": "# Sampling, studied\n\nText.\n\n$$ y = p / q $$",
        },
        {
            "cell_type": "code",
            "id": "sum",
            "metadata": {},
            "source": "1 + 1",
            "execution_count": 1,
            "outputs": [
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "metadata": {},
                    "data": {"text/plain": "2"},
                }
            ],
        },
        {
            "cell_type": "code",
            "id": "figure",
            "metadata": {"mystnb": {"image": {"alt": ALT}}},
            "source": "draw()",
            "execution_count": 2,
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": PICTURE, "text/plain": "<Figure>"},
                }
            ],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
CONFIGURATION = """\
title: A tiny book
only_build_toc_files: true
execute: {execute_notebooks: "off"}
sphinx:
  extra_extensions: [sphinx-mathjax-offline]
  config:
    mathjax_path: mathjax/tex-chtml.js
    nb_ipywidgets_js: {}
"""
CONTENTS = """\
format: jb-book
root: book/intro
chapters:
  - file: book/papers/sampling
"""


@pytest.fixture
def notebook() -> dict:
    """A notebook that may be published; a test plants its fault in it."""
    return copy.deepcopy(GOOD_NOTEBOOK)


def write_project(root: Path) -> Path:
    """Write a project with a book of two pages."""
    (root / "book" / "papers").mkdir(parents=True)
    (root / "_config.yml").write_text(CONFIGURATION)
    (root / "_toc.yml").write_text(CONTENTS)
    (root / "book" / "intro.md").write_text("# A tiny book\n\nSee {doc}`papers/sampling`.\n")
    (root / "book" / "papers" / "sampling.ipynb").write_text(json.dumps(GOOD_NOTEBOOK))
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a book of two pages."""
    return write_project(tmp_path / "project")
