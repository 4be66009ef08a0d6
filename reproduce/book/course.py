"""The pages of the course that are made when the book is staged, and the files they offer.

What a page says of a paper's result comes from the edition that the book is built from; everything
else from the course's own files.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes

from reproduce import reference
from reproduce.book import front
from reproduce.book.markup import escaped, joined, table
from reproduce.course import MODULES, checking, content, lessons, slides, student
from reproduce.course.content import Below, Option, Question
from reproduce.errors import unknown_name
from reproduce.trials.edition import Edition

INDEX, FILES, STATIC = "book/course/index", "book/course/files", "book/_static/course"
LETTERS = "ABCD"
LESSON = re.compile(r"book/course/lesson_(\d+)")


def page(part: str, number: str, edition: Edition) -> str:
    """Return a page of a module as Markdown."""
    pages = {"module": _module, "quiz": _quiz, "exercises": _exercises, "solutions": _solutions}
    if part not in pages:
        raise unknown_name("page of a module", part, pages)
    return pages[part](int(number), edition)


def files(pages: Iterable[str]) -> dict[str, str]:
    """Return the files that the course's pages offer, by their path in the book.

    None where the book has no course.
    """
    if INDEX not in pages:
        return {}
    found = {}
    for number in MODULES:
        found[f"{STATIC}/slides_{number}.html"] = slides.page(
            number, f"../../book/course/module_{number}.html"
        )
        for name in (lessons.name(number), f"exercises_{number}", f"solutions_{number}"):
            found[f"{FILES}/{name}.ipynb"] = student.as_text(student.read(name))
    return found


def is_lesson(page_name: str) -> bool:
    """Say whether a page of the book is a lesson of the course."""
    return bool(LESSON.fullmatch(page_name))


def with_links(page_name: str, notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook of a page; of a lesson, with the line that leads to its module."""
    found = LESSON.fullmatch(page_name)
    return lessons.with_line(int(found[1]), notebook) if found else notebook


def overview() -> str:
    """Return the six weeks: the question of each, and where everything of it is."""
    lines = [
        f"{number}. **{_ended(one.title)}** *{one.question}*\n\n   {lessons.links(number)}"
        for number in MODULES
        for one in [content.module(number)]
    ]
    return "\n\n".join(lines)


def _ended(title: str) -> str:
    return title if title.endswith("?") else f"{title}."


def origin(address: str | None) -> str:
    """Return how a student gets the course: from the teacher, or from where it is public."""
    pack = (
        "Your teacher gives you the **student pack**, `student.zip`. Unpack it, and open a "
        "terminal in the folder that comes out."
    )
    if not address:
        return pack
    return f"{pack} Or copy the whole project:\n\n```bash\ngit clone {address}\n```"


def teaching() -> str:
    """Return for each week the plan of two hours, and what to say to common misunderstandings."""
    return joined(_taught(number) for number in MODULES)


def _taught(number: int) -> str:
    one = content.module(number)
    said = "\n\n".join(f'*"{each.said}"*\n: {each.reply}' for each in one.misunderstandings)
    title = f":::{{dropdown}} Week {number}: {one.title}"
    return f"{title}\n\n{_plan(number)}\n\n{said}\n:::"


def _plan(number: int) -> str:
    steps = content.module(number).plan
    return table(["Minutes", "What"], [[str(step.minutes), step.what] for step in steps], [2, 14])


def weeks_of(paper: str) -> str:
    """Return a line that leads from a paper to the weeks that teach what it is about."""
    taught = [
        f"{{doc}}`{number} </book/course/module_{number}>`"
        for number in MODULES
        if paper in {one.paper for one in content.module(number).related}
    ]
    weeks = "weeks" if len(taught) > 1 else "week"
    return f"Taught in {weeks} {', '.join(taught)}." if taught else ""


def _module(number: int, edition: Edition) -> str:
    one = content.module(number)
    return joined([
        f"# Week {number}: {one.title}",
        lessons.line(number, "module"),
        f"**{one.question}**",
        "## What you will be able to do",
        _listed(one.objectives),
        f"Needed before: {' '.join(one.needs)}" if one.needs else "",
        f"Notebooks: {_download(f'lesson_{number}', 'the lesson')}, "
        f"{_download(f'exercises_{number}', 'the exercises')}.",
        "## Take-away",
        _listed(one.takeaway),
        "## What the papers found",
        *_related(number, edition),
        "## Two hours",
        _plan(number),
        "## 한국어 요약",
        f'<div lang="ko">\n\n**{number}주차: {one.korean.title}.** {one.korean.summary}\n\n'
        f"*{content.NOT_REVIEWED}*\n\n</div>\n\n"
        f"{{ref}}`퀴즈 (the quiz in Korean) <quiz-{number}-ko>`",
    ])  # fmt: skip


