"""What the two published studies amended: none of it may be dropped again without being seen."""

import numpy as np
import pytest

from reproduce.registry import claims, controls, editions, pilots

READINGS = {
    "oversampling_is_best": {"average_over_grid", "majority_of_points"},
    "undersampling_is_worse_than_baseline": {"average_over_grid", "majority_of_points"},
    "undersampling_loses_information": {"average_over_grid", "majority_of_points"},
    "oversampling_does_not_overfit": {
        "growth_of_balanced_gap", "balanced_gap", "plain_gap", "test_loss",
    },
    "baseline_gap_exceeds_oversampling_gap": {"balanced_gap", "plain_gap"},
    "undersampling_gap_lies_between": {"balanced_gap", "plain_gap"},
    "mnist_loses_about_five_percent": {
        "points_from_rho_10_to_1000", "points_from_rho_50_to_5000", "relative",
    },
    "two_phase_lies_between": {"baseline_as_trained", "as_many_steps"},
    "focal_loss_improves_auc": {
        "direction_of_the_words", "numbers_as_printed", "both_at_a_chosen_rate",
    },
    "smote_preserves_the_distribution_better": {"beside_the_recipes_rate", "both_at_a_chosen_rate"},
    "intra_class_cutmix_moves_the_boundary": {"beside_the_recipes_rate", "both_at_a_chosen_rate"},
    "tsc_balances_the_feature_space": {"beside_the_recipes_rate", "both_at_a_chosen_rate"},
    "dual_focal_improves_on_focal": {"derivative", "released_code", "calibration"},
    "notable_f1_improvement": {"macro", "weighted"},
    "f1_improves_on_supervised": {"macro", "weighted"},
    "best_on_every_metric": {"macro", "weighted"},
    "better_than_supervised_on_every_metric": {"macro", "weighted"},
    "f1_and_recall_over_single_heads": {"macro", "weighted"},
    "simclr_needs_large_batches": {"equal_passes", "equal_steps"},
    "auc_cl_is_robust_to_small_batches": {"equal_passes", "equal_steps"},
    "consistently_better_on_chexpert": {"abnormal_rare", "normal_rare"},
    "recall_and_f1_rise_on_chexpert": {"abnormal_rare", "normal_rare"},
}  # fmt: skip
RUN = ("class_imbalance", "dual_head")


@pytest.fixture(scope="module")
def by_id() -> dict[str, claims.Claim]:
    return {claim.id: claim for paper in RUN for claim in claims.load(paper)}


def contrasts(claim) -> dict[str, claims.Contrast]:
    return {contrast.name: contrast for contrast in claim.contrasts}


def test_every_claim_with_readings_has_them_all(by_id):
    found = {
        claim.id: {claim.reading, *(reading.name for reading in claim.readings)}
        for claim in by_id.values()
        if claim.readings
    }
    assert found == READINGS
    assert all(by_id[name].amended for name in READINGS)


def test_most_scenarios_are_averaged_and_counted(by_id):
    claim = by_id["undersampling_is_worse_than_baseline"]
    (mean,), (counted,) = claim.contrasts, claim.under_readings()["majority_of_points"]
    assert (mean.over, counted.over) == ("mean", "majority")
    assert (mean.expect, counted.expect) == ("less", "less")
    assert mean.terms == counted.terms and mean.where == counted.where


def test_where_a_rate_was_chosen_the_rivals_was_too(by_id):
    """Another reading sets each method that was tuned beside the baseline, or sampler, tuned."""
    for claim in by_id.values():
        reading = claim.under_readings().get("both_at_a_chosen_rate")
        if reading is None:
            continue
        plain = [
            {term.method.removesuffix("_chosen_rate"): term.weight for term in one.terms}
            for one in reading
        ]
        assert plain == [{term.method: term.weight for term in one.terms}
                         for one in claim.contrasts], claim.id  # fmt: skip
        assert [one.expect for one in reading] == [one.expect for one in claim.contrasts]
        assert any("_chosen_rate" in term.method for one in reading for term in one.terms)


