"""The page with another shape of imbalance than the default, which has no share of rare classes."""

from pathlib import Path

import nbformat

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "class_imbalance.ipynb"


def test_the_page_of_linear_imbalance_runs_to_its_end(capsys):
    """In this process: what matters is that no cell asks for what linear imbalance lacks."""
    shown: list[object] = []
    names = {"__name__": "__main__", "display": lambda *things: shown.extend(things)}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, cell.id, "exec"), names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"profile": "smoke", "imbalance": "linear"}
    assert {cell.factors["imbalance"] for cell in names["study"].cells} == {"linear"}
    assert "None of the registered claims can be judged" in capsys.readouterr().out
