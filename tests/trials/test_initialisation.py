"""Trials that start from a surrogate: keys, checks before training, resuming, what is recorded."""

import re
from collections import Counter

import pytest
import torch
from safetensors import safe_open

from reproduce import models
from reproduce.data import catalog
from reproduce.errors import UserError
from reproduce.models import initialisations, surrogate, weights
from reproduce.randomness import seed_torch
from reproduce.training.loop import Interrupted
from reproduce.trials import execute as execution
from reproduce.trials import plan as plans
from reproduce.trials.engine import Options, run
from reproduce.trials.store import Store
from tests.trials.executing import Surroundings, execute

ALONE = Options(workers=1)
# SHA-256 of b"numbers", by another program.
DIGEST_OF_NUMBERS = "f3c7807d475073ba009bf4801b2d934e9f0126cb96dd19a27dbffcae23a7f5a3"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Give an empty folder for weights, and torch one of its own."""
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "weights"


def make(name="faces", seed=7, fingerprint="other", backbone="small_cnn"):
    """Keep a network that is not the one a trial would draw."""
    seed_torch(seed, "weights")
    network = models.build(backbone, channels=1, size=28, classes=3)
    surrogate.save(
        network, name, backbone=backbone, data="lesions", fingerprint=fingerprint, seed=seed,
        phases=[{"epochs": 1}], recipe=1,
    )  # fmt: skip
    return network


def other_digest(initialisation):
    """Return the same name with a digest of which one digit is another."""
    last = "0" if initialisation[-1] != "0" else "1"
    return initialisation[:-1] + last


@pytest.fixture
def plan_one(on_tiny):
    """Return a function that plans a trial of a small network that starts from the surrogate."""

    def planned(initialisation=None, **changed):
        start = initialisation or surrogate.pinned("faces")
        return on_tiny(backbone="small_cnn", initialisation=start, **changed)

    return planned


def test_a_pinned_name_says_which_numbers():
    network = make()
    whole = surrogate.digest(network.encoder.state_dict())
    assert surrogate.pinned("faces") == f"surrogate:faces@{whole[:12]}"
    assert initialisations.parse(f"surrogate:faces@{whole[:12]}") == (
        "surrogate", "faces", whole[:12],
    )  # fmt: skip
    assert initialisations.parse("imagenet:IMAGENET1K_V2") == ("imagenet", "IMAGENET1K_V2", "")


def test_pinning_is_done_once_and_needs_no_file_the_second_time(folder):
    make()
    start = initialisations.pinned("small_cnn", "surrogate:faces")
    surrogate.path_of("faces").unlink()
    assert initialisations.pinned("small_cnn", start) == start
    assert initialisations.pinned("small_cnn", "random") == "random"
    with pytest.raises(UserError, match="there is no surrogate 'faces'"):
        initialisations.pinned("small_cnn", "surrogate:faces")


def test_published_weights_are_pinned_by_the_digest_that_is_written_down(folder):
    assert initialisations.pinned("resnet50", "imagenet:IMAGENET1K_V2") == "imagenet:IMAGENET1K_V2"
    known = weights.WEIGHTS["hrnet_w48_ocr"]["ms_in1k"]
    folder.mkdir()
    (folder / known.file).write_bytes(b"numbers")
    start = initialisations.pinned("hrnet_w48_ocr", "imagenet:ms_in1k")
    assert start == "imagenet:ms_in1k@" + DIGEST_OF_NUMBERS[:12]
    initialisations.check("hrnet_w48_ocr", start)
    with pytest.raises(UserError, match=r"received 'imagenet:ms_in1k': its publisher names no dig"):
        initialisations.check("hrnet_w48_ocr", "imagenet:ms_in1k")
    (folder / known.file).write_bytes(b"other numbers")
    with pytest.raises(UserError, match=rf"planned with {DIGEST_OF_NUMBERS[:12]}\.\.\.; get the"):
        initialisations.check("hrnet_w48_ocr", start)


@pytest.mark.parametrize("digest", ["", "0123", "0123456789AB", "0123456789abc", "0123456789ag"])
def test_what_is_no_digest_is_refused(digest):
    with pytest.raises(UserError, match="expected the first 12 hex digits"):
        initialisations.parse(f"surrogate:faces@{digest}")


def test_a_trial_refuses_a_name_without_its_numbers(describe):
    with pytest.raises(UserError, match=r"received 'surrogate:faces'.*expected 'surrogate:faces@'"):
        describe(initialisation="surrogate:faces")
    with pytest.raises(UserError, match="unknown initialisation 'imagenet50'"):
        describe(initialisation="imagenet50")


def test_the_key_holds_the_numbers(describe):
    make()
    first = describe(initialisation=surrogate.pinned("faces"))
    make(seed=8)
    second = describe(initialisation=surrogate.pinned("faces"))
    assert len({describe().key, first.key, second.key}) == 3
    assert first.but(initialisation=second.initialisation).key == second.key


def test_another_file_under_the_same_name_is_refused():
    make()
    start = surrogate.pinned("faces")
    make(seed=8)
    now = surrogate.pinned("faces").partition("@")[2]
    with pytest.raises(UserError) as error:
        models.build("small_cnn", channels=1, size=28, classes=3, initialisation=start)
    said = str(error.value)
    assert "\n" not in said and f"has the SHA-256 {now}..." in said
    assert f"expected {start.partition('@')[2]}...; get the file the trial was planned with" in said


def test_it_runs_from_the_surrogate_and_says_so(plan_one, store):
    """A step at a rate of nothing keeps the surrogate's numbers, below a fresh classifier."""
    network = make()
    planned = plan_one(iterations=1, learning_rate=1e-30)
    summary = run([planned], store, Options(workers=1, keep_weights=True), lambda event: None)
    assert (summary.done, summary.failures) == (1, {})
    result = store.get(planned.trial.key)
    with safe_open(result.weights_file, framework="pt") as file:
        for name, tensor in network.named_parameters():
            if name.startswith("encoder."):
                assert torch.allclose(file.get_tensor(name), tensor, rtol=0, atol=1e-20), name
        seed_torch(planned.trial.seed, "weights")
        drawn = models.build("small_cnn", channels=1, size=28, classes=4)
        found = file.get_tensor("classifier.weight")
        assert torch.allclose(found, drawn.classifier.weight, rtol=0, atol=1e-20)
    said = result.provenance["initialisation"]
    assert said == initialisations.describe(planned.trial.initialisation)
    assert "'faces'" in said and "lesions" in said and "not from ImageNet" in said


