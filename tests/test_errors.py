"""Errors that a user can mend: one line, and the nearest name where one was misspelt."""

from reproduce.errors import UserError, unknown_name


def test_an_unknown_name_lists_the_known_ones_and_guesses_the_nearest():
    error = unknown_name("sampler", "oversampel", ["undersampling", "oversampling", "instance"])
    assert isinstance(error, UserError)
    assert str(error) == (
        "unknown sampler 'oversampel'; did you mean 'oversampling'? "
        "(known: instance, oversampling, undersampling)"
    )


def test_a_name_like_no_other_gets_no_guess():
    assert str(unknown_name("method", "xyz", ["baseline"])) == (
        "unknown method 'xyz' (known: baseline)"
    )


def test_a_name_that_is_no_text_is_still_answered():
    assert str(unknown_name("method", None, ["baseline"])).startswith("unknown method 'None'")


def test_a_notebook_shows_one_line_instead_of_a_traceback():
    assert UserError("rho is 0")._render_traceback_() == ["Error: rho is 0"]
