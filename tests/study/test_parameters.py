"""Parameters: what is accepted, what is refused, and in which words."""

import types

import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.study.parameters import PROFILES, as_list


def refusal(**values) -> str:
    """Return the one line that refuses these values."""
    with pytest.raises(UserError) as caught:
        ClassImbalance.read(values)
    return str(caught.value)


def test_an_unknown_name_suggests_the_nearest():
    said = refusal(rhoo=50)
    assert "unknown parameter of class_imbalance 'rhoo'; did you mean 'rho'?" in said
    assert "images_per_class" in said, "all names are listed"


def test_a_name_like_no_other_suggests_nothing():
    assert "did you mean" not in refusal(zzzzzz=1)


@pytest.mark.parametrize(
    ("name", "value", "reason", "expected"),
    [
        ("rho", "abc", "valid number", "list of numbers"),
        ("rho", 0.5, "1 or more", "list of numbers"),
        ("rho", "[10, 20", "valid number", "list of numbers"),
        ("rho", [], "an empty list leaves nothing to run", "list of numbers"),
        ("mu", 0, "between 0 and 1", "list of numbers"),
        ("mu", [0.5, 1], "between 0 and 1", "list of numbers"),
        ("seeds", 1.5, "valid integer", "list of whole numbers"),
        ("seeds", "-1", "greater than or equal to 0", "list of whole numbers"),
        ("methods", "oversamplin", "did you mean 'oversampling'", "list of names"),
        ("methods", "[]", "an empty list leaves nothing to run", "list of names"),
        ("iterations", "many", "valid integer", "whole number"),
        ("iterations", 0, "greater than or equal to 1", "whole number"),
        ("batch_size", 2.5, "valid integer", "whole number"),
        ("images_per_class", 1, "greater than or equal to 2", "whole number"),
        ("momentum", 1, "less than 1", "number"),
        ("learning_rate", 0, "greater than 0", "number"),
        ("weight_decay", -0.1, "greater than or equal to 0", "number"),
        ("profile", "quik", "'smoke', 'quick', 'laptop' or 'paper'", "smoke or quick"),
        ("imbalance", "steps", "'step' or 'linear'", "step or linear"),
        ("dataset", 3, "valid string", "text"),
        ("map_images", 5, "greater than or equal to 20", "whole number"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(name, value, reason, expected):
    said = refusal(**{name: value})
    assert said.startswith(f"parameter '{name}' is ")
    assert reason in said
    assert f"; expected {expected}" in said
    assert "`reproduce params class_imbalance`" in said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["rho", "mu", "learning_rate", "momentum", "weight_decay"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), "NaN", "-Infinity"])
def test_what_is_no_finite_number_is_refused(name, value):
    assert "finite number" in refusal(**{name: value})


def test_nan_among_other_numbers_is_refused():
    assert "finite number" in refusal(rho="[10, NaN]")


@pytest.mark.parametrize(
    "value", [[10, 25], (10.0, 25.0), "[10, 25]", "10, 25", "10,25", "[1e1,25]"]
)
def test_lists_are_read_from_lists_json_and_comma_text(value):
    assert ClassImbalance.read({"rho": value}).rho == [10.0, 25.0]


@pytest.mark.parametrize("value", [50, 50.0, "50", "5e1", [50], "[50]"])
def test_a_scalar_is_a_list_of_one(value):
    assert ClassImbalance.read({"rho": value}).rho == [50.0]


@pytest.mark.parametrize(
    "value",
    [["baseline", "thresholding"], '["baseline", "thresholding"]', "baseline, thresholding"],
)
def test_names_are_read_from_lists_json_and_comma_text(value):
    assert ClassImbalance.read({"methods": value}).methods == ["baseline", "thresholding"]


def test_one_name_is_a_list_of_one():
    assert as_list("baseline") == ["baseline"]


def test_comma_text_may_hold_json_values():
    assert as_list('"a b", "c"') == ["a b", "c"]
    assert as_list("1, 2.5") == [1, 2.5]
    assert as_list("[baseline, class_weights]") == ["baseline", "class_weights"]
    assert as_list("['baseline', 'class_weights']") == ["baseline", "class_weights"]


def test_values_keep_their_order():
    read = ClassImbalance.read({"rho": [25, 10], "methods": "thresholding,baseline"})
    assert (read.rho, read.methods) == ([25.0, 10.0], ["thresholding", "baseline"])


@pytest.mark.parametrize("nothing", [None, "None"])
@pytest.mark.parametrize("profile", PROFILES)
def test_none_means_as_the_profile_says(nothing, profile):
    names = ("dataset", "rho", "mu", "methods", "seeds", "images_per_class", "iterations")
    left_open = ClassImbalance.read({"profile": profile, **dict.fromkeys(names, nothing)})
    assert left_open == ClassImbalance.read({"profile": profile})
    assert all(getattr(left_open, name) for name in names)


def test_the_profiles_are_what_the_page_promises():
    quick, laptop, paper = (ClassImbalance.read({"profile": p}) for p in PROFILES[1:])
    assert (quick.dataset, quick.rho, quick.seeds) == ("digits", [5.0, 25.0], [0, 1, 2])
    assert (laptop.dataset, laptop.rho, laptop.mu) == ("mnist", [10, 100, 1000], [0.2, 0.5, 0.8])
    assert (len(laptop.seeds), laptop.iterations, laptop.images_per_class) == (5, 2000, 5000)
    assert ClassImbalance.read({}) == quick
    assert len(paper.seeds) == 50


def test_a_profiles_rho_is_not_used_on_other_data():
    """rho 1000 of the laptop profile would leave no image of a digit."""
    assert ClassImbalance.read({"profile": "laptop", "dataset": "digits"}).rho == [5.0, 25.0]
    assert ClassImbalance.read({"profile": "quick", "dataset": "mnist"}).images_per_class == 5000
    assert ClassImbalance.read({"dataset": "some_file"}).images_per_class is None


# -- what a notebook defined ---------------------------------------------------------------------


def namespace(**defined):
    """Return a kernel's variables: IPython's own, imports, and what the cells defined."""
    own = {
        "__name__": "__main__", "_": "", "_i1": "rho = 5", "_dh": ["/somewhere"], "_oh": {},
        "In": ["", "rho = 5"], "Out": {}, "exit": object(), "get_ipython": lambda: None,
        "json": types, "Study": ClassImbalance, "open": open,
    }  # fmt: skip
    return {**own, **defined}


def test_a_notebook_is_read_without_imports_and_ipythons_names():
    found = ClassImbalance.from_notebook(namespace(profile="smoke", rho=[5, 10], seeds=None))
    assert found == ClassImbalance.read({"profile": "smoke", "rho": [5, 10]})


@pytest.mark.parametrize("value", [5, "5", 0.5, [5], (5,), {"a": 1}, None, True])
def test_a_misspelt_injected_variable_is_caught_whatever_its_type(value):
    with pytest.raises(UserError, match=r"'rhoo'; did you mean 'rho'\?"):
        ClassImbalance.from_notebook(namespace(profile="smoke", rhoo=value))


def test_a_second_pass_in_one_kernel_ignores_the_variables_of_later_cells():
    """Whoever changes a parameter and runs all cells again has them in the way."""
    left_over = {"numbers": "3 lines", "images": 400, "counts": {}, "trained": ["baseline"]}
    found = ClassImbalance.from_notebook(namespace(rho=5, **left_over), again=True)
    assert found.rho == [5.0]
    with pytest.raises(UserError, match="unknown parameter"):
        ClassImbalance.from_notebook(namespace(rho=5, **left_over))
    for misspelt in ("rhoo", "sedes", "method", "iteration", "learning_rat"):
        with pytest.raises(UserError, match=f"'{misspelt}'; did you mean"):
            ClassImbalance.from_notebook(namespace(**left_over, **{misspelt: 5}), again=True)


def test_a_wrong_injected_value_is_caught():
    with pytest.raises(UserError, match="parameter 'iterations' is 'many'"):
        ClassImbalance.from_notebook(namespace(iterations="many"))


# -- labels --------------------------------------------------------------------------------------

ANOTHER = {
    "dataset": "mnist", "imbalance": "linear", "rho": 7, "mu": 0.3, "methods": "baseline",
    "seeds": 9, "images_per_class": 99, "iterations": 11, "batch_size": 32,
    "learning_rate": 0.02, "momentum": 0.5, "weight_decay": 0.1, "minority": "lowest",
}  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_as_it_is_carries_its_name(profile):
    assert ClassImbalance.read({"profile": profile}).scale() == profile


@pytest.mark.parametrize("profile", ["smoke", "quick"])
@pytest.mark.parametrize("name", ANOTHER)
def test_one_changed_scale_bearing_parameter_makes_it_custom(profile, name):
    assert ClassImbalance.read({"profile": profile, name: ANOTHER[name]}).scale() == "custom"


def test_every_parameter_but_these_bears_the_scale():
    """What stands beside the grid changes no number of the grid; neither does the drawing."""
    free = set(ClassImbalance.model_fields) - set(ClassImbalance.scale_bearing)
    of_experiments = {"long_tail_scale", "cifar10_scale"}
    assert free == {"profile", "precision", "map_images", "experiments"} | of_experiments
    assert {*ANOTHER, "backbone"} == set(ClassImbalance.scale_bearing)


def test_what_equals_the_profile_keeps_its_name_however_it_was_written():
    written = {"profile": "quick", "rho": "5, 25", "seeds": "[0, 1, 2]", "dataset": "digits"}
    assert ClassImbalance.read({**written, "map_images": 50}).scale() == "quick"


def test_changed_names_what_differs_from_the_default_run():
    assert ClassImbalance.read({}).changed() == {}
    assert ClassImbalance.read({"rho": 10}).changed() == {"rho": [10.0]}
    assert {"profile", "iterations"} <= set(ClassImbalance.read({"profile": "smoke"}).changed())


def test_given_holds_just_what_was_given_as_plain_json():
    given = ClassImbalance.given({"rho": "50", "seeds": "None", "methods": "baseline,thresholding"})
    assert given == {"rho": [50.0], "seeds": None, "methods": ["baseline", "thresholding"]}
    assert ClassImbalance.given({}) == {}


def test_parameters_cannot_be_changed_afterwards():
    with pytest.raises(Exception, match="frozen"):
        ClassImbalance.read({}).rho = [1.0]


# -- the table of `reproduce params` -------------------------------------------------------------


def test_the_table_has_a_row_of_words_for_every_parameter():
    table = ClassImbalance.table()
    rows = {row["name"]: row for row in table}
    assert list(rows) == list(ClassImbalance.model_fields)
    assert all(row["help"] for row in table)
    assert all(isinstance(value, str) for row in table for value in row.values())


@pytest.mark.parametrize(
    ("name", "type_in_words", "smoke", "paper"),
    [
        ("profile", "smoke or quick or laptop or paper", "smoke", "paper"),
        ("dataset", "text", "digits", "mnist"),
        ("rho", "list of numbers", "5", "10 ... 5000 (9 values)"),
        ("mu", "list of numbers", "0.5", "0.1 ... 0.9 (9 values)"),
        ("seeds", "list of whole numbers", "0", "0 ... 49 (50 values)"),
        ("iterations", "whole number", "20", "10000"),
        ("momentum", "number", "0.9", "0.9"),
        ("imbalance", "step or linear", "step", "step"),
    ],
)
def test_the_table_says_type_and_default_by_profile(name, type_in_words, smoke, paper):
    row = next(row for row in ClassImbalance.table() if row["name"] == name)
    assert (row["type"], row["smoke"], row["paper"]) == (type_in_words, smoke, paper)


def test_the_table_lists_the_methods_by_name():
    row = next(row for row in ClassImbalance.table() if row["name"] == "methods")
    assert row["type"] == "list of names"
    assert row["quick"].startswith("baseline, oversampling, undersampling")
