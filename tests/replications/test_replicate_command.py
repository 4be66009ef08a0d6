"""`reproduce replicate`: what it checks before a trial, and one run from data to page."""

import pytest

from reproduce.pages import replications
from reproduce.trials.pack_file import replication_in
from reproduce.trials.store import Store
from tests.data.test_loaders_acne04 import write_tree
from tests.data.test_loaders_hyper_kvasir import write_tree as write_hyper_kvasir
from tests.data.test_loaders_isic2019 import write_tree as write_isic2019
from tests.replications import layouts

SMALL = (
    "-p images_per_class 40 -p rho 5 -p seeds '[0, 1]' -p iterations 20 "
    "-p methods baseline,oversampling"
)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "copies"


@pytest.fixture
def mnist(data):
    layouts.write("mnist", data)
    return data


def run(reproduce, line):
    status, said, error = reproduce(f"replicate {line}")
    return status, said, error.strip()


@pytest.mark.parametrize(("line", "expected"), [
    ("class_imbalance --data nowhere --dry-run", "there is no folder nowhere"),
    ("class_imbalance --data .", "a replication says whose it is"),
    ("difficulty_aware --data . --dry-run", "names no data that anybody could have"),
    ("dual_head --data . --dry-run", "data set 'acne04' is not here"),
    ("class_imbalance --data . --dry-run -p dataset digits", "which is not the paper's own"),
    ("class_imbalance --data . --dry-run -p rhoo 5", "rhoo"),
])  # fmt: skip
def test_what_is_wrong_is_one_line(reproduce, project, monkeypatch, line, expected):
    monkeypatch.setenv("REPRODUCE_DATA", "")
    status, _, error = run(reproduce, line)
    assert status == 2 and expected in error and len(error.splitlines()) == 1


def test_counts_that_are_off_stop_it_before_anything_is_trained(reproduce, project, mnist):
    status, said, error = run(reproduce, f"class_imbalance --data {mnist} --who Ada {SMALL}")
    assert status == 2 and "1 thing(s)" not in said and "--anyway" in error
    line = next(line for line in said.splitlines() if line.startswith("mnist (the paper's own)"))
    assert "has 40 images, published are 5923" in line
    assert not (project / "runs").exists()


def test_a_dry_run_says_what_would_be_trained_and_how_long(reproduce, project, mnist):
    status, said, _ = run(reproduce, f"class_imbalance --data {mnist} --dry-run {SMALL}")
    assert status == 0 and "trials," in said and "to train, about" in said
    assert "departs from the paper" in said
    assert not Store(project / "runs" / "replicate-class_imbalance" / "store").trial_keys()


@pytest.mark.parametrize(("paper", "name", "more"), [
    ("dual_head", "acne04", "-p experiments none"),
    ("metric_learning", "warts_photographs", ""),
    ("balanced_contrastive", "isic2019", "-p experiments none -p dataset 'isic2019?size=28'"),
])  # fmt: skip
def test_the_paper_profile_stands_on_the_papers_own_data(
    reproduce, project, data, paper, name, more
):
    layouts.write(name, data)
    status, said, _ = run(reproduce, f"{paper} --data {data} --dry-run {more}")
    assert status == 0 and f"on {name}" in said
    assert "stands in for" not in said, "the paper's own data are no stand-in"


def test_what_an_experiment_lacks_is_said_with_the_way_around(reproduce, project, data):
    layouts.write("acne04", data)
    status, _, error = run(reproduce, f"dual_head --data {data} --dry-run")
    assert status == 2 and "chexpert" in error
    assert "`-p experiments table_6,warm_up` does without it" in error


def test_what_was_trained_is_packed_and_said(reproduce, project, mnist):
    """One trial of five steps; the tests of every layout are among the thorough ones."""
    line = "-p experiments none -p methods baseline -p seeds 0 -p rho 5 -p mu 0.5 "
    line += "-p images_per_class 40 -p iterations 5"
    status, said, error = run(
        reproduce, f"class_imbalance --data {mnist} --anyway --who Ada {line} --workers 1"
    )
    assert status == 0, error
    assert "packed: class_imbalance-replication.zip" in said
    [(made, *_)] = [replication_in(project / "class_imbalance-replication.zip")]
    assert made.who == "Ada" and any("published are" in one for one in made.data_departures)


@pytest.mark.thorough
def test_from_a_folder_to_the_page_of_the_paper(reproduce, project, data):
    write_tree(data / "acne04", (40, 40, 40, 40))
    line = (
        f"dual_head --data {data} --anyway --profile smoke --who 'Ada Lovelace' -o ada.zip "
        "-p dataset 'acne04?size=28&split=random' -p image_size 28 -p seeds '[0, 1]' "
        "--workers 1"
    )
    status, said, error = run(reproduce, line)
    assert status == 0, error
    assert "packed: ada.zip" in said and "macro F1, over SimCLR: yours" in said
    status, said, error = reproduce("store merge ada.zip")
    assert status == 0, error
    assert Store().trial_keys() == []
    [one] = replications.at([Store().path], "dual_head")
    assert one.replication.who == "Ada Lovelace" and (one.trials, one.seeds) == (8, 2)
    assert any("published are 513" in line for line in one.departures)
    assert all(row.ours.sure for row in one.answer.rows), "two repeats have an interval"
    # The same run again trains nothing, and its pack is the same replication.
    status, said, _ = run(reproduce, line)
    assert status == 0 and ", 0 to train" in said
    reproduce("store merge ada.zip")
    assert replications.at([Store().path], "dual_head") == [one]


@pytest.mark.thorough
def test_three_data_sets_of_one_paper_go_through_in_one_replication(reproduce, project, data):
    """Images in classes, images of a second kind, and masks: each from its own layout."""
    write_isic2019(data / "isic2019", 24)
    write_hyper_kvasir(data / "hyper_kvasir", 12)
    layouts.write("thyroid_ultrasound", data)
    line = (
        f"balanced_contrastive --data {data} --anyway --profile smoke --who Grace -o grace.zip "
        "-p dataset 'isic2019?size=28' -p second_dataset 'hyper_kvasir?size=28' "
        "-p segmentation_dataset 'thyroid_ultrasound?size=64' -p experiments second,segmentation "
        "-p seeds '[0, 1]' -p methods sup_con,bdcl --workers 1"
    )
    status, said, error = run(reproduce, line)
    assert status == 0, error
    assert "packed: grace.zip" in said and "over supervised contrastive" in said
    status, _, error = reproduce("store merge grace.zip")
    assert status == 0, error
    [one] = replications.at([Store().path], "balanced_contrastive")
    assert one.replication.who == "Grace" and one.seeds == 2
    for name in ("isic2019", "hyper_kvasir"):
        assert any(line.startswith(f"data: {name}") for line in one.departures)