def _related(number: int, edition: Edition) -> Iterator[str]:
    found = {row.key: row for row in front.rows(edition)}
    for one in content.module(number).related:
        row = found[one.paper]
        short = f"{{doc}}`{one.why} </{one.place}>`"
        # A later page is cut from the paper's notebook, so it is there only with an edition of it.
        later = (
            f"; {_below(one.place, one.below)}" if one.below and edition.stamp(one.paper) else ""
        )
        yield f"- {short}{later}. Its claim: {row.claim} Our answer: {row.answer}"


def _below(place: str, below: Below) -> str:
    """Return a link to the section of a later page of a paper."""
    address = f"../../{place}-{below.page}.html#{nodes.make_id(below.section)}"
    return f'<a href="{address}">{escaped(below.why)}</a>'


def _quiz(number: int, edition: Edition) -> str:
    one = content.module(number)
    questions = content.quiz(number).questions
    english = [_question(place, asked, False) for place, asked in enumerate(questions, start=1)]
    korean = [_question(place, asked, True) for place, asked in enumerate(questions, start=1)]
    return joined([
        f"# Quiz {number}: {one.title}",
        lessons.line(number, "quiz"),
        "Choose an answer and open it: it says whether it is right, and why. Nothing is stored.",
        *english,
        f"(quiz-{number}-ko)=\n## 한국어 퀴즈",
        f'<div lang="ko">\n\n*{content.NOT_REVIEWED}*',
        *korean,
        "</div>",
    ])  # fmt: skip


def _question(place: int, asked: Question, korean: bool) -> str:
    text = asked.ko if korean else asked.question
    options = [
        _option(letter, option, korean)
        for letter, option in zip(LETTERS, asked.options, strict=False)
    ]
    heading = "###" if korean else "##"
    return joined([f"{heading} {place}. {text}", *options])


def _option(letter: str, option: Option, korean: bool) -> str:
    said = ("맞습니다" if option.right else "아닙니다") if korean else (
        "Right" if option.right else "No"
    )  # fmt: skip
    text, why = (option.ko, option.ko_why) if korean else (option.text, option.why)
    return f":::{{dropdown}} {letter}. {text}\n:animate: fade-in\n\n**{said}.** {why}\n:::"


def _exercises(number: int, edition: Edition) -> str:
    notebook = student.students(student.read(f"solutions_{number}"))
    # What an exercise checks with needs PyTorch; what is told of it does not.
    rows = reference.kept("course_exercises", checking.listed)
    rows = [row for row in rows if row[0].startswith(f"{number}.")]
    return _written(
        number, "exercises", notebook,
        f"To be done in {_download(f'exercises_{number}', 'the notebook')}; this page is to read. "
        f"`reproduce check {number}.1 exercises_{number}.ipynb` says what the cells say.",
        table(["No.", "Exercise", "Level", "Minutes"], rows, [2, 12, 3, 3]),
    )  # fmt: skip


def _solutions(number: int, edition: Edition) -> str:
    return _written(
        number, "solutions", student.read(f"solutions_{number}"),
        "Look here after you have tried. The check accepts every answer that does the same, so "
        f"yours may look different. As {_download(f'solutions_{number}', 'a notebook')}.",
    )  # fmt: skip


def _written(number: int, part: str, notebook: dict[str, Any], *first: str) -> str:
    """Return a notebook as Markdown: the title, what comes first, then its cells."""
    title = f"# {lessons.PARTS[part]} {number}: {content.module(number).title}"
    cells = [_cell(one) for one in notebook["cells"][1:]]
    return joined([title, lessons.line(number, part), *first, *cells])


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return source
    return f"```python\n{student.shown_solution(source).rstrip()}\n```"


def _download(name: str, text: str) -> str:
    return f"{{download}}`{text} <files/{name}.ipynb>`"


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {one}" for one in lines)