def test_a_random_start_is_recorded_as_before(on_tiny, store):
    planned = on_tiny(iterations=1)
    assert "initialisation" not in execute(planned, store, Surroundings()).provenance


def test_it_resumes_with_the_same_digits(plan_one, store, tmp_path):
    make()
    planned, calls = plan_one(), Counter()

    def stop():
        calls["asked"] += 1
        return calls["asked"] > 5

    with pytest.raises(Interrupted):
        execute(planned, store, Surroundings(stop_requested=stop))
    assert store.checkpoint_path(planned.trial.key).is_file()
    resumed = execute(planned, store, Surroundings())
    whole = execute(planned, Store(tmp_path / "undisturbed"), Surroundings())
    random = execute(plan_one("random"), store, Surroundings())
    assert (resumed.metrics, resumed.history) == (whole.metrics, whole.history)
    assert resumed.history[0]["loss"] != random.history[0]["loss"]


def refused_before_training(planned, store, monkeypatch):
    """Return what is said, having seen that nothing is opened, trained or noted as failed."""
    monkeypatch.setattr(execution, "execute", lambda *_: pytest.fail("something trained"))
    with pytest.raises(UserError) as error:
        run(planned, store, ALONE, lambda event: pytest.fail(str(event)))
    assert "\n" not in str(error.value) and store.failures() == {} and store.results() == []
    return str(error.value)


def test_a_missing_file_is_said_before_anything_trains(plan_one, on_tiny, store, monkeypatch):
    make()
    planned = [on_tiny(), plan_one()]
    surrogate.path_of("faces").unlink()
    said = refused_before_training(planned, store, monkeypatch)
    assert said.startswith("there is no surrogate 'faces' in ") and "train one" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("numbers", r"has the SHA-256 [0-9a-f]{12}\.\.\., expected"),
        ("backbone", "'faces' is a resnet8, this network is a small_cnn"),
        ("data", "was trained on images of 'tiny', which a split of kind 'official' alone"),
    ],
)
def test_a_file_that_will_not_do_is_said_before_anything_trains(
    plan_one, store, monkeypatch, change, said
):
    changed = {}
    if change == "data":
        make(fingerprint=catalog.load("tiny").fingerprint)
        changed = {"split": {"kind": "stratified", "test_share": 0.2, "seed": 0}}
    else:
        make(backbone="resnet8" if change == "backbone" else "small_cnn")
    start = surrogate.pinned("faces")
    start = other_digest(start) if change == "numbers" else start
    told = refused_before_training([plan_one(start, **changed)], store, monkeypatch)
    assert re.search(said, told)


def test_absent_published_weights_are_said_before_anything_trains(on_tiny, store, monkeypatch):
    planned = on_tiny(backbone="resnet50", initialisation="imagenet:IMAGENET1K_V2")
    said = refused_before_training([planned], store, monkeypatch)
    assert "reproduce models fetch resnet50 IMAGENET1K_V2" in said


def test_a_surrogate_of_the_same_data_is_welcome_where_the_test_part_is_official(plan_one, store):
    make(fingerprint=catalog.load("tiny").fingerprint)
    assert run([plan_one(iterations=1)], store, ALONE, lambda event: None).failures == {}


def test_a_plan_carries_the_numbers(plan_one, tmp_path):
    make()
    plans.Plan([plan_one()], []).write(tmp_path / "plan.json")
    assert plans.read(tmp_path / "plan.json").planned[0].trial == plan_one().trial
    changed = (tmp_path / "plan.json").read_text().replace("surrogate:faces@", "surrogate:face@")
    (tmp_path / "plan.json").write_text(changed)
    with pytest.raises(UserError, match="was changed by hand"):
        plans.read(tmp_path / "plan.json")


def test_a_result_can_be_described_where_the_file_is_not(folder):
    """Pages are drawn on machines that never train."""
    make()
    start = surrogate.pinned("faces")
    here = initialisations.describe(start)
    make(seed=8)
    other = initialisations.describe(start)
    surrogate.path_of("faces").unlink()
    absent = initialisations.describe(start)
    assert "lesions (seed 7)" in here and other == absent
    assert start.partition("@")[2] in absent and "not from ImageNet" in absent
    assert absent.endswith(".") and "\n" not in absent
