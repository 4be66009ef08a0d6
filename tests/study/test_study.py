"""A study: its cells, what is selected of them, and their trials."""

import json

import pytest

from reproduce.data import catalog
from reproduce.errors import UserError
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.stamps import stamp_beside
from reproduce.study.study import Study, find_record
from reproduce.trials import engine
from reproduce.trials.store import Store

SMALL = {"rho": [10, 100], "mu": 0.5, "seeds": [0, 1]}


# -- selecting ------------------------------------------------------------------------------------


def test_cells_are_selected_by_any_of_several_values(study_of):
    study = study_of(**SMALL)
    chosen = study.select(method=["baseline", "thresholding"], rho=100, seed=[1, 7])
    assert [(c.method, c.factors["rho"], c.seed) for c in chosen] == [
        ("baseline", 100, 1), ("thresholding", 100, 1),
    ]  # fmt: skip
    assert study.select(rho=11) == study.select(colour="red") == []
    assert len(study.results(method=["baseline", "thresholding"], rho=100)) == 2, "each trial once"
    assert [cell.method for cell in study.trained(rho=10, seed=0)] == study.methods[:3]


def test_a_study_knows_its_lists(study_of):
    study = study_of(seeds=[4, 2], rho=[10, 100], mu=0.5, methods=["thresholding", "baseline"])
    assert (study.methods, study.seeds) == (["thresholding", "baseline"], [4, 2])
    assert study.points == ["rho 10, mu 0.5", "rho 100, mu 0.5"]
    assert (study.shown, study.at_shown) == ({"rho": 100, "mu": 0.5}, "rho 100, mu 0.5")
    assert study.shown_without("rho") == {"mu": 0.5}


def test_a_notebook_can_be_run_twice_in_one_kernel(study_of):
    """With a study open already, leftover variables are no parameters, a misspelt one still is."""
    variables = {"profile": "smoke", "numbers": "3 lines"}
    with pytest.raises(UserError, match="unknown parameter of class_imbalance 'numbers'"):
        Study.open(class_imbalance, variables)
    variables["study"] = study_of(**SMALL)
    assert Study.open(class_imbalance, variables).scale == "smoke"
    with pytest.raises(UserError, match="did you mean 'rho'"):
        Study.open(class_imbalance, {**variables, "rhoo": 5})


def test_a_study_finds_the_published_edition_unless_it_is_that_run(study_of, tmp_path, monkeypatch):
    study = study_of(**SMALL)
    results = tmp_path / "book" / "results"
    results.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    monkeypatch.chdir(tmp_path)
    assert stamp_beside(study) is None
    ours = study.parameters.model_dump(mode="json")
    younger = {name: value for name, value in ours.items() if name != "map_images"}
    for given, found in ((ours, False), ({**ours, "iterations": 1}, True), (younger, False)):
        stamp = {"given": given, "parameters": given, "scale": "laptop"}
        (results / "class_imbalance.json").write_text(json.dumps(stamp))
        assert stamp_beside(study) == (stamp if found else None)
    (results / "class_imbalance.json").write_text(json.dumps({**stamp, "given": {"rhoo": 5}}))
    assert stamp_beside(study), "parameters that nobody knows any more are not those of this run"


def test_training_counts_are_named_by_their_point(study_of):
    counts = study_of(**SMALL).training_counts(method="baseline", seed=0)
    assert {name: sorted(of_point) for name, of_point in counts.items()} == {
        "rho 10, mu 0.5": [500] * 5 + [5000] * 5, "rho 100, mu 0.5": [50] * 5 + [5000] * 5,
    }  # fmt: skip


# -- trials ---------------------------------------------------------------------------------------


def test_each_trial_is_planned_once_with_the_methods_that_share_it(study_of):
    study = study_of(**SMALL)
    planned = {item.trial.key: item for item in study.planned()}
    assert len(study.planned()) == len(planned) == 2 * 2 * 3 + 1
    baseline = study.select(method="baseline", rho=100, seed=0)[0]
    labels = planned[baseline.trial.key].labels
    assert [label["method"] for label in labels] == ["baseline", "thresholding"]
    assert {label["profile"] for label in labels} == {"custom"}
    with_maps = {key for key, item in planned.items() if "embeddings" in item.keep}
    shown = {cell.trial.key for cell in study.trained(rho=100, seed=0)}
    of_every_seed = {cell.trial.key for cell in study.select(method="baseline", rho=100)}
    untrained = {cell.trial.key for cell in study.references}
    assert with_maps == shown | of_every_seed | untrained
    with_curve = {key for key, item in planned.items() if "curve" in item.keep}
    severe = {cell.trial.key for cell in study.select(rho=100)}
    assert with_curve == severe, "at the middle mu, where the imbalance is severe"
    assert all("logits" in item.keep for item in planned.values())
    assert study.keys() == set(planned)


def test_finished_trials_are_not_pending_unless_an_array_is_lacking(study_of):
    """The made-up results hold no embeddings, which are wanted at the middle point."""
    study = study_of(**SMALL)
    assert len(study.pending()) == 3 + 1 + 1, "first seed, untrained, the baseline's other seed"
    assert all("embeddings" in item.keep for item in study.pending())


def test_a_result_that_is_not_there_is_named():
    study = Study(class_imbalance, class_imbalance.parameters.read({"profile": "smoke"}))
    with pytest.raises(
        UserError, match=r"trial [0-9a-f]{16} \(baseline, seed 0\) has not been run"
    ):
        study.observations()


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        (engine.Summary(3, done=2, failures={"ab12": "no luck"}), "1 trial.* failed, first ab12"),
        (
            engine.Summary(3, done=2, stopped=True),
            "stopped: .* trials done.*; run the same command again",
        ),
    ],
)
def test_a_run_that_did_not_finish_says_so(study_of, monkeypatch, summary, said):
    study = study_of(**SMALL)
    monkeypatch.setattr(engine, "run", lambda *_: summary)
    with pytest.raises(UserError, match=said):
        study.run()


def test_a_record_is_taken_from_the_data_else_from_the_store(image_file):
    path, store = image_file("mine"), Store()
    here = find_record("mine", store)
    assert here == catalog.load("mine").record()
    store.put_record(here)
    path.unlink()
    assert find_record("mine", store) == here
    with pytest.raises(UserError, match="unknown data set 'other'"):
        find_record("other", store)
