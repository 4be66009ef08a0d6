"""What the course says beside its notebooks: a module, its quiz and its slides, as data.

Each is one YAML file in `content/`; page, slides, handout, packs and the Korean version are made
from it. Results of the papers stand in none of them: a page takes those from its edition. The one
exception is what week 3 says of oversampling with the division, which a test holds to the edition.
"""

from functools import cache
from importlib import resources
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import Field, model_validator

from reproduce.course import MODULES
from reproduce.errors import UserError, unknown_name
from reproduce.registry.reading import Strict, Text, validated

LESSON_MINUTES = 120
QUESTIONS, SLIDES = 6, 10
NOT_REVIEWED = (
    "기계로 작성한 초벌 번역이며, 아직 한국어 원어민의 검토를 받지 않았습니다. "
    "(Not yet reviewed by a native speaker.)"
)


class Step(Strict):
    """A part of a lesson of two hours."""

    minutes: Annotated[int, Field(ge=2, le=60)]
    what: Text


class Misunderstanding(Strict):
    """What students say, and what a teacher can answer."""

    said: Text
    reply: Text


class Below(Strict):
    """A section on a later page of a paper, "more" of `class_imbalance-more`: why to look at it.

    Such a page is there only where an edition holds the paper's notebook.
    """

    page: Text
    section: Text
    why: Text


class Related(Strict):
    """A page of a paper that carries results of a module: why to look at it.

    `place` is the name of a place of the book, `paper` the key of the paper it belongs to; `below`
    is what of it stands on a later page.
    """

    paper: Text
    place: Text
    why: Text
    below: Below | None = None


class Korean(Strict):
    """The module's title, and what it is about, in Korean."""

    title: Text
    summary: Text


class Module(Strict):
    """A week of the course."""

    title: Text
    question: Text
    objectives: Annotated[list[Text], Field(min_length=3, max_length=5)]
    needs: list[Text] = Field(default_factory=list)
    plan: Annotated[list[Step], Field(min_length=4)]
    misunderstandings: Annotated[list[Misunderstanding], Field(min_length=3)]
    takeaway: Annotated[list[Text], Field(min_length=3, max_length=6)]
    related: Annotated[list[Related], Field(min_length=1)]
    korean: Korean

    @model_validator(mode="after")
    def _of_two_hours(self) -> Self:
        total = sum(step.minutes for step in self.plan)
        if total != LESSON_MINUTES:
            raise ValueError(f"plan: takes {total} minutes, expected {LESSON_MINUTES}")
        return self


class Option(Strict):
    """One answer to choose, in both languages: what it says, and why it is right or wrong."""

    text: Text
    why: Text
    ko: Text
    ko_why: Text
    right: bool = False


class Question(Strict):
    """A question with its options, of which one is right."""

    question: Text
    ko: Text
    options: Annotated[list[Option], Field(min_length=3, max_length=4)]

    @model_validator(mode="after")
    def _one_is_right(self) -> Self:
        right = sum(option.right for option in self.options)
        if right != 1:
            raise ValueError(f"options: {right} are right, expected 1")
        return self


class Quiz(Strict):
    """The six questions of a module."""

    questions: Annotated[list[Question], Field(min_length=QUESTIONS, max_length=QUESTIONS)]

    @model_validator(mode="after")
    def _not_always_the_same(self) -> Self:
        places = [[o.right for o in one.options].index(True) for one in self.questions]
        if len(set(places)) < 3:
            raise ValueError("questions: the right option stands at the same place too often")
        return self


class Slide(Strict):
    """A slide: its title, what is on it, and what the teacher says.

    `figure` is the name of a cell of the lesson, whose figure is shown.
    """

    title: Text
    points: list[Text] = Field(default_factory=list)
    code: Text | None = None
    figure: Text | None = None
    notes: Text


class Slides(Strict):
    """The ten slides of a module."""

    slides: Annotated[list[Slide], Field(min_length=SLIDES, max_length=SLIDES)]


Record = TypeVar("Record", bound=Strict)


@cache
def module(number: int) -> Module:
    """Return a module by its number."""
    return _read(Module, "module", number)


@cache
def quiz(number: int) -> Quiz:
    """Return the quiz of a module."""
    return _read(Quiz, "quiz", number)


@cache
def slides(number: int) -> Slides:
    """Return the slides of a module."""
    return _read(Slides, "slides", number)


def _read(kind: type[Record], name: str, number: int) -> Record:
    if number not in MODULES:
        raise unknown_name("module", str(number), map(str, MODULES))
    file = f"{name}_{number}.yaml"
    text = resources.files("reproduce.course").joinpath("content", file).read_text("utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{file} is not YAML: {' '.join(str(error).split())}; mend it") from error
    return validated(kind, file, content)
