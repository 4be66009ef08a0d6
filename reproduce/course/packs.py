"""The packs of a course: `python -m reproduce.course.packs student` (or `teacher`) writes a zip.

A pack is a small copy of the project: what is installed, the course's notebooks, and pages to read
in a browser, of which START.html is the first. The teacher's has the solutions, the key of the
quizzes and the slides besides.
"""

import re
import sys
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from reproduce.course import MODULES, content, lessons, plain_reading, slides, student
from reproduce.course.content import Question
from reproduce.errors import UserError, status_of, unknown_name
from reproduce.files import project_root, replacing
from reproduce.plain_page import plain_page

KINDS = ("student", "teacher")
# What an installation needs beside the package, and the notebooks of the papers: the assignment
# runs one of them.
PROJECT = ("pyproject.toml", "requirements*.lock", "Makefile", "LICENSE", "notebooks/*.ipynb")
# What `make` can do in a pack; the rest of its list asks for files of the project.
TARGETS = {"help", "install", "lab", "clean"}
# In place of the project's own, whose links lead to pages that a pack does not have.
README = "Open START.html in a browser: it says what to install, and leads to every week.\n"
START = "START.html"
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
NAME = "Six weeks of learning from imbalanced images"
# One date for all files, so that equal packs are equal bytes.
DATE = (2026, 1, 1, 0, 0, 0)


def write(kind: str) -> Path:
    """Write a pack and return where it lies."""
    if kind not in KINDS:
        raise unknown_name("pack", kind, KINDS)
    path = project_root() / "_build" / "course" / f"{kind}.zip"
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as pack:
        for name, text in files(kind):
            place = zipfile.ZipInfo(f"imbalanced-course-{kind}/{name}", DATE)
            place.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(place, text)
    return path


def files(kind: str) -> Iterator[tuple[str, bytes | str]]:
    """Yield name and content of each file of a pack."""
    root = project_root()
    for path in sorted(path for name in PROJECT for path in root.glob(name)):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        yield name, _listing(content.decode()) if name == "Makefile" else content
    for path in sorted((root / "reproduce").rglob("*")):
        if path.is_file() and not LEFT_OUT & set(path.parts) and path.suffix != ".pyc":
            yield path.relative_to(root).as_posix(), path.read_bytes()
    yield "README.md", README
    yield START, start(kind)
    for number in MODULES:
        yield from _week(number, kind)
    if kind == "teacher":
        text = _prose("teacher").replace("<!-- registry: teaching -->", KEYS)
        text = BEFORE.sub(rf"[\1](../{START}#before)", text)
        weeks = _weeks(kind, "../")
        yield (
            "teach/teacher.html",
            plain_reading.page(
                "For teachers of the course",
                f"{_back()}\n"
                + plain_reading.html_of(text).replace("<!-- registry: course -->", weeks),
            ),
        )


def _listing(makefile: str) -> str:
    """Return a Makefile whose list of targets has those alone that a pack has the files for."""
    return re.sub(
        r"^([a-z-]+):(.*?)  ##.*$",
        lambda found: found[0] if found[1] in TARGETS else f"{found[1]}:{found[2]}",
        makefile,
        flags=re.MULTILINE,
    )


def _back() -> str:
    return f'<p><a href="../{START}">All weeks</a></p>'


def _week(number: int, kind: str) -> Iterator[tuple[str, str]]:
    title = content.module(number).title
    for name in (lessons.name(number), f"exercises_{number}"):
        yield f"notebooks/course/{name}.ipynb", student.as_text(student.read(name))
    yield f"read/week_{number}.html", handout(number, key=False)
    yield (
        f"read/lesson_{number}.html",
        plain_reading.notebook(
            f"Lesson {number}: {title}", lessons.executed(number)["cells"], _back()
        ),
    )
    if kind == "teacher":
        solved = student.read(f"solutions_{number}")
        yield f"notebooks/course/solutions_{number}.ipynb", student.as_text(solved)
        yield (
            f"teach/solutions_{number}.html",
            plain_reading.notebook(
                f"Solutions {number}: {title}", _solutions(number, title, solved), _back()
            ),
        )
        yield f"teach/slides_{number}.html", slides.page(number, f"../{START}")
        yield f"teach/week_{number}_key.html", handout(number, key=True)


