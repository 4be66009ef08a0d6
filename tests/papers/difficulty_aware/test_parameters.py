"""Parameters of the difficulty-aware page: what each profile runs, and what is refused."""

import pytest

from reproduce.errors import UserError
from reproduce.papers.difficulty_aware.methods import METHODS
from reproduce.papers.difficulty_aware.parameters import departures
from tests.papers.difficulty_aware.made_up import read, record


def test_profiles_have_the_scale_they_promise():
    quick, laptop = read("quick"), read("laptop")
    assert quick.dataset == "identities?size=28" and laptop.dataset == "mnist_writers?split=all"
    assert laptop.seeds == list(range(10)) and laptop.methods == list(METHODS)
    assert quick.scale() == "quick" and read("laptop", beta=2.0).scale() == "custom"


def test_any_method_that_verifies_can_be_asked_for():
    assert read(methods='["sup_con","triplet"]').methods == ["sup_con", "triplet"]
    with pytest.raises(UserError, match="unknown method 'smote_embeddings'"):
        read(methods='["smote_embeddings"]')


@pytest.mark.parametrize(
    ("given", "said"),
    [({"batch_size": 30}, "is not two or more identities x 4 images"),
     ({"images_per_identity": 1}, "is not two or more identities x 1 images"),
     ({"dataset": "omniglot", "experiments": ["templates"]}, "needs the writers of MNIST's digits"),
     ({"backbone": "resnet50", "image_size": 8}, "reads 32 pixels or more"),
     ({"alpha": -1}, "greater than or equal to 0"),
     ({"negative_threshold": 1.0}, "less than 1")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_line(given, said):
    with pytest.raises(UserError, match=said) as refused:
        read(**given)
    assert "\n" not in str(refused.value)


def test_what_the_post_leaves_open_is_said():
    data, rest = departures(read(), record("mnist_writers?split=all"))
    assert "stands in for smartphone images" in data and "prints none" in rest
