"""The line that says where something is from, and the trials that go with it."""

from types import SimpleNamespace

import pytest

from reproduce.errors import UserError
from reproduce.figures.provenance import Provenance, provenance_line, said_of_itself


def result(key, seed):
    return SimpleNamespace(key=key, trial=SimpleNamespace(seed=seed))


def test_the_line_counts_trials_and_joins_seeds():
    results = [result(f"{n:08x}{n:08x}", n % 3) for n in range(0x1A2B3C01, 0x1A2B3C13)]
    line = provenance_line(results, "digits", "quick")
    assert line == "digits, quick scale; 18 trials; seeds 0-2"
    assert line.keys == tuple(sorted(one.key for one in results))
    line = provenance_line(results[:1], "MNIST", "paper protocol, random initialisation")
    assert line == (
        "MNIST, paper protocol, random initialisation; 1 trial 1a2b3c011a2b3c01; seed 1"
    )


def test_methods_that_share_a_trial_count_it_once(observations):
    line = provenance_line(observations, "digits", "quick")
    assert line == "digits, quick scale; 6 trials; seeds 0-2"
    assert len(line.keys) == 6


def test_results_without_keys_or_no_results_are_refused():
    with pytest.raises(UserError, match="key"):
        provenance_line([{"seed": 1}], "digits", "quick")
    with pytest.raises(UserError, match="no results"):
        provenance_line([], "digits", "quick")


def test_a_line_keeps_its_trials_when_its_point_is_said():
    line = Provenance("digits; 1 trial", ["ab"]).and_at("rho 100")
    assert line == "digits; 1 trial; rho 100" and line.keys == ("ab",)
    assert line.and_at("") == line


def test_words_before_a_line_leave_its_trials():
    line = Provenance("digits; 1 trial", ["ab"]).after("Printed. Ours: ")
    assert line == "Printed. Ours: digits; 1 trial" and line.keys == ("ab",)


def test_an_output_says_its_kind_place_and_trials_where_it_has_them():
    line = Provenance("digits; 1 trial", ["ab"])
    assert said_of_itself("map", line, "here") == {
        "kind": "map", "keys": ["ab"], "provenance": "digits; 1 trial", "anchor": "here",
    }  # fmt: skip
    assert said_of_itself("", "as printed") == {"provenance": "as printed"}
