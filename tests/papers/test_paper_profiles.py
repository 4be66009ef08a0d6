"""Every paper's profile `paper` can be trained: its networks, at their resolution, on a processor.

The images are random and few, the steps too: what is seen is that nothing is missing or does not
fit together before a graphics card is used.
"""

import math

import pytest
import torch

from benchmarks.paper_profiles import hours, largest_batch, profile, shortened, trained
from reproduce import models, papers
from reproduce.randomness import seed_torch
from reproduce.training.loop import Settings
from reproduce.trials.store import Store

# Network, side of the images, and how many trials of the profile have it.
NETWORKS = {
    "class_imbalance": [("lenet5", 28, 23_160)],
    "dual_head": [("resnet50", 224, 99)],
    "metric_learning": [("inception_v3", 128, 4), ("resnet50", 128, 4), ("mobilenet_v1", 128, 4)],
    "balanced_contrastive": [("resnet50", 224, 14), ("hrnet_w48_ocr", 512, 7)],
    "difficulty_aware": [("lenet5", 28, 5)],
}
# Images a step; of the largest network so few that a core has them done in a minute.
BATCH, OF_THE_LARGEST = 12, 2
EVERY = [(paper, *of) for paper, networks in NETWORKS.items() for of in networks]


@pytest.fixture(scope="module")
def known():
    """Return a function that gives a paper's profile, made once."""
    made = {}
    return lambda paper: made.get(paper) or made.setdefault(paper, profile(paper))


def test_every_paper_has_a_profile():
    assert list(NETWORKS) == list(papers.runnable())


@pytest.mark.parametrize("paper", NETWORKS)
def test_a_profile_has_the_networks_of_its_paper_at_their_resolution(known, paper):
    trials = [(trial.backbone, trial.transforms["size"]) for trial in known(paper).trials]
    of_each = [(name, size, trials.count((name, size))) for name, size in dict.fromkeys(trials)]
    assert of_each == NETWORKS[paper]


@pytest.mark.parametrize("paper", NETWORKS)
def test_what_a_profile_takes_is_estimated_without_its_data(known, paper, tmp_path):
    """Days of a core, and a batch that fits into the memory of a graphics card."""
    assert 0.5 < hours(known(paper), Store(tmp_path)) < 24 * 1000
    assert 1e6 < largest_batch(known(paper)).bytes < 24e9


@pytest.mark.thorough
@pytest.mark.parametrize(("paper", "backbone", "size", "_"), EVERY)
def test_a_network_takes_two_steps_at_its_resolution(known, paper, backbone, size, _):
    found = known(paper)
    (trial,) = [one for one in found.of_each_network() if one.backbone == backbone]
    batch = OF_THE_LARGEST if size > 224 else BATCH
    short = shortened(trial, 1 if len(trial.phases) > 1 else 2, batch)
    network, state = trained(short, found.record_of(trial), Settings(torch.device("cpu")), 24)
    assert len(state.history) >= 2 and all(math.isfinite(row["loss"]) for row in state.history)
    seed_torch(trial.seed, "weights")
    channels = next(iter(network.parameters())).shape[1]
    classes = len(found.record_of(trial).class_names)
    untrained = models.build(backbone, channels=channels, size=size, classes=classes)
    # An embedding, where a method has one, is a layer after these.
    pairs = zip(untrained.encoder.parameters(), network.encoder.parameters(), strict=False)
    moved = [(now.detach() - then.detach()).abs().max().item() for then, now in pairs]
    assert moved and all(map(math.isfinite, moved))
    assert sum(one > 0 for one in moved) > len(moved) / 2
