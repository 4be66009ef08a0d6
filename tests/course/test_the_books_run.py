"""What a lesson says of "the book's run" is what that run printed, and it says whose run it was.

A student's run, with another seed or on another machine, may come out otherwise. So a sentence
about what came out names the book's run, and the stored outputs have to bear it out.
"""

import re
from collections.abc import Callable

import pytest

from reproduce.course import MODULES, lessons

NUMBER = re.compile(r"[-+−]?\d+\.\d+|\d+%")
BY_WHOM = "book's run"


def printed(number: int, cell: str) -> list[float]:
    """Return the numbers that a cell of an executed lesson printed, or that its figure tells."""
    (one,) = (one for one in lessons.executed(number)["cells"] if one["id"] == cell)
    said = " ".join(
        "".join(output.get("text", ""))
        + output.get("metadata", {}).get("reproduce", {}).get("caption", "").split("**")[1]
        if "metadata" in output
        else "".join(output.get("text", ""))
        for output in one["outputs"]
    )
    return [float(found.rstrip("%")) for found in NUMBER.findall(said)]


def rare_are_known_and_not_chosen() -> bool:
    recall, auc, *_ = printed(1, "auc")
    return recall < 0.5 and auc > 0.75


def overfitting_is_there_twice_and_new_images_gain() -> bool:
    known, new, known_oversampled, new_oversampled = printed(2, "curve-figure")
    return min(known - new, known_oversampled - new_oversampled) > 0.2 and new_oversampled >= new


def focal_helps_and_helps_less() -> bool:
    plain, divided, adjusted, focal = printed(3, "compare-figure")[:4]
    return plain < focal < min(divided, adjusted)


def rare_images_lie_on_a_point_if_trained_on() -> bool:
    rare, rare_new, frequent, _ = printed(4, "watch-figure")
    return rare < 0.05 < frequent and rare_new > 10 * rare


def the_classifier_finds_most() -> bool:
    *maps, classifier = printed(4, "classifier-figure")[:5]
    return classifier > max(maps)


def the_rate_decides_as_much_as_the_loss() -> bool:
    *maps, _ = printed(4, "classifier-figure")[:5]
    _, _, _, *found = printed(4, "rates")
    contrastive, triplet, lifted, sup_con, classifier = (found[n : n + 3] for n in range(0, 15, 3))
    moved = [max(one) - min(one) for one in (contrastive, triplet, lifted, sup_con)]
    ahead = all(
        best > max(others)
        for best, *others in zip(classifier, contrastive, triplet, lifted, sup_con, strict=True)
    )
    return (
        ahead
        and moved[0] > max(maps) - min(maps) < moved[2]
        and max(moved[1], moved[3]) < max(maps) - min(maps)
        and max(lifted[1:]) < 0.1 < min(contrastive + triplet + sup_con)
    )


def training_made_the_digit_worse_and_the_grade_better() -> bool:
    digit, grade, digit_moved, grade_moved, _, grade_bright = printed(5, "compare-figure")
    return digit_moved < digit - 0.05 and grade_moved > grade and abs(grade_bright - 0.25) < 0.05


def each_cause_has_its_share() -> bool:
    untrained, moved, lost, alike_untrained, alike, alike_lost, *others = printed(5, "digit")
    longer, earlier, earlier_untrained, pixels = others
    assert untrained == printed(5, "compare-figure")[0]
    return (
        alike_lost < 0.5 * lost
        and alike_untrained > untrained
        and longer > moved
        and earlier_untrained - earlier < untrained - moved
        and pixels > max(moved, alike, longer, earlier, earlier_untrained)
    )


def both_lines_rise_and_fall_together() -> bool:
    return printed(6, "pairs-figure")[0] > 0.5


CLAIMS: list[tuple[int, str, Callable[[], bool]]] = [
    (1, "auc-after", rare_are_known_and_not_chosen),
    (2, "curve-after", overfitting_is_there_twice_and_new_images_gain),
    (3, "compare-after", focal_helps_and_helps_less),
    (4, "watch-after", rare_images_lie_on_a_point_if_trained_on),
    (4, "classifier-after", the_classifier_finds_most),
    (4, "rates-after", the_rate_decides_as_much_as_the_loss),
    (5, "compare-after", training_made_the_digit_worse_and_the_grade_better),
    (5, "digit-after", each_cause_has_its_share),
    (6, "pairs-after", both_lines_rise_and_fall_together),
]


@pytest.mark.parametrize(("number", "cell", "claim"), CLAIMS)
def test_a_sentence_on_the_books_run_is_what_was_printed(number, cell, claim):
    (text,) = (
        "".join(one["source"]) for one in lessons.executed(number)["cells"] if one["id"] == cell
    )
    assert BY_WHOM in text
    assert claim(), f"lesson {number} came out otherwise: mend its cell '{cell}'"


@pytest.mark.parametrize("number", MODULES)
def test_every_such_sentence_has_a_test_and_none_names_a_result_without_it(number):
    texts = {
        one["id"]: "".join(one["source"])
        for one in lessons.executed(number)["cells"]
        if one["cell_type"] == "markdown"
    }
    tested = {cell for lesson, cell, _ in CLAIMS if lesson == number}
    assert {name for name, text in texts.items() if BY_WHOM in text} == tested
    # A number of the run stands in an output, which a run of one's own writes anew.
    results = {f"{value:.2f}" for name in outputs_of(number) for value in printed(number, name)}
    for name, text in texts.items():
        assert not results & set(re.findall(r"\d\.\d{2,}", text)), f"{name} repeats a result"


def outputs_of(number: int) -> list[str]:
    """Return the code cells of an executed lesson that gave something."""
    cells = lessons.executed(number)["cells"]
    return [one["id"] for one in cells if one["cell_type"] == "code" and one["outputs"]]
