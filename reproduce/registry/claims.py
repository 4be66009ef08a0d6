"""The registry of claims: what each text says, and the contrast that would show it.

A claim is registered before any result that judges it exists; what changes after results were seen
is an amendment. Its contrasts are arithmetic on *arms* (a method at a point of the experiment):
code, not a reader, decides what is compared. See `contrasts` for how one is read.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from reproduce.data.entries import entries as known_data
from reproduce.errors import UserError
from reproduce.registry import ambiguities, controls, editions, pilots, records
from reproduce.registry.amendments import Amendment
from reproduce.registry.claim_readings import Reading
from reproduce.registry.contrasts import (
    Contrast,
    Number,
    Term,
    Where,
    require,
    require_factors,
    require_known,
    require_metric,
    require_names_differ,
)
from reproduce.registry.margins import require_room
from reproduce.registry.reading import Strict, Text, entries, validated

__all__ = ["Amendment", "Claim", "Contrast", "Data", "Reading", "Term", "Where", "all_claims",
           "load", "validated"]  # fmt: skip


class Data(Strict):
    """The data that this claim speaks of, and the data sets this project judges it on.

    `own` is in the text's own words, or by the names of the catalog where it has them: there, and
    nowhere else, the claim is judged on its own data.
    """

    own: list[Text]
    here: list[str]


class Claim(Strict):
    """One empirical claim of one text.

    Attributes
    ----------
    repeats
        How many are registered: fewer give no verdict.
    contrasts
        What is compared, under the reading called `reading` where the text has more than one.
    readings
        The other plausible readings: the claim fails only if it fails under each of them.
    identity
        Why it comes out so whatever is trained, if it does; then it is not counted as held.
    unmet
        Conditions on its verdict: which of its `controls` runs here do not meet, and how.
    needs
        The positive controls without which its test bed cannot tell.
    stand_ins
        By factor, which value stands for one that was not run: a smaller network for a large one.
    mixture
        In which shares of the classes its metrics are taken: those of the test images, or those of
        the training images, as in a test part that is as imbalanced as training.
    amendments
        What was changed since it was registered, before results were seen or after.
    """

    paper: str
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    quote: str
    english: Text
    place: Text
    says: Literal["paper", "summary", "post", "ours"]
    source: Text | None = None
    type: Literal["superiority", "ordering", "equivalence", "conjunction", "mechanism"]
    estimand: Text
    metric: str
    data: Data
    margin: Number = Field(ge=0)
    margin_reason: Text
    repeats: int = Field(ge=1)
    controls: list[Text]
    status: Literal["confirmatory", "exploratory"]
    published_gain: Number | None = None
    published_from: Text | None = None
    contrasts: list[Contrast] = []
    not_attempted: Text | None = None
    reading: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    readings: list[Reading] = []
    identity: Text | None = None
    unmet: list[Text] = []
    needs: list[Text] = []
    stand_ins: dict[str, dict[Text, Text]] = {}
    mixture: Literal["test", "training"] = "test"
    amendments: list[Amendment] = []

    def metric_of(self, contrast: Contrast) -> str:
        """Return the metric a contrast is stated in."""
        return contrast.metric or self.metric

    def margin_of(self, contrast: Contrast) -> float:
        """Return the largest difference that does not matter, in the contrast's metric."""
        return self.margin if contrast.margin is None else contrast.margin

    def gain_of(self, contrast: Contrast) -> float | None:
        """Return the published effect in the claimed direction (negative: against the claim)."""
        if contrast.over == "majority":
            return None
        return self.published_gain if contrast.published_gain is None else contrast.published_gain

    def under_readings(self) -> dict[str, list[Contrast]]:
        """Return what is compared under each other reading that can be judged, by its name."""
        judged = [reading for reading in self.readings if not reading.unjudged]
        return {reading.name: reading.applied(self.contrasts) for reading in judged}

    @property
    def unjudged(self) -> dict[str, str]:
        """Return why other readings are not judged, by the name of the reading."""
        return {one.name: one.unjudged for one in self.readings if one.unjudged}

    @property
    def amended(self) -> bool:
        """Say whether it was changed after results were seen."""
        return any(amendment.after for amendment in self.amendments)

    def seeds_refused(self) -> frozenset[int]:
        """Return the seeds on which it may not be judged.

        Those of pilots, by which something of the recipe was chosen; and if it is amended, all that
        editions used.
        """
        seen = editions.seeds_used(self.paper) if self.amended else frozenset()
        return seen | pilots.seeds_used(self.paper)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.contrasts) == (self.not_attempted is not None):
            raise ValueError("contrasts: expected contrasts, or a reason in not_attempted")
        if not self.quote and self.source is None:
            raise ValueError("quote: may be empty only where source says who confirmed the claim")
        gains = [self.published_gain, *(one.published_gain for one in self._everything())]
        if any(gain is not None for gain in gains) and self.published_from is None:
            raise ValueError("published_gain: needs published_from")
        require_names_differ(self.contrasts)
        if self.contrasts and not self.data.here:
            raise ValueError("data.here: a claim with contrasts needs a data set to judge it on")
        if not self.contrasts and (self.identity or self.needs):
            raise ValueError("identity, needs: belong to a claim with contrasts")
        dates = [amendment.date for amendment in self.amendments]
        if dates != sorted(dates):
            raise ValueError("amendments: must stand in the order of their dates")
        return self

    @model_validator(mode="after")
    def _readings(self) -> Self:
        names = [reading.name for reading in self.readings]
        if bool(names) != (self.reading is not None):
            raise ValueError("reading: names how the contrasts read the text, if it has readings")
        if len({*names, self.reading}) != len(names) + 1:
            raise ValueError("readings: two have the same name")
        if not self.contrasts and any(not reading.unjudged for reading in self.readings):
            raise ValueError("readings: a claim without contrasts has unjudged readings only")
        return self

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for name in self.data.here:
            require(name in known_data(), "data.here", name, "data set")
        paper = records.work(self.paper)
        require_metric("metric", self.metric)
        for reading in self.readings:
            require_factors(f"reading '{reading.name}'", reading.where or {}, paper)
        require_known(self._everything(), paper)
        require_factors("stand_ins", dict.fromkeys(self.stand_ins, ""), paper)
        return self

    @model_validator(mode="after")
    def _margins_leave_room(self) -> Self:
        for contrast in self._everything():
            require_room(contrast, self.margin_of(contrast), self.gain_of(contrast))
        return self

    def _everything(self) -> list[Contrast]:
        own = [one for reading in self.readings for one in reading.contrasts or []]
        return [*self.contrasts, *own]


