"""The key of a trial holds exactly what decides its numbers."""

import hashlib
import json
from itertools import combinations

import pytest
from pydantic import ValidationError

from reproduce.training.phases import (
    Heads,
    LossParameters,
    Mixing,
    Optimizer,
    Phase,
    Projection,
    Schedule,
)
from reproduce.trials.trial import Planned, Trial, canonical, merged

# One trial written out, as it is hashed: sorted names, no spaces, whole numbers without a point,
# and without the fields at which nothing happens.
WRITTEN = (
    '{"backbone":"lenet5","data_seed":3,"dataset":"digits","evaluate_on":["test"],'
    '"fingerprint":"abc","imbalance":{"kind":"step","mu":0.5,"n_max":125,"rho":10},'
    '"phases":[{"batch_size":64,"iterations":400,"optimizer":{"bias_multiplier":2,'
    '"learning_rate":0.01,"momentum":0.9,"name":"sgd"}}],"recipe":1,"seed":4,'
    '"split":{"kind":"official"},"transforms":{"divisor":256,"size":28}}'
)
KEY_OF_WRITTEN = "1276bb8614a404cf"

# For every field another value than in the trial that `describe` makes.
OTHER_OPTIMIZER = {
    "learning_rate": 0.02,
    "momentum": 0.8,
    "weight_decay": 0.0005,
    "bias_multiplier": 2.0,
    "nesterov": True,
}
OTHER_SCHEDULE = {
    "name": "inverse",
    "gamma": 0.0001,
    "power": 0.75,
    "milestones": (3,),
    "decay": 0.1,
    "warm_up": 5,
    "unit": "epoch",
}
OTHER_PHASE = {
    "batch_size": 17,
    "objective": "focal",
    "objective_parameters": {"gamma": 2.0},
    "sampler": "oversampling",
    "sampler_parameters": {"ratio": 2.0},
    "iterations": 13,
    "epochs": 2,
    "train": "classifier",
    "views": 2,
    "transforms": "crop_flip",
    "transform_parameters": {"padding": 2},
    "mixing": Mixing(name="cutmix"),
    "continued": True,
    "batch_norm": "frozen",
    "reinitialise": ("classifier",),
    "heads": Heads(classifier="cosine", scale=16.0),
    "loss_parameters": LossParameters(learning_rate=0.3),
    "stop": 3,
    "embedded": True,
    "auxiliary": 0.4,
    "code": f"mine.py@{'0' * 64}",
}
# What a phase that shows embeddings must have; a trial with that alone is another one.
FROZEN = {"train": "classifier", "batch_norm": "frozen"}
OTHER_MIXING = {"name": "mixup", "alpha": 0.2, "per": "image", "side": 0.25}
OTHER_HEADS = {
    "classifier": "cosine", "scale": 30.0, "projections": {"a": {"size": 8}}, "embedding": 32,
}  # fmt: skip
OTHER_PROJECTION = {"size": 7, "hidden": 16, "batch_norm": True, "bias": False}
OTHER_LOSS_PARAMETERS = {"learning_rate": 0.2, "weight_decay": 0.1}
OTHER_TRIAL = {
    "dataset": "mnist",
    "fingerprint": "cd" * 32,
    "backbone": "all_cnn",
    "transforms": {"size": 32, "divisor": 256},
    "data_seed": 1,
    "seed": 1,
    "split": {"kind": "official"},
    "imbalance": {"kind": "none"},
    "evaluate_on": ("test", "val"),
    "task": "verification",
    "initialisation": "surrogate:faces@0123456789ab",
    "precision": "bfloat16",
    "threads": 2,
    "recipe": 999,
}

OTHER_PARTS = {
    "mixing": OTHER_MIXING,
    "heads": OTHER_HEADS,
    "loss_parameters": OTHER_LOSS_PARAMETERS,
}
BARE = {
    "batch_size": 1,
    "iterations": 1,
    "optimizer": Optimizer(name="sgd", learning_rate=0.1),
}


def variants(trial):
    """Return the trial with one field changed, for every field there is, by the field's name."""
    phase = trial.phases[0]
    changed = {name: trial.but(**{name: value}) for name, value in OTHER_TRIAL.items()}
    for name, value in OTHER_PHASE.items():
        both = {name: value}
        both |= {"iterations": 0} if name == "epochs" else {}
        both |= {"transforms": "flip"} if name == "views" else {}
        both |= FROZEN if name == "embedded" else {}
        changed[f"phases.{name}"] = trial.but(phases=(phase.but(**both),))
    for name, value in OTHER_OPTIMIZER.items():
        optimizer = phase.optimizer.but(**{"momentum": 0.9, name: value})
        changed[f"optimizer.{name}"] = trial.but(phases=(phase.but(optimizer=optimizer),))
    for name, value in OTHER_SCHEDULE.items():
        stepped = {"name": "step", "milestones": (2,)} if name == "milestones" else {}
        schedule = phase.schedule.but(**{**stepped, name: value})
        changed[f"schedule.{name}"] = trial.but(phases=(phase.but(schedule=schedule),))
    for part, others in OTHER_PARTS.items():
        for name, value in others.items():
            needed = {"learning_rate": 0.1} if part == "loss_parameters" else {}
            needed |= {"name": "cutout"} if name == "side" else {}
            made = type(getattr(Phase(**BARE), part))(**{**needed, name: value})
            changed[f"{part}.{name}"] = trial.but(phases=(phase.but(**{part: made}),))
    for name, value in OTHER_PROJECTION.items():
        head = Projection(**{"size": 8, "hidden": 4, name: value})
        heads = Heads(projections={"a": head})
        changed[f"projection.{name}"] = trial.but(phases=(phase.but(heads=heads),))
    larger = Mixing(name="cutout", side=0.5)
    changed["a larger side"] = trial.but(phases=(phase.but(mixing=larger),))
    changed["frozen"] = trial.but(phases=(phase.but(**FROZEN),))
    changed["a second phase"] = trial.but(phases=(phase, phase))
    changed["no phase"] = trial.but(phases=())
    return changed