def _solutions(number: int, title: str, solved: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells of a solution as they are read: not headed as the exercises are."""
    text = f"# Solutions {number}: {title}\n\nThe check accepts every answer that does the same."
    return [{"cell_type": "markdown", "metadata": {}, "source": text},
            *student.unmarked(solved)["cells"][1:]]  # fmt: skip


# A link of the book that a pack can keep.
BEFORE = re.compile(r"\{doc\}`([^<`]+?)\s*<before>`")
# Where a pack says what a page of the book shows in place of these marks.
KEYS = "The minutes of each week, and what students say, stand in the key of that week."
TO_DO = (
    "To work in: <code>lesson_1.ipynb</code> and <code>exercises_1.ipynb</code>, and so on, in the "
    "folder <code>notebooks/course</code>; <code>make lab</code> opens it."
)
HERE = "You have it: this is the pack. Open a terminal in its folder."


def start(kind: str) -> str:
    """Return the first page of a pack: what to do before the first lesson, and where all is."""
    before = plain_reading.html_of(_prose("before").replace("<!-- registry: origin -->", HERE))
    before = before.replace("<h1>", '<h1 id="before">', 1)
    teach = '<p><a href="teach/teacher.html">For teachers</a></p>\n' if kind == "teacher" else ""
    body = (
        f'<h1>{NAME}</h1>\n{teach}<p>New here? <a href="#before">Install it and check your machine'
        f"</a> first.</p>\n<h2>The weeks</h2>\n{_weeks(kind)}\n{_one_down(before)}"
    )
    return plain_reading.page(NAME, body)


def _prose(name: str) -> str:
    path = project_root() / "book" / "course" / f"{name}.md"
    if not path.is_file():
        raise UserError(
            f"there is no book/course/{path.name} to make a pack of; expected a copy of the whole "
            "project: run this there"
        )
    return path.read_text("utf-8")


def _one_down(html: str) -> str:
    """Return HTML whose headings are those of a part of a page."""
    return re.sub(r"(</?h)([1-5])\b", lambda found: f"{found[1]}{int(found[2]) + 1}", html)


def _weeks(kind: str, up: str = "") -> str:
    """Return the weeks with links to their files, seen from a page so many folders down."""
    lines = []
    for number in MODULES:
        one = content.module(number)
        places = {"lesson, to read": f"read/lesson_{number}.html",
                  "take-away and quiz": f"read/week_{number}.html"}  # fmt: skip
        if kind == "teacher":
            places |= {"slides": f"teach/slides_{number}.html",
                       "minutes and key": f"teach/week_{number}_key.html",
                       "solutions": f"teach/solutions_{number}.html"}  # fmt: skip
        links = " · ".join(f'<a href="{up}{path}">{name}</a>' for name, path in places.items())
        asked = slides.in_html(one.question)
        lines.append(f"<li><strong>{escape(one.title)}</strong><br>{asked}<br>{links}</li>")
    return f"<p>{TO_DO}</p>\n<ol>{''.join(lines)}</ol>"


def handout(number: int, key: bool) -> str:
    """Return the take-away and the quiz of a module as one HTML file; with `key`, the answers too.

    Without it the answers fold away, and stay out of what is printed.
    """
    one = content.module(number)
    asked = content.quiz(number).questions
    english = "".join(_question(n, each, key, False) for n, each in enumerate(asked, start=1))
    korean = "".join(_question(n, each, key, True) for n, each in enumerate(asked, start=1))
    title = f"Week {number}: {one.title}"
    points = "".join(f"<li>{slides.in_html(line)}</li>" for line in one.takeaway)
    plan = _plan(number) if key else ""
    body = (
        f"<main>\n{_back()}\n<h1>{escape(title)}</h1>\n<p><strong>{slides.in_html(one.question)}</strong></p>\n{plan}"
        f"<h2>Take-away</h2>\n<ul>{points}</ul>\n<h2>Quiz</h2>\n{english}\n"
        f'<div lang="ko"><h2>{escape(one.korean.title)}</h2>\n'
        f"<p><em>{content.NOT_REVIEWED}</em></p>\n<p>{escape(one.korean.summary)}</p>\n"
        f"{korean}</div>\n</main>"
    )
    return plain_page(title, body, STYLE)


STYLE = """
body { margin: 0; font: 1.05rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1rem; }
summary { cursor: pointer; padding: 0.3rem 0; }
dt { font-weight: 600; margin-top: 0.5rem; }
details p { margin: 0.2rem 0 0.6rem 1.2rem; }
@media print { details { break-inside: avoid; } }
"""


def _question(place: int, asked: Question, key: bool, korean: bool) -> str:
    options = []
    for letter, one in zip("ABCD", asked.options, strict=False):
        text, why = (one.ko, one.ko_why) if korean else (one.text, one.why)
        said = ("맞습니다. " if one.right else "아닙니다. ") if korean else (
            "Right. " if one.right else "No. "
        )  # fmt: skip
        opened = " open" if key and one.right else ""
        options.append(
            f"<details{opened}><summary>{letter}. {escape(text)}</summary>"
            f"<p>{said}{escape(why)}</p></details>"
        )
    question = asked.ko if korean else asked.question
    return f"<h3>{place}. {escape(question)}</h3>{''.join(options)}"


def _plan(number: int) -> str:
    one = content.module(number)
    steps = "".join(f"<li>{s.minutes} minutes: {slides.in_html(s.what)}</li>" for s in one.plan)
    said = "".join(
        f"<dt>{escape(each.said)}</dt><dd>{escape(each.reply)}</dd>"
        for each in one.misunderstandings
    )
    return f"<h2>Two hours</h2><ol>{steps}</ol><h2>What students say</h2><dl>{said}</dl>"


def main(kinds: list[str]) -> None:
    """Write these packs, or all, and say where they lie."""
    for kind in kinds or KINDS:
        print(write(kind).relative_to(project_root()))


if __name__ == "__main__":
    sys.exit(status_of(lambda: main(sys.argv[1:])))
