"""What training, trials and studies ask of a task."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from reproduce.data.targets import ClassOfImage
from reproduce.errors import UserError
from reproduce.evaluation.versions import current, is_current, plain, versioned

if TYPE_CHECKING:
    import torch

    from reproduce.data.preparation import Images
    from reproduce.models.network import Network

# What the truth of a part is: an array, or what a task makes of several.
Truth = TypeVar("Truth")


class Described(Protocol):
    """What a task reads of the description of a trial."""

    @property
    def evaluate_on(self) -> tuple[str, ...]:
        """Return the parts of the data that were measured."""


class Stored(Protocol):
    """What a task reads of a stored result."""

    @property
    def key(self) -> str:
        """Return the key of its trial."""

    @property
    def trial(self) -> Described:
        """Return the description of its trial."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """Return its measures, by part and name."""

    @property
    def confusion(self) -> Mapping[str, list[list[int]]]:
        """Return its confusion matrices, by part."""

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """Return its arrays, by part and name."""


@dataclass(frozen=True)
class Predicted(Generic[Truth]):
    """What a network made of a part of the data.

    `scores` and `truth` are what measures and resampling read, and what `Task.scores` gives back
    of a stored result; `arrays` are those to be kept, by their name within the part.
    """

    scores: np.ndarray
    truth: Truth
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


class NotKept(UserError):
    """An array of a result is not in this store: an edition carries only those it draws."""


class Task(ABC, Generic[Truth]):
    """One way to use images; without state, so that any two of a name are the same.

    Attributes
    ----------
    targets
        What is learned of an image.
    network
        For which task a network must have been built.
    headline, headline_words
        The measure that stands for all, and how a line of progress calls it.
    keeps
        Which arrays a plan may ask for.
    carried
        Which arrays an edition carries for trials whose scores are drawn.
    scores_travel
        Whether an edition carries the scores of the trials that it shows in detail; not where all
        that is drawn of them is derived, and they weigh a megabyte a trial.
    stackable
        Whether many networks can be trained and judged as one.
    posthoc
        Whether scores are class probabilities, which post-hoc steps correct.
    drawn_in_any_split
        Whether a draw of `resampled` holds the same units in whatever split they are tested, so
        that draws can be averaged over splits.
    """

    name: ClassVar[str]
    targets: ClassVar[ClassOfImage]
    network: ClassVar[str]
    headline: ClassVar[str]
    headline_words: ClassVar[str]
    keeps: ClassVar[tuple[str, ...]]
    carried: ClassVar[tuple[str, ...]]
    scores_travel: ClassVar[bool] = True
    stackable: ClassVar[bool] = False
    posthoc: ClassVar[bool] = False
    drawn_in_any_split: ClassVar[bool] = False

    # -- while it trains and right after -------------------------------------------------------

    @abstractmethod
    def correct(self, logits: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
        """Return how many images of a batch were answered rightly, as a tensor."""

    @abstractmethod
    def predict(
        self,
        network: "Network",
        images: "Images",
        classes: int,
        device: "torch.device",
        precision: str,
        keep: Iterable[str] = (),
        known: np.ndarray | None = None,
    ) -> Predicted[Truth]:
        """Return what the network says of images; `known` are its logits where they are."""

    @abstractmethod
    def summary(self, scores: np.ndarray, truth: Truth, classes: int) -> dict[str, float]:
        """Return every measure that a result stores."""

    def summaries(
        self, scores: np.ndarray, truth: Truth, classes: int, part: str
    ) -> Iterable[tuple[str, dict[str, float]]]:
        """Yield under which names a part of the data is measured, with the measures of each."""
        yield part, self.summary(scores, truth, classes)

    def table(self, scores: np.ndarray, truth: Truth, classes: int) -> np.ndarray | None:
        """Return the confusion matrix [C, C], rows the truth; None where the task has none."""
        return None

    def of_table(self, table: np.ndarray) -> dict[str, float]:
        """Return the measures that a confusion matrix alone gives; none where there is none."""
        return {}

    def images_trained_on(self, counts: Iterable[int], size: int) -> int:
        """Return how many training images, of size x size pixels, a result's counts are of."""
        return sum(counts)

    # -- of a stored result --------------------------------------------------------------------

    @abstractmethod
    def scores(self, result: Stored, part: str = "test") -> tuple[np.ndarray, Truth]:
        """Return scores and truth, as `predict` gave them, from a stored result."""

    @abstractmethod
    def resampled(
        self, scores: np.ndarray, truth: Truth, metric: str, draws: int, seed: int = 0
    ) -> np.ndarray:
        """Return a measure on bootstrap resamples of the test part [draws], the same for all."""

    def every_resampled(
        self, scores: np.ndarray, truth: Truth, draws: int, seed: int = 0
    ) -> dict[str, np.ndarray] | None:
        """Return all measures on resamples at once, where one costs what all do; else None."""
        return None

    def measured(self, result: Stored, part: str = "test") -> dict[str, float]:
        """Return the stored measures of a part by their names, those of the code that is here."""
        prefix = f"{part}/"
        return {
            name.removeprefix(prefix): value
            for name, value in current(result.metrics).items()
            if name.startswith(prefix)
        }

    def outdated(self, result: Stored, part: str = "test") -> list[str]:
        """Return the names of the stored measures of a part that older code computed."""
        names = (name for name in result.metrics if name.startswith(f"{part}/"))
        older = (plain(name).removeprefix(f"{part}/") for name in names if not is_current(name))
        return sorted(set(older) - set(self.measured(result, part)))

    def confusion(self, result: Stored, part: str = "test") -> np.ndarray:
        """Return the stored confusion matrix of a part (rows: the truth)."""
        if part not in result.confusion:
            raise UserError(
                f"trial {result.key} has no confusion matrix of part '{part}' "
                f"(it is one of {self.name})"
            )
        return np.asarray(result.confusion[part])

    # -- in words --------------------------------------------------------------------------------

    def value(self, result: Stored) -> float:
        """Return the measure that stands for all, on the test part, or else the first there is."""
        parts = result.trial.evaluate_on
        part = "test" if "test" in parts else parts[0]
        return result.metrics.get(versioned(f"{part}/{self.headline}"), nan)

    def said(self, *results: Stored, digits: int = 1) -> str:
        """Return the measure that stands for all, of results of one trial: 'accuracy 93.1 %'."""
        said = []
        for result in results:
            value = self.value(result)
            if value == value:
                said.append(f"{100 * value:.{digits}f} %")
                continue
            older = any(self.outdated(result, part) for part in result.trial.evaluate_on)
            said.append("measured by older code" if older else "not measured")
        return f"{self.headline_words} {' / '.join(said)}"

    def require_keeps(self, keep: Iterable[str]) -> None:
        """Refuse arrays that are not kept of this task."""
        for wanted in keep:
            if wanted not in self.keeps:
                raise UserError(
                    f"a trial of {self.name} keeps {', '.join(self.keeps)}; received '{wanted}'"
                )

    def stored(self, result: Stored, part: str, *names: str) -> list[np.ndarray]:
        """Return arrays of a part of a result, or say how to get those that are not here."""
        missing = [name for name in names if f"{part}/{name}" not in result.arrays]
        if missing:
            raise NotKept(
                f"the {' and '.join(missing)} of part '{part}' of trial {result.key} are not in "
                "this store (an edition carries only those it draws); run its study again with "
                "--force"
            )
        return [result.arrays[f"{part}/{name}"] for name in names]
