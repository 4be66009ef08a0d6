"""The audit runs from the light core: without what trains, draws or builds the book."""

import subprocess
import sys

BLOCKED = (
    "torch", "torchvision", "sklearn", "timm", "albumentations", "cv2", "PIL", "matplotlib",
    "pandas", "papermill", "nbformat", "sphinx", "bs4", "openpyxl", "scipy.stats",
)  # fmt: skip
CODE = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in {blocked!r}:
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocker())
from reproduce.cli import app
for line in {lines!r}:
    app(line, standalone_mode=False)
"""


def test_the_audit_needs_neither_torch_nor_the_book(tmp_path):
    table, paper = tmp_path / "mine.csv", tmp_path / "mine.yaml"
    table.write_text("row,n,runs,rounding,accuracy %,eer,auc\na,502,1,either,64.81,0.05,0.98\n")
    paper.write_text("paper: mine\ntables:\n  T: {file: mine.csv}\n")
    lines = [["audit", "--table", str(table)], ["audit", "--paper", str(paper), "--json"]]
    code = CODE.format(blocked=BLOCKED, lines=lines)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "proportion" in ran.stdout and '"status": "findings"' in ran.stdout
