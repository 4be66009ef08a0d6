"""`reproduce papers show` says of each claim what it carries beside its contrasts."""

import pytest
from typer.testing import CliRunner

from reproduce.commands.papers import app, claim_notes
from reproduce.registry import amendments, claims, controls


@pytest.mark.parametrize("paper", ["class_imbalance", "dual_head"])
def test_a_paper_is_shown_with_readings_amendments_and_controls(paper):
    shown = CliRunner().invoke(app, ["show", paper], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    said = shown.output
    told = " ".join(said.split())
    for claim in claims.load(paper):
        assert claim_notes(claim), "every claim here was judged or named by an edition"
        for note in claim_notes(claim):
            assert f"- {' '.join(note.split())}" in told, claim.id
    for amendment in amendments.of_the_rule():
        assert " ".join(f"Rule amended {amendment.date}: {amendment.what}".split()) in told
    registered = controls.load(paper)
    assert said.count("Control ") == len(registered)
    assert all(f"Control {control.id}: " in said for control in registered)
    if paper == "dual_head":
        assert "Needs the control pretraining_teaches" in told
    assert "Or reading" in told and "Amended 2026-11-28 after edition_1: Before: " in told
    assert "In edition_1: undecided" in told


def test_a_study_of_our_own_is_listed_and_shown_like_a_paper():
    listed = CliRunner().invoke(app, ["list"], env={"COLUMNS": "200"}).output
    assert "comparison" in listed and "This book's own: Which remedy when" in listed
    shown = CliRunner().invoke(app, ["show", "comparison"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "This book's own" in shown.output
    assert all(claim.id[:12] in shown.output for claim in claims.load("comparison"))
    assert f"Control {controls.load('comparison')[0].id}: " in shown.output
