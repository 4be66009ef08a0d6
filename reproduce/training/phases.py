"""A phase: one stretch of training. Every method of every paper is a short list of them.

Imports without torch, so that plans can be made where nothing is trained.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Frozen(BaseModel):
    """A value that cannot be changed and knows no unknown field.

    The default of every field is the value at which nothing happens (no momentum, no decay), and
    it never changes: what equals its default is left out of a trial's key, so a field that a later
    paper needs does not change the keys of results that are already stored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def but(self, **changes: Any):
        """Return a copy with these fields changed, validated again."""
        return type(self)(
            **{**{name: getattr(self, name) for name in self.model_fields_set}, **changes}
        )


class Optimizer(Frozen):
    """SGD; `bias_multiplier` is Caffe's separate learning rate for biases, as a factor."""

    name: Literal["sgd"]
    learning_rate: float = Field(gt=0)
    momentum: float = Field(0.0, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    bias_multiplier: float = Field(1.0, gt=0)


class Schedule(Frozen):
    """How the learning rate changes: not at all, or as Caffe's "inv", (1 + gamma t)^-power."""

    name: Literal["constant", "inverse"] = "constant"
    gamma: float = Field(0.0, ge=0)
    power: float = Field(0.0, ge=0)

    def factor(self, iteration: int) -> float:
        """Return what the base learning rate is multiplied with at this iteration."""
        return (1.0 + self.gamma * iteration) ** -self.power


class Phase(Frozen):
    """Which objective, which sampler, how long, which optimizer, and which parts learn."""

    batch_size: int = Field(ge=1)
    optimizer: Optimizer
    objective: str = "cross_entropy"
    objective_parameters: dict[str, Any] = {}
    sampler: str = "instance"
    sampler_parameters: dict[str, Any] = {}
    schedule: Schedule = Schedule()
    iterations: int = Field(0, ge=0)
    epochs: int = Field(0, ge=0)
    train: Literal["all", "classifier"] = "all"

    @model_validator(mode="after")
    def _one_length(self):
        if bool(self.iterations) == bool(self.epochs):
            raise ValueError("a phase has a length in iterations or in epochs, not both or neither")
        return self

    def length(self, batches_per_epoch: int) -> int:
        """Return the number of iterations, given how many make one epoch."""
        return self.iterations or self.epochs * batches_per_epoch

    def block(self, batches_per_epoch: int) -> int:
        """Return after how many iterations progress is recorded (and a checkpoint may be written).

        An epoch, or a twentieth of a phase whose length is given in iterations, at most 250.
        """
        if self.epochs:
            return batches_per_epoch
        return max(1, min(250, self.iterations // 20))
