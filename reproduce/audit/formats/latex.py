r"""LaTeX: the cells of every `tabular` of a text."""

import re

from reproduce.audit.formats.grid import Grid, grid

BODY = re.compile(
    r"\\begin\{(?P<kind>tabular[xy*]?|array|longtable|tabulary)\}(?P<body>.*?)\\end\{(?P=kind)\}",
    re.S,
)
COMMENT = re.compile(r"(?<!\\)%[^\n]*")
RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|centering"
    r"|arraybackslash|(?:cmidrule|cline)\s*(?:\([^)]*\))?\s*\{[^}]*\}"
    r"|(?:rowcolor|cellcolor|color)(?:\[[^]]*\])?\{[^}]*\}|addlinespace(?:\[[^]]*\])?"
    r"|specialrule(?:\{[^}]*\}){3})"
)
SPANNED = re.compile(r"\\multi(?P<kind>column|row)\s*(?:\[[^]]*\])?\{(?P<count>-?\d{1,3})\}")
CAPTION = re.compile(r"\\caption(?:\[[^]]*\])?\{")


def tables(text: str) -> list[Grid]:
    """Return every table; a cell over several columns or rows stands in each of them."""
    text = COMMENT.sub("", text)
    bodies = [(found.start("body"), found["body"]) for found in BODY.finditer(text)]
    if not bodies:
        bodies = [(0, text)]
    captions = [
        (found.start(), _group(text, found.end() - 1)[0]) for found in CAPTION.finditer(text)
    ]
    titles = [title for _, title in captions] if len(captions) == len(bodies) > 1 else []
    found = []
    for position, (start, body) in enumerate(bodies):
        body = _without_columns(body)
        line = text.count("\n", 0, start) + 1
        rows = _rows(RULES.sub(" ", body), line)
        found.append(grid(rows, titles[position] if titles else ""))
    return found


def _without_columns(body: str) -> str:
    """Drop the widths and columns that follow `\\begin{tabular}`."""
    rest = body.lstrip()
    while rest.startswith(("{", "[")):
        close = _group(rest, 0)[1] if rest[0] == "{" else rest.find("]") + 1
        if not close:
            break
        rest = rest[close:].lstrip()
    return body[: len(body) - len(rest)].count("\n") * "\n" + rest


def _rows(body: str, line: int) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    down: dict[int, tuple[str, int]] = {}
    for part in re.split(r"\\\\(?:\s*\[[^]]*\])?|\\tabularnewline", body):
        at = line + len(part[: len(part) - len(part.lstrip())].split("\n")) - 1
        line += part.count("\n")
        cells: list[str] = []
        for text in re.split(r"(?<!\\)&", part):
            while not text.strip() and len(cells) in down:
                # Under a cell of several rows an empty one is left.
                cells.append(_from_above(down, len(cells)))
                break
            else:
                cells += _spanned(text.strip(), len(cells), down)
        found.append((at, cells))
    return found


def _from_above(down: dict, column: int) -> str:
    text, left = down.pop(column)
    if left > 1:
        down[column] = (text, left - 1)
    return text


def _spanned(text: str, column: int, down: dict) -> list[str]:
    """Return a cell as often as it spans columns, and keep what spans rows."""
    found = SPANNED.match(text)
    if not found:
        down.pop(column, None)
        return [text]
    _, end = _group(text, text.find("{", found.end()))
    inside, closed = _group(text, text.find("{", end)) if end else ("", 0)
    if not closed:
        # Half a command: what follows it is the cell.
        return [text[found.end() :].strip()]
    count = min(abs(int(found["count"])), 200) or 1
    if found["kind"] == "column":
        return [one for _ in range(count) for one in _spanned(inside, column, down)][:count]
    if count > 1:
        down[column] = (inside, count - 1)
    return [inside]


def _group(text: str, start: int) -> tuple[str, int]:
    """Return what stands between a brace and its partner, and where that ends."""
    if start < 0 or start >= len(text) or text[start] != "{":
        return text[max(start, 0) :].strip(), 0
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0) if text[place - 1] != "\\" else 0
        if depth == 0:
            return text[start + 1 : place].strip(), place + 1
    return text[start + 1 :].strip(), 0