def load(paper: str) -> list[Claim]:
    """Return the claims registered for a paper, in the order of the file."""
    found = [
        validated(Claim, label, entry) for label, entry in entries("claims.yaml", paper, "claims")
    ]
    open_places = {one.id: one for one in ambiguities.load(paper)}
    _require_readings(found, open_places)
    positive = {one.id for one in controls.load(paper)}
    published = editions.load(paper)
    for claim in found:
        _require_stands(claim, positive, {edition.name for edition in published})
    known = {claim.id for claim in found}
    for edition in published:
        for gone in sorted(set(edition.verdicts) - known):
            raise UserError(
                f"{paper}/{editions.FILE}, {edition.name}: verdicts: '{gone}' is no claim of "
                "claims.yaml; a claim that was judged stays registered"
            )
    return found


def _require_stands(claim: Claim, positive: set, published: set) -> None:
    """Refuse a claim that names what the paper's other files do not have."""
    label = f"{claim.paper}/claims.yaml, {claim.id}"
    for control in claim.needs:
        if control not in positive:
            raise UserError(f"{label}: needs: '{control}' is not in {controls.FILE}")
    for amendment in claim.amendments:
        if amendment.after and amendment.after not in published:
            raise UserError(f"{label}: amendments: after: '{amendment.after}' is not in "
                            f"{editions.FILE}; name the edition that was seen")  # fmt: skip


def _require_readings(found: list[Claim], open_places: dict[str, ambiguities.Ambiguity]) -> None:
    """Refuse readings of no ambiguity, and ambiguities that lead a claim to no reading."""
    named: set[tuple[str, str]] = set()
    for claim in found:
        label = f"{claim.paper}/claims.yaml, {claim.id}"
        for reading in claim.readings:
            if reading.ambiguity is None:
                continue
            place = open_places.get(reading.ambiguity)
            if place is None:
                raise UserError(f"{label}: reading '{reading.name}': ambiguity: "
                                f"'{reading.ambiguity}' is not in ambiguities.yaml")  # fmt: skip
            names = [one.name for one in place.readings]
            if reading.name not in names:
                raise UserError(f"{label}: reading '{reading.name}': ambiguity "
                                f"'{reading.ambiguity}' has {', '.join(names)}")  # fmt: skip
            named.add((reading.ambiguity, claim.id))
        for of in {one.ambiguity for one in claim.readings if one.ambiguity}:
            left = _left_out(claim, open_places[of])
            if left and not open_places[of].unjudged:
                raise UserError(f"{label}: readings: ambiguity '{of}' also has {', '.join(left)}; "
                                "register them, or say in its unjudged why not")  # fmt: skip
    touched = {(place.id, claim) for place in open_places.values() for claim in place.claims}
    for place, claim in sorted(touched ^ named):
        open_there = (place, claim) in touched
        lacking = "registers no reading of it" if open_there else "is not named"
        paper = open_places[place].paper
        raise UserError(f"{paper}/ambiguities.yaml, {place}: claims: '{claim}' {lacking}; name "
                        "each claim that it touches, and register its readings there")  # fmt: skip


def _left_out(claim: Claim, place: ambiguities.Ambiguity) -> list[str]:
    """Return the readings of an ambiguity that a claim registers neither as its own nor beside."""
    registered = {claim.reading, place.default, *(one.name for one in claim.readings)}
    return [one.name for one in place.readings if one.name not in registered]


def all_claims() -> list[Claim]:
    """Return the claims of all papers."""
    return [claim for paper in records.papers() for claim in load(paper)]