def test_two_phases_lie_between_as_before_and_beside_a_baseline_as_long(by_id):
    claim = by_id["two_phase_lies_between"]
    longer = claim.under_readings()["as_many_steps"]
    for one, other in zip(claim.contrasts, longer, strict=True):
        told = [term.model_dump() | {"method": term.method.removesuffix("_longer")}
                for term in other.terms]  # fmt: skip
        assert [term.model_dump() for term in one.terms] == told and one.expect == other.expect
    beside = [term.method for one in longer for term in one.terms]
    assert beside.count("baseline_longer") == 2 and "baseline" not in beside


def test_the_slope_over_levels_is_that_of_least_squares(by_id):
    """At rho 1000 minus at rho 100; the level of the baseline is 0, that of balance 1."""
    (contrast,) = by_id["best_undersampling_level_depends_on_imbalance"].contrasts
    ends = {"baseline": 0.0, "undersampling": 1.0}
    for rho, sign in ((1000, 1), (100, -1)):
        terms = [term for term in contrast.terms if term.where["rho"] == rho]
        level = [term.where.get("level", ends.get(term.method)) for term in terms]
        weight = [sign * term.weight for term in terms]
        assert level == [0.0, 0.33, 0.67, 1.0]
        slope = np.polyfit([0, 1 / 3, 2 / 3, 1], np.eye(4), 1)[0]
        assert weight == pytest.approx(slope, abs=1e-9)


def test_either_class_may_be_the_rare_one(by_id):
    for name in ("consistently_better_on_chexpert", "recall_and_f1_rise_on_chexpert"):
        plain, turned = by_id[name].contrasts, by_id[name].under_readings()["normal_rare"]
        assert [one.where | {"rare": "normal"} for one in plain] == [one.where for one in turned]


def test_what_was_left_out_of_an_estimand_is_compared(by_id):
    beside = contrasts(by_id["oversampling_does_not_overfit"])
    assert {term.method for term in beside["growth with oversampling minus growth of the baseline"]
            .terms} == {"oversampling", "baseline"}  # fmt: skip
    assert "intra_class_cutmix minus baseline" in contrasts(
        by_id["intra_class_cutmix_moves_the_boundary"]
    )
    only = by_id["undersampling_pays_only_with_many_minority_classes"].contrasts
    assert {one.where["mu"]: one.expect for one in only} == {
        0.8: "greater",
        0.5: "at_most",
        0.2: "at_most",
    }
    because = by_id["undersampling_loses_information"].contrasts
    assert len(because) == 3 and all(one.expect == "less" for one in because)


def test_claims_of_size_are_held_to_their_size(by_id):
    sizes = {
        claim.id: (one.size, claim.margin_of(one))
        for claim in by_id.values() for one in claim.contrasts if one.expect == "size"
    }  # fmt: skip
    assert sizes == {
        "mnist_loses_about_five_percent": (-0.05, 0.01),
        "oversampling_gains_one_to_two_percent": (0.015, 0.005),
    }


def test_where_auc_has_no_room_the_remaining_error_is_compared(by_id):
    at_ten = [
        one
        for claim in by_id.values() if claim.id.startswith("oversampling_")
        for one in claim.contrasts
        if one.expect != "size" and one.where.get("rho") in (10, [10, 25, 50])
    ]  # fmt: skip
    assert len(at_ten) == 5
    for claim in by_id.values():
        for one in claim.contrasts:
            if one in at_ten:
                assert (claim.metric_of(one), one.expect) == ("auc_log_error", "less")
                assert claim.margin_of(one) == 0.1


def test_an_identity_is_marked(by_id):
    assert {name for name, claim in by_id.items() if claim.identity} == {"thresholding_keeps_auc"}


