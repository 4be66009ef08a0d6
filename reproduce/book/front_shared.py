"""What verdicts share, so that nobody adds them up as if each were news by itself.

Read from the stamps of an edition: two papers share images where their data sets lie in one place,
and a start where they train the same network from the same weights.
"""

from itertools import combinations
from typing import Any

from reproduce.book.markup import escaped
from reproduce.data import names
from reproduce.data.entries import entries
from reproduce.figures.wording import listed
from reproduce.registry import datasets, records
from reproduce.trials.edition import Edition


def shared(edition: Edition) -> str:
    """Return what the verdicts of this edition share, in a few sentences; empty without any."""
    stamps = {key: stamp for key in records.papers() if (stamp := edition.stamp(key))}
    if not stamps:
        return ""
    said = [
        "**Not independent of each other.** The verdicts of a paper on one data set share its "
        "images, its test part and the weights that the networks start from."
    ]
    for one, other in combinations(stamps, 2):
        common = _common(stamps[one], stamps[other])
        if common:
            said.append(f"{_name(one)} and {_name(other)} share {' and '.join(common)}.")
    single = [_name(key) for key, stamp in stamps.items() if len(beds(stamp)) == 1]
    if single:
        stand = "stands on one test bed alone" if len(single) == 1 else "stand on one test bed each"
        said.append(f"{listed(single)} {stand}.")
    said.append("So the counts above are never added up over papers.")
    return " ".join(said)


def beds(stamp: dict[str, Any]) -> dict[str, set[str]]:
    """Return the data sets of an edition by name, each with the places its images lie in."""
    found: dict[str, set[str]] = {}
    # An edition that is done in part has records of what it does not stand on yet.
    for name in stamp.get("data") or [record["name"] for record in stamp["records"]]:
        base = names.parse(name).base
        found.setdefault(base, set()).update(_places(base))
    return found


def _places(base: str) -> set[str]:
    """Return the files and folders that a data set is read from, the uppermost of each path."""
    entry = entries().get(base)
    if entry is None or entry.kind in ("generated", "embedded") or not entry.layout:
        return {base}
    return {line.split()[0].split("/")[0] for line in entry.layout}


def _common(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the images and the start that two papers share, in words."""
    places = [
        {place for of_set in beds(stamp).values() for place in of_set} for stamp in (one, other)
    ]
    images = sorted(
        {_of_place(place) for place in places[0] & places[1]},
    )
    said = [f"images of {escaped(listed(images))}"] if images else []
    starts = _starts(one) & _starts(other)
    return said + [f"the start (ImageNet weights of {escaped(n)})" for n in sorted(starts)]


def _of_place(place: str) -> str:
    base = place.removesuffix(".npz")
    return datasets.in_words(base) if base in entries() else base


def _starts(stamp: dict[str, Any]) -> set[str]:
    """Return the networks that are trained from published weights."""
    parameters = stamp["parameters"]
    begins = str(parameters.get("start") or parameters.get("initialisation") or "")
    if not begins.startswith("imagenet"):
        return set()
    return set(parameters.get("backbones") or [parameters.get("backbone")])


def _name(key: str) -> str:
    return f"{{doc}}`{escaped(records.paper(key).short)} <papers/{key}>`"
