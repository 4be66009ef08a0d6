"""A claim about a range of a factor says where only a part of the range was run."""

from reproduce.papers import claims as registry
from reproduce.papers.judging import judge_one

RANGE = "oversampling_gains_one_to_two_percent"


def part_of(study):
    """Return the one part of a registered claim about rho 10, 25 and 50."""
    claim = next(c for c in registry.load("class_imbalance") if c.id == RANGE)
    (part,) = judge_one(study, claim).parts
    return part


def test_a_part_of_a_range_is_named(study_of):
    """At rho 10 and 100 only the first belongs to the claim."""
    study = study_of(rho=[10, 100], mu=0.5, seeds=[0, 1], methods=["baseline", "oversampling"])
    assert part_of(study).name.endswith("(run at rho 10, not 25 or 50)")


def test_a_whole_range_needs_no_words(study_of):
    """All three values were run, so nothing is said."""
    study = study_of(rho=[10, 25, 50], mu=0.5, seeds=[0, 1], methods=["baseline", "oversampling"])
    assert "run at" not in part_of(study).name
