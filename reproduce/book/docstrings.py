"""Read a docstring in NumPy style and turn it into the Markdown that the book is written in."""

import inspect
import re
import textwrap
from dataclasses import dataclass
from itertools import pairwise

DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. (?P<name>[a-z][a-z-]*):: ?(?P<rest>.*)$")
UNDERLINE = re.compile(r"^(-{3,}|={3,})$")
FOOTNOTE = re.compile(r"^\.\. \[(?P<label>\w+)\] ")
ENTRY = re.compile(r"^(?P<names>[*\w]+(?:, [*\w]+)*)(?: ?: (?P<kind>.+))?$")
ROLE = re.compile(r":(?P<name>[a-z]+(?::[a-z]+)?):`(?P<text>[^`]+)`")
CHOICE = re.compile(r'(?:^|(?<=[.:;)]))\s*"(?P<name>[a-z][a-z_0-9]*)"(?=[:,])', re.MULTILINE)
CODE = re.compile(r"(``.+?``|`[^`]+`)", re.DOTALL)
LINK = re.compile(r"`(?P<text>[^`<]+?)\s*<(?P<address>https?://[^>`]+)>`_+")
OPENS_A_LINK = re.compile(r"(?<!\S)\[(?=[^\]\n]*\]:)")
CITATION = re.compile(r"\[(\w+)\]_(?!\w)")
MATH_ROLE = "{math}"


@dataclass(frozen=True)
class Parameter:
    """One entry of a section such as Parameters, for one or several names."""

    names: tuple[str, ...]
    kind: str
    text: str


@dataclass(frozen=True)
class Docstring:
    """A docstring taken apart; the texts are still as they were written."""

    summary: str
    body: str
    sections: dict[str, str]

    def parameters(self, section: str = "Parameters") -> dict[str, Parameter]:
        """Return the entries of a section by name; both names of `a, b : float` have one."""
        found: dict[str, Parameter] = {}
        for head, text in _entries(self.sections.get(section, "")):
            match = ENTRY.match(head)
            names = tuple(match["names"].split(", ")) if match else (head,)
            kind = (match["kind"] if match else None) or ""
            found |= dict.fromkeys(names, Parameter(names, kind, text))
        return found


def read(text: str | None) -> Docstring:
    """Take a docstring apart: first paragraph, what follows it, and the underlined sections."""
    lines = inspect.cleandoc(text or "").splitlines()
    heads = [
        number
        for number, line in enumerate(lines[:-1])
        if line.strip() and not line.startswith(" ") and UNDERLINE.match(lines[number + 1])
    ]
    before = "\n".join(lines[: heads[0]] if heads else lines).strip()
    summary, _, body = before.partition("\n\n")
    sections = {}
    for number, end in pairwise([*heads, len(lines)]):
        sections[lines[number].strip()] = "\n".join(lines[number + 2 : end]).strip("\n")
    return Docstring(" ".join(summary.split()), body.strip("\n"), sections)


def markdown(text: str) -> str:
    """Return reStructuredText as MyST Markdown: equations, roles, directives, lists, links."""
    return _inline("\n".join(_blocks(text))).strip("\n")


def _blocks(text: str) -> list[str]:
    """Return the lines of a text with directives fenced and definitions marked."""
    written: list[str] = []
    lines = textwrap.dedent(text).strip("\n").splitlines()
    while lines:
        line = lines.pop(0)
        directive = DIRECTIVE.match(line)
        if directive:
            block = _block(lines, len(directive["indent"]))
            written += _fenced(directive, block)
        elif _opens_a_definition(line, lines, written):
            inner = _blocks("\n".join(_block(lines, 0)))
            said = [f": {inner[0]}", *(f"  {part}".rstrip() for part in inner[1:])]
            written += ["", line, *said, ""]
        else:
            written.append(FOOTNOTE.sub(lambda match: f"- [{match['label']}] ", line))
    return written


def choices(text: str) -> str:
    """Return the text of a parameter with its named choices as a list.

    They are written one after the other, each beginning a sentence: "all": ... "semi_hard": ...
    """
    return "\n\n".join(_choices_of(part) for part in text.split("\n\n"))


def _choices_of(paragraph: str) -> str:
    found = list(CHOICE.finditer(paragraph))
    if len(found) < 2:
        return paragraph
    ends = [*(match.start() for match in found[1:]), len(paragraph)]
    items = [
        f"- ``{match['name']}``{' '.join(paragraph[match.end() : end].split())}"
        for match, end in zip(found, ends, strict=True)
    ]
    return "\n".join([paragraph[: found[0].start()].strip(), "", *items]).strip()


def _entries(text: str) -> list[tuple[str, str]]:
    """Return what stands at the margin of a section, each with the block indented below it."""
    lines, found = text.splitlines(), []
    while lines:
        line = lines.pop(0)
        if line.strip():
            found.append((line.strip(), "\n".join(_block(lines, 0))))
    return found


def _block(lines: list[str], indent: int) -> list[str]:
    """Take the lines that are blank or indented deeper off the front; without blanks around."""
    taken = []
    while lines and (not lines[0].strip() or len(lines[0]) - len(lines[0].lstrip()) > indent):
        taken.append(lines.pop(0))
    while taken and not taken[-1].strip():
        lines.insert(0, taken.pop())
    return textwrap.dedent("\n".join(taken)).strip("\n").splitlines()


def _fenced(directive: re.Match, block: list[str]) -> list[str]:
    """Return a directive as fenced blocks: one for each equation that stands alone in it."""
    indent, rest = directive["indent"], directive["rest"].strip()
    blocks, head = [block], f"```{{{directive['name']}}}"
    if directive["name"] == "math":
        # Together they would be set flush right, one below the other.
        said = "\n".join([rest, *block]).strip("\n")
        blocks = [equation.splitlines() for equation in re.split(r"\n\s*\n", said)]
    elif rest:
        head += f" {rest}"
    return [
        f"{indent}{part}".rstrip() for lines in blocks for part in ("", head, *lines, "```", "")
    ]


def _opens_a_definition(line: str, following: list[str], written: list[str]) -> bool:
    """Say whether a line is a term with its definition indented right below it."""
    alone = not written or not written[-1].strip()
    below = following[0] if following else ""
    at_margin = bool(line.strip()) and not line.startswith(" ")
    return alone and at_margin and below.startswith(" ") and not re.match(r"[-*+] |\d+\. ", line)


def _inline(text: str) -> str:
    """Return the text between blocks with its roles, links and dollar signs as Markdown."""
    text = ROLE.sub(_role, text)
    text = LINK.sub(lambda match: f"[{match['text']}]({match['address']})", text)
    # Blocks keep every sign as it is; a dollar or a star in running text would open something.
    parts = re.split(r"(^ *```.*?^ *```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def _role(match: re.Match) -> str:
    said = " ".join(match["text"].split())
    return f"{MATH_ROLE}`{said}`" if match["name"] == "math" else f"`{said.lstrip('~')}`"


def _plain(text: str) -> str:
    """Return running text whose dollar signs and intervals such as [0, 1]: open nothing.

    What stands in backticks is left alone: [x]_+ in an equation is no citation.
    """
    parts = CODE.split(OPENS_A_LINK.sub(r"\\[", text))
    return "".join(
        part if number % 2 else CITATION.sub(r"[\1]", part.replace("$", r"\$"))
        for number, part in enumerate(parts)
    )
