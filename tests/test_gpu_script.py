"""The script for a graphics card runs on a processor, stops in time, keeps what it found."""

import json

import numpy as np
import pytest
import torch

from benchmarks import gpu
from benchmarks.paper_profiles import profile
from reproduce import device as devices

CPU = torch.device("cpu")
LENET = "difficulty_aware, lenet5, "


@pytest.fixture(autouse=True)
def settings_put_back(monkeypatch):
    """Leave torch, and the device that is asked for, as they were found."""
    monkeypatch.setenv("REPRODUCE_DEVICE", "cpu")
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    devices.prepare(CPU, threads)
    torch.use_deterministic_algorithms(False)


@pytest.fixture
def of_one_paper(tmp_path):
    """Return a function that measures one paper's profile in so many seconds."""
    profiles = [profile("difficulty_aware")]

    def measured(seconds=600.0):
        file = tmp_path / "gpu.json"
        report = gpu.measured(gpu.DRY, CPU, profiles, seconds, file)
        assert json.loads(file.read_text("utf-8")) == report
        return report

    return measured


def test_everything_is_measured_once(of_one_paper):
    report = of_one_paper()
    assert report["dry_run"] and report["not_attempted"] == []
    assert not [one for one in report["found"] if "failed" in one]
    kinds = [one["kind"] for one in report["found"]]
    assert list(dict.fromkeys(kinds)) == [
        "as on the processor", "networks an hour", "images a second", "bfloat16 as float32",
    ]  # fmt: skip
    same, *others = report["found"]
    assert same["largest_difference"] == 0 and same["agrees"], "here it is the processor itself"
    *_, bfloat16 = others
    assert 0 < bfloat16["largest_difference"] < bfloat16["tolerance"]
    (fast,) = [one for one in others if one["what"] == f"{LENET}float32"]
    assert (fast["size"], fast["views"], fast["trials"]) == (28, 1, 5)
    # Five losses of 20,000 steps with 128 images.
    hours = 5 * 20_000 * 128 / fast["images_a_second"] / 3600
    assert fast["hours_of_the_profile"] == pytest.approx(hours)


def test_what_there_is_no_time_for_is_not_attempted(of_one_paper, monkeypatch):
    clock = iter(range(0, 10_000, 40))
    monkeypatch.setattr(gpu.time, "monotonic", lambda: next(clock))
    measure = {"value": 1.0}
    todo = [("kind", f"number {number}", lambda: dict(measure)) for number in range(10)]
    monkeypatch.setattr(gpu, "measurements", lambda *_: iter(todo))
    report = of_one_paper(seconds=300.0)
    # The clock is read three times a measurement; at 280 s a tenth of the time is not left.
    assert [one["what"] for one in report["found"]] == ["number 0", "number 1"]
    assert report["not_attempted"] == [f"kind: number {number}" for number in range(2, 10)]


def test_one_that_fails_does_not_end_the_others(of_one_paper, monkeypatch):
    def fails():
        raise RuntimeError("out of memory\nand much more")

    todo = [("kind", "large", fails), ("kind", "small", lambda: {"value": 2.0})]
    monkeypatch.setattr(gpu, "measurements", lambda *_: iter(todo))
    large, small = of_one_paper()["found"]
    assert large["failed"] == "RuntimeError: out of memory" and small["value"] == 2.0


@pytest.mark.parametrize(("moved", "agrees"), [(0.0019, True), (0.0021, False)])
def test_two_networks_agree_within_a_share_of_the_largest_logit(moved, agrees):
    one = np.array([[2.0, -1.0]])
    found = gpu.apart(one, one - [[0, moved]], "float32")
    assert found["agrees"] == agrees and found["largest_difference"] == pytest.approx(moved / 2)


def test_without_a_card_it_says_how_to_try_it(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match="no CUDA device is here; --dry-run"):
        gpu.main(["--output", str(tmp_path / "gpu.json")])


@pytest.mark.thorough
def test_the_dry_run_trains_every_small_network(tmp_path):
    gpu.main(["--dry-run", "--output", str(tmp_path / "gpu.json")])
    report = json.loads((tmp_path / "gpu.json").read_text("utf-8"))
    assert not [one for one in report["found"] if "failed" in one]
    fast = [one["what"] for one in report["found"] if one["kind"] == "images a second"]
    assert "long-tailed CIFAR-10, resnet32, float32" in fast and f"{LENET}bfloat16" in fast
