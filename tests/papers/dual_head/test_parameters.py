"""Yun and Kim's study: its parameters and profiles, whose data it stands on, its departures."""

import pytest

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.papers.dual_head.cells import EXPERIMENTS
from reproduce.papers.dual_head.parameters import OF_THE_BED
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.study.study import Study
from reproduce.trials.store import Store

# The weights that the paper starts from are not needed to talk about the rest of its protocol.
PAPER = {"profile": "paper", "initialisation": "random"}


def read(**values):
    return dual_head.parameters.read(values)


def record(name="acne04", **changed) -> Record:
    """Return what is known of a data set of four grades without having it."""
    given = {
        "name": name, "fingerprint": "f" * 64, "task": "classification", "shape": (224, 224, 3),
        "class_names": ("0", "1", "2", "3"), "counts": {"all": (513, 633, 182, 129)},
        "title": name, "licence": "none", "source": "nowhere", "images_publishable": False,
        **changed,
    }  # fmt: skip
    return Record(**given)


def departures(name="lesions?size=28", **values) -> list[str]:
    return dual_head.departures(read(dataset=name, **values), record(name))


# -- profiles ------------------------------------------------------------------------------------


def test_the_papers_profile_is_the_papers_protocol():
    paper = read(profile="paper")
    assert (paper.dataset, paper.binary_dataset, paper.split_seed) == ("acne04", "chexpert", 3407)
    assert (paper.epochs, paper.fine_tuning_epochs, len(paper.seeds)) == (200, 50, 3)
    assert (paper.batch_size, paper.learning_rate, paper.weight_decay) == (128, 1e-3, 5e-4)
    assert (paper.temperature, paper.lam, paper.top_k, paper.ratio) == (0.5, 0.2, None, 0.1)
    assert paper.warm_up * paper.epochs == 20
    assert (paper.backbone, paper.image_size) == ("resnet50", 224)
    assert paper.initialisation.startswith("imagenet:IMAGENET1K_V1")
    assert (paper.c, paper.reading) == (10, "printed")
    assert paper.fine_tuning_transforms == "as_pretraining"
    assert paper.experiments == ["table_6", "binary", "warm_up"]


@pytest.mark.parametrize(
    ("profile", "dataset", "seeds", "epochs", "fine_tuning", "experiments"),
    [
        ("smoke", "lesions?size=28", 1, 2, 1, []),
        ("quick", "lesions?size=28", 3, 6, 6, []),
        (
            "laptop", "retinamnist", 5, 16, 12,
            ["second", "table_6", "warm_up", "batch_size", "binary", "ablation", "choices"],
        ),
    ],
)  # fmt: skip
def test_profiles_resolve_as_declared(profile, dataset, seeds, epochs, fine_tuning, experiments):
    found = read(profile=profile)
    assert (found.dataset, found.seeds) == (dataset, list(range(seeds)))
    assert (found.epochs, found.fine_tuning_epochs) == (epochs, fine_tuning)
    assert found.experiments == experiments
    assert (found.backbone, found.image_size, found.initialisation) == ("small_cnn", 28, "random")
    assert found.fine_tuning_transforms == "none"


def test_quick_is_the_default_and_resolving_twice_changes_nothing():
    assert read() == read(profile="quick") == read().resolved()
    assert read().changed() == {}
    assert read(lam=0.5, top_k=10).changed() == {"lam": 0.5, "top_k": 10}


@pytest.mark.parametrize("profile", ["smoke", "quick", "laptop", "paper"])
def test_an_untouched_profile_is_labelled_with_its_name(profile):
    assert read(profile=profile).scale() == profile


@pytest.mark.parametrize(
    "changed",
    [
        {"epochs": 3}, {"fine_tuning_epochs": 3}, {"seeds": [0]}, {"batch_size": 64},
        {"learning_rate": 0.01}, {"weight_decay": 0.1}, {"temperature": 0.1}, {"lam": 0.5},
        {"top_k": 10}, {"ratio": 0.2}, {"warm_up": 0}, {"c": 1}, {"reading": "saddle"},
        {"transforms": "simclr_two_views"}, {"fine_tuning_transforms": "as_pretraining"},
        {"backbone": "resnet8"}, {"image_size": 32}, {"dataset": "lesions?size=32"},
    ],
)  # fmt: skip
def test_what_bears_on_the_scale_takes_the_profiles_label_away(changed):
    assert read(**changed).scale() == "custom"


