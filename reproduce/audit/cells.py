"""One cell as it was printed: its number, its spread, and the marks around them.

A number is put into the form that `reproduce.audit.printed` reads, digit for digit: no zero is
added or dropped, so that `0.80` stays less vague than `0.8`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MISSING = {
    "", "-", "--", "---", "–", "—", "―", "−", ".", "..", "...", "…", "/", "\\", "x", "×", "✗", "?",
    "n/a", "na", "n.a.", "nan", "none", "null", "nil", "#n/a", "#div/0!", "#value!", "inf", "-inf",
    "n.r.", "nr", "not reported", "not available",
    "해당없음", "해당 없음", "없음", "미보고", "미기재",
}  # fmt: skip
COMMANDS = (
    (re.compile(r"\\(?:cite|citep|citet|ref|footnotemark|footnote|label|textsuperscript|vspace"
                r"|hspace|phantom)\*?(?:\[[^]]*\])?\{[^{}]*\}"), ""),
    (re.compile(r"\\(?:footnotemark|uparrow|downarrow|dagger|ddagger|ast|star|bf|it|rm|em|large"
                r"|small|footnotesize|scriptsize|tiny|bfseries|itshape|displaystyle)(?![a-zA-Z])"),
     ""),
    (re.compile(r"\\pm(?![a-zA-Z])"), "±"),
    (re.compile(r"\\times(?![a-zA-Z])"), "×"),
    (re.compile(r"\\(?:,|;|:|!|quad|qquad|\s)"), " "),
    (re.compile(r"\\([%&#_$])"), r"\1"),
    (re.compile(r"\\[a-zA-Z]+\s*"), ""),
)  # fmt: skip
RAISED = re.compile(r"\^\s*(?:\{[^{}]*\}|[^\s{}])")
LOWERED = re.compile(r"(?<=[\d%}])\s*_\s*\{?\s*(±|\\pm)?\s*(\d[\d.,]*)\s*\}?")
# The marks of footnotes, and of what is best: they belong to no number.
MARKS = re.compile(r"[*†‡§¶#‖↑↓▲▼△▽★☆✓✔⁰¹²³⁴-⁹ᵃ-ᶻ]+")
EMPHASIS = re.compile(r"(\*\*|__|~~|`|</?[a-zA-Z][^<>]{0,60}>)")
NUMBER = r"[+\-]?(?:\d[\d.,'’ ]*|\.\d+)(?:[eE][+\-]?\d{1,3})?"
SIGNS = r"±|\+/-|\+-|\+/−|\+−"
PAIR = re.compile(rf"(?P<mean>{NUMBER})\s*%?\s*(?:{SIGNS})\s*(?P<spread>{NUMBER})")
BRACKETED = re.compile(rf"(?P<mean>{NUMBER})\s*%?\s*[(\[](?P<inside>[^()\[\]]*)[)\]]")
ALONE = re.compile(NUMBER)
POINT = re.compile(r"\d*\.\d+|\d+\.\d*")
COMMA = re.compile(r"\d+,\d+")


# Longer than any printed number.
MOST_SIGNS = 20


@dataclass(frozen=True)
class Cell:
    """The number of a cell, None where none is printed; `left_out` is what else stood there."""

    mean: str | None = None
    spread: str | None = None
    percent: bool = False
    left_out: str = ""

    @property
    def text(self) -> str:
        """The cell as the checks read it: "74.54 ± 0.40"."""
        return f"{self.mean} ± {self.spread}" if self.spread else str(self.mean)


class NoNumber(ValueError):
    """A cell that holds something else."""


def plain(text: str) -> str:
    """Return a text without the markup of LaTeX, Markdown and HTML."""
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("&nbsp;", " ")
    text = text.replace("\ufeff", "").replace("\u200b", "").replace("&plusmn;", "±")
    text = text.replace("&amp;", "&").replace("$", "").replace("~", " ")
    text = LOWERED.sub(r" ± \2", text)
    for pattern, instead in COMMANDS:
        text = pattern.sub(instead, text)
    text = EMPHASIS.sub("", RAISED.sub("", text)).replace("{", "").replace("}", "")
    return " ".join(text.split())


def uses_comma(texts) -> bool:
    """Say whether the decimal sign of a table is a comma: `97,41`, and no point in it."""
    numbers = [unicodedata.normalize("NFKC", plain(text)) for text in texts]
    commas = [one for text in numbers for one in COMMA.findall(text)]
    points = [one for text in numbers for one in POINT.findall(text)]
    sure = [one for one in commas if not _groups(one) or one.startswith("0")]
    return bool(sure) and not any(not _groups(one.replace(".", ",")) for one in points)


def number_of(text: str, comma: bool = False, share: bool = True) -> Cell:
    """Read a cell; `comma` is the decimal sign, `share` a number that is no count.

    Raises `NoNumber` where something is printed that is no number.
    """
    clean = plain(text)
    if clean.lower().strip("()[] ") in MISSING or MARKS.sub("", clean).strip() == "":
        return Cell()
    percent = "%" in clean or "％" in clean
    marked = unicodedata.normalize("NFKC", MARKS.sub("", clean)).replace("−", "-").replace("–", "-")
    marked = marked.strip().strip("≈ ")
    if marked.startswith("(") and marked.endswith(")"):
        marked = marked[1:-1].strip()
    if found := PAIR.match(marked):
        rest = marked[found.end() :].strip(" %)")
        mean = _digits(found["mean"], comma, share)
        return Cell(mean, _digits(found["spread"], comma, share), percent, rest)
    if found := BRACKETED.match(marked):
        mean = _digits(found["mean"], comma, share)
        inside, rest = found["inside"].strip().strip("%").strip(), marked[found.end() :].strip(" %")
        inside = re.sub(rf"^(?:{SIGNS}|sd|std|se|s\.d\.)\s*[=:]?\s*", "", inside, flags=re.I)
        if ALONE.fullmatch(inside) and inside[0] not in "+-":
            spread = _digits(inside, comma, share)
            # A rank or a number of runs has no digits after the point where the mean has some.
            if _decimals(spread) == _decimals(mean) > 0:
                return Cell(mean, spread, percent, rest)
        return Cell(mean, None, percent, f"({found['inside']}) {rest}".strip())
    bare = re.sub(r"(?<=\d)\s*[a-d]$", "", marked.rstrip("% ")).strip()
    if not ALONE.fullmatch(bare):
        raise NoNumber(text)
    return Cell(_digits(bare, comma, share), None, percent)


def _digits(text: str, comma: bool, share: bool) -> str:
    """Return a number with a point before its digits and nothing between its thousands."""
    text = re.sub(r"(?<=\d)[ '’\u2009\u202f](?=\d{3})", "", text.strip().rstrip(".,'’ "))
    if comma or (share and "." not in text and COMMA.fullmatch(text) and _one_group(text)):
        text = text.replace(".", "").replace(",", ".")
    elif "," in text:
        if not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
            raise NoNumber(text)
        text = text.replace(",", "")
    if text.count(".") > 1 or " " in text or "'" in text:
        raise NoNumber(text)
    if len(text) > MOST_SIGNS:
        raise NoNumber(text)
    if "e" not in text.lower():
        return text
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise NoNumber(text) from error
    exponent = number.as_tuple().exponent
    # Beyond this, or where a power of ten hides which digits were printed, nothing is to be read.
    if not isinstance(exponent, int) or not -30 <= exponent <= 0:
        raise NoNumber(text)
    return f"{number:f}"


def _groups(text: str) -> bool:
    """Say whether a comma may stand between thousands."""
    return re.fullmatch(r"\d{1,3}(,\d{3})+", text) is not None


def _one_group(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,2},\d{3}", text) is not None


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
