"""The recorded ambiguities: complete, well-formed, with a default among their readings."""

import json
import re

import pytest
import yaml
from typer.testing import CliRunner

from reproduce.commands.papers import app
from reproduce.errors import UserError
from reproduce.registry import ambiguities, reading, records

PAPERS = list(records.papers())

GOOD = {
    "id": "margin",
    "place": "Equation (1)",
    "about": "training",
    "printed": "a margin",
    "problem": "no value",
    "readings": [{"name": "one", "what": "1.0"}, {"name": "half", "what": "0.5"}],
    "default": "one",
    "why": "custom",
    "unjudged": "2026-11-28: not run; needs both arms again",
}


def load_changed(monkeypatch, **changes):
    content = {"paper": "dual_head", "ambiguities": [GOOD | changes]}
    monkeypatch.setattr(reading, "text", lambda paper, file: yaml.safe_dump(content))
    return ambiguities.load("dual_head")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_loads(paper):
    loaded = ambiguities.load(paper)
    assert len(loaded) >= 10
    assert len({one.id for one in loaded}) == len(loaded)
    assert {one.paper for one in loaded} == {paper}
    for one in loaded:
        assert len(one.readings) >= 2, one.id
        assert len({reading.what for reading in one.readings}) == len(one.readings), one.id


@pytest.mark.parametrize(
    ("paper", "id", "default"),
    [
        ("class_imbalance", "thresholding_formula", "divide_by_prior"),
        ("class_imbalance", "prior_of_sampled_training_set", "original_counts"),
        ("dual_head", "info_nce_direction", "printed"),
        ("dual_head", "number_of_hard_negatives", "ratio_at_least_five"),
        ("dual_head", "warm_up_weight", "unweighted"),
        ("dual_head", "chexpert_rare_class", "abnormal_rare"),
        ("metric_learning", "margin", "customary"),
        ("balanced_contrastive", "temperature_gradient", "autograd"),
        ("difficulty_aware", "negative_weights_never_act", "intended"),
        ("difficulty_aware", "negative_weight_below_zero", "cut"),
        ("balanced_contrastive", "anchor_without_positive", "zero_and_counted"),
        ("balanced_contrastive", "prototype_not_seen", "absent_until_seen"),
        ("balanced_contrastive", "pixels_within_or_across_images", "within_each_image"),
        ("balanced_contrastive", "absent_classes_in_overlap_losses", "present"),
        ("balanced_contrastive", "auxiliary_loss", "customary"),
        ("class_imbalance", "sampling_level", "remaining_ratio"),
        ("class_imbalance", "last_layer_filler", "msra"),
        ("metric_learning", "averaged_apart", "printed"),
        ("metric_learning", "ordered_pairs", "unordered"),
        ("metric_learning", "parameters_counted", "keras_without_classifier"),
        ("dual_head", "fine_tuning_augmentation", "one_view"),
        ("dual_head", "supervised_length", "fine_tuning"),
        ("balanced_contrastive", "temperature_learning_rate", "own_rate"),
        ("balanced_contrastive", "ldam_with_drw", "with_drw"),
        ("balanced_contrastive", "classifier_length", "embedded_once"),
        ("difficulty_aware", "projection_head", "none"),
        ("difficulty_aware", "batches", "several_of_each"),
        ("metric_learning", "classifier_input", "projected"),
        ("metric_learning", "early_stopping", "three_epochs"),
    ],
)
def test_the_ambiguities_that_shape_the_code_are_recorded(paper, id, default):
    assert {one.id: one.default for one in ambiguities.load(paper)}[id] == default


def test_a_default_must_be_a_reading(monkeypatch):
    with pytest.raises(UserError, match=r"dual_head/ambiguities.yaml, margin: default: 'two'"):
        load_changed(monkeypatch, default="two")


def test_one_reading_is_no_ambiguity(monkeypatch):
    with pytest.raises(UserError, match="margin: readings"):
        load_changed(monkeypatch, readings=GOOD["readings"][:1])


def test_two_readings_of_one_name_are_refused(monkeypatch):
    with pytest.raises(UserError, match="two have the same name"):
        load_changed(monkeypatch, readings=[GOOD["readings"][0]] * 2)


