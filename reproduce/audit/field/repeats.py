"""Numbers that stand twice: rows and columns, in one table or in two."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from reproduce.audit.outcome import CONSISTENT, NOT_TESTABLE, NOTABLE, Outcome
from reproduce.audit.printed import Printed

# So many digits behind an equality, leading and trailing zeros aside, are no coincidence: with
# three numbers of three digits each, chance is one in a billion.
DIGITS = 8


def repeated_rows(rows: Mapping[str, Sequence[str]]) -> Outcome:
    """Do two rows of one or two tables, under different names, print the same numbers throughout?

    `rows` maps a row's name, with its table's, to its numbers in the order of the columns.
    """
    return _repeated("repeated_rows", rows, "rows")


def repeated_columns(columns: Mapping[str, Sequence[str]]) -> Outcome:
    """Do two columns of a table print the same numbers throughout?"""
    return _repeated("repeated_columns", columns, "columns")


def _repeated(check: str, lines: Mapping[str, Sequence[str]], called: str) -> Outcome:
    told = {name: tuple(one.strip() for one in line) for name, line in lines.items()}
    long = {name: line for name, line in told.items() if sum(map(_digits, line)) >= DIGITS}
    pairs = [
        (one, other) for one, other in combinations(long, 2)
        if long[one] == long[other] and len(set(long[one])) > 1
    ]  # fmt: skip
    evidence = {"compared": len(long), "repeated": [list(pair) for pair in pairs]}
    if len(long) < 2:
        said = f"fewer than two {called} are long enough to compare"
        return Outcome(check, NOT_TESTABLE, said, evidence)
    if not pairs:
        said = f"no two of {len(long)} {called} print the same numbers"
        return Outcome(check, CONSISTENT, said, evidence)
    one, other = pairs[0]
    said = f"{one} and {other} print the same numbers: {', '.join(long[one])}"
    said += f" (and {len(pairs) - 1} pairs more)" if len(pairs) > 1 else ""
    return Outcome(check, NOTABLE, said, evidence)


def _digits(text: str) -> int:
    """Count the digits that carry something: without leading zeros."""
    return len("".join(filter(str.isdigit, text)).lstrip("0"))


def terminal_digits(numbers: Sequence[str]) -> Outcome:
    """Are the last printed digits of many numbers about equally frequent?

    A hint at most: last digits of real measurements need not be uniform.
    """
    from scipy.special import chdtrc

    from reproduce.audit.outcome import HINT

    last = [int(one.text.rstrip("%").strip()[-1]) for one in map(Printed, numbers) if one.digits]
    counts = [last.count(digit) for digit in range(10)]
    evidence = {"counts": counts, "numbers": len(last)}
    if len(last) < 50:
        said = f"{len(last)} numbers are too few to look at their last digits; 50 would do"
        return Outcome("terminal_digits", NOT_TESTABLE, said, evidence)
    expected = len(last) / 10
    statistic = sum((one - expected) ** 2 / expected for one in counts)
    p = float(chdtrc(9, statistic))
    evidence |= {"chi_squared": statistic, "p": p}
    often = max(range(10), key=counts.__getitem__)
    said = f"of {len(last)} last digits {counts[often]} are a {often}; by chance p = {p:.2g}"
    assumed = ("last digits are uniform and independent, which real ones need not be",)
    return Outcome("terminal_digits", HINT if p < 0.001 else CONSISTENT, said, evidence, assumed)


def copied_decimals(rows: Mapping[str, Sequence[str]]) -> Outcome:
    """Do two rows share all their decimals though their numbers differ?

    A hint at most: it happens where a row was typed over another, and by chance.
    """
    from reproduce.audit.outcome import HINT

    tails = {
        name: [one.text.partition(".")[2] for one in map(Printed, line)]
        for name, line in rows.items()
    }
    long = {
        name: tail for name, tail in tails.items()
        if all(tail) and sum(map(len, tail)) >= 6 and len(set(tail)) > 1
    }  # fmt: skip
    pairs = [
        (one, other) for one, other in combinations(long, 2)
        if long[one] == long[other] and list(rows[one]) != list(rows[other])
    ]  # fmt: skip
    evidence = {"compared": len(long), "alike": [list(pair) for pair in pairs]}
    if len(long) < 2:
        said = "fewer than two rows have decimals enough to compare"
        return Outcome("copied_decimals", NOT_TESTABLE, said, evidence)
    if not pairs:
        said = f"no two of {len(long)} rows share all their decimals"
        return Outcome("copied_decimals", CONSISTENT, said, evidence)
    one, other = pairs[0]
    said = f"{one} and {other} share all their decimals: {', '.join(rows[one])} and " + ", ".join(
        rows[other]
    )
    return Outcome("copied_decimals", HINT, said, evidence)
