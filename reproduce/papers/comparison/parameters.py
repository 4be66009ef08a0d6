"""Which remedy when: what a reader may change of the comparison, and what each profile runs."""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from reproduce.data.records import Record
from reproduce.errors import unknown_name
from reproduce.methods import registry
from reproduce.methods.entry import CLASSIFICATION
from reproduce.methods.registry import Available
from reproduce.papers.comparison.beds import BEDS
from reproduce.study.parameters import NONE, NamesOrProfile, Parameters, SeedsOrProfile

BASELINE = "baseline"
# One method for each idea: nothing, weights, what is shown how often, scores corrected, a loss that
# knows the shares, margins, two stages, blending, synthetic embeddings, contrast, no labels.
IDEAS = (
    BASELINE, "class_weights", "oversampling", "undersampling", "thresholding", "balanced_softmax",
    "ldam_drw", "crt", "balanced_mixup", "smote_embeddings", "sup_con", "simclr",
)  # fmt: skip
EXPERIMENTS = ("search", "default", "untrained")


class WhichRemedy(Parameters):
    """Parameters of the notebook `comparison`."""

    paper: ClassVar[str] = "comparison"
    known: ClassVar[dict[str, Iterable[str]]] = {
        "methods": Available(), "others": (*BEDS, NONE), "experiments": (*EXPERIMENTS, NONE),
    }  # fmt: skip
    fallback: ClassVar[dict[str, Any]] = {
        "methods": list(IDEAS), "others": [], "experiments": list(EXPERIMENTS),
    }  # fmt: skip
    of_its_data: ClassVar[tuple[str, ...]] = ("others",)
    scale_bearing: ClassVar[tuple[str, ...]] = (
        "dataset", "others", "methods", "seeds", "search_seeds", "configurations", "budget",
    )  # fmt: skip
    by_profile: ClassVar[dict[str, dict[str, Any]]] = {
        "smoke": {
            "dataset": "digits", "methods": [BASELINE, "class_weights", "thresholding"],
            "seeds": [0, 1], "search_seeds": [100], "configurations": 2, "budget": 0.1,
        },
        "quick": {
            "dataset": "digits", "seeds": list(range(5)), "search_seeds": [100],
            "configurations": 2, "budget": 1.0,
        },
        "laptop": {
            "dataset": "mnist",
            "others": ["ham10000", "cifar10", "retinamnist", "pneumoniamnist"],
            "seeds": list(range(5)), "search_seeds": [100], "configurations": 6, "budget": 1.0,
        },
        "paper": {
            "dataset": "mnist",
            "others": ["ham10000", "cifar10", "retinamnist", "pneumoniamnist"],
            "seeds": list(range(20)), "search_seeds": [100, 101, 102], "configurations": 15,
            "budget": 10.0,
        },
    }  # fmt: skip

    dataset: str | None = Field(None, description="the set that is drawn in detail")
    others: NamesOrProfile = Field(None, description="further data sets, or none")
    methods: NamesOrProfile = Field(None, description="methods to compare")
    experiments: NamesOrProfile = Field(None, description="what to run beside the grid, or none")
    seeds: SeedsOrProfile = Field(None, description="a repeat each: images drawn, weights, order")
    search_seeds: SeedsOrProfile = Field(None, description="on which configurations are chosen")
    configurations: int | None = Field(
        None, ge=1, le=15, description="tried of a method, its default included"
    )
    budget: float | None = Field(
        None, gt=0, description="image passes as a multiple of each data set's own"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="bfloat16 autocast pays on a GPU only"
    )

    @property
    def datasets(self) -> list[str]:
        """Return every data set of the run, the one drawn in detail first."""
        return [self.dataset or "", *(self.others or [])]

    def defaults(self, dataset: str) -> dict[str, Any]:
        """Return what is taken where nothing was asked for: at laptop scale every method."""
        found = super().defaults(dataset)
        if self.profile in ("laptop", "paper"):
            found["methods"] = different(registry.names(CLASSIFICATION))
        return found

    def contradictions(self, given: set[str]) -> Iterable[str]:
        """Name what cannot be had together."""
        yield from super().contradictions(given)
        asked: Any = self  # Resolved, nothing of it is None.
        if asked.dataset not in BEDS:
            yield str(unknown_name("data set of the comparison", asked.dataset, BEDS))
        if asked.dataset in asked.others:
            yield f"others names {asked.dataset}, as dataset does: name each data set once"
        if BASELINE not in asked.methods:
            yield f"methods lacks {BASELINE}, which every other is compared with: add it"
        both = sorted(set(asked.seeds) & set(asked.search_seeds))
        if both:
            yield (
                f"seed {both[0]} is in seeds and in search_seeds: what chooses a configuration may "
                "not judge it; take different ones"
            )
        if asked.configurations > 1 and "search" not in asked.experiments:
            yield (
                "configurations are chosen by the experiment 'search', which is not run: name it "
                "in experiments, or set configurations to 1"
            )


def different(names: Iterable[str]) -> list[str]:
    """Return the methods without those that are another's second name, the first of each kept."""
    found: dict[Any, str] = {}
    for name in names:
        found.setdefault(registry.as_built(name), name)
    return list(found.values())


def departures(parameters: Any, record: Record) -> list[str]:
    """Return what limits this run, in words for the page; there is no text to depart from."""
    full: Any = WhichRemedy(profile="laptop").resolved()
    lacking = [name for name in full.datasets if name not in parameters.datasets]
    found = [f"data sets not in this run: {', '.join(lacking)}"] if lacking else []
    left = [name for name in full.methods if name not in parameters.methods]
    if left:
        found.append(f"methods of the registry that are not in this run: {len(left)}")
    return found or ["none: every data set and every method of the registry"]
