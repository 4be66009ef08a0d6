"""Generated sets: counts, determinism, sizes, streams, and what may not depend on the class."""

import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from reproduce.data.generated import DESCRIPTIONS, GENERATED, LEVELS, best_possible, stream
from reproduce.data.generated.assembly import GENERATOR_VERSION, build
from reproduce.data.generated.dermoscopy import CLASSES, ISIC2019, counts_for
from reproduce.data.generated.identities import TRAINED, UNSEEN
from reproduce.errors import UserError

CLASSIFIED = ("lesions", "warts_corns", "dermoscopy")


def few(name: str, per_class: int = 3, **changed):
    description = DESCRIPTIONS[name]
    classes = len(description.class_names)
    some = [per_class if c < 8 else 0 for c in range(classes)]
    values = {"size": 28, "difficulty": "medium", "seed": 0} | changed
    return build(description, counts={"train": tuple(some)}, **values)


def test_default_counts_are_the_papers():
    assert DESCRIPTIONS["lesions"].counts == {
        "train": (410, 506, 146, 103),
        "test": (103, 127, 36, 26),
    }
    whole = np.sum(list(DESCRIPTIONS["lesions"].counts.values()), axis=0)
    assert whole.tolist() == [513, 633, 182, 129]
    assert DESCRIPTIONS["warts_corns"].counts == {"train": (808, 350, 855), "test": (202, 87, 213)}
    of_both = np.sum(list(DESCRIPTIONS["dermoscopy"].counts.values()), axis=0)
    assert of_both.sum() == 2533
    assert dict(zip(CLASSES, of_both.tolist(), strict=True)) == {
        "MEL": 452, "NV": 1288, "BCC": 332, "AK": 87, "BKL": 262, "DF": 24, "VASC": 25, "SCC": 63,
    }  # fmt: skip


def test_dermoscopy_at_its_full_total_has_the_counts_of_isic_2019():
    full = counts_for(25331)
    assert (np.array(full["train"]) + full["test"]).tolist() == list(ISIC2019)
    small = counts_for(60)
    assert np.sum(list(small.values())) == 60
    assert min(small["train"]) >= 4 and min(small["test"]) == 1
    with pytest.raises(UserError, match="total of 'dermoscopy' is 39"):
        counts_for(39)


def test_identities_are_a_thousand_on_two_devices_and_three_hundred_are_never_trained():
    counts = {s: np.array(c) for s, c in DESCRIPTIONS["identities"].counts.items()}
    assert all(len(of) == 1000 for of in counts.values())
    assert np.flatnonzero(counts["test"]).tolist() == list(UNSEEN) == list(range(700, 1000))
    assert not (counts["train"] * counts["test"]).any()
    assert np.flatnonzero(counts["seen"]).tolist() == list(range(TRAINED))
    data = few("identities", per_class=4)
    for identity in range(8):
        of_one = data.extra["train"]["device"][data.labels["train"] == identity]
        assert sorted(of_one.tolist()) == [0, 0, 1, 1]
    assert (data.groups["train"] == data.labels["train"] // 4).all()


@pytest.mark.parametrize("name", GENERATED)
def test_the_same_seed_gives_the_same_images_and_another_seed_others(name):
    first, again, other = few(name), few(name), few(name, seed=1)
    assert (first.images["train"] == again.images["train"]).all()
    assert (first.labels["train"] == again.labels["train"]).all()
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not (first.images["train"] == other.images["train"]).all(axis=(1, 2)).any()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Mean and deviation of all pixels, mean of the first and of the last image.
        ("lesions", (161.6, 46.0, 108.0, 175.1)),
        ("warts_corns", (162.6, 41.2, 165.6, 135.6)),
        ("dermoscopy", (156.8, 50.4, 124.8, 174.4)),
        ("nodules", (82.8, 38.8, 75.4, 96.5)),
        ("identities", (135.2, 52.7, 107.7, 143.6)),
    ],
)
def test_version_1_is_frozen(name, expected):
    assert GENERATOR_VERSION == 1, "a new version: measure these numbers and the page's tables anew"
    images = few(name).images["train"].astype(float)
    found = images.mean(), images.std(), images[0].mean(), images[-1].mean()
    # Another processor may round a pixel differently, and no more than that.
    assert found == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("size", [28, 64, 129])
