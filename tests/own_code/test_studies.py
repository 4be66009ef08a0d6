"""Methods of one's own in the studies of the papers: beside theirs, and never taken for them."""

import pytest

from reproduce import papers
from reproduce.errors import UserError
from reproduce.figures import wording
from reproduce.study.judging import judge
from reproduce.study.steps import label
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.store import Store

REMEDY = "mine.py:my_remedy"
# What a paper's page calls the list of methods, and one of its own.
ASKED = {
    "class_imbalance": ("methods", "baseline"), "dual_head": ("methods", "supervised"),
    "metric_learning": ("losses", "ce"), "balanced_contrastive": ("methods", "sup_con"),
    "difficulty_aware": ("methods", "sup_con"),
}  # fmt: skip
# Those whose images are drawn, which takes some seconds.
DRAWN = ("balanced_contrastive", "difficulty_aware")
SHORT = {"class_imbalance": {"iterations": 2}, "difficulty_aware": {"iterations": 2}}


def study_of(paper, store, *methods, **asked):
    protocol = papers.protocol(paper)
    name, own = ASKED[paper]
    asked = {"profile": "smoke", **SHORT.get(paper, {}), **asked}
    return Study(protocol, protocol.parameters.read({**asked, name: [own, *methods]}), store)


def keys(study, method=REMEDY):
    return {cell.trial.key for cell in study.select(method=method)}


@pytest.mark.parametrize(
    "paper",
    [pytest.param(one, marks=[pytest.mark.thorough] * (one in DRAWN)) for one in ASKED],
)  # fmt: skip
def test_every_paper_takes_one_in_beside_its_own(paper, mine, project):
    study = study_of(paper, Store(project / "store"), REMEDY)
    assert study.methods[-1] == REMEDY and len(study.methods) == 2
    (cell,) = study.select(method=REMEDY)
    assert list(cell.trial.own_code) == ["mine.py"]
    assert not any(c.trial.own_code for c in [*study.cells, *study.references]
                   if c.method != REMEDY and c.experiment != "untrained")  # fmt: skip
    assert study.departures[-1] == (
        "not of the paper but of your own, and no claim speaks of it: my_remedy (mine.py)"
    )
    assert study.scale == "custom"


@pytest.mark.parametrize(
    "paper", [pytest.param(p, marks=[] if p == "class_imbalance" else [pytest.mark.thorough])
              for p in ASKED],
)  # fmt: skip
def test_it_trains_there(paper, mine, project):
    study = study_of(paper, Store(project / "store"), REMEDY)
    study.run(engine.Options(workers=1))
    assert not study.pending()


def test_an_edit_between_two_runs_makes_two_keys(mine, project):
    store = Store(project / "store")
    before = study_of("class_imbalance", store, REMEDY)
    mine.write_text(mine.read_text().replace("factor=2.0", "factor=2.5"))
    after = study_of("class_imbalance", store, REMEDY)
    assert not keys(before) & keys(after)
    assert keys(before, "baseline") == keys(after, "baseline")
    mine.write_text(mine.read_text().replace("factor=2.5", "factor=2.0"))
    assert keys(study_of("class_imbalance", store, REMEDY)) == keys(before)


def test_where_a_file_lies_is_in_no_key_and_in_no_label(mine, write, project):
    store = Store(project / "store")
    write(mine.read_text(), "folder/mine.py")
    here, there = (study_of("class_imbalance", store, f"{f}mine.py:sharp") for f in ("", "folder/"))
    assert keys(here, "mine.py:sharp") == keys(there, "folder/mine.py:sharp")
    labels = [label["method"] for item in there.planned() for label in item.labels]
    assert "mine.py:sharp" in labels and not any("folder" in one for one in labels)


def test_no_claim_is_judged_on_it(mine, project):
    """A file's function may be called as the paper's method is: it is none."""
    mine.write_text(mine.read_text() + "\n\ndef oversampling(recipe):\n    return recipe\n")
    study = study_of("class_imbalance", Store(project / "store"), "mine.py:oversampling")
    study.run(engine.Options(workers=1))
    assert not any(judgement.parts for judgement in judge(study))


def test_pages_name_it_with_its_file():
    name = "folder/mine.py:My_remedy"
    for said in (wording.method_label, wording.in_sentence, wording.as_subject, label):
        assert said(name) == "My_remedy (mine.py)"
    assert wording.as_subject("mine.py:my_remedy") == "my_remedy (mine.py)"


@pytest.mark.thorough
def test_worker_processes_run_what_their_parent_has_read(mine, project):
    study = study_of("class_imbalance", Store(project / "store"), REMEDY)
    mine.unlink()
    summary = study.run(engine.Options(workers=2))
    assert summary.trained == 3


def test_a_loss_that_stops_in_training_fails_its_trial_alone(mine, project):
    mine.write_text(mine.read_text().replace("functional.cross", "1 / 0 + functional.cross"))
    study = study_of("class_imbalance", Store(project / "store"), REMEDY)
    with pytest.raises(UserError, match=r"1 trial\(s\) failed, first .*: sharp of mine.py stopped"):
        study.run(engine.Options(workers=1))
    assert len(study.pending()) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["absent.py:f"], "there is no file absent.py here or in"),
        (["mine.py:absent"], "mine.py has no 'absent'"),
        (["mine.py:functional"], r"functional \(mine.py\) is of the type module; expected"),
        ([REMEDY, REMEDY], "mine.py:my_remedy is there twice; give it once"),
        ([REMEDY, f"./{REMEDY}"], "mine.py:my_remedy is there twice; give it once"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(mine, project, asked, said):
    with pytest.raises(UserError, match=said) as refused:
        study_of("class_imbalance", Store(project / "store"), *asked)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_gone_when_its_page_is_drawn_again(mine, project):
    store = Store(project / "store")
    study_of("class_imbalance", store, REMEDY).run(engine.Options(workers=1))
    mine.unlink()
    with pytest.raises(UserError, match="bring it back to where it was"):
        study_of("class_imbalance", store, REMEDY)
