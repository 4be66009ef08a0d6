"""A plan in several: together they are the plan, and they take equally long."""

import json

import pytest

from reproduce.errors import UserError
from reproduce.trials import estimate, preview, shards
from reproduce.trials.engine import Options, run
from reproduce.trials.pack import merge, pack
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned


@pytest.fixture
def planned(describe):
    """Return trials of which every third takes ten times as long."""
    return [Planned(describe(seed=n, iterations=1000 if n % 3 else 10_000)) for n in range(17)]


@pytest.mark.parametrize("number", [1, 2, 3, 5, 17])
def test_each_trial_is_in_one_shard_and_they_take_equally_long(planned, store, number):
    seconds = estimate.of_each(planned, store)
    found = shards.divided(planned, seconds, number)
    assert sorted(place for shard in found for place in shard) == list(range(17))
    assert len(found) == number and all(shard == sorted(shard) for shard in found)
    totals = [sum(seconds[place] for place in shard) for shard in found]
    assert max(totals) - min(totals) <= max(seconds)


def test_trials_of_no_known_length_are_dealt_evenly(planned):
    sizes = [len(shard) for shard in shards.divided(planned, [0.0] * 17, 4)]
    assert sorted(sizes) == [4, 4, 4, 5]


def test_more_shards_than_trials_are_refused(planned):
    with pytest.raises(UserError, match=r"^18 shards of 17 trial\(s\)"):
        shards.divided(planned, [1.0] * 17, 18)


def test_what_each_trial_takes_adds_up(planned, store, describe, leave):
    """Measured speeds where there are any; the store is read once for all networks."""
    leave(store, describe(iterations=100), seconds=2)  # 800 images a second
    each = estimate.of_each(planned, store)
    assert each[1] == pytest.approx(20) and each[0] == pytest.approx(200)
    whole = estimate.seconds(planned, store, 1)
    assert whole == pytest.approx(estimate.SECONDS_TO_START + sum(each))


def test_a_preview_says_from_what_it_is_estimated(planned, store, describe, leave):
    unknown = Planned(describe(backbone="resnet10", transforms={"size": 64, "divisor": 256}))
    leave(store, describe(iterations=100), seconds=2)
    store.checkpoints_folder.mkdir()
    store.checkpoint_path(planned[0].trial.key).write_bytes(b"")
    slow, fast = sorted(
        preview.groups([*planned, unknown], store, []), key=lambda group: -group.trials
    )
    assert (slow.trials, slow.begun, slow.network) == (17, 1, "lenet5")
    assert slow.basis == "1 trial(s) of this store on cpu (test)"
    assert (fast.trials, fast.size, fast.basis) == (1, 64, "a table for one core of a server")
    assert slow.seconds == pytest.approx(sum(estimate.of_each(planned, store)))


def test_two_shards_on_two_machines_leave_what_one_plan_leaves(on_tiny, tmp_path):
    """Each has a store of its own; what both leave is merged into a third."""
    planned = [on_tiny(seed=seed) for seed in range(3)]
    together = Store(tmp_path / "together")
    run(planned, together, Options(workers=1), lambda event: None)
    joined = Store(tmp_path / "joined")
    for number, places in enumerate(shards.divided(planned, [1.0] * 3, 2)):
        there = Store(tmp_path / f"machine{number}")
        options = Options(workers=1)
        run([planned[place] for place in places], there, options, lambda event: None)
        for part in pack(there, tmp_path / f"{number}.zip", ("results",), 10):
            merge(joined, part)
    assert [(r.key, r.metrics, r.history) for r in joined.results()] == [
        (r.key, r.metrics, r.history) for r in together.results()
    ]


def test_the_command_writes_plans_that_can_be_trained(reproduce, tmp_path):
    asked = "class_imbalance --profile smoke -p methods baseline,oversampling --shards 2"
    status, told, error = reproduce(f"plan {asked} -o {tmp_path}/plan.json")
    assert status == 0, error
    assert told.count("of them, about") == 2
    whole, *parts = (
        [trial["key"] for trial in json.loads((tmp_path / f"plan{n}.json").read_text())["trials"]]
        for n in ("", ".shard1", ".shard2")
    )
    assert len(parts[0]) + len(parts[1]) == len(whole) and set(parts[0] + parts[1]) == set(whole)


def dry(reproduce, rest):
    status, out, error = reproduce(rest)
    assert status == 0, error
    return out


def test_the_preview_trains_nothing(reproduce, tmp_path):
    asked = "class_imbalance --profile smoke -p methods baseline"
    reproduce(f"plan {asked} -o {tmp_path}/plan.json")
    told = dry(reproduce, f"train {tmp_path}/plan.json --store {tmp_path}/s --dry-run --workers 3")
    assert "nothing was trained" in told and "this machine: 3 at a time" in told
    assert "lenet5" in told and "in all" in told
    assert Store(tmp_path / "s").trial_keys() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--executor rey", "unknown executor 'rey'; did you mean 'ray'?"),
        ("--address auto", "--address is for a cluster"),
        ("--gpus-per-trial 0.5", "--gpus-per-trial is for a cluster"),
    ],
)
def test_what_does_not_go_together_is_refused(reproduce, tmp_path, options, said):
    status, _, error = reproduce(f"train {tmp_path}/plan.json {options}")
    assert status == 2 and said in error
