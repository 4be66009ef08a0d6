"""Claims and the experiments beside the grid: which cells judge them, and whose data they are."""

import numpy as np
import pytest

from reproduce.data.records import Record
from reproduce.evaluation.verdicts import Verdict
from reproduce.papers.dual_head.effect_words import between
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.registry import claims as registry
from reproduce.registry.claims import Claim
from reproduce.study.contrasts import Comparison
from reproduce.study.judging import judge_one
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store

COUNTS = {"train": (40, 30, 20, 10), "test": (6, 6, 6, 6)}
LABELS = np.repeat(np.arange(4), 6).astype(np.int16)
BETTER = [{"weight": 1, "method": "dual_head"}, {"weight": -1, "method": "simclr"}]
LESIONS = "lesions?balanced=20000&size=28"


def record(name, store=None) -> Record:
    """Return what is known of a data set of four grades without having it."""
    return Record(
        name=name, fingerprint=f"{len(name):064x}", task="classification", counts=COUNTS,
        shape=(28, 28, 3), class_names=("0", "1", "2", "3"), title=name, licence="none",
        source="nowhere", images_publishable=False,
    )  # fmt: skip


def claim(*terms, expect="greater", where=None, own="acne04", here=("retinamnist",)) -> Claim:
    """Return a claim on macro F1 with one contrast of these terms."""
    contrast = {"name": "a minus b", "expect": expect, "terms": list(terms), "where": where or {}}
    return Claim.model_validate({
        "paper": "dual_head", "id": "planted", "quote": "q", "english": "One is better.",
        "place": "Section 1", "says": "paper", "type": "superiority", "estimand": "e",
        "metric": "macro_f1", "data": {"own": [own], "here": list(here)}, "margin": 0.001,
        "margin_reason": "r", "repeats": 5, "controls": [], "status": "confirmatory",
        "contrasts": [contrast],
    })  # fmt: skip


@pytest.fixture
def study_of(tmp_path, monkeypatch):
    """Return a function that opens a study whose macro F1 is what `planted(cell)` says.

    A trial that several cells share says what its first cell says. Scores are the same for all.
    """
    monkeypatch.setattr("reproduce.study.study.find_record", record)

    def make(
        planted=lambda cell: 0.5, experiments="none", profile="laptop", scores=None, **values
    ):  # fmt: skip
        given = {"profile": profile, "experiments": experiments, "initialisation": "random"}
        parameters = dual_head.parameters.read({**given, "seeds": [0, 1, 2, 3, 4], **values})
        store = Store(tmp_path / "store")
        study = Study(dual_head, parameters, store)
        for cell in reversed([*study.cells, *study.references]):
            key = cell.trial.key
            logits = scores(cell) if scores else np.eye(4, dtype=np.float32)[LABELS]
            kept = {"test/labels": LABELS, "test/logits": logits}
            file = array_files.write(store.arrays_folder, key, kept)
            result = Result(
                key=key, trial=cell.trial, counts=list(COUNTS["train"]),
                metrics={"test/macro_f1": planted(cell) + cell.seed / 10_000 *
                         (cell.method == "dual_head")},
                confusion={"test": np.diag(COUNTS["test"]).tolist()}, seconds=1.5,
                provenance={"device": "cpu"}, history=[], array_names=tuple(kept),
                array_file=store.arrays_folder / file,
            )  # fmt: skip
            store.put(result)
        return study

    return make


def better_by(gain):
    """Plant a gain of the method over its rivals, the same everywhere or by cell."""

    def planted(cell):
        size = gain(cell) if callable(gain) else gain
        return 0.5 + (size if cell.method == "dual_head" else 0.0)

    return planted


def effect_of(judgement) -> float:
    (part,) = judgement.parts
    return part.effect.mean


# -- which cells judge a claim ---------------------------------------------------------------------


def gain_by_experiment(cell) -> float:
    """Plant another gain of the method wherever an experiment leaves the grid."""
    factors = cell.factors
    if cell.method != "dual_head":
        return 0.5
    if cell.experiment == "grid":
        return 0.6
    return 0.6 if factors.get("warm_up_epochs") == 20 else 0.9


def test_a_claim_without_where_is_judged_on_the_grid_alone(study_of):
    experiments = ["warm_up", "batch_size", "table_6"]
    study = study_of(gain_by_experiment, experiments)
    # The batch of the grid is there twice, as a cell of the grid and of the experiment.
    assert len(study.arms(method="dual_head", seed=0, dataset="retinamnist")) > 20
    judgement = judge_one(study, claim(*BETTER))
    assert effect_of(judgement) == pytest.approx(0.1 + 0.0002)
    (part,) = judgement.parts
    assert part.effect.repeats == 5


