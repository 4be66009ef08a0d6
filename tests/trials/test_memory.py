"""What cannot fit is refused before it trains; the estimate stays below what is really needed."""

from dataclasses import replace

import pytest
import torch

from reproduce import models
from reproduce.errors import UserError
from reproduce.trials import engine, memory
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

GB = 1000**3


def with_phase(trial, **changed):
    """Return the trial with another first phase."""
    first, *others = trial.phases
    return trial.but(phases=(first.but(**changed), *others))


def test_a_batch_needs_pixels_times_channels_times_four_bytes_times_four(describe, record):
    """Thousand images of 28 x 28 in three channels; two views are twice as many."""
    colour = replace(record, shape=(28, 28, 3))
    trial = with_phase(describe(), batch_size=1000)
    assert memory.of_batch(trial, colour).bytes == 1000 * 28 * 28 * 3 * 4 * 4
    assert memory.of_batch(trial, record).bytes == 1000 * 28 * 28 * 1 * 4 * 4
    two = with_phase(trial, views=2, transforms="simclr_two_views")
    assert memory.of_batch(two, record).bytes == 2 * memory.of_batch(trial, record).bytes
    assert "2,000 images of 28 x 28 pixels" in memory.of_batch(two, record).what


def test_a_frozen_encoder_keeps_nothing_and_embeddings_are_no_images(describe, record):
    """The largest need of all phases counts."""
    trial = with_phase(describe(), batch_size=10)
    second = trial.phases[0].but(batch_size=30, train="classifier")
    both = trial.but(phases=(trial.phases[0], second))
    assert memory.of_batch(both, record).bytes == 10 * 28 * 28 * 4 * 4
    larger = trial.but(phases=(trial.phases[0], second.but(batch_size=50)))
    assert memory.of_batch(larger, record).bytes == 50 * 28 * 28 * 4
    embedded = trial.but(phases=(trial.phases[0], second.but(batch_size=50, sampler="smote")))
    assert memory.of_batch(embedded, record).bytes == 10 * 28 * 28 * 4 * 4
    assert memory.of_batch(trial.but(phases=()), record).bytes == 0


def test_images_that_are_resized_are_in_memory_and_others_may_not_be(describe, record):
    """One byte a pixel; of a set of one part that part."""
    larger = describe(transforms={"size": 1000, "divisor": 255})
    assert memory.of_data(larger, record).bytes == 50 * 1000 * 1000
    assert memory.of_data(describe(), record).bytes == 0
    whole = replace(record, counts={"all": (70, 30)})
    assert memory.of_data(larger, whole).bytes == 100 * 1000 * 1000
    stored = describe(transforms={"size": 224, "stored": 256, "divisor": 255})
    assert memory.of_data(stored, record).bytes == 50 * 256 * 256


NETWORKS = (
    ("lenet5", 28, 1), ("all_cnn", 32, 3), ("resnet10", 224, 3), ("small_cnn", 28, 3),
    ("small_cnn", 64, 1), ("resnet8", 28, 3), ("resnet32", 28, 3), ("resnet50", 224, 3),
)  # fmt: skip


@pytest.mark.parametrize(("name", "size", "channels"), NETWORKS)
def test_no_network_keeps_less_for_learning_than_the_estimate_says(name, size, channels):
    """Else a batch that fits would be refused: twice as much in float32, so as much in bfloat16."""
    network = models.build(name, channels=channels, size=size, classes=4).train()
    images = torch.rand(2, channels, size, size)
    parameters = {parameter.data_ptr() for parameter in network.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor):
        if tensor.data_ptr() not in parameters:
            kept[tensor.data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        network(images).sum().backward()
    assert sum(kept.values()) >= 2 * memory.KEPT_FOR_LEARNING * images.nbytes


def test_what_is_lacking_is_said_with_both_numbers_and_what_to_do(describe, record):
    """In one line; where it may fit nothing is said, nor of data nobody knows."""
    known = replace(record, name="digits")
    planned = [Planned(describe()), Planned(with_phase(describe(), batch_size=10**8))]
    said = memory.lacking(planned, [known], 24 * GB)
    assert said == (
        "a batch of 100,000,000 images of 28 x 28 pixels needs at least 1.25 TB of memory, and "
        "there are 24 GB: take a smaller batch_size or smaller images"
    )
    assert memory.lacking(planned, [known], 1300 * GB) == ""
    assert memory.lacking(planned[:1], [known], 24 * GB) == ""
    assert memory.lacking(planned, [replace(known, fingerprint="cd" * 32)], 24 * GB) == ""
    large = Planned(describe(transforms={"size": 100_000, "divisor": 255}))
    assert "a batch of 16 images of 100000 x 100000" in memory.lacking([large], [known], 24 * GB)
    assert "digits, brought to 100000 x 100000 pixels, needs at least 500 GB" in (
        memory.lacking([Planned(with_phase(large.trial, batch_size=1))], [known], 300 * GB)
    )


def test_the_engine_refuses_before_it_trains_or_opens_the_data(describe, record, store):
    """With one line; the trial has failed in nothing and can be run elsewhere."""
    store.put_record(replace(record, name="digits"))
    planned = [Planned(describe()), Planned(with_phase(describe(), batch_size=10**9))]
    with pytest.raises(UserError, match=r"needs at least 12.5 TB of memory, and there are"):
        engine.run(planned, store, engine.Options(workers=1), lambda event: None)
    assert store.results() == [] and store.failures() == {}
    assert store.trial_keys() == [], "what is refused leaves nothing that waits"


def test_the_memory_of_a_container_counts(tmp_path, monkeypatch):
    """The smaller of what the machine has and what it may use; 'max' is no limit."""
    whole = memory.present()
    assert 10**8 < whole < 10**14
    for text, found in (("1000000\n", 10**6), ("max\n", whole), (f"{10**18}\n", whole)):
        (tmp_path / "memory.max").write_text(text)
        monkeypatch.setattr(memory, "LIMITS", (str(tmp_path / "memory.max"), "/no/such/file"))
        assert memory.present() == min(found, 10**18)


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (24_300_000_000, "24.3 GB"),
     (999_000_000, "999 MB"), (10**20, "100,000 PB")],
)  # fmt: skip
def test_bytes_in_words(count, said):
    assert memory.in_words(count) == said


def test_the_commands_say_it(reproduce, tmp_path):
    """`run` refuses; `plan` writes what may fit elsewhere, and says that it does not here."""
    line = "class_imbalance --profile smoke -p batch_size 100000000"
    status, _, said = reproduce(f"run {line} --workers 1")
    assert status == 2 and said.count("\n") == 1 and "take a smaller batch_size" in said
    status, printed, _ = reproduce(f"plan {line} -o {tmp_path / 'plan.json'}")
    assert status == 0 and (tmp_path / "plan.json").exists()
    assert "not to be trained on this machine: a batch of 100,000,000" in " ".join(printed.split())
    assert Store().results() == []