def test_the_table_of_other_values_covers_every_field():
    """A field added later must be added above, or nobody knows whether it is in the key."""
    assert set(OTHER_TRIAL) == set(Trial.model_fields) - {"phases"}
    assert set(OTHER_PHASE) == set(Phase.model_fields) - {"optimizer", "schedule"}
    assert set(OTHER_OPTIMIZER) == set(Optimizer.model_fields) - {"name"}
    assert set(OTHER_SCHEDULE) == set(Schedule.model_fields)
    assert set(OTHER_PROJECTION) == set(Projection.model_fields)
    for part, others in OTHER_PARTS.items():
        assert set(others) == set(type(getattr(Phase(**BARE), part)).model_fields)


def test_every_field_changes_the_key(describe):
    """No two trials that differ in one field share a key."""
    trial = describe()
    keys = {"unchanged": trial.key} | {n: t.key for n, t in variants(trial).items()}
    same = [(a, b) for a, b in combinations(keys, 2) if keys[a] == keys[b]]
    assert not same


def test_the_key_of_a_trial_written_out_stays_what_it_is():
    """A changed key would orphan every stored result, so this one never changes."""
    trial = Trial(**json.loads(WRITTEN))
    assert canonical(trial.to_json()) == WRITTEN
    assert hashlib.sha256(WRITTEN.encode()).hexdigest()[:16] == KEY_OF_WRITTEN
    assert trial.key == KEY_OF_WRITTEN


def test_ten_and_ten_point_zero_are_one_trial(describe):
    """YAML, JSON and Python write whole numbers differently; the trial is the same."""
    whole = describe(
        imbalance={"kind": "step", "rho": 10, "mu": 0.5}, transforms={"size": 28, "divisor": 256}
    )
    point = describe(
        imbalance={"kind": "step", "rho": 10.0, "mu": 0.5},
        transforms={"size": 28.0, "divisor": 256.0},
    )
    assert whole.key == point.key
    assert describe(learning_rate=1).key == describe(learning_rate=1.0).key


def test_numbers_next_to_each_other_are_two_trials(describe):
    """The last bit of a learning rate decides digits, so it decides the key."""
    assert describe(learning_rate=0.1 + 0.2).key != describe(learning_rate=0.3).key


def test_the_order_of_fields_does_not_matter(describe):
    """Neither the trial's own fields nor those of its parts."""
    trial = describe(imbalance={"kind": "step", "rho": 5.0, "mu": 0.5})
    values = trial.to_json()
    backwards = {
        name: dict(reversed(value.items())) if isinstance(value, dict) else value
        for name, value in reversed(values.items())
    }
    assert list(backwards) != list(values)
    assert Trial(**backwards).key == trial.key


def test_a_default_spelt_out_is_the_default(describe):
    """What equals its default is left out, so a new field leaves old keys alone."""
    spelt = describe(task="classification", threads=1, precision="float32", initialisation="random")
    assert spelt.key == describe().key
    assert "threads" not in spelt.to_json()


def test_the_path_of_a_data_file_is_not_in_the_key(describe):
    """Where a file lies is another matter on every machine; what is in it is the fingerprint."""
    here, there = describe(dataset="npz:/home/a/x.npz"), describe(dataset="npz:data/y.npz")
    assert here.key == there.key
    assert here.key != describe(dataset="digits").key
    assert here.key != here.but(fingerprint="cd" * 32).key
    assert here.to_json()["dataset"] == "npz:/home/a/x.npz"


def test_a_description_survives_json(describe):
    """A trial read back from a plan or a database is the trial that was written."""
    for trial in [describe(), *variants(describe(learning_rate=1e-4 / 3)).values()]:
        back = Trial(**json.loads(canonical(trial.to_json())))
        assert (back, back.key) == (trial, trial.key)


def test_an_unknown_or_changed_field_is_refused(describe):
    """A trial cannot be changed, and a misspelt field cannot slip in."""
    with pytest.raises(ValidationError, match="learning_speed"):
        describe(learning_speed=1)
    with pytest.raises(ValidationError, match="frozen"):
        describe().seed = 2


def test_canonical_text_knows_no_nan():
    """NaN is no JSON, and unequal to itself."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"loss": float("nan")})


def test_truth_is_no_number():
    """True and 1 are different settings."""
    assert canonical({"a": True}) == '{"a":true}' != canonical({"a": 1.0}) == '{"a":1}'


def test_labels_and_wishes_are_outside_the_key_and_united(describe):
    """Two papers that ask for one trial share it; each keeps its label and its arrays."""
    one = Planned(describe(), ({"method": "baseline"},), ("logits",))
    two = Planned(
        describe(), ({"paper": "b", "method": "x"}, {"method": "baseline"}), ("embeddings",)
    )
    other = Planned(describe(seed=1), (), ("logits",))
    assert merged([one, other, two]) == [
        Planned(
            describe(),
            ({"method": "baseline"}, {"method": "x", "paper": "b"}),
            ("embeddings", "logits"),
        ),
        other,
    ]


def test_merging_nothing_is_nothing():
    """An empty plan stays empty."""
    assert merged([]) == []
