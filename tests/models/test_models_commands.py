"""`reproduce models` as a person uses it: networks, weights that are fetched, surrogates."""

import shlex
import signal
import sys

import pytest
import torch

from reproduce import cli, models
from reproduce.data import catalog, splits
from reproduce.errors import UserError
from reproduce.files import sha256_of_file
from reproduce.models import initialisations, surrogate, weights
from reproduce.trials import engine, surrogates
from reproduce.trials.store import Store

ON_DIGITS = "--backbone small_cnn --data digits --size 16 --batch-size 16"
TWELVE = f"{ON_DIGITS} --iterations 12"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Give empty folders for weights, ours and torch's."""
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path / "weights"


@pytest.fixture
def reproduce(monkeypatch, capsys):
    """Return a function that runs `reproduce models ...` and returns status, output and errors."""

    def run(line):
        monkeypatch.setattr(sys, "argv", ["reproduce", "models", *shlex.split(line)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return a function that puts a file where its publisher would, and returns its path."""

    def publish(backbone, name, digest=True):
        source = tmp_path / "source"
        source.write_bytes(b"published numbers")
        known = weights.WEIGHTS[backbone][name]
        sha256 = sha256_of_file(source)[:8] if digest else ""
        made = weights.Weights(known.file, source.as_uri(), sha256)
        monkeypatch.setitem(weights.WEIGHTS[backbone], name, made)
        return source

    return publish


def rows(output):
    """Return the cells of every line of a table, by the first."""
    lines = [line.replace("│", " ").split() for line in output.splitlines() if "│" in line]
    return {cells[0]: cells[1:] for cells in lines}


def test_the_list_names_every_network_its_weights_and_what_is_here(reproduce, published):
    published("resnet50", "IMAGENET1K_V1")
    assert reproduce("fetch resnet50 IMAGENET1K_V1")[0] == 0
    status, said, told = reproduce("list")
    found = rows(said)
    assert (status, told) == (0, "") and set(models.BACKBONES) <= set(found)
    assert found["small_cnn"] == ["classification", "57,130", "8", "px", "-"]
    assert found["resnet50"][-2:] == ["imagenet:IMAGENET1K_V1", "yes"]
    assert found["IMAGENET1K_V2"] == ["no"], "the second line of resnet50"
    assert found["hrnet_w48_ocr"][0] == "segmentation" and "0 surrogate(s)" in said


def test_fetching_gets_the_file_once_and_says_how_to_start_from_it(reproduce, published, folder):
    source = published("resnet50", "IMAGENET1K_V2")
    status, said, _ = reproduce("fetch resnet50 IMAGENET1K_V2")
    path = folder / weights.WEIGHTS["resnet50"]["IMAGENET1K_V2"].file
    assert status == 0 and path.read_bytes() == source.read_bytes()
    assert "SHA-256 as published" in said and "here already" not in said
    assert said.endswith("with the initialisation imagenet:IMAGENET1K_V2\n")
    source.unlink()
    status, said, _ = reproduce("fetch resnet50 IMAGENET1K_V2")
    assert status == 0 and "was here already" in said


def test_a_file_without_a_published_digest_is_pinned_by_its_own(reproduce, published):
    source = published("hrnet_w48_ocr", "ms_in1k", digest=False)
    _, said, _ = reproduce("fetch hrnet_w48_ocr ms_in1k")
    start = f"imagenet:ms_in1k@{sha256_of_file(source)[:12]}"
    assert "names no SHA-256" in said and said.endswith(f"{start}\n")
    assert start in reproduce("list")[1]


def test_weights_that_torch_keeps_are_not_fetched_again(reproduce, published, tmp_path, folder):
    source = published("resnet50", "IMAGENET1K_V2")
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    kept = tmp_path / "hub" / "checkpoints" / weights.WEIGHTS["resnet50"]["IMAGENET1K_V2"].file
    source.rename(kept)
    status, said, _ = reproduce("fetch resnet50 IMAGENET1K_V2")
    assert status == 0 and "was here already" in said and not folder.exists()


def test_a_surrogate_is_trained_kept_and_described(reproduce, folder):
    status, said, told = reproduce(f"surrogate small {TWELVE}")
    assert (status, told) == (0, "") and "12 of 12 iterations, loss" in said
    about, trial = surrogate.about("small"), surrogates.describe(
        "small_cnn", "digits", size=16, batch_size=16, iterations=12
    )  # fmt: skip
    [result] = Store().results()
    # A tenth of each class of 1,797 images, rounded class by class.
    images = sum(round(0.1 * count) for count in catalog.CATALOG["digits"].published["all"])
    measured = result.metrics["test/accuracy"]
    assert (
        f"held out: 10 % of each class of the part 'all' of digits ({images} images), "
        f"accuracy {100 * measured:.1f} %"
    ) in said
    assert (
        (about["key"], about["held_out_accuracy"])
        == (trial.key, measured)
        == (result.key, measured)
    )
    assert (
        about["trial"] == trial.to_json() and about["seed"] == 0 and "torch" in about["provenance"]
    )
    assert said.endswith(f"initialisation {surrogate.pinned('small')}\n")
    assert [path.name for path in (folder / "surrogates").iterdir()] == ["small.safetensors"]
    row = rows(reproduce("list")[1])[surrogate.pinned("small")]
    assert row[:4] == ["small_cnn", "digits,", "seed", "0"] and row[-1] == "%"


def test_the_same_command_gives_the_same_digest_and_another_seed_another(
    reproduce, monkeypatch, tmp_path
):
    digests = []
    for number, seed in enumerate((0, 0, 1)):
        monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / f"store{number}"))
        assert reproduce(f"surrogate small{number} {TWELVE} --seed {seed}")[0] == 0
        digests.append(surrogate.pinned(f"small{number}").partition("@")[2])
    assert digests[0] == digests[1] != digests[2]


def test_what_is_kept_is_the_trained_encoder(reproduce, monkeypatch, tmp_path):
    """It says of the held-out images what the trained network says: no other numbers got in."""
    reproduce(f"surrogate small {TWELVE}")
    [result] = Store().results()
    kept = models.build(
        "small_cnn", channels=1, size=16, classes=10, initialisation=surrogate.pinned("small")
    )
    with surrogate.safe_open(result.weights_file, framework="pt") as file:
        for name, tensor in kept.encoder.state_dict().items():
            assert torch.equal(tensor, file.get_tensor(f"encoder.{name}")), name


def test_ctrl_c_leaves_a_checkpoint_and_the_same_command_goes_on(reproduce, monkeypatch, tmp_path):
    whole = engine.run

    def stopped(planned, store, options, reporter):
        def report(event):
            if event.kind == "progress":
                signal.raise_signal(signal.SIGINT)

        return whole(planned, store, options, report)

    monkeypatch.setattr(engine, "run", stopped)
    status, _, told = reproduce(f"surrogate small {TWELVE}")
    assert status == 130 and told == (
        "Stopped with a checkpoint; the same command goes on from there\n"
    )
    assert not surrogate.names() and list((Store().path / "checkpoints").iterdir())
    monkeypatch.setattr(engine, "run", whole)
    assert reproduce(f"surrogate small {TWELVE}")[0] == 0
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "undisturbed"))
    assert reproduce(f"surrogate undisturbed {TWELVE}")[0] == 0
    kept, undisturbed = (surrogate.about(name) for name in ("small", "undisturbed"))
    assert kept["sha256"] == undisturbed["sha256"]


def test_a_name_that_is_taken_is_kept_unless_asked_for_again(reproduce):
    reproduce(f"surrogate small {TWELVE}")
    first = surrogate.pinned("small")
    status, said, _ = reproduce(f"surrogate small {TWELVE}")
    assert status == 0 and "is here already, trained exactly so" in said and "training" not in said
    status, _, told = reproduce(f"surrogate small {ON_DIGITS} --iterations 2")
    assert status == 2 and "'small' already and it was trained otherwise" in told
    assert surrogate.pinned("small") == first
    assert reproduce(f"surrogate small {ON_DIGITS} --iterations 2 --again")[0] == 0
    assert surrogate.pinned("small") != first


def test_a_lost_file_is_written_anew_without_training_where_the_store_has_the_network(reproduce):
    reproduce(f"surrogate small {TWELVE}")
    first = surrogate.pinned("small")
    surrogate.path_of("small").unlink()
    status, said, _ = reproduce(f"surrogate small {TWELVE}")
    assert status == 0 and "iterations, loss" not in said and surrogate.pinned("small") == first
    surrogate.path_of("small").unlink()
    Store().results()[0].weights_file.unlink()
    status, said, _ = reproduce(f"surrogate small {TWELVE}")
    assert status == 0 and "iterations, loss" in said and surrogate.pinned("small") == first


def test_the_recipe_is_the_usual_one():
    trial = surrogates.describe("resnet32", "digits")
    [phase] = trial.phases
    assert phase.objective == "cross_entropy" and phase.transforms == "crop_flip"
    optimizer = phase.optimizer
    assert (optimizer.name, optimizer.learning_rate, optimizer.nesterov) == ("sgd", 0.1, False)
    assert (optimizer.momentum, optimizer.weight_decay) == (0.9, 5e-4)
    assert (phase.schedule.name, phase.epochs, phase.batch_size) == ("cosine", 30, 128)
    assert trial.transforms["size"] == 32
    assert (trial.seed, trial.data_seed, trial.split["seed"]) == (0, 0, 0)
    other = surrogates.describe("resnet32", "digits", seed=3)
    assert (other.seed, other.data_seed, other.split["seed"]) == (3, 3, 3)
    without = surrogates.describe("lenet5", "digits", epochs=2)
    assert without.phases[0].optimizer.learning_rate == 0.01 and without.transforms["size"] == 28


def test_colours_are_those_that_a_trial_with_this_start_is_told(image_file):
    """As published weights read them; of grey images the average."""
    mean, deviation = initialisations.normalisation("resnet50", "surrogate:any@0123456789ab")
    grey = surrogates.describe("small_cnn", "digits").transforms
    assert grey["mean"] == (pytest.approx(sum(mean) / 3),)
    assert grey["deviation"] == (pytest.approx(sum(deviation) / 3),)


def test_no_image_of_the_official_test_part_is_seen(image_file):
    image_file("tiny")
    dataset = catalog.load("tiny")
    parts = splits.split(dataset, **surrogates.describe("small_cnn", "tiny").split)
    assert {source for source, _ in parts.values()} == {"train"}
    assert len(parts["test"][1]) == 16 and len(parts["train"][1]) == 144


def test_the_path_of_a_file_is_not_written_into_the_surrogate(reproduce, image_file):
    path = image_file("tiny")
    line = f"--backbone small_cnn --data npz:{path} --iterations 2 --batch-size 16"
    assert reproduce(f"surrogate own {line}")[0] == 0
    assert surrogate.about("own")["data"] == "npz"
    assert str(path).encode() not in surrogate.path_of("own").read_bytes()


MISTAKES = {
    "fetch resnet5 V1": "unknown backbone 'resnet5'; did you mean 'resnet50'?",
    "fetch resnet50 V1": "unknown weights of resnet50 'V1'",
    "fetch lenet5 V1": "no ImageNet weights are known for lenet5",
    f"surrogate a/b {TWELVE}": "'a/b' is no name of a surrogate",
    f"surrogate small@0123456789ab {TWELVE}": "is no name of a surrogate",
    f"surrogate small {TWELVE} --epochs 2": "received 2 epochs and 12 iterations; give one",
    f"surrogate small {ON_DIGITS} --iterations 9 --learning-rate 1e30": "the loss became",
    "surrogate small --backbone resnet33 --data digits": "did you mean 'resnet32'?",
    "surrogate small --backbone resnet32 --data digit": "did you mean 'digits'?",
    "surrogate small --backbone hrnet_small_ocr --data digits": "is a network for segmentation",
    "surrogate small --backbone inception_v3 --data digits --size 32": "75 pixels a side or more",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_kept(reproduce, line):
    status, _, told = reproduce(line)
    (only,) = told.splitlines()
    assert status == 2 and only.startswith("Error: ") and MISTAKES[line] in only
    assert not surrogate.names()


def test_data_without_classes_to_learn_are_refused(monkeypatch):
    dataset = catalog.load("digits")
    monkeypatch.setattr(
        catalog, "load", lambda name: type(dataset)(**vars(dataset) | {"task": "verification"})
    )
    with pytest.raises(UserError, match="data set 'identities' is for verification; take one for"):
        surrogates.describe("small_cnn", "identities")
