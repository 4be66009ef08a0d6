"""The study of a paper made up for a test: MixUp against plain training on digits."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from reproduce.data.records import Record
from reproduce.methods.method import Method
from reproduce.registry import records
from reproduce.study.cell import Cell
from reproduce.study.parameters import NamesOrProfile, Parameters, SeedsOrProfile
from reproduce.study.protocol import Protocol
from reproduce.training.phases import Mixing, Optimizer, Phase
from reproduce.trials.trial import RECIPE, Trial


class Toy(Parameters):
    """Parameters of the notebook `toy`."""

    paper: ClassVar[str] = "toy"
    known: ClassVar[dict[str, Iterable[str]]] = {"methods": ("baseline", "mixup")}
    fallback: ClassVar[dict[str, Any]] = {"methods": ["baseline", "mixup"], "dataset": "digits"}
    scale_bearing: ClassVar[tuple[str, ...]] = ("dataset", "methods", "seeds", "iterations")
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {"dataset": "digits", "seeds": [0], "iterations": 20},
        "quick": {"dataset": "digits", "seeds": [0, 1], "iterations": 100},
        "laptop": {"dataset": "digits", "seeds": [0, 1, 2, 3, 4], "iterations": 1000},
        "paper": {"dataset": "digits", "seeds": list(range(10)), "iterations": 5000},
    }

    dataset: str | None = Field(None, description="digits")
    methods: NamesOrProfile = Field(None, description="methods to compare")
    seeds: SeedsOrProfile = Field(None, description="a repeat each")
    iterations: int | None = Field(None, ge=1, description="training steps")


def cells(parameters: Toy, record: Record) -> list[Cell]:
    """Return both methods for every seed."""
    optimizer = Optimizer(name="sgd", learning_rate=0.01, momentum=0.9)
    plain = Phase(batch_size=32, iterations=parameters.iterations, optimizer=optimizer)
    methods = {"baseline": plain, "mixup": plain.but(mixing=Mixing(name="mixup"))}
    found = []
    for seed in parameters.seeds:
        for name in parameters.methods:
            definition = Method((methods[name],))
            trial = Trial(
                dataset=record.name, fingerprint=record.fingerprint, backbone="lenet5",
                phases=definition.phases, transforms={"size": 28, "divisor": 255}, seed=seed,
                data_seed=seed, split={"kind": "stratified", "test_share": 0.2, "seed": 0},
                imbalance={"kind": "none"}, evaluate_on=("test",), recipe=RECIPE,
            )  # fmt: skip
            factors = {"dataset": record.name, "noise": 0.0}
            found.append(Cell(name, definition, factors, seed, trial))
    return found


PROTOCOL = Protocol(
    paper=records.paper("toy"),
    parameters=Toy,
    cells=cells,
    shown_point=lambda parameters: {"noise": 0.0},
    departures=lambda parameters, record: ["everything"],
)
