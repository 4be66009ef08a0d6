"""The study of Yun and Kim with made-up data, for tests of what it is made of."""

from reproduce.data.records import Record
from reproduce.papers.dual_head.cells import (
    other_data,
)
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head

METHODS = ["supervised", "simclr", "auc_cl", "dual_head"]
PRE_TRAINED = METHODS[1:]
# The grades of ACNE04 by label, from its authors' lists.
ACNE04 = (513, 633, 182, 129)
BINARY = ["chexpert?rare=normal&share=0.05", "chexpert?rare=normal&share=0.1",
          "chexpert?rare=abnormal&share=0.05", "chexpert?rare=abnormal&share=0.1"]  # fmt: skip


def record(name="retinamnist", shape=(28, 28, 3), **counts) -> Record:
    """Return what is known of a data set without having it."""
    counts = counts or {"train": (486, 128, 206, 194, 66), "test": (174, 46, 92, 68, 20)}
    classes = len(next(iter(counts.values())))
    return Record(
        name=name, fingerprint=name[:1] * 64, task="classification", counts=counts, shape=shape,
        class_names=tuple(map(str, range(classes))), title=name, licence="none",
        source="nowhere", images_publishable=False,
    )  # fmt: skip


LARGE = record(
    "lesions?balanced=20000&size=28", train=(410, 506, 146, 103), test=(103, 127, 36, 26),
    balanced=(5000,) * 4,
)  # fmt: skip
GRAY = record("pneumoniamnist", shape=(28, 28), train=(1214, 3494), test=(234, 390))


def of(experiments="none", profile="laptop", others=None, **values):
    """Return the cells and the references at these parameters, all data made up."""
    known = {found.name: found for found in (LARGE, GRAY, record())}
    given = {"dataset": "retinamnist", **values}
    parameters = dual_head.parameters.read(
        {"profile": profile, "experiments": experiments, **given}
    )
    main = known.get(parameters.dataset, record(parameters.dataset))
    beside = others or [known[name] for name in other_data(parameters)]
    return (
        dual_head.cells(parameters, main, *beside),
        dual_head.references(parameters, main, *beside),
    )


def arms(experiment, **values):
    """Return the cells of one experiment alone."""
    both = of(experiment, **values)
    return [cell for found in both for cell in found if cell.experiment == experiment]


def by_method(cells, seed=0):
    """Return the cells of one seed by their method."""
    return {cell.method: cell for cell in cells if cell.seed == seed}
