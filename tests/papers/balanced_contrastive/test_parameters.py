"""What the notebook of BDCL may be asked for, and what it refuses in one line."""

import pytest

from reproduce.errors import UserError
from reproduce.papers.balanced_contrastive.data import REAL
from reproduce.papers.balanced_contrastive.parameters import departures
from tests.papers.balanced_contrastive.made_up import read, record


def test_every_profile_is_whole_and_bears_its_name():
    for profile in ("smoke", "quick", "laptop", "paper"):
        found = read(profile)
        assert found.scale() == profile
        given = found.model_dump(exclude={"segmentation_dataset"})
        assert all(value is not None for value in given.values())


def test_the_paper_has_what_is_printed():
    found = read("paper")
    assert (found.dataset, found.second_dataset) == ("isic2019", "hyper_kvasir")
    assert (found.backbone, found.learning_rate, found.weight_decay) == ("resnet50", 0.01, 1e-4)


def test_a_network_without_published_weights_starts_from_random_numbers():
    assert read(backbone="small_cnn", experiments="none").start == "random"
    with pytest.raises(UserError, match="no ImageNet weights of small_cnn"):
        read(backbone="small_cnn", start="imagenet", experiments="none")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dataset": "dermoscopy", "experiments": "thinned"}, "'thinned' draws fewer"),
        ({"dataset": "dermoscopy", "images": "third", "experiments": "none"}, "images is third"),
        ({"start": "random", "experiments": "random_start"}, "start is random"),
        ({"second_dataset": "isic2019", "experiments": "none"}, "second_dataset is used by"),
        ({"methods": "bdlc"}, "unknown method 'bdlc'"),
        ({"passes": 2}, "passes"),
        ({"backbone": "resnet50", "image_size": 28, "experiments": "none"}, "reads"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_one_line(given, said):
    with pytest.raises(UserError, match=said) as refused:
        read(**given)
    assert "\n" not in str(refused.value)


def test_departures_name_data_network_and_the_rarest_class():
    said = departures(read(), record())
    assert any(REAL in one and "stands in for ISIC2019" in one for one in said)
    assert any("mobilenet instead of resnet50" in one for one in said)
    assert any("rarest class has 10 training images" in one for one in said)
    assert not any("stands in" in one for one in departures(read("paper"), record("isic2019")))
