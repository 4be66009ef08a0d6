"""The record of a paper: everything that is known of it and is no claim, table or protocol.

It is `paper.yaml` in the paper's folder, `reproduce/papers/<key>/`. Whatever has to name a paper,
its methods, factors or experiments asks here, so that a new paper is a new folder and no edit
elsewhere. A study of this book's own, which repeats no text, has a folder beside the papers with a
shorter record, `study.yaml`: it is run as they are, and is none of them wherever papers are listed,
counted, audited or read.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field

from reproduce.errors import UserError, unknown_name
from reproduce.methods import registry as known_methods
from reproduce.registry.headline import Headline
from reproduce.registry.reading import Strict, Text, mapping, validated

FILE, OF_OUR_OWN = "paper.yaml", "study.yaml"


def _words(given: dict[str, str]) -> dict[str, str]:
    for name, words in given.items():
        if not name.isidentifier():
            raise ValueError(f"'{name}' is no name in lower case with underscores")
        if not words.strip():
            raise ValueError(f"'{name}' has no words")
    return given


Words = Annotated[dict[str, Text], AfterValidator(_words)]


class MethodLook(Strict):
    """How the book writes and draws a method; what is left out follows from its name.

    Attributes
    ----------
    label
        Its name in figures and tables.
    colour, marker, line
        How a line or a point of it is drawn: a colour as #RRGGBB, a marker of matplotlib, and
        "solid", "dashed" or "dotted".
    """

    label: Text | None = None
    colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    marker: Text | None = None
    line: Annotated[str, Field(pattern="^(solid|dashed|dotted)$")] = "solid"


class Work(Strict):
    """What can be run: a paper of the book, or a study of its own.

    Attributes
    ----------
    short
        Its name in running text, as in "Buda et al."
    heading
        Its name as a heading: what it is about, and who wrote it.
    data
        The data sets that its notebook uses, own or standing in, by their names in the catalog.
    own_data
        Those of them that are its own; on others its claims are judged as on a stand-in.
    losses, networks
        Which of ours it compares, builds on or names.
    later_losses
        Those that its summary names among work that came after it.
    methods
        The methods that it compares, and how each is written and drawn.
    options
        What its methods are asked for, where that is not their default; ambiguities say why.
    factors
        What its claims may be restricted by besides the method, with the words of captions.
    captioned
        The factors that tell one point of its grid from another, in the order of a caption; where
        there are none, a point is its data set.
    usual
        The values of such factors that a caption leaves unsaid.
    experiments
        What its notebook can run beside the grid, and what each is, to follow "Not run: ".
    printed
        What the names in its printed tables are here: `method`, `metric`, or the value of a
        factor; `unit` is the fraction that one of the printed numbers stands for.
    headline
        What it claims in a sentence, and which comparisons are its main result; `main_result`.
    """

    key: str
    title: Text
    short: Text
    heading: Text
    data: list[Text] = []
    own_data: list[Text] = []
    losses: list[Text] = []
    later_losses: list[Text] = []
    networks: list[Text] = []
    methods: dict[str, MethodLook] = {}
    options: dict[str, dict[str, Any]] = {}
    factors: Words = {}
    captioned: list[Text] = []
    usual: dict[str, Text] = {}
    experiments: Words = {}
    printed: dict[str, dict[str, str | int | float]] = {}
    headline: Headline | None = None

    def experiment(self, name: str) -> str:
        """Return what an experiment is, in words."""
        if name not in self.experiments:
            raise unknown_name(f"experiment of {self.key}", name, self.experiments)
        return self.experiments[name]


class OwnStudy(Work):
    """A study of this book's own: there is no text that it repeats."""


class Paper(Work):
    """A paper of the study.

    Attributes
    ----------
    place
        Its place among the papers, where they are listed.
    compares
        What it compares, in half a line.
    cited
        Its key in the bibliography.
    read
        How it was read, where that was not the paper itself.
    checked_on
        What was read of it: no finding of its audit is about more.
    """

    place: int
    authors: Text
    year: int
    compares: Text
    cited: Text
    read: Text | None = None
    checked_on: Text


Kind = TypeVar("Kind", bound="Work")


@cache
def papers() -> Mapping[str, Paper]:
    """Return the papers by key, in their order: every folder that holds a record."""
    found: list[Paper] = [_read(key) for key in _with(FILE)]
    found.sort(key=lambda paper: (paper.place, paper.key))
    return {paper.key: paper for paper in found}


@cache
def own_studies() -> Mapping[str, OwnStudy]:
    """Return the studies of this book's own by key: every folder that holds such a record."""
    return {key: _of_kind(OwnStudy, key, OF_OUR_OWN) for key in sorted(_with(OF_OUR_OWN))}


def works() -> Mapping[str, Work]:
    """Return all that can be run: the papers in their order, then the studies of our own."""
    return {**papers(), **own_studies()}


def paper(key: str) -> Paper:
    """Return a paper by its key."""
    if key not in papers():
        raise unknown_name("paper", key, papers())
    return papers()[key]


def work(key: str) -> Work:
    """Return a paper, or a study of our own, by its key."""
    if key not in works():
        raise unknown_name("paper", key, works())
    return works()[key]


def _with(file: str) -> list[str]:
    folders = resources.files("reproduce.papers").iterdir()
    return [folder.name for folder in folders if folder.joinpath(file).is_file()]


def _read(key: str) -> Paper:
    return _of_kind(Paper, key, FILE)


def _of_kind(kind: type[Kind], key: str, file: str) -> Kind:
    content = mapping(key, file)
    if "key" in content:
        raise UserError(f"{key}/{file}: key: is the name of the folder; leave it out")
    methods = {name: look or {} for name, look in (content.get("methods") or {}).items()}
    return validated(kind, f"{key}/{file}", {**content, "key": key, "methods": methods})


@cache
def looks() -> Mapping[str, MethodLook]:
    """Return how methods look; the first paper that says something decides, then their entry."""
    found: dict[str, dict[str, Any]] = {}
    for one in works().values():
        for name, look in one.methods.items():
            found[name] = {**look.model_dump(exclude_unset=True), **found.get(name, {})}
    for name, label in known_methods.labels().items():
        found[name] = {"label": label, **found.get(name, {})}
    return {name: MethodLook(**look) for name, look in found.items()}


@cache
def factor_words() -> Mapping[str, str]:
    """Return the words of the factors of all papers and studies."""
    found: dict[str, str] = {}
    for one in works().values():
        found = {**one.factors, **found}
    return found