def test_a_set_has_the_size_asked_for_and_shows_the_same_scenes(name, size):
    data, large = few(name, 1, size=size), few(name, 1, size=160)
    images = data.images["train"]
    assert images.dtype == np.uint8 and images.shape[1:3] == (size, size)
    assert (data.labels["train"] == large.labels["train"]).all()
    side = np.linspace(0, 1, 8)
    for small, big in zip(images, large.images["train"], strict=True):
        coarse = [_blocks(i, side) for i in (small, big)]
        assert np.corrcoef(coarse[0], coarse[1])[0, 1] > 0.9


def _blocks(image: np.ndarray, side: np.ndarray) -> np.ndarray:
    edges = np.rint(side * len(image)).astype(int)
    pairs = list(pairwise(edges))
    return np.array([image[a:b, c:d].mean() for a, b in pairs for c, d in pairs])


def test_the_largest_size_is_512():
    assert few("nodules", 1, size=512).images["train"].shape == (3, 512, 512)


def test_levels_differ_and_have_fingerprints_of_their_own():
    sets = [few("dermoscopy", 1, difficulty=level) for level in LEVELS]
    assert len({data.fingerprint for data in sets}) == 3
    assert len({data.images["train"].tobytes() for data in sets}) == 3


def test_the_fingerprint_covers_name_version_and_parameters():
    counts = {"train": [3, 3, 3]}
    parameters = {"size": 28, "difficulty": "medium", "seed": 0, "counts": counts}
    text = json.dumps(["warts_corns", GENERATOR_VERSION, parameters], sort_keys=True)
    assert few("warts_corns").fingerprint == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", GENERATED)
def test_every_set_says_that_it_is_generated(name):
    data = few(name, 1)
    assert "enerated" in data.title and data.images_publishable
    assert "of no person" in data.title or "not for diagnosis" in data.title


def test_the_rare_class_is_rotated_and_images_do_not_depend_on_counts():
    description = DESCRIPTIONS["lesions"]
    for rare in range(4):
        turned = build(description, 28, "easy", 0, rare, {"train": (5, 8, 3, 1)})
        counts = np.bincount(turned.labels["train"]).tolist()
        assert counts[rare] == 1 and sorted(counts) == [1, 3, 5, 8]
        assert counts == np.roll([5, 8, 3, 1], rare - 3).tolist()
    swapped = build(DESCRIPTIONS["nodules"], 28, "easy", 0, 1, {"train": (2, 5, 3)})
    assert np.bincount(swapped.labels["train"]).tolist() == [2, 3, 5]


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("lesions", {"size": 27}, "size of 'lesions' is 27, expected a whole number"),
        ("lesions", {"size": 513}, "28 to 512"),
        ("lesions", {"size": 64.0}, "size of 'lesions' is 64.0"),
        ("lesions", {"difficulty": "meduim"}, "did you mean 'medium'"),
        ("lesions", {"seed": -1}, "seed of 'lesions' is -1"),
        ("lesions", {"rare": 4}, "rare class of 'lesions' is 4, expected one of 0, 1, 2, 3"),
        ("nodules", {"rare": 0}, "expected one of 1, 2"),
        ("identities", {"rare": 0}, "leave it out"),
        ("lesions", {"counts": {"train": (1, 2, 3)}}, "expected 4 whole numbers"),
        ("lesions", {"counts": {"train": (0, 0, 0, 0)}}, "not all of them 0"),
        ("lesions", {"counts": 100}, "expected a dictionary"),
    ],
)
def test_a_wrong_parameter_gets_one_line(name, changed, message):
    with pytest.raises(UserError, match=message) as caught:
        GENERATED[name](**changed)
    assert "\n" not in str(caught.value)


