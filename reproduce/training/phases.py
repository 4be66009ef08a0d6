"""A phase: one stretch of training. Every method of every paper is a short list of them.

Imports without torch, so that plans can be made where nothing is trained.
"""

import inspect
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reproduce.training.schedules import factor

# Samplers that put images, or embeddings, together into new ones.
BLENDING = ("smote", "balanced_mixup")


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
    """How weights move; `bias_multiplier` is Caffe's own rate for biases, as a factor.

    `weight_decay` is added to the gradient by "sgd" and "adam" and shrinks the weights apart from
    it by "adamw".
    """

    name: Literal["sgd", "adam", "adamw"]
    learning_rate: float = Field(gt=0)
    momentum: float = Field(0.0, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    bias_multiplier: float = Field(1.0, gt=0)
    nesterov: bool = False

    @model_validator(mode="after")
    def _momentum_is_for_sgd(self):
        if self.name != "sgd" and (self.momentum or self.nesterov):
            raise ValueError(f"{self.name} has no momentum and no nesterov; they belong to sgd")
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0")
        return self


class Schedule(Frozen):
    """How the learning rate changes over a phase, or over phases that continue one another.

    `unit` says what `milestones` and `warm_up` count, and between what the rate changes. The rate
    rises linearly over `warm_up` units and then follows `name`: "constant"; "inverse", Caffe's
    (1 + gamma t)^-power; "cosine" and "linear" fall to 0 at the end; "step" multiplies with `decay`
    at each milestone.
    """

    name: Literal["constant", "inverse", "cosine", "linear", "step"] = "constant"
    gamma: float = Field(0.0, ge=0)
    power: float = Field(0.0, ge=0)
    milestones: tuple[int, ...] = ()
    decay: float = Field(1.0, gt=0, le=1)
    warm_up: int = Field(0, ge=0)
    unit: Literal["iteration", "epoch"] = "iteration"

    @model_validator(mode="after")
    def _milestones_belong_to_steps(self):
        if (self.name == "step") != bool(self.milestones):
            raise ValueError("a schedule has milestones if, and only if, its name is 'step'")
        return self

    def factor(self, time: int, length: int = 0) -> float:
        """Return what the base rate is multiplied with at this time, of so many units in all."""
        return factor(self, time, length)


class Mixing(Frozen):
    """How images of a batch are blended; `alpha` shapes lambda ~ Beta(alpha, alpha).

    "cutout" blends nothing and erases a square with `side`, a share of the image's.
    """

    name: Literal["none", "mixup", "cutmix", "intra_class_cutmix", "cutout"] = "none"
    alpha: float = Field(1.0, gt=0)
    per: Literal["batch", "image"] = "batch"
    side: float = Field(0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _side_is_of_the_erased_square(self):
        if (self.name == "cutout") != bool(self.side):
            raise ValueError("side is that of the square that cutout erases: above 0 there, else 0")
        return self


class Projection(Frozen):
    """A head that maps embeddings to `size` numbers: linear, or with one hidden layer and ReLU."""

    size: int = Field(ge=1)
    hidden: int = Field(0, ge=0)
    batch_norm: bool = False
    bias: bool = True

    @model_validator(mode="after")
    def _normalisation_is_of_a_hidden_layer(self):
        if self.batch_norm and not self.hidden:
            raise ValueError("batch_norm normalises the hidden layer; give its size as hidden")
        return self


class Heads(Frozen):
    """What stands on the encoder: the kind of classifier, and projection heads by name.

    With `embedding` the encoder ends in a linear layer of so many numbers, which classifier,
    projections and losses then read. What the phase before had too, by name and shape, keeps its
    weights; a classifier of another kind than before, or on another embedding, starts anew.
    """

    classifier: Literal["linear", "cosine"] = "linear"
    scale: float = Field(1.0, gt=0)
    projections: dict[str, Projection] = {}
    embedding: int = Field(0, ge=0)


class LossParameters(Frozen):
    """How parameters of the objective learn (temperatures, b); rate 0: as the network does."""

    learning_rate: float = Field(0.0, ge=0)
    weight_decay: float = Field(0.0, ge=0)

    @model_validator(mode="after")
    def _decay_needs_a_rate(self):
        if self.weight_decay and not self.learning_rate:
            raise ValueError("a weight_decay of the loss's own needs a learning_rate of its own")
        return self


class Phase(Frozen):
    """Which objective, which images, how long, which optimizer, and which parts learn.

    With `continued`, optimizer, schedule and the objective's state go on from the phase before.
    With `stop` the phase ends after so many epochs in a row whose mean training loss was not below
    that of all before them; its length is then a ceiling. With `embedded` a frozen encoder looks at
    each training image once, and the classifier is shown what it saw. `auxiliary` is the weight of
    a cross-entropy that an encoder with a classifier of its own has beside the objective (OCR).
    `code` names the file of one's own that a phase is from, with its SHA-256.
    """

    batch_size: int = Field(ge=1)
    optimizer: Optimizer
    objective: str = "cross_entropy"
    objective_parameters: dict[str, Any] = {}
    sampler: str = "instance"
    sampler_parameters: dict[str, Any] = {}
    views: int = Field(1, ge=1)
    transforms: str = "none"
    transform_parameters: dict[str, Any] = {}
    mixing: Mixing = Mixing()
    schedule: Schedule = Schedule()
    iterations: int = Field(0, ge=0)
    epochs: int = Field(0, ge=0)
    continued: bool = False
    train: Literal["all", "classifier"] = "all"
    batch_norm: Literal["updated", "frozen"] = "updated"
    reinitialise: tuple[Literal["classifier"], ...] = ()
    heads: Heads = Heads()
    loss_parameters: LossParameters = LossParameters()
    stop: int = Field(0, ge=0)
    embedded: bool = False
    auxiliary: float = Field(0.0, ge=0)
    code: str = Field("", pattern=r"^$|^[^@/\\]+\.py@[0-9a-f]{64}$")

    @field_validator("objective", mode="before")
    @classmethod
    def _by_name(cls, objective: Any) -> Any:
        """Take a loss itself for its name, which says the same in a description."""
        named = inspect.isroutine(objective) or inspect.isclass(objective)
        return objective.__name__ if named else objective

    @model_validator(mode="after")
    def _consistent(self):
        if bool(self.iterations) == bool(self.epochs):
            raise ValueError("a phase has a length in iterations or in epochs, not both or neither")
        if self.mixing.name != "none" and self.views > 1:
            raise ValueError("images are mixed in phases with one view only")
        if self.views > 1 and self.transforms == "none":
            raise ValueError("views differ only by their transforms; name some, or ask for 1 view")
        if self.stop and self.continued:
            raise ValueError("a phase that continues another has its length; leave out stop")
        if self.auxiliary and self.train != "all":
            raise ValueError("auxiliary is a loss of the encoder; set it to 0 where that is frozen")
        return self

    @model_validator(mode="after")
    def _embedded_images_stay_what_they_are(self):
        plain = self.transforms == "none" and self.mixing == Mixing() and self.views == 1
        frozen = self.train == "classifier" and self.batch_norm == "frozen"
        if self.embedded and not (plain and frozen and self.sampler not in BLENDING):
            raise ValueError(
                "embedded is for images as they are and a frozen encoder: set train to "
                "'classifier' and batch_norm to 'frozen', and leave out transforms and mixing"
            )
        return self

    def length(self, batches_per_epoch: int) -> int:
        """Return the number of iterations, at most, given how many make one epoch."""
        return self.iterations or self.epochs * batches_per_epoch

    def block(self, batches_per_epoch: int) -> int:
        """Return after how many iterations progress is recorded (and a checkpoint may be written).

        An epoch, or a twentieth of a phase whose length is given in iterations, at most 250.
        """
        if self.epochs or self.stop:
            return batches_per_epoch
        return max(1, min(250, self.iterations // 20))
