"""The headline of a paper: what it claims in a sentence, and which comparisons are its main result.

It is written in the paper's record by hand, before and apart from any result of ours, so it says
what the paper says and nothing of what was found. `main_result` sets it against the registries.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from reproduce.registry.reading import Strict, Text


class PrintedEffect(Strict):
    """The two printed cells whose difference is the published effect of a comparison.

    Attributes
    ----------
    table, metric
        Where they stand, as printed.
    of, over
        The printed names of the two rows.
    runs
        Over how many trainings the printed spreads are, where the table prints spreads.
    unit
        The fraction that one of the printed numbers stands for: 0.01 of percentages.
    """

    table: Text
    metric: Text
    of: Text
    over: Text
    runs: Annotated[int, Field(ge=2)] | None = None
    unit: Annotated[float, Field(gt=0)] = 1.0
    dataset: Text | None = None


class MainComparison(Strict):
    """One comparison of the main result.

    Attributes
    ----------
    claim, contrast
        Its claim, and the name that the contrast has there.
    words
        What follows "points of macro F1" in a sentence: "over SimCLR", "from rho 10 to rho 100".
    printed
        Where the published effect is printed, if it is a difference of two cells of a table.
    reading
        Of a row beside the answer: under which other reading of the text, by its name in the claim.
    """

    claim: Text
    contrast: Text
    words: Text
    printed: PrintedEffect | None = None
    reading: Text | None = None


class Headline(Strict):
    """What a paper claims in a sentence, and what of its claims is the main result.

    The first comparison stands in the sentence that answers; its metric is that of the figure.
    """

    claim: Text
    main: Annotated[list[MainComparison], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        named = [(one.claim, one.contrast, one.reading) for one in self.main]
        if len(set(named)) < len(named):
            raise ValueError("main: a comparison stands there twice")
        if self.main[0].reading:
            raise ValueError("main: the first comparison answers, under the reading of its claim")
        if self.claim[-1] not in ".!":
            raise ValueError("claim: is one sentence, with a full stop at its end")
        return self
