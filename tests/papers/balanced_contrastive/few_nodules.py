"""A study of segmentation alone, on few small generated images: trained for real in seconds."""

from typing import Any, ClassVar

from reproduce.data import generating
from reproduce.data.generated.nodules import SET
from reproduce.papers.balanced_contrastive import segmentation
from reproduce.registry import records
from reproduce.study.parameters import NamesOrProfile, Parameters, SeedsOrProfile
from reproduce.study.protocol import Protocol
from reproduce.study.study import Study

FEW = {"train": (4, 16, 12), "test": (4, 14, 10)}
DATASET = segmentation.SETTINGS["smoke"].dataset


class Alone(Parameters):
    """What cells of segmentation read of a study's parameters."""

    paper: ClassVar[str] = "balanced_contrastive"
    scale_bearing: ClassVar[tuple[str, ...]] = ("dataset", "seeds")
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        name: {"dataset": DATASET, "seeds": [0], "experiments": list(segmentation.EXPERIMENTS)}
        for name in segmentation.SETTINGS
    }
    known: ClassVar[dict[str, Any]] = {"experiments": tuple(segmentation.EXPERIMENTS)}

    dataset: str | None = None
    seeds: SeedsOrProfile = None
    experiments: NamesOrProfile = None
    segmentation_dataset: str | None = None


PROTOCOL = Protocol(
    paper=records.paper("balanced_contrastive").model_copy(
        update={"experiments": segmentation.EXPERIMENTS}
    ),
    parameters=Alone,
    cells=lambda parameters, record, *others: segmentation.cells(parameters, others),
    shown_point=lambda parameters: {},
    departures=lambda parameters, record: [],
    other_data=segmentation.other_data,
)


def few_images(patch) -> None:
    """Let the generated set have few images for as long as the patch lasts."""
    for name, counts in FEW.items():
        patch.setitem(SET.counts, name, counts)
    generating._generated.cache_clear()


def study_of(store, **given) -> Study:
    """Return the study at `smoke`, with these parameters."""
    return Study(PROTOCOL, Alone.read({"profile": "smoke", **given}), store)
