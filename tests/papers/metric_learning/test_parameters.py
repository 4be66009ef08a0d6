"""Kim, Kim and Chun's study: its parameters and profiles, and its departures in words."""

import pytest

from reproduce.errors import UserError
from reproduce.papers.metric_learning.protocol import PROTOCOL as metric_learning
from tests.papers.metric_learning.made_up import read, record


def test_the_papers_profile_is_the_papers_protocol():
    paper = read("paper")
    assert paper.backbones == ["inception_v3", "resnet50", "mobilenet"]
    assert paper.losses == ["ce", "contrastive", "triplet", "lifted_structured"]
    assert (paper.learning_rate, paper.embedding_rate, paper.stop) == (6e-4, 5e-4, 3)
    assert (paper.image_size, paper.classifier_on, paper.embedding) == (128, "embedding", "frozen")
    assert paper.scale() == "paper"


@pytest.mark.parametrize("profile", ["smoke", "quick", "laptop", "paper"])
def test_an_untouched_profile_is_labelled_with_its_name(profile):
    assert read(profile).scale() == profile
    assert read(profile, margin=0.5).scale() == "custom"


def test_the_registered_repeats_are_run_at_the_laptop_scale():
    assert read().seeds == list(range(10))
    assert (read().image_size, read().start) == (64, "imagenet")


def test_networks_without_published_weights_start_at_random():
    assert read("quick").start == "random"
    assert read(backbones="resnet10", experiments="none").start == "random"
    assert read(backbones="mobilenet").start == "imagenet"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"losses": "tripplet"}, "did you mean 'triplet'"),
        ({"backbones": "mobilnet"}, "did you mean 'mobilenet'"),
        ({"start": "imagenet", "backbones": "resnet10"}, "no ImageNet weights of resnet10"),
        ({"profile": "smoke", "backbones": "mobilenet"}, "mobilenet reads 32 pixels or more"),
        ({"profile": "quick", "second_dataset": "busi"}, "experiment 'second' alone"),
        ({"dataset": "busi", "experiments": "sizes"}, "leave 'sizes' out"),
        ({"start": "random", "experiments": "random_start"}, "leave it out of experiments"),
        ({"dataset": "busi?split=all", "experiments": "second"}, "name another"),
        ({"mining": "hard"}, "mining"),
    ],
)
def test_a_mistake_is_one_line(given, said):
    with pytest.raises(UserError) as caught:
        read(given.pop("profile", "laptop"), **given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_departures_are_said():
    said = metric_learning.departures(read("quick"), record())
    assert any("stands in for photographs" in one for one in said)
    assert "networks: small_cnn instead of inception_v3, resnet50, mobilenet" in said
    assert (
        "a ceiling of 3 epochs a phase, 20 where the classifier alone learns; the paper names none"
        in said
    )
    other = metric_learning.departures(read(stop=0, learning_rate=0.01), record())
    assert "stop 0 instead of 3 epochs without a lower training loss" in other
    assert "learning_rate 0.01 instead of 0.0006" in other


def test_who_names_losses_or_networks_gets_just_these():
    assert read(profile="quick", losses=["ce", "lifted_structured"]).experiments == []
    assert read(profile="quick", backbones=["mobilenet"]).experiments == []
    assert read(profile="quick").experiments == ["controls"]
    assert read(profile="quick", losses=["ce"], experiments=["controls"]).experiments == [
        "controls"
    ]
