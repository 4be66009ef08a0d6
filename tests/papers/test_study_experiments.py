"""What a study knows beside its grid: experiments that are arms of claims, and others."""

POINTS = {"rho": [10, 100], "mu": 0.5, "seeds": [0, 1], "methods": ["baseline", "oversampling"]}
BESIDE = ["linear", "control", "levels"]


def test_the_grid_is_what_is_selected(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert study.methods == ["baseline", "oversampling"]
    assert study.points == ["rho 10, mu 0.5", "rho 100, mu 0.5"]
    assert {cell.experiment for cell in study.select()} == {"grid"}
    assert len(study.select(rho=10)) == len(study.observations(rho=10)) == 2 * 2


def test_experiments_lie_beside_it(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert len(study.beside("linear", method="oversampling")) == 2 * 2
    partial = {cell.method for cell in study.beside("levels")}
    assert partial == {"partial_oversampling", "partial_undersampling"}
    balanced = study.beside("control", seed=1)
    assert [cell.factors["rho"] for cell in balanced] == [10, 100]
    assert study.beside("trends") == []


def test_a_balanced_set_is_no_arm_of_a_claim(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    assert {cell.experiment for cell in study.arms()} == {"grid", "linear", "levels"}
    assert study.arms(method="balanced") == []
    assert {cell.experiment for cell in study.references} == {"untrained", "control"}


def test_every_trial_is_planned_under_the_name_of_its_experiment(study_of):
    study = study_of(experiments=BESIDE, **POINTS)
    labels = {item.trial.key: item.labels for item in study.planned()}
    for cell in [*study.arms(), *study.references]:
        wanted = {"experiment": cell.experiment, "method": cell.method}
        assert any(wanted.items() <= label.items() for label in labels[cell.trial.key])
    assert set(labels) == study.keys()