def test_what_pre_training_does_needs_a_control(by_id):
    teaching = {"pretraining_teaches", "pretraining_teaches_two_classes"}
    needing = {name for name, claim in by_id.items() if teaching & set(claim.needs)}
    tested = {c.id for c in claims.load("dual_head") if c.contrasts}
    assert needing == tested
    assert "rare_grade_is_seen" in by_id["minority_grades_gain"].needs
    teaches, rare, two_classes = controls.load("dual_head")
    assert [(term.weight, term.method) for term in teaches.contrasts[0].terms] == [
        (1, "simclr"), (-1, "supervised"),
    ]  # fmt: skip
    assert (teaches.part, rare.part, rare.passes) == ("held_out", "held_out", "any")
    here = {name for claim in claims.load("dual_head") for name in claim.data.here}
    assert here == {*teaches.data, *two_classes.data}
    assert [one.where for one in two_classes.contrasts] == [
        {"rare_share": 0.05}, {"rare_share": 0.1},
    ]  # fmt: skip
    for claim in claims.load("dual_head"):
        on_two = "pneumoniamnist" in claim.data.here
        assert ("pretraining_teaches_two_classes" in claim.needs) == on_two


def test_what_was_chosen_after_a_spike_confirms_nothing(by_id):
    """The images were chosen after SimCLR was seen above supervised training on them."""
    for claim in claims.load("dual_head"):
        if "skin_grades" not in claim.data.here:
            continue
        assert claim.amendments[-1].what.count("HAM10000") == 1, claim.id
        rivals = {term.method for one in claim.contrasts for term in one.terms if term.weight < 0}
        assert ("supervised" in rivals) <= (claim.status == "exploratory"), claim.id
    moved = by_id["outperforms_supervised"]
    assert moved.amended and "after a spike saw SimCLR above" in moved.amendments[-1].why


def test_own_data_are_those_the_claim_speaks_of(by_id):
    own = {name: claim.data.own for name, claim in by_id.items()}
    assert own["oversampling_does_not_overfit"] == ["cifar10"]
    assert own["focal_loss_improves_auc"] == ["medical images (not named)"]
    assert own["dual_focal_improves_on_focal"] == ["other studies"]
    assert own["mnist_loses_about_five_percent"] == ["mnist"]


@pytest.mark.parametrize(
    ("paper", "claim", "verdict"),
    [
        ("class_imbalance", "undersampling_is_worse_than_baseline", "opposite"),
        ("class_imbalance", "dual_focal_improves_on_focal", "opposite"),
        ("class_imbalance", "intra_class_cutmix_moves_the_boundary", "holds"),
        ("class_imbalance", "thresholding_keeps_auc", "holds"),
        ("dual_head", "warm_up_stabilises", "no practical difference"),
        ("dual_head", "highest_f1_on_grade_3", "mechanism not seen"),
    ],
)
def test_verdicts_as_first_registered_are_frozen(paper, claim, verdict):
    ((edition, frozen),) = editions.as_first_registered(paper, claim)
    assert (edition.name, str(edition.date), frozen.verdict) == ("edition_1", "2026-11-21", verdict)
    assert edition.seeds == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("paper", "count"), [("class_imbalance", 39), ("dual_head", 27)])
def test_an_edition_speaks_of_every_claim_that_was_registered(paper, count):
    (edition,) = editions.load(paper)
    assert len(edition.verdicts) == count
    since = {claim.id for claim in claims.load(paper)} - set(edition.verdicts)
    # Parts that became claims by themselves: amended, so on new seeds only.
    assert all(claim.amended for claim in claims.load(paper) if claim.id in since)
    assert len(since) == (5 if paper == "dual_head" else 0)


def test_amendments_say_what_was_before(by_id):
    amended = [claim for claim in by_id.values() if claim.amended]
    assert len(amended) > 30
    for claim in amended:
        for one in claim.amendments:
            assert one.what.startswith("Before: ") and "Now " in one.what, claim.id
            assert len(one.why) > 40, claim.id
        refused = claim.seeds_refused()
        assert refused == {0, 1, 2, 3, 4} | pilots.seeds_used(claim.paper)
