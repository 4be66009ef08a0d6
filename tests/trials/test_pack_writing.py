"""What a pack writes over, what it leaves out, and what goes on while it is written."""

import zipfile

import pytest

from reproduce.errors import UserError
from reproduce.trials import pack as packing
from reproduce.trials import upkeep
from reproduce.trials.pack import merge, pack
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

RESULTS, CHECKPOINTS = ("results",), ("results", "checkpoints")


@pytest.mark.parametrize(
    "content", [b"my thesis", b"", b"PK\x03\x04", pytest.param(None, id="a zip of others")]
)
def test_a_foreign_file_is_left_as_it_is(store, describe, leave, tmp_path, content):
    leave(store, describe())
    target = tmp_path / "thesis.zip"
    if content is None:
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("chapter.txt", "one")
    else:
        target.write_bytes(content)
    before = target.read_bytes()
    with pytest.raises(UserError, match="is there already and is no packed store") as said:
        pack(store, target, RESULTS, 10)
    assert "another name to --output" in str(said.value) and "\n" not in str(said.value)
    assert target.read_bytes() == before and list(tmp_path.glob(".*")) == []


def test_a_folder_is_no_place_for_a_pack(store, describe, leave, tmp_path):
    leave(store, describe())
    (tmp_path / "packs").mkdir()
    with pytest.raises(UserError, match="packs is there already and is no packed store"):
        pack(store, tmp_path / "packs", RESULTS, 10)


def test_a_pack_is_replaced_only_by_one_that_holds_as_much(store, describe, leave, tmp_path):
    """Packed again after more was trained; never by the store of somebody else."""
    leave(store, describe())
    [target] = pack(store, tmp_path / "p.zip", RESULTS, 10)
    other = Store(tmp_path / "other")
    leave(other, describe(seed=7))
    before = target.read_bytes()
    with pytest.raises(UserError, match=r"holds 1 trial\(s\) that .*other does not"):
        pack(other, target, RESULTS, 10)
    assert target.read_bytes() == before
    leave(store, describe(seed=1))
    assert pack(store, target, RESULTS, 10) == [target]
    assert merge(Store(tmp_path / "away"), target).new == 2


def test_no_part_is_written_where_one_would_replace_something(store, describe, leave, tmp_path):
    for seed in range(3):
        leave(store, describe(seed=seed), images=15_000)
    (tmp_path / "p.part2.zip").write_text("notes")
    with pytest.raises(UserError, match=r"p\.part2\.zip is there already"):
        pack(store, tmp_path / "p.zip", RESULTS, 0.2)
    assert [path.name for path in tmp_path.glob("p*")] == ["p.part2.zip"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda store, file: file.write_bytes(b"rubbish"),
        lambda store, file: file.unlink(),
        lambda store, file: store.query("UPDATE results SET confusion = '{}', metrics = '{}'"),
        lambda store, file: store.query(
            """UPDATE results SET metrics = '{"test/accuracy": 0.9}' WHERE seconds = 1"""
        ),
    ],
)
def test_a_damaged_result_is_left_out_and_said_to_be(store, describe, leave, tmp_path, damage):
    """A part made of it would be refused, or worse, believed, where it arrives."""
    bad = leave(store, describe(), seconds=1.0)
    damage(store, bad.array_file)
    with pytest.raises(UserError, match=rf"holds nothing to pack; .*{bad.key}"):
        pack(store, tmp_path / "p.zip", RESULTS, 10)
    assert not (tmp_path / "p.zip").exists()
    good = leave(store, describe(seed=1))
    with pytest.raises(UserError, match=r"1 damaged result\(s\) were left out of .*p\.zip"):
        pack(store, tmp_path / "p.zip", RESULTS, 10)
    away = Store(tmp_path / "away")
    assert merge(away, tmp_path / "p.zip").new == 1
    assert away.trial_keys() == [good.key] and upkeep.check(away) == []


def test_damaged_weights_matter_only_where_they_are_packed(store, describe, leave, tmp_path):
    done = leave(store, describe(), weights=b"w")
    done.weights_file.write_bytes(b"x")
    assert pack(store, tmp_path / "p.zip", RESULTS, 10)
    with pytest.raises(UserError, match=r"holds nothing to pack; .*weights"):
        pack(store, tmp_path / "w.zip", ("results", "weights"), 10)


# -- while somebody trains -------------------------------------------------------------------------


@pytest.fixture
def training(store, describe, leave):
    """Return a store with a result and the checkpoint of a trial that is being trained."""
    leave(store, describe())
    store.add([Planned(describe(seed=1))])
    checkpoint = store.checkpoint_path(describe(seed=1).key)
    checkpoint.parent.mkdir()
    checkpoint.write_bytes(b"after 10 steps")
    return store, checkpoint


def meanwhile(monkeypatch, happening):
    """Let something happen just before the first file is read into a part."""
    really, happened = packing._content, []

    def content(file):
        if not happened:
            happened.append(happening())
        return really(file)

    monkeypatch.setattr(packing, "_content", content)


def test_a_checkpoint_that_is_replaced_meanwhile_travels_whole(training, tmp_path, monkeypatch):
    """With the hash of what was read: it was measured, and written, at two moments before."""
    store, checkpoint = training
    meanwhile(monkeypatch, lambda: checkpoint.write_bytes(b"after 20 steps, and longer"))
    [part] = pack(store, tmp_path / "p.zip", CHECKPOINTS, 10)
    away = Store(tmp_path / "away")
    assert merge(away, part).checkpoints == 1
    assert away.checkpoint_path(checkpoint.stem).read_bytes() == b"after 20 steps, and longer"


def test_a_trial_that_ends_meanwhile_takes_its_checkpoint_along(training, tmp_path, monkeypatch):
    """The results of the others are packed all the same."""
    store, checkpoint = training
    meanwhile(monkeypatch, checkpoint.unlink)
    [part] = pack(store, tmp_path / "p.zip", CHECKPOINTS, 10)
    outcome = merge(Store(tmp_path / "away"), part)
    assert (outcome.new, outcome.checkpoints) == (1, 0)


def test_nothing_is_collected_while_a_part_is_written(training, tmp_path, monkeypatch):
    store, _ = training

    def collecting():
        with pytest.raises(UserError, match="right now; nothing was deleted"):
            upkeep.collect(Store(store.path))

    meanwhile(monkeypatch, collecting)
    assert pack(store, tmp_path / "p.zip", CHECKPOINTS, 10)
