"""Accuracy beside the simplest rule there is, and margins beside one image."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from reproduce.audit.outcome import CONSISTENT, NOT_TESTABLE, NOTABLE, Outcome, shown
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError


def below_majority(
    accuracy: str, sizes: Sequence[int], *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Is the accuracy at least that of always naming the largest class?"""
    whole = Printed(accuracy, scale)
    if not sizes or min(sizes) < 0 or not sum(sizes):
        raise UserError("below_majority: expected the sizes of the classes in the test set")
    share = Fraction(max(sizes), sum(sizes))
    below = whole.interval(mode)[1] < share
    said = (
        f"accuracy {whole.text} is {'less' if below else 'not less'} than "
        f"{shown(share * (whole.scale or 1), 4)}, which naming the largest class always gives"
    )
    evidence = {"accuracy": whole.text, "sizes": list(sizes), "largest_share": share}
    return Outcome(
        "below_majority", NOTABLE if below else CONSISTENT, said, evidence, (rounding(mode),)
    )


def under_one_image(
    column: Mapping[str, str], n: int, *, runs: int = 1, mode: str = "either",
    scale: int | None = None,
) -> Outcome:  # fmt: skip
    """Is the best share of a column ahead of the second by one test image at least?

    Over several runs the margin is a mean, and may be smaller than an image.
    """
    cells = {name: Printed(text, scale) for name, text in column.items()}
    if len(cells) < 2 or n < 1:
        raise UserError("under_one_image: expected two shares or more, and the test images")
    first, second = sorted(cells, key=lambda name: cells[name].exact, reverse=True)[:2]
    margin = cells[first].exact - cells[second].exact
    told = f"{first} {cells[first].text} and {second} {cells[second].text}"
    images = f"{shown(margin * n, 2)} of {n} images"
    evidence = {"best": first, "second": second, "margin_in_images": float(margin * n), "n": n}
    assumed = (f"{n} test images, {runs} run{'s' if runs > 1 else ''}", rounding(mode))
    if margin == 0:
        said = f"{told} are printed alike"
        return Outcome("under_one_image", NOT_TESTABLE, said, evidence, assumed)
    # The ends of what the true margin can be.
    largest = cells[first].interval(mode)[1] - cells[second].interval(mode)[0]
    small = largest * n < 1
    said = f"{told} are {images} apart" + (": less than one image" if small else "")
    return Outcome("under_one_image", NOTABLE if small else CONSISTENT, said, evidence, assumed)


def validation_part(
    whole: int, train: int, test: int, *, validation: int | None = None,
    selected: Sequence[str] = (),
) -> Outcome:  # fmt: skip
    """Is there a part of the data on which what was selected can have been selected?

    `selected` names what the text says was chosen among several (a weight, an epoch, a threshold).
    Where training and test images are all images there are, it was chosen on one of the two.
    """
    left = whole - train - test
    evidence = {"whole": whole, "train": train, "test": test, "validation": validation,
                "selected": list(selected)}  # fmt: skip
    if left < 0:
        raise UserError(f"validation_part: {train} + {test} images are more than all {whole}")
    if not selected:
        said = "the text does not say that anything was selected"
        return Outcome("validation_part", NOT_TESTABLE, said, evidence)
    told = f"{', '.join(selected)} {'was' if len(selected) == 1 else 'were'} selected"
    if validation or left:
        said = f"{told}; {validation or left} images are neither for training nor for testing"
        return Outcome("validation_part", CONSISTENT, said, evidence)
    said = f"{told}, but {train} training and {test} test images are all {whole} there are"
    assumed = ("no part of the training images was set aside; the text mentions none",)
    return Outcome("validation_part", NOTABLE, said, evidence, assumed)


def single_beside_means(column: Mapping[str, str]) -> Outcome:
    """Are all numbers of a column of one kind, single runs or means with a spread?"""
    means = [name for name, text in column.items() if _has_spread(text)]
    single = [name for name in column if name not in means]
    evidence = {"means": means, "single": single}
    if not means or not single:
        said = (
            f"all {len(column)} numbers are {'means with a spread' if means else 'single numbers'}"
        )
        return Outcome("single_beside_means", CONSISTENT if means else NOT_TESTABLE, said, evidence)
    said = (
        f"{', '.join(single[:4])}{' and others' if len(single) > 4 else ''} "
        f"stand{'s' if len(single) == 1 else ''} without a spread beside {len(means)} with one"
    )
    return Outcome("single_beside_means", NOTABLE, said, evidence)


def _has_spread(text: str) -> bool:
    return any(sign in text for sign in ("±", "+-", "+/-", "\\pm"))