def test_a_second_data_set_does_not_enter_a_claim_on_the_first(study_of):
    planted = better_by(lambda cell: 0.1 if cell.factors["dataset"] == "retinamnist" else 0.3)
    study = study_of(planted, ["second", "binary"])
    assert effect_of(judge_one(study, claim(*BETTER))) == pytest.approx(0.1002)


def test_a_claim_that_names_the_factor_is_judged_on_its_cells(study_of):
    study = study_of(
        lambda cell: {0: 0.5, 20: 0.6}.get(cell.factors.get("warm_up_epochs"), 0.9),
        ["warm_up"],
    )
    terms = [
        {"weight": w, "method": "dual_head", "where": {"warm_up_epochs": n}}
        for w, n in ((1, 20), (-1, 0))
    ]
    # The trial with the warm-up is the grid's: it says what the grid's cell says.
    assert effect_of(judge_one(study, claim(*terms))) == pytest.approx(0.9 - 0.5)


def test_only_the_default_reading_of_the_rare_class_judges(study_of):
    gains = {"abnormal": 0.2, "normal": 0.4}
    study = study_of(better_by(lambda cell: gains.get(cell.factors.get("rare"), 0.0)), "binary")
    rare = {"where": {"rare_share": 0.05}, "own": "chexpert", "here": ["pneumoniamnist"]}
    assert effect_of(judge_one(study, claim(*BETTER, **rare))) == pytest.approx(0.2002)


# -- the registered claims ------------------------------------------------------------------------


NEEDS = {
    "sim_weight_has_an_optimum": "table_6",
    "more_hard_negatives_hurt": "table_6",
    "low_sim_weight_serves_minorities": "table_6",
    "warm_up_stabilises": "warm_up",
    "simclr_needs_large_batches": "batch_size",
    "auc_cl_is_robust_to_small_batches": "batch_size",
    "consistently_better_on_chexpert": "binary",
    "recall_and_f1_rise_on_chexpert": "binary",
}


OF_EACH_KIND = ("outperforms_overall", "highest_f1_on_grade_3", "recall_and_f1_rise_on_chexpert")


def on_macro_f1() -> list[Claim]:
    """Return the registered claims that can be put to the test, each as if it spoke of macro F1."""
    found = []
    for one in registry.load("dual_head"):
        plain = [c.model_copy(update={"metric": None}) for c in one.contrasts]
        found.append(one.model_copy(update={"metric": "macro_f1", "contrasts": plain}))
    return [one for one in found if one.contrasts]


def missing(study, one: Claim, contrast) -> str:
    """Say what a contrast of a claim needs that was not run."""
    return Comparison(study, contrast, one.metric_of(contrast)).missing()


def lacking(study) -> set[str]:
    """Return the registered claims that need what the run has not."""
    return {one.id for one in on_macro_f1() if any(missing(study, one, c) for c in one.contrasts)}


def test_every_claim_finds_its_arms_where_its_experiment_is_run(study_of):
    study = study_of(experiments=["table_6", "warm_up", "batch_size", "binary"])
    assert {one.id for one in on_macro_f1()} > set(NEEDS)
    assert lacking(study) == set()


@pytest.mark.parametrize("experiment", ["table_6", "warm_up", "batch_size", "binary"])
def test_no_claim_finds_its_arms_elsewhere(study_of, experiment):
    study = study_of(experiments=[experiment])
    without = {name for name, needed in NEEDS.items() if needed != experiment}
    assert lacking(study) == without


def test_the_measures_of_all_claims_are_kept(study_of):
    study = study_of(experiments=["second", "table_6", "warm_up", "batch_size", "binary"])
    for one in registry.load("dual_head"):
        for contrast in one.contrasts:
            assert missing(study, one, contrast) == "", one.id


# -- whose data ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "verdict"), [(0.1, Verdict.MECHANISM_SEEN), (-0.1, Verdict.MECHANISM_OPPOSITE)]
)
def test_a_claim_for_lesions_alone_is_judged_on_the_second_data_set(study_of, size, verdict):
    planted = better_by(lambda cell: size if cell.factors["dataset"] == LESIONS else -2 * size)
    study = study_of(planted, "second")
    judgement = judge_one(study, claim(*BETTER, here=["lesions"]))
    assert (judgement.data_role, judgement.verdict) == ("generated", verdict)
    assert effect_of(judgement) == pytest.approx(size + 0.0002)


