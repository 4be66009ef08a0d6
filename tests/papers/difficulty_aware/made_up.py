"""The difficulty-aware study with made-up data and results: nothing is trained for it."""

import numpy as np

from reproduce import tasks
from reproduce.data.records import Record
from reproduce.evaluation.compared import Shown
from reproduce.papers.difficulty_aware import data
from reproduce.papers.difficulty_aware.protocol import PROTOCOL as difficulty_aware
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store
from tests.papers.filling import filled

PEOPLE, EACH, MOMENTS = 12, 24, 3
# How far apart an arm brings people; those not named are like the plain loss.
APART = {"sup_con": 1.0, "difficulty_aware_sup_con": 1.6, "untrained": 0.4}
# The share of its gradient on the hardest tenth.
HARD = {"sup_con": 0.2, "difficulty_aware_sup_con": 0.3}


def record(name: str, people: int = 836, shape=(28, 28)) -> Record:
    """Return what is known of a data set without having it."""
    counts = {"all": (80,) * people}
    if name == data.CHARACTERS:
        counts = {"train": (20,) * 159 + (0,) * 83, "test": (0,) * 159 + (20,) * 83}
        people = 242
    return Record(
        name=name, fingerprint=f"{abs(hash(name)) % 10**9:064d}", task="verification", shape=shape,
        class_names=tuple(map(str, range(people))), counts=counts, title=name, licence="none",
        source="nowhere", images_publishable=False,
    )  # fmt: skip


def records() -> list[Record]:
    """Return the data sets of the edition's scale."""
    return [record(data.WRITERS), record(data.DEVICES), record(data.CHARACTERS),
            record(data.OBJECTS, 10, (32, 32, 3))]  # fmt: skip


def read(profile="laptop", **values):
    """Return parameters at a profile, read as a command reads them."""
    return difficulty_aware.parameters.read({"profile": profile, **values})


def of(experiments="none", **values):
    """Return the cells and the references at these parameters, all data made up."""
    parameters = read(experiments=experiments, **values)
    known = {one.name: one for one in records()}
    beside = [known[name] for name in difficulty_aware.other_data(parameters)]
    return tuple(
        made(parameters, known[parameters.dataset], *beside)
        for made in (difficulty_aware.cells, difficulty_aware.references)
    )


def study_of(folder, steps=None, **values) -> Study:
    """Return a study of made-up results, as if all of it had been trained, or the first steps."""
    store = Store(folder)
    for known in records():
        store.put_record(known)
    return filled(Study(difficulty_aware, read(**values), store), put, steps)


def put(store: Store, cell) -> None:
    """Store a result of a trial: people around centres, nearer to them the better the arm."""
    task, random = tasks.named("verification"), np.random.default_rng(cell.seed)
    arrays, metrics = {}, {}
    devices = "devices" in cell.trial.dataset
    for part in cell.trial.evaluate_on:
        people = np.repeat(np.arange(PEOPLE) + 50 * cell.seed, EACH)
        centres = random.normal(size=(PEOPLE, 6))
        rows = APART.get(cell.method, 1.0) * np.repeat(centres, EACH, axis=0)
        rows = (rows + random.normal(size=rows.shape)).astype(np.float32)
        about = {"kinds": np.tile(np.arange(3), len(people) // 3)}
        if devices:
            about["domains"] = random.integers(2, size=len(people))
        for place, values in task.summaries(rows, Shown(people, **about), 0, part):
            metrics |= {f"{place}/{name}": value for name, value in values.items()}
        arrays |= {
            f"{part}/embeddings": rows, f"{part}/labels": people.astype(np.int32),
            f"{part}/embedding_rows": np.arange(len(people), dtype=np.int32),
            **{f"{part}/{name}": of.astype(np.int16) for name, of in about.items()},
        }  # fmt: skip
    if "gradients" in cell.keep:
        share = HARD.get(cell.method, 0.2)
        sums = np.ones((MOMENTS, 8, 4)) * [1, share, 1, share]
        arrays |= {"gradients/iteration": np.arange(1, MOMENTS + 1) * 40,
                   "gradients/shares": sums * random.uniform(0.8, 1.2, size=(MOMENTS, 8, 1)),
                   "gradients/by_cosine": np.ones((MOMENTS, 2, 40))}  # fmt: skip
    history = [{"phase": number, "iteration": phase.iterations, "loss": 1.0, "learning_rate": 1e-3}
               for number, phase in enumerate(cell.trial.phases)]  # fmt: skip
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    store.put(
        Result(
            key=cell.trial.key, trial=cell.trial, counts=[80] * 536, metrics=metrics, confusion={},
            history=history, seconds=1.5,
            provenance={"device": "cpu", "python": "3", "torch": "2", "numpy": "2"},
            array_names=tuple(sorted(arrays)), array_file=store.arrays_folder / file,
        )
    )  # fmt: skip
