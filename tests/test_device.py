"""One place chooses the device, the precision and the number of threads."""

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

import reproduce
from reproduce import device as devices
from reproduce.errors import UserError

CPU = torch.device("cpu")


@pytest.fixture
def settings_put_back():
    """Leave torch as it was found."""
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    benchmark = torch.backends.cudnn.benchmark
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
    torch.backends.cudnn.benchmark = benchmark


def test_the_environment_chooses_the_device(monkeypatch):
    monkeypatch.setenv("REPRODUCE_DEVICE", "cpu")
    assert devices.choose() == CPU


@pytest.mark.parametrize("wanted", ["gpu", "CUDA", "cpu0"])
def test_a_device_that_does_not_exist_is_one_line(monkeypatch, wanted):
    monkeypatch.setenv("REPRODUCE_DEVICE", wanted)
    with pytest.raises(UserError, match=f"REPRODUCE_DEVICE is '{wanted}', expected 'cpu'"):
        devices.choose()


@pytest.mark.parametrize("wanted", ["cuda", "cuda:1"])
def test_a_missing_gpu_is_one_line(monkeypatch, wanted):
    monkeypatch.setenv("REPRODUCE_DEVICE", wanted)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=f"'{wanted}' but torch sees no CUDA device; unset it"):
        devices.choose()


@pytest.mark.parametrize(("present", "expected"), [(True, "cuda"), (False, "cpu")])
def test_without_a_wish_the_gpu_is_taken_where_there_is_one(monkeypatch, present, expected):
    monkeypatch.delenv("REPRODUCE_DEVICE")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: present)
    assert devices.choose().type == expected


@pytest.mark.parametrize(
    ("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)]
)
def test_the_precision_decides_in_what_matrices_are_multiplied(precision, dtype):
    with devices.autocast(CPU, precision):
        product = torch.ones(2, 3) @ torch.ones(3, 2)
    assert product.dtype == dtype
    assert (torch.ones(2, 3) @ torch.ones(3, 2)).dtype == torch.float32


def test_a_cpu_run_has_its_threads_and_its_determinism_set(settings_put_back):
    torch.use_deterministic_algorithms(False)
    with threadpool_limits(2, "blas"):
        devices.prepare(CPU, threads=1)
        assert torch.get_num_threads() == 1
        products = [one for one in threadpool_info() if one["user_api"] == "blas"]
        assert products and all(one["num_threads"] == 1 for one in products)
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cudnn.benchmark


def test_provenance_names_device_and_versions():
    described = devices.describe(CPU)
    assert described["device"].startswith("cpu (") and described["torch"] == torch.__version__
    assert described["reproduce"] == reproduce.__version__
    assert set(described) - {"processor"} == {"device", "python", "torch", "numpy", "reproduce"}
    assert described.get("processor", "") == devices.processor()
    assert all(isinstance(value, str) for value in described.values())