@pytest.mark.parametrize(
    "changed", [{"experiments": "warm_up"}, {"map_images": 50}, {"combinations": 8}]
)
def test_what_is_run_beside_the_grid_leaves_the_label(changed):
    assert read(**changed).scale() == "quick"


def test_an_experiment_that_is_asked_for_has_its_data_at_every_profile():
    """Else `-p experiments second` would run nothing and say nothing."""
    for profile in ("smoke", "quick", "laptop"):
        found = read(profile=profile, experiments=["second", "binary"])
        assert len(dual_head.other_data(found)) == 2
        assert found.second_dataset != found.dataset
        assert found.binary_dataset == "pneumoniamnist"
    assert dual_head.other_data(read(experiments="none")) == []


def test_the_second_data_are_of_the_other_kind():
    """Real beside generated, and generated beside real."""
    assert read(dataset="lesions?size=32").second_dataset == "retinamnist"
    assert read(profile="laptop").second_dataset.startswith("lesions?balanced=20000")
    named = read(experiments="second", second_dataset="lesions?size=28&balanced=40")
    assert named.second_dataset == "lesions?balanced=40&size=28"


# -- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"experiments": "tabel_6"}, "unknown experiment 'tabel_6'; did you mean 'table_6'?"),
        ({"experiments": ["second", "chioces"]}, "did you mean 'choices'?"),
        ({"transforms": "dual_head_section_4"}, "did you mean 'dual_head_section_4_1'?"),
        ({"transforms": "crop_flip"}, "unknown augmentation of two views 'crop_flip'"),
        ({"combinations": 193}, "parameter 'combinations' is 193"),
        ({"combinations": 0}, "parameter 'combinations' is 0"),
        ({"experiments": "length"}, "is the registered pilot on skin_grades, received dataset"),
        ({"experiments": "initialisation"}, "-p surrogate surrogate:NAME"),
        ({"reading": "auc_cl"}, "parameter 'reading' is 'auc_cl'"),
        ({"seeds": []}, "leaves nothing to run"),
        ({"lambda": 0.5}, "unknown parameter of dual_head 'lambda'"),
        ({"epochs": 1}, "parameter 'epochs' is 1"),
        ({"warm_up": 1}, "parameter 'warm_up' is 1"),
        ({"fine_tuning_transforms": "same"}, "parameter 'fine_tuning_transforms' is 'same'"),
        ({"dataset": "lesions?sized=28"}, "unknown option of 'lesions' 'sized'"),
        ({"experiments": ["second", "second"]}, "second is there twice; give it once"),
        ({"experiments": ["second", "none"]}, "'none' cannot stand beside others"),
        ({"split_seed": 2**64}, "a whole number of more than 64 bits"),
        ({"c": True}, "true and false are neither numbers nor names"),
        ({"surrogate": ""}, "an empty text names nothing"),
        ({"top_k": 10, "ratio": 0.3}, "top_k and ratio both say how many negatives"),
        ({"second_dataset": "retinamnist"}, "used by the experiment 'second' alone"),
        ({"binary_dataset": "x", "experiments": "second"}, "by the experiment 'binary' alone"),
        (
            {"experiments": "second", "dataset": "retinamnist", "second_dataset": "retinamnist"},
            "second_dataset is retinamnist, as dataset is: name another",
        ),
    ],
)
def test_a_mistake_is_one_line(given, said):
    with pytest.raises(UserError) as refused:
        read(**given)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_experiments_of_ones_own_or_none_at_all():
    assert read(profile="laptop", experiments="none").experiments == []
    assert read(experiments='["warm_up", "binary"]').experiments == ["warm_up", "binary"]
    assert set(read(profile="laptop").experiments) == set(EXPERIMENTS) - set(OF_THE_BED)


def test_four_kinds_of_skin_lesion_ask_for_their_network_start_and_views():
    found = read(profile="laptop", dataset="skin_grades", seeds=[5])
    assert (found.backbone, found.image_size) == ("mobilenet_v1", 64)
    assert (found.initialisation, found.surrogate) == ("imagenet:tf_slim_in1k", "random")
    assert (found.transforms, found.fine_tuning_transforms) == ("dual_head_mild", "as_pretraining")
    assert found.second_dataset == "retinamnist?split=all"
    named = read(dataset="skin_grades", transforms="dual_head_section_4_1_blur_by_side")
    assert named.transforms == "dual_head_section_4_1_blur_by_side"
    assert read(profile="laptop").transforms == "dual_head_section_4_1"