def test_the_balanced_stream_is_balanced_new_and_the_same_in_any_pieces():
    whole = list(stream("lesions", 28, "easy", seed=3, total=50, chunk=1000))
    pieces = list(stream("lesions", 28, "easy", seed=3, total=50, chunk=7))
    assert len(whole) == 1 and [len(p.labels) for p in pieces] == [7] * 7 + [1]
    joined = np.concatenate([piece.images for piece in pieces])
    assert (joined == whole[0].images).all()
    assert np.bincount(whole[0].labels).tolist() == [13, 13, 12, 12]
    own = build(DESCRIPTIONS["lesions"], 28, "easy", 3, counts={"test": (13, 13, 12, 12)})
    images = {image.tobytes() for image in own.images["test"]}
    assert not images & {image.tobytes() for image in joined}


def test_the_stream_of_identities_shows_unseen_ones_alone():
    labels = next(stream("identities", 28, "easy", total=600, chunk=64)).labels
    assert set(labels.tolist()) <= set(UNSEEN)


def test_a_stream_stops_where_asked_without_drawing_the_rest():
    first = next(stream("warts_corns", 28, total=20_000, chunk=16))
    assert len(first.labels) == 16


def dependence(values: np.ndarray, labels: np.ndarray) -> float:
    """Return the p-value of independence: chi-square for devices, Kruskal-Wallis for amounts."""
    classes = np.unique(labels)
    if values.dtype.kind in "iu":
        table = [[np.sum(values[labels == c] == v) for v in np.unique(values)] for c in classes]
        return float(stats.chi2_contingency(table).pvalue)
    return float(stats.kruskal(*[values[labels == c] for c in classes]).pvalue)


@pytest.fixture(
    scope="module",
    params=[
        CLASSIFIED[0],
        *(pytest.param(name, marks=pytest.mark.thorough) for name in CLASSIFIED[1:]),
        "nodules",
    ],
)
def sample(request):
    pieces = list(stream(request.param, 28, "hard", seed=5, total=600))
    extra = {k: np.concatenate([p.extra[k] for p in pieces]) for k in pieces[0].extra}
    return request.param, np.concatenate([p.labels for p in pieces]), extra


def test_nuisances_do_not_depend_on_the_class(sample):
    _, labels, extra = sample
    names = [name for name in ("tone", "lighting", "device") if name in extra]
    assert len(names) >= 2
    for name in names:
        # Three nuisances in four sets: a false alarm in one of a thousand such suites.
        assert dependence(extra[name], labels) > 0.001 / 12, name
        assert np.std(extra[name]) > 0


def test_the_test_of_independence_would_find_a_dependence(sample):
    _, labels, extra = sample
    leaked = extra["lighting"] + 0.3 * np.std(extra["lighting"]) * labels
    assert dependence(leaked, labels) < 0.001 / 12
    device = np.where(np.random.default_rng(0).random(len(labels)) < 0.3, labels, extra["device"])
    assert dependence(device.astype(int), labels) < 0.001 / 12


def test_label_noise_is_as_frequent_as_announced(sample):
    name, labels, extra = sample
    ideal = extra["likelihood"].argmax(axis=1) == labels
    best = best_possible(name, "hard")["balanced_accuracy"]
    of_classes = [ideal[labels == c].mean() for c in np.unique(labels)]
    error = np.sqrt(best * (1 - best) / len(labels))
    assert abs(np.mean(of_classes) - best) < 4 * error


def test_harder_levels_leave_a_lower_best_possible_score():
    for name in [*CLASSIFIED, "nodules"]:
        best = [best_possible(name, level)["balanced_accuracy"] for level in LEVELS]
        assert 1 > best[0] > best[1] > best[2] > 0.5
    with pytest.raises(UserError, match="no labels with noise"):
        best_possible("identities")
    with pytest.raises(UserError, match="unknown generated data set 'lesion'"):
        best_possible("lesion")


def test_a_prior_of_one_class_makes_guessing_perfect():
    assert best_possible("dermoscopy", "hard", [0, 1, 0, 0, 0, 0, 0, 0])[
        "accuracy"
    ] == pytest.approx(1)
