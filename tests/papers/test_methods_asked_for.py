"""Any registered method can be asked of a paper's study; those published keep their trials."""

import csv
import json

import pytest

from reproduce import papers
from reproduce.errors import UserError
from reproduce.files import project_root
from reproduce.methods import registry
from reproduce.papers.metric_learning import methods as metric_learning
from reproduce.study.stamps import stamp_beside
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials import engine
from reproduce.trials.store import Store

# The verification of identities compares losses of pairs, each with its own parameters.
RUNNABLE = [paper for paper in papers.runnable() if paper != "difficulty_aware"]
# Those whose images are drawn, which takes some seconds.
DRAWN = ("balanced_contrastive", "metric_learning")
# One of each way to be put together; a network of the second paper takes some ten seconds.
FOREIGN = {"dual_head": ["balanced_softmax", "kcl", "triplet", "info_nce"]}
FOREIGN["class_imbalance"] = [
    "balanced_softmax", "ldam_drw", "ce_drw", "gcl", "crt", "kcl", "sup_con", "bdcl", "triplet",
    "simclr", "dual_head", "info_nce", "balanced_mixup", "smote_embeddings", "mixup",
    "logit_adjustment_posthoc", "two_phase_oversampling", "undersampling_thresholding",
]  # fmt: skip
FOREIGN["metric_learning"] = ["balanced_softmax", "kcl", "triplet", "mixup"]
FOREIGN["balanced_contrastive"] = ["balanced_softmax", "kcl", "simclr", "crt"]
# What a paper's page calls the list of methods, where that is another word.
ASKED_BY = {"metric_learning": "losses"}
SHORT = {
    "class_imbalance": {"iterations": 10, "experiments": "none"},
    "dual_head": {"epochs": 2, "fine_tuning_epochs": 2, "experiments": "none"},
    "balanced_contrastive": {"passes": 5, "classifier_epochs": 2, "experiments": "none"},
    "metric_learning": {"epochs": 2, "classifier_epochs": 2, "experiments": "none"},
}


def study_of(paper, store, **asked):
    protocol = papers.protocol(paper)
    asked = {ASKED_BY.get(paper, "methods") if k == "methods" else k: v for k, v in asked.items()}
    return Study(protocol, protocol.parameters.read({"profile": "smoke", **asked}), store)


@pytest.mark.parametrize(
    "paper",
    [pytest.param(one, marks=[] if one == RUNNABLE[0] else [pytest.mark.thorough])
     for one in RUNNABLE],
)  # fmt: skip
def test_methods_in_no_experiment_are_planned_and_trained(paper, tmp_path):
    study = study_of(paper, Store(tmp_path), **SHORT[paper], methods=FOREIGN[paper])
    assert study.methods == FOREIGN[paper]
    assert study.scale == "custom"
    summary = study.run(engine.Options(workers=1))
    assert not summary.failures and not study.pending()
    rows = {row["method"]: row for row in study.observations()}
    assert set(rows) == set(FOREIGN[paper])
    assert all(0 <= row["auc"] <= 1 for row in rows.values())


@pytest.mark.parametrize(
    "paper",
    [pytest.param(one, marks=[] if one == RUNNABLE[0] else [pytest.mark.thorough])
     for one in RUNNABLE],
)  # fmt: skip
def test_every_method_can_be_planned(paper, tmp_path):
    names = registry.names("classification")
    study = study_of(paper, Store(tmp_path), **{**SHORT[paper], "methods": json.dumps(names)})
    assert study.methods == names and len(study.planned()) > len(names) / 2


@pytest.mark.parametrize("paper", RUNNABLE)
@pytest.mark.parametrize("name", ["soft_iou", "partial_oversampling", "balanced_softmx", "Focal"])
def test_what_is_no_method_for_it_is_one_line(paper, name):
    with pytest.raises(UserError, match=f"unknown (method|loss) '{name}'") as refused:
        papers.protocol(paper).parameters.read({ASKED_BY.get(paper, "methods"): name})
    assert "\n" not in str(refused.value) and "logit_adjustment" in str(refused.value)


@pytest.mark.parametrize(
    "paper",
    [pytest.param(one, marks=[pytest.mark.thorough] * (one in DRAWN)) for one in RUNNABLE],
)
def test_a_method_beside_the_grid_is_the_same_trial_with_and_without_others(paper, tmp_path):
    store = Store(tmp_path)
    alone = study_of(paper, store, **SHORT[paper], methods="balanced_softmax")
    beside = study_of(paper, store, **SHORT[paper], methods=["baseline", "balanced_softmax"])
    (key,) = {cell.trial.key for cell in alone.select(method="balanced_softmax")}
    assert [cell.trial.key for cell in beside.select(method="balanced_softmax")] == [key]


def test_a_loss_of_the_classifier_takes_the_place_of_the_supervised_baseline(tmp_path):
    study = study_of(
        "dual_head", Store(tmp_path), **SHORT["dual_head"],
        methods=["supervised", "baseline", "focal"],
    )  # fmt: skip
    supervised, baseline, focal = (study.select(method=m)[0].trial for m in study.methods)
    assert baseline.key == supervised.key
    (phase,), (plain,) = focal.phases, supervised.phases
    assert phase.but(objective="cross_entropy", objective_parameters={}) == plain


def test_the_pre_trained_of_those_asked_for_have_other_batches(tmp_path):
    asked = {**SHORT["dual_head"], "experiments": "batch_size"}
    study = study_of("dual_head", Store(tmp_path), **asked, methods=["supervised", "simclr"])
    assert {cell.method for cell in study.of_experiment("batch_size")} == {"simclr"}


@pytest.mark.parametrize("paper", [key for key in RUNNABLE if editions.published().stamp(key)])
def test_trials_that_are_published_keep_their_keys(paper, tmp_path):
    """The registry builds, at the published parameters, the very phases of every stored trial."""
    published, protocol = editions.published(), papers.protocol(paper)
    stamp, store = published.stamp(paper), Store(tmp_path)
    csv.field_size_limit(10**9)
    results = project_root() / "book" / "results"
    with (results / f"{paper}.csv").open(encoding="utf-8", newline="") as file:
        stored = {row["key"] for row in csv.DictReader(file)}
    editions.merge(store, published, paper)
    study = Study(protocol, protocol.parameters.read(stamp["given"]), store).as_far_as_done()
    assert stored and study.keys() == stored == set(stamp["keys"])
    names = {cell.method for cell in [*study.cells, *study.references]}
    unnamed = {"untrained", "balanced", "undersampling_equal_epochs", *metric_learning.ARMS}
    assert names - unnamed <= set(registry.names()) and len(names) > 3
    assert stamp_beside(study) is None
    asked = ASKED_BY.get(paper, "methods")
    other = study.parameters.model_copy(update={asked: study.methods[:1]})
    assert stamp_beside(Study(protocol, other, store)) == stamp
