"""Wrong input is refused by every loss in one line: what was expected, what was received."""

import re

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses.checks import without_value_checks


def refused(loss_case, example, name=None):
    """Assert that the loss refuses, in one line that names the loss and the input."""
    with pytest.raises(UserError) as caught:
        loss_case.loss(example)
    line = str(caught.value)
    assert "\n" not in line and len(line) < 250
    assert re.search(r"expected .+received ", line), line
    assert loss_case.name in line or loss_case.name in COMPOSED
    assert name is None or name in line, line
    return line


# These hand their inputs to other losses, whose names then stand in the line.
COMPOSED = ("dual_head", "info_nce")


def of_each_input(example, change):
    """Yield every input with the example in which it alone was changed."""
    for name, value in example.inputs.items():
        yield name, example.replaced({name: change(value)})


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none(loss_case, bad):
    def spoilt(value):
        value = value.clone()
        value.view(-1)[3] = bad
        return value

    for _, example in of_each_input(loss_case.example(), spoilt):
        line = refused(loss_case, example)
        assert "finite" in line and "1 of" in line


def test_numbers_of_the_wrong_kind(loss_case):
    for dtype in (torch.int64, torch.bool):
        for _, example in of_each_input(loss_case.example(), lambda value, d=dtype: value.to(d)):
            assert str(dtype).removeprefix("torch.") in refused(loss_case, example)


def test_something_that_is_no_tensor(loss_case):
    for _, example in of_each_input(loss_case.example(), lambda value: value.tolist()):
        assert "list" in refused(loss_case, example)


def test_a_wrong_number_of_axes(loss_case):
    for change in (lambda value: value[0], lambda value: value[None]):
        for _, example in of_each_input(loss_case.example(), change):
            refused(loss_case, example)


def test_no_rows_at_all(loss_case):
    example = loss_case.example()
    empty = example.inputs_changed(lambda value: value[:0])
    if example.labels is not None:
        empty = empty.with_labels(example.labels[:0])
    refused(loss_case, empty)


def test_no_columns_at_all(loss_case):
    refused(loss_case, loss_case.example().inputs_changed(lambda value: value[:, :0]))


def test_views_of_different_sizes(views_case):
    for change in (lambda value: value[:-1], lambda value: value[:, :-1]):
        for _, example in of_each_input(views_case.example(), change):
            refused(views_case, example)


@pytest.mark.parametrize(
    "change",
    {
        "too few": lambda labels: labels[:-1],
        "too many": lambda labels: torch.cat([labels, labels[:1]]),
        "another axis": lambda labels: labels[..., None],
        "float": lambda labels: labels.float(),
        "bool": lambda labels: labels > 0,
        "one-hot": lambda labels: torch.nn.functional.one_hot(labels.clamp(max=2)),
        "a list": lambda labels: labels.tolist(),
    }.items(),
    ids=lambda item: item[0],
)
def test_wrong_labels(labelled_case, change):
    example = labelled_case.example()
    what = "mask" if labelled_case.takes == "pixels" else "labels"
    line = refused(labelled_case, example.with_labels(change[1](example.labels)))
    assert what in line or "labels" in line


@pytest.mark.parametrize("outside", [-1, 3, 200])
def test_a_label_outside_the_classes(classes_case, outside):
    example = classes_case.example(classes=3)
    labels = example.labels.clone()
    labels.view(-1)[2] = outside
    line = refused(classes_case, example.with_labels(labels), "labels")
    assert "0 to 2" in line and str(outside) in line


def test_values_are_not_read_where_the_loop_has_checked_them(loss_case):
    example = loss_case.example().inputs_changed(lambda value: value * float("nan"))
    with without_value_checks():
        loss = loss_case.loss(example)
    assert loss.shape == ()
    refused(loss_case, example)


WRONG = {
    "temperature": (0.0, -1.0, float("nan")),
    "temperatures": (0.0, -0.1, float("nan")),
    "base_temperature": (0.0, -1.0),
    "margin": (-0.1, float("nan")),
    "scale": (0.0, -30.0),
    "gamma": (-1.0, float("nan")),
    "tau": (-1.0,),
    "nu": (-0.5,),
    "top_k": (0, -3),
    "ratio": (0.0, 1.5),
    "positives": (-1, 1.5),
    "target_weight": (-0.1,),
    "max_margin": (-0.1,),
    "positive_threshold": (0.0, 1.5),
    "negative_threshold": (1.0, -1.5),
}


def test_a_parameter_outside_its_range(loss_case):
    taken = set(loss_case.takes_parameters) & set(WRONG)
    for name, value in [(each, value) for each in sorted(taken) for value in WRONG[each]]:
        with pytest.raises(UserError, match=f"{name}.* expected .+ received") as caught:
            loss_case.loss(loss_case.example(), **{name: value})
        assert "\n" not in str(caught.value)


def test_words_that_are_not_known(loss_case):
    words = {
        name: default
        for name, default in loss_case.takes_parameters.items()
        if isinstance(default, str)
    }
    for name in words:
        with pytest.raises(UserError) as caught:
            loss_case.loss(loss_case.example(), **{name: "no such word"})
        line = str(caught.value)
        assert "no such word" in line and "expected one of" in line and "\n" not in line
        assert name in line or name == "similarity_reading"


@pytest.mark.parametrize("wrong", [[1.0, 2.0], [[1.0] * 3], "many", [1.0, 2.0, -1.0]], ids=str)
def test_numbers_per_class_that_are_none(loss_case, wrong):
    for name in ("counts", "class_weights", "temperatures"):
        if name in loss_case.example().parts:
            with pytest.raises(UserError, match="expected") as caught:
                loss_case.loss(loss_case.example(), **{name: wrong})
            assert "\n" not in str(caught.value) and "received" in str(caught.value)
