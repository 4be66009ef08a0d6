"""The answer in a sentence: one form for every verdict, honest where there is none."""

import pytest

from reproduce.evaluation.significance import Effect
from reproduce.evaluation.verdicts import Contrast, Control, Judgement
from reproduce.evaluation.vocabulary import Verdict
from reproduce.pages import answer_words
from reproduce.pages.answered import Ends
from tests.pages.test_answered import row

NOT_RUN = Control("A probe beats the start.", False, "its control was not run (x at y)")


def judged(verdict=Verdict.UNDECIDED, parts=(1, 2), reason="none of the others", **changes):
    given = {"of_parts": (0, 0), "repeats": (10, 10), "scale": "laptop", "data_role": "own"}
    given["controls"] = (NOT_RUN,) if verdict is Verdict.TEST_BED else ()
    return Judgement("improves", "It improves.", verdict, parts, reason, **given | changes)


def said(verdict, one=None, reason="", **changes):
    one = one or row(verdict=str(verdict))
    return answer_words.sentence(judged(verdict, **changes), [one], "the paper", reason)


def test_the_sentence_names_effect_interval_metric_data_and_the_published_effect():
    assert said(Verdict.UNDECIDED) == (
        "Cannot tell: +1.3 [−0.8, +3.4] points of macro F1 over SimCLR on RetinaMNIST, where the "
        "paper prints +5.9."
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_one_opening_of_its_own_and_a_whole_sentence(verdict):
    opening = answer_words.OPENINGS[verdict]
    assert list(answer_words.OPENINGS.values()).count(opening) == 1
    # Measured although its claim was not judged: other parts of it are not trained.
    opening = answer_words.IN_PART if verdict is Verdict.NOT_ATTEMPTED else opening
    sentence = said(verdict, reason="it cannot be otherwise; +0.1")
    assert sentence.startswith(f"{opening}") and sentence.endswith(".")
    assert "+1.3 [−0.8, +3.4] points of macro F1" in sentence and "+5.9" in sentence
    assert ".." not in sentence and "None" not in sentence


def test_a_claim_that_holds_in_part_says_how_many_parts_and_its_comparison_its_own_word():
    sentence = said(Verdict.HOLDS_IN_PART, row(verdict="holds"), of_parts=(2, 3))
    assert sentence.startswith("Holds in part (2 of 3): +1.3")
    assert sentence.endswith("; this comparison alone: holds.")
    # Of a claim of one comparison the word is said once.
    assert "alone" not in said(Verdict.DEPENDS, row(verdict="holds"), parts=(1,))


def test_where_a_word_is_of_one_part_it_says_whether_it_is_this_one():
    word = str(Verdict.SIZE_EXCLUDED)
    this = said(Verdict.SIZE_EXCLUDED, row(verdict=word), of_parts=(1, 2))
    assert this.startswith(
        "Cannot tell whether it is there, but not as large as printed (in 1 of 2 parts, this one): "
    )
    several = said(Verdict.SIZE_EXCLUDED, row(verdict=word), of_parts=(2, 3))
    assert "(in 2 of 3 parts, this one among them): " in several
    other = said(Verdict.SIZE_EXCLUDED, row(verdict="undecided"), of_parts=(1, 2))
    assert "(in 1 of 2 parts): " in other


def test_an_illustration_is_no_verdict_and_says_why():
    of_scale = said(Verdict.ILLUSTRATION, scale="quick")
    assert of_scale.startswith("Main claim not judged yet: +1.3")
    assert of_scale.endswith("; an illustration: a run at the quick scale gives no verdict.")
    few = said(Verdict.ILLUSTRATION, repeats=(5, 10))
    assert few.endswith("; an illustration: 5 of 10 registered repeats.")
    old = answer_words.sentence(
        judged(Verdict.ILLUSTRATION, reason="amended on 2026-11-28 after edition one",
               repeats=(0, 10)), [row()], "the paper",
    )  # fmt: skip
    assert "amended after these seeds were seen, so it is judged on 10 new ones" in old


def test_what_was_not_run_says_why_and_what_the_paper_prints():
    sentence = answer_words.sentence(
        judged(Verdict.NOT_ATTEMPTED, (), "ImageNet is not available."),
        [row(ours=None, apart=None)], "the summary",
    )  # fmt: skip
    assert sentence == (
        "Not put to the test: ImageNet is not available; the summary prints +5.9 points of macro "
        "F1 over SimCLR."
    )


def test_where_the_paper_prints_no_number_the_sentence_says_so():
    sentence = said(Verdict.HOLDS, row(paper=None, verdict="holds"))
    assert sentence.endswith("on RetinaMNIST; the paper prints no number for it.")


def test_an_identity_gives_its_reason_and_a_control_that_was_not_run_is_said():
    assert said(Verdict.BY_CONSTRUCTION, reason="order is kept; +0.0").endswith("; order is kept.")
    assert said(Verdict.TEST_BED).endswith(
        "; its positive control, which shows whether such an effect can be seen here at all, was "
        "not run on images held out for it."
    )


def control(*metrics):
    """A control that was run and not passed."""
    spread = {"sd": 0.08, "standard_error": 0.0356, "share_of_images": 0.0, "level": 0.95}
    effect = Effect(0.0698, -0.0290, 0.1686, 5, **spread)
    measured = tuple(Contrast("", effect, "greater", 0.0, metric=name) for name in metrics)
    return Control("A probe beats the start.", False, "numbers", measured)


def test_a_control_that_was_run_says_what_came_out_in_the_unit_of_its_measure():
    assert answer_words.outcome_of_control(control("auc")) == (
        "not passed (+7.0 points of ROC AUC [−2.9, +16.9] over 5 repeats)"
    )
    cosine = "+0.0698 of class centre cosine [−0.0290, +0.1686] over 5 repeats"
    assert answer_words.outcome_of_control(control("class_centre_cosine")) == (
        f"not passed ({cosine})"
    )
    # Of several comparisons each one.
    assert answer_words.outcome_of_control(control("auc", "class_centre_cosine")) == (
        f"not passed (+7.0 points of ROC AUC [−2.9, +16.9] over 5 repeats; {cosine})"
    )


def test_a_control_that_was_passed_is_not_among_those_that_were_not():
    passed = Control("It sees something.", True, "numbers")
    assert judged(controls=(passed, NOT_RUN)).unmet == (NOT_RUN,)


def test_other_units_than_points_are_said():
    cosine = row(metric="class_centre_cosine", paper=None, ours=Ends(-0.071, -0.1, -0.04))
    assert "−0.071 [−0.1, −0.04] in class centre cosine over SimCLR" in said(Verdict.HOLDS, cosine)
    counted = row(over="majority", paper=None, ours=Ends(0.5))
    assert "+50.0 % of the points of the grid for macro F1" in said(Verdict.HOLDS, counted)


def test_where_less_is_better_a_plus_is_not_left_to_look_like_a_gain():
    errors = row(metric="eer", paper=None, ours=Ends(0.036))
    assert "points of equal error rate (less is better) over SimCLR" in said(Verdict.HOLDS, errors)
    assert "less is better" not in said(Verdict.HOLDS, row(paper=None))


def test_the_title_of_the_figure_is_its_message_with_the_number():
    assert answer_words.title(judged(), [row()]) == (
        "Cannot tell: +1.3 [−0.8, +3.4] points of macro F1 over SimCLR here, +5.9 as printed"
    )
    assert (
        answer_words.title(judged(Verdict.NOT_ATTEMPTED), [row(ours=None)]) == "Not put to the test"
    )


def test_the_answer_names_every_measure_of_its_comparison():
    """A gain in one measure must not hide what another one lost."""
    recall = row(metric="accuracy", paper=Ends(0.098), ours=Ends(-0.066, -0.216, 0.085),
                 verdict="undecided")  # fmt: skip
    elsewhere = row(metric="accuracy", words="over AUC-CL")
    rows = [row(), recall, elsewhere]
    assert answer_words.sentence(judged(), rows, "the paper") == (
        "Cannot tell: +1.3 [−0.8, +3.4] points of macro F1 over SimCLR on RetinaMNIST, where the "
        "paper prints +5.9. Accuracy: −6.6 [−21.6, +8.5] (undecided), where the paper prints +9.8."
    )
    assert answer_words.title(judged(), rows) == (
        "Cannot tell: +1.3 [−0.8, +3.4] points of macro F1 over SimCLR here, +5.9 as printed; "
        "accuracy: −6.6 [−21.6, +8.5], +9.8 as printed"
    )


def test_what_depends_on_the_reading_is_said_under_each():
    """A zero under one reading must not hide that it is worse under the other."""
    verdict = str(Verdict.NO_DIFFERENCE)
    first = row(paper=None, ours=Ends(0.0, -0.001, 0.001), verdict=verdict)
    other = row(
        paper=None, ours=Ends(-0.036, -0.046, -0.026), verdict="undecided", reading="printed",
        words="over SimCLR when read to the letter",
    )  # fmt: skip
    elsewhere = row(ours=Ends(0.5, 0.4, 0.6), metric="accuracy", reading="printed")
    rows = [first, other, elsewhere]
    assert answer_words.sentence(judged(Verdict.DEPENDS), rows, "the post") == (
        "Depends on how the text is read: 0.0 [−0.1, +0.1] points of macro F1 over SimCLR on "
        "RetinaMNIST (no practical difference), and −3.6 [−4.6, −2.6] over SimCLR when read to the "
        "letter (undecided); the post prints no number for it."
    )
    assert answer_words.title(judged(Verdict.DEPENDS), rows) == (
        "Depends on how the text is read: 0.0 [−0.1, +0.1] points of macro F1 over SimCLR here, "
        "−3.6 [−4.6, −2.6] over SimCLR when read to the letter"
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_where_the_first_claim_holds_parts_that_do_not_are_said(verdict):
    first, held = row(verdict="holds"), row(claim="third", verdict="holds")
    part = row(claim="another", words="with more", verdict=str(verdict))
    rows = [first, part, held]
    sentence = answer_words.sentence(judged(Verdict.HOLDS), rows, "the paper")
    title = answer_words.title(judged(Verdict.HOLDS), rows)
    if verdict in answer_words.HELD:
        assert "Not all" not in sentence and title.endswith("+5.9 as printed")
        return
    word = "not judged yet" if verdict == Verdict.NOT_ATTEMPTED else verdict
    assert sentence.endswith(
        f". Not all of the claim does: macro F1, with more: +1.3 [−0.8, +3.4] ({word})."
    )
    assert title.endswith(f", +5.9 as printed; {word}: macro F1: +1.3 [−0.8, +3.4]")
    # Of what is claimed not to change, a fall alone would look like what is claimed.
    still = row(claim="another", words="with more", verdict=str(verdict), expect="equal")
    added = answer_words.sentence(judged(Verdict.HOLDS), [first, still], "the paper")
    assert added.endswith(f" ({word}; claimed is no change beyond ± 2).")
    # Where the first does not hold, that is the answer.
    assert "Not all" not in answer_words.sentence(judged(), rows, "the paper")


def test_parts_in_one_measure_are_told_apart_and_other_readings_hide_none():
    parts = [row(claim=name, words=f"over {name}", verdict="undecided") for name in ("TSC", "GCL")]
    title = answer_words.title(judged(Verdict.HOLDS), [row(verdict="holds"), *parts])
    assert "; undecided: macro F1, over TSC: " in title
    assert title.endswith("; undecided: macro F1, over GCL: +1.3 [−0.8, +3.4]")
    read = row(reading="printed", words="when read to the letter", verdict="holds")
    sentence = answer_words.sentence(
        judged(Verdict.HOLDS), [row(verdict="holds"), read, parts[0]], "the paper"
    )
    assert "when read to the letter" in sentence
    assert sentence.endswith("Not all of the claim does: macro F1, over TSC: +1.3 [−0.8, +3.4] "
                             "(undecided).")  # fmt: skip
