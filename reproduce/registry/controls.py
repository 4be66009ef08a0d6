"""Positive controls: what must be seen before a test bed may speak about a claim.

A claim that `needs` a control is judged only where the control was run and passed; else its verdict
is that the test bed cannot tell. A control is measured on images that no verdict uses.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from reproduce.data.entries import entries as known_data
from reproduce.data.names import PATH_KINDS
from reproduce.registry import records
from reproduce.registry.contrasts import (
    Contrast,
    Number,
    require,
    require_known,
    require_metric,
    require_names_differ,
)
from reproduce.registry.reading import Strict, Text, entries, exists, validated

FILE = "controls.yaml"


class PositiveControl(Strict):
    """One registered positive control of a paper.

    Attributes
    ----------
    english, why
        What must be seen, and what a verdict without it would be worth.
    metric, margin
        What it is stated in, and how far above zero the lower end of its interval must lie.
    contrasts
        Each expects greater or less; `passes` says whether all of them must be seen or any.
    data
        The data sets it is measured on: a claim judged on one of them asks for the control there.
        `folder` stands for any folder of a reader's own.
    part
        The images it is measured on: "held_out" is a part of training kept out of what the
        control is fitted on; "test" are the test images, of data sets that no verdict stands on.
    """

    paper: str
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    english: Text
    why: Text
    metric: str
    margin: Number = Field(default=0.0, ge=0)
    contrasts: list[Contrast] = Field(min_length=1)
    passes: Literal["all", "any"] = "all"
    data: list[Text] = Field(min_length=1)
    part: Literal["held_out", "test"]

    def metric_of(self, contrast: Contrast) -> str:
        """Return the metric a contrast is stated in."""
        return contrast.metric or self.metric

    def margin_of(self, contrast: Contrast) -> float:
        """Return how far beyond zero the interval of a contrast must lie."""
        return self.margin if contrast.margin is None else contrast.margin

    @model_validator(mode="after")
    def _complete(self) -> Self:
        require_metric("metric", self.metric)
        require_names_differ(self.contrasts)
        require_known(self.contrasts, records.work(self.paper))
        for name in self.data:
            require(name in known_data() or name in PATH_KINDS, "data", name, "data set")
        for contrast in self.contrasts:
            if contrast.expect not in ("greater", "less") or contrast.over != "mean":
                raise ValueError(
                    f"contrast '{contrast.name}': a control expects greater or less, of a mean"
                )
        return self


def load(paper: str) -> list[PositiveControl]:
    """Return the positive controls of a paper, in the order of the file; none without a file."""
    if not exists(paper, FILE):
        return []
    found = entries(FILE, paper, "controls")
    return [validated(PositiveControl, label, entry) for label, entry in found]
