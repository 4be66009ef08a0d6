"""What verdicts share is read from the stamps: images of one place, a start, a single test bed."""

import json

import pytest

from reproduce.book.front_shared import beds, shared
from reproduce.trials.edition import Edition


@pytest.fixture
def edition(tmp_path):
    """Return a function that writes stamps with these data sets and parameters."""

    def write(**papers):
        folder = tmp_path / "results"
        folder.mkdir(exist_ok=True)
        for key, (data, parameters) in papers.items():
            stamp = {"records": [{"name": name} for name in data], "parameters": parameters}
            (folder / f"{key}.json").write_text(json.dumps(stamp))
        return Edition(tmp_path)

    return write


def test_data_sets_that_lie_in_one_folder_are_the_same_images(edition):
    said = shared(edition(
        metric_learning=(["ham10000_warts?size=64", "lesions"], {}),
        balanced_contrastive=(["ham10000?split=all", "busi"], {}),
    ))  # fmt: skip
    assert "Kim et al. (2021) <papers/metric_learning>` and" in said
    assert "share images of HAM10000." in said and "BUSI" not in said
    assert "one test bed" not in said


def test_a_release_that_needs_the_file_of_another_shares_its_images(edition):
    said = shared(edition(
        class_imbalance=(["mnist"], {}), difficulty_aware=(["mnist_writers", "omniglot"], {}),
    ))  # fmt: skip
    assert "share images of MNIST." in said
    assert "`Buda et al. (2018) <papers/class_imbalance>` stands on one test bed alone" in said


def test_data_of_a_step_that_is_not_done_are_not_shared_yet(edition, tmp_path):
    both = edition(
        class_imbalance=(["mnist", "cifar10"], {}), difficulty_aware=(["cifar10"], {}),
    )  # fmt: skip
    assert "share images of CIFAR-10." in shared(both)
    path = tmp_path / "results" / "class_imbalance.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "data": ["mnist"]}))
    said = shared(both)
    assert "share images" not in said
    assert "`Buda et al. (2018) <papers/class_imbalance>` and" in said, "each on one test bed"


def test_papers_with_other_images_and_starts_share_nothing(edition):
    said = shared(edition(
        class_imbalance=(["mnist"], {"backbone": "lenet5"}),
        metric_learning=(["busi", "ham10000"], {"backbones": ["mobilenet"], "start": "random"}),
        balanced_contrastive=(["isic2019"], {"backbone": "mobilenet", "start": "imagenet"}),
    ))  # fmt: skip
    assert " share images" not in said and "the start (" not in said
    assert "never added up over papers" in said


def test_the_same_network_from_the_same_weights_is_a_common_start(edition):
    said = shared(edition(
        metric_learning=(["busi"], {"backbones": ["mobilenet", "resnet50"], "start": "imagenet"}),
        balanced_contrastive=(["isic2019"], {"backbone": "mobilenet", "start": "imagenet"}),
    ))  # fmt: skip
    assert "share the start (ImageNet weights of mobilenet)." in said


def test_options_of_a_name_make_no_second_test_bed(edition):
    stamp = {"records": [{"name": "digits"}, {"name": "lesions?size=28"}, {"name": "lesions"}]}
    assert set(beds(stamp)) == {"digits", "lesions"}
    assert shared(edition()) == ""
