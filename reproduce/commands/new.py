"""`reproduce new`: the files of a new loss or paper in a checkout, of a paper to audit anywhere."""

import re
from pathlib import Path
from typing import Annotated

import typer

from reproduce import losses, papers
from reproduce.commands.terminal import out
from reproduce.errors import UserError
from reproduce.files import project_root, relative, write_text

app = typer.Typer(
    no_args_is_help=True, help="Lay out the files of a new loss or paper, or of a paper to audit."
)
Name = Annotated[str, typer.Argument(help="a word in lower case, with underscores")]
# The examples' names, which the templates are written with.
LOSS, PAPER = ("loss_name", "LossName"), ("toy", "Toy")
TEMPLATES, EXAMPLE = Path("tests/templates"), Path("tests/sixth_paper")
ENTRY = """
@misc{KEY2026,
  author = {Nobody and Somebody},
  title = {Toys are better mixed},
  year = {2026}
}
"""


@app.command()
def loss(name: Name) -> None:
    """Lay out a loss of a classifier: its file, its test, its line in LOSSES.

    Example: reproduce new loss soft_margin
    """
    _check(name, losses.names())
    root, module = _checkout(), Path("reproduce/losses/__init__.py")
    made = {
        Path(f"reproduce/losses/classifier/{name}.py"): _renamed("loss.txt", name),
        Path(f"tests/losses/test_{name}.py"): _renamed("loss_test.txt", name),
    }
    line = f'    "{name}": "classifier.{name}:{_class(name)}",\n'
    changed = _after_last(root / module, r'    "\w+": "classifier\..*\n', line)
    _write(made, {module: changed})
    out.print(
        f"next: write down that no stored digit changes, `python -m tests.test_recipe`; then "
        f"`python -m pytest tests/losses -k {name}` says what is left to fill in"
    )


@app.command()
def paper(name: Name) -> None:
    """Lay out a paper: its folder, notebook and test, its lines in the contents and references.

    Example: reproduce new paper toys
    """
    _check(name, papers.names())
    root, made = _checkout(), {}
    for file in sorted((root / EXAMPLE).rglob("*")):
        if not file.is_file() or file.suffix == ".pyc":
            continue
        inside = file.relative_to(root / EXAMPLE)
        folder = "notebooks" if file.suffix == ".ipynb" else "reproduce/papers"
        place = Path(folder) / str(inside).replace(PAPER[0], name, 1)
        made[place] = _of_paper(file.read_text("utf-8"), name)
    test = (root / TEMPLATES / "paper_test.txt").read_text("utf-8")
    made[Path(f"tests/papers/{name}/test_filled_in.py")] = test.replace("sixth_paper", name)
    toc, references = Path("_toc.yml"), Path("book/references.bib")
    line = f"      - file: book/papers/{name}\n"
    known = "|".join(papers.names())
    changed = {
        toc: _after_last(root / toc, rf"      - file: book/papers/(?:{known})\n", line),
        references: (root / references).read_text("utf-8") + ENTRY.replace("KEY", name),
    }
    _write(made, changed)
    out.print(
        f"next: `reproduce run {name} --profile smoke` trains the example that it is now, and "
        f"`python -m pytest tests/papers/{name}` says what is left to fill in"
    )


@app.command()
def audit(name: Name) -> None:
    """Lay out the file of a paper of your own for `reproduce audit --paper`, here.

    Example: reproduce new audit mypaper
    """
    from reproduce.registry.own_template import template

    _check(name, ())
    path = Path(f"{name}.yaml")
    if path.exists():
        raise UserError(f"{path} is there already; expected a new name, or move it away")
    write_text(path, template(name))
    out.print(f"new: {path}")
    out.print(f"next: `reproduce audit --paper {path}` checks it as it is")


def _check(name: str, known) -> None:
    if not (name.isidentifier() and name == name.lower()):
        raise UserError(f"'{name}' is no name; expected a word in lower case with underscores")
    if name in known:
        raise UserError(f"'{name}' is there already; expected a new name")


def _checkout() -> Path:
    root = project_root()
    if not (root / TEMPLATES).is_dir() or not (root / "reproduce").is_dir():
        raise UserError(
            f"{root.name}/ has no {TEMPLATES}; expected a checkout of the repository: clone it, "
            "and run this inside"
        )
    return root


def _class(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _renamed(template: str, name: str) -> str:
    text = (project_root() / TEMPLATES / template).read_text("utf-8")
    return text.replace(LOSS[0], name).replace(LOSS[1], _class(name))


def _of_paper(text: str, name: str) -> str:
    """Return a text of the example under another key, in the next free place of the book."""
    text = re.sub(rf"\b{PAPER[0]}(?=\b|2026)", name, text)
    text = re.sub(rf"\b{PAPER[1]}\b", _class(name), text)
    return re.sub(r"(?m)^place: \d+$", f"place: {len(papers.names()) + 1}", text)


def _after_last(path: Path, line: str, added: str) -> str:
    """Return a file with a line after the last one of its kind."""
    text = path.read_text("utf-8")
    found = list(re.finditer(line, text))
    if not found:
        raise UserError(
            f"{relative(path)} has no line to put `{added.strip()}` after; add it by hand, as "
            "CONTRIBUTING says"
        )
    end = found[-1].end()
    return text[:end] + added + text[end:]


def _write(made: dict[Path, str], changed: dict[Path, str]) -> None:
    """Write new files, then the lines in others; nothing if one of the new ones is there."""
    root = project_root()
    there = [str(path) for path in made if (root / path).exists()]
    if there:
        raise UserError(f"{there[0]} is there already; expected a new name, or move it away")
    for path, text in {**made, **changed}.items():
        write_text(root / path, text)
    for path in made:
        out.print(f"new: {path}")
    for path in changed:
        out.print(f"a line more: {path}")