def test_every_claim_on_a_stand_in_says_so(study_of):
    experiments = ["second", "table_6", "warm_up", "batch_size", "binary"]
    study = study_of(better_by(0.1), experiments)
    lesions_alone = {
        c.id for c in registry.load("dual_head") if "lesions" in c.data.here
        and "retinamnist" not in c.data.here
    }  # fmt: skip
    roles = {}
    for one in on_macro_f1():
        judgement = judge_one(study, one)
        assert judgement.parts, one.id
        assert judgement.on_stand_in == (judgement.data_role == "real stand-in")
        roles[one.id] = judgement.data_role
    assert {name for name, role in roles.items() if role == "generated"} == lesions_alone
    assert set(roles.values()) == {"generated", "real stand-in"}


@pytest.mark.parametrize("dataset", ["lesions?size=28", "folder:/acne04"])
@pytest.mark.parametrize("profile", ["quick", "laptop", "paper"])
def test_a_stand_in_never_gets_the_role_of_the_papers_data(study_of, dataset, profile):
    two = "folder:/chexpert"
    study = study_of(better_by(0.1), "binary", profile, dataset=dataset, binary_dataset=two)
    roles = {judge_one(study, one).data_role for one in on_macro_f1() if one.id in OF_EACH_KIND}
    assert roles and roles <= {"generated", "real stand-in"}


@pytest.mark.parametrize(
    ("dataset", "binary", "acne", "chest"),
    [
        ("acne04", "chexpert", "own", "own"),
        ("acne04", "folder:/chests", "own", "real stand-in"),
        ("retinamnist", "chexpert", "real stand-in", "own"),
        ("lesions?size=28", "chexpert", "generated", "own"),
        # The paper's other data set is not the one that the claim speaks of.
        ("chexpert", "pneumoniamnist", "real stand-in", "real stand-in"),
    ],
)
def test_each_claim_has_the_role_of_the_data_it_is_judged_on(
    study_of, dataset, binary, acne, chest
):
    study = study_of(better_by(0.1), ["binary"], dataset=dataset, binary_dataset=binary)
    of_faces = judge_one(study, claim(*BETTER, here=["retinamnist", "lesions"]))
    rare = {"where": {"rare_share": 0.1}, "own": "chexpert", "here": ["pneumoniamnist"]}
    of_chests = judge_one(study, claim(*BETTER, **rare))
    assert (of_faces.data_role, of_chests.data_role) == (acne, chest)
    assert (of_faces.verdict, of_chests.verdict) == tuple(
        Verdict.MECHANISM_SEEN if role == "generated" else Verdict.HOLDS for role in (acne, chest)
    )


@pytest.mark.parametrize(
    ("dataset", "role"), [("lesions?size=28", "generated"), ("retinamnist", "real stand-in")]
)
def test_of_several_data_sets_the_furthest_from_the_papers_counts(study_of, dataset, role):
    """A claim with one part on faces and one on chests; the chests are the paper's."""
    study = study_of(better_by(0.1), "binary", dataset=dataset, binary_dataset="chexpert")
    rare = {"where": {"rare_share": 0.1}, "own": "chexpert", "here": ["retinamnist", "lesions"]}
    parts = [claim(*BETTER).contrasts[0], claim(*BETTER, **rare).contrasts[0]]
    named = [part.model_copy(update={"name": str(n)}) for n, part in enumerate(parts)]
    both = claim(*BETTER, own="chexpert", here=["retinamnist", "lesions"])
    assert judge_one(study, both.model_copy(update={"contrasts": named})).data_role == role


# -- the sentence of the findings ----------------------------------------------------------------


def test_the_findings_give_the_interval_that_judges(study_of):
    """The same pairing and the same share of the images; also on the second data set."""

    def noisy(cell):
        random = np.random.default_rng(int(cell.trial.key, 16))
        return (np.eye(4)[LABELS] + random.normal(size=(24, 4))).astype(np.float32)

    study = study_of(better_by(0.1), "second", scores=noisy)
    for dataset, cells in (
        ("retinamnist", study.select()),
        (LESIONS, study.of_experiment("second")),
    ):
        (part,) = judge_one(study, claim(*BETTER, where={"dataset": dataset})).parts
        ours, theirs = {"method": "dual_head"}, {"method": "simclr"}
        found = between(study.rows(cells), ours, theirs, draws_of(study))
        assert (found.mean, found.low, found.high) == pytest.approx(
            (part.effect.mean, part.effect.low, part.effect.high), rel=1e-9
        )
        assert part.effect.share_of_images > 0.05