# -- departures ----------------------------------------------------------------------------------


def test_the_papers_protocol_on_its_data_departs_in_nothing():
    assert dual_head.departures(read(profile="paper"), record()) == []


def test_random_weights_at_the_papers_profile_are_said():
    (said,) = dual_head.departures(read(**PAPER), record())
    assert said == "all weights start at random numbers; the paper starts from ImageNet weights"


@pytest.mark.parametrize(
    ("profile", "name", "first", "lengths"),
    [
        ("smoke", "lesions?size=28", "lesions?size=28 (generated images)", (2, 1)),
        ("quick", "lesions?size=28", "lesions?size=28 (generated images)", (6, 6)),
        ("laptop", "retinamnist", "retinamnist", (16, 12)),
    ],
)
def test_departures_in_words_at_every_profile(profile, name, first, lengths):
    said = departures(name, profile=profile, experiments="none")
    assert said[:7] == [
        f"data: {first} stands in for ACNE04; it is not the paper's data",
        "network: small_cnn instead of ResNet-50",
        "images of 28 pixels instead of 224",
        "all weights start at random numbers; the paper starts from ImageNet weights",
        f"{lengths[0]} epochs of pre-training instead of 200",
        f"{lengths[1]} epochs of fine-tuning instead of 50",
        "fine-tuned on the images as they are, not on views of them",
    ]
    assert said[7:] == (["1 repeat instead of 3"] if profile == "smoke" else [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lam": 0.5}, "lam 0.5 instead of 0.2"),
        ({"top_k": 10}, "top_k 10 instead of None"),
        ({"warm_up": 0}, "warm_up 0.0 instead of 0.1"),
        ({"reading": "saddle"}, "reading saddle instead of printed"),
        ({"c": 1}, "c 1.0 instead of 10.0"),
        ({"split_seed": 1}, "split_seed 1 instead of 3407"),
        ({"precision": "bfloat16"}, "precision bfloat16 instead of float32"),
        ({"transforms": "simclr_two_views"}, "transforms simclr_two_views instead of dual_head"),
    ],
)
def test_a_changed_recipe_is_a_departure(changed, said):
    assert any(line.startswith(said) for line in departures(**changed))


def test_two_classes_that_are_not_chexperts_are_said():
    """Also that their test images keep another balance than the paper's."""
    said = departures("acne04", profile="laptop", experiments="binary")
    assert "data: pneumoniamnist stands in for CheXpert; it is not the paper's data" in said
    assert any("as imbalanced as the training images" in line for line in said)
    own = departures("acne04", profile="laptop", experiments="binary", binary_dataset="chexpert")
    assert not any("CheXpert" in line or "imbalanced" in line for line in own)
    assert not any("CheXpert" in line for line in departures("acne04", experiments="none"))


@pytest.mark.parametrize("name", ["acne04", "acne04?split=random", "acne04?split=fold2"])
def test_the_papers_data_are_its_data_in_every_split(name):
    assert not any("stands in" in line for line in departures(name))


def test_the_papers_other_data_stand_in_for_its_main_data():
    assert departures("chexpert")[0].startswith("data: chexpert stands in for ACNE04")


# -- whose data ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("acne04", "own"),
        ("acne04?split=random", "own"),
        ("chexpert?rare=normal&share=0.1", "own"),
        ("retinamnist", "real stand-in"),
        ("pneumoniamnist", "real stand-in"),
        ("folder:/somewhere/acne04", "real stand-in"),
        ("npz:acne04", "real stand-in"),
        ("lesions?size=28", "generated"),
        ("lesions?balanced=20000&size=28", "generated"),
    ],
)
def test_whose_data_a_data_set_is(monkeypatch, tmp_path, name, role):
    monkeypatch.setattr("reproduce.study.study.find_record", lambda name, store: record(name))
    study = Study(dual_head, read(experiments="none"), Store(tmp_path / "store"))
    assert study.role_of(name) == role