def test_an_undeclared_field_is_refused(monkeypatch):
    with pytest.raises(UserError, match="margin: colour"):
        load_changed(monkeypatch, colour="red")


def test_the_good_example_is_accepted(monkeypatch):
    assert load_changed(monkeypatch)[0].readings[1].name == "half"


def keys_said_twice(text: str) -> list[str]:
    """Return the keys that a mapping has twice, of which YAML silently keeps the last."""
    twice, nodes = [], [yaml.compose(text)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        elif isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            twice += [name for name in set(names) if names.count(name) > 1]
            nodes += [value for _, value in node.value]
    return twice


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_said_twice(paper):
    assert not keys_said_twice(reading.text(paper, "ambiguities.yaml"))


def test_a_key_said_twice_would_be_seen():
    assert keys_said_twice("list: [{name: one, ask: {a: 1}, ask: {a: 1}}]") == ["ask"]


def test_files_speak_of_the_texts_alone():
    for paper in PAPERS:
        for one in ambiguities.load(paper):
            said = " ".join([one.problem, one.why, *(reading.what for reading in one.readings)])
            assert not re.search(r"https?://|\.\./", said), one.id


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({}, "name one of .*, received none"),
        ({"objective": "triplet", "dataset": "mnist"}, "received objective, dataset"),
        ({"dataset": "mnist", "parameters": {"size": 28}}, "parameters go with an objective"),
        ({"loss": "triplet"}, "ask.loss"),
    ],
)
def test_one_thing_is_asked_for(monkeypatch, ask, said):
    readings = [{"name": "one", "what": "1.0", "ask": ask}, GOOD["readings"][1]]
    with pytest.raises(UserError, match=said):
        load_changed(monkeypatch, readings=readings)


def test_a_reading_of_a_loss_says_how_or_why_not(monkeypatch):
    with pytest.raises(UserError, match="one: a reading of a loss says how to `ask` for it"):
        load_changed(monkeypatch, about="loss")
    asked = {"name": "one", "what": "1.0", "ask": {"objective": "triplet"}}
    unasked = {"name": "half", "what": "0.5", "unasked": "nobody would."}
    assert load_changed(monkeypatch, about="loss", readings=[asked, unasked])
    with pytest.raises(UserError, match="give `ask` or `unasked`, not both"):
        load_changed(monkeypatch, readings=[asked | {"unasked": "nobody"}, unasked])


def printed(*words):
    answer = CliRunner().invoke(app, ["ambiguities", *words])
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize("paper", [None, *PAPERS])
def test_other_programs_can_read_the_list(paper):
    found = json.loads(printed("--json", *([paper] if paper else [])))
    expected = [one for key in ([paper] if paper else PAPERS) for one in ambiguities.load(key)]
    assert {(one["paper"], one["id"]) for one in found} == {(one.paper, one.id) for one in expected}
    for one in found:
        assert {"place", "about", "printed", "problem", "default", "why"} <= set(one)
        ours = [reading["name"] for reading in one["readings"] if reading["is_default"]]
        assert ours == [one["default"]]


def test_the_list_says_how_to_ask():
    found = {one["id"]: one for one in json.loads(printed("--json", "difficulty_aware"))}
    readings = {one["name"]: one for one in found["negative_weights_never_act"]["readings"]}
    assert readings["printed"]["ask"] == {
        "objective": "difficulty_aware_sup_con",
        "parameters": {"reading": "printed"},
    }
    assert readings["printed"]["asked_as"] == "losses.difficulty_aware_sup_con(reading='printed')"
    assert found["meaning_of_eer"]["readings"][0]["asked_as"] is None


def test_each_leads_to_claims_or_to_a_dated_reason(monkeypatch):
    with pytest.raises(UserError, match="margin: claims: name those that turn on it"):
        load_changed(monkeypatch, unjudged=None)
    with pytest.raises(UserError, match="margin: unjudged: "):
        load_changed(monkeypatch, unjudged="later")
    assert load_changed(monkeypatch, unjudged=None, claims=["some_claim"])[0].unjudged is None
