"""Importing the evaluation package costs nothing, and no part of it needs torch."""

import subprocess
import sys

HEAVY = "torch matplotlib pandas IPython"


def loaded_after(statement, modules):
    code = f"import sys; {statement}; print(*[m for m in {modules.split()!r} if m in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()


def test_the_package_itself_loads_no_numerical_library():
    assert loaded_after("import reproduce.evaluation", f"{HEAVY} numpy scipy sklearn") == []


def test_no_part_loads_torch_or_a_plotting_library():
    # scikit-learn, which only `neighbours` needs, loads pandas by itself where it is installed.
    parts = "calibration metrics one_vs_rest resampling significance thresholding verdicts"
    statement = "; ".join(f"import reproduce.evaluation.{part}" for part in parts.split())
    assert loaded_after(statement, f"{HEAVY} sklearn") == []
    assert loaded_after("import reproduce.evaluation.neighbours", "torch matplotlib IPython") == []
