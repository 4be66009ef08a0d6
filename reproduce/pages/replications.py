"""Independent replications: what others measured on a paper's own data, kept beside our results.

What is kept of one is computed here from the trials that came with it, never taken from what it
says of itself. It is a file of its own: no store of ours holds its trials, no verdict counts it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reproduce.errors import UserError, reason
from reproduce.figures.table import Table
from reproduce.figures.wording import plural
from reproduce.files import relative, write_text
from reproduce.pages import answer, answered
from reproduce.pages.answered import Answer, MainRow
from reproduce.registry import datasets
from reproduce.study.judging import judge
from reproduce.study.protocol import Protocol
from reproduce.study.study import Study
from reproduce.trials import pack
from reproduce.trials.pack_file import replication_in
from reproduce.trials.replication import Replication
from reproduce.trials.store import Store

FOLDER = "replications"


@dataclass(frozen=True)
class Kept:
    """A replication as it is kept and shown.

    Attributes
    ----------
    replication
        Who, when, with which parameters.
    data
        Of each data set its name, fingerprint and images by split.
    scale, trials, seeds
        The label of its scale, how many networks it trained and with how many repeats.
    departures
        In what it departs from the paper, the data's own among them.
    answer
        Its main effects, by the same code as ours.
    """

    replication: Replication
    data: list[dict[str, Any]]
    scale: str
    trials: int
    seeds: int
    departures: list[str]
    answer: Answer

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            **asdict(self),
            "replication": self.replication.model_dump(),
            "answer": self.answer.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Kept":
        """Read back what `to_json` wrote."""
        own = {
            "replication": Replication(**values["replication"]),
            "answer": answered.from_json(values["answer"]),
        }
        return cls(**{**values, **own})

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"{self.replication.paper}-{self.replication.identity}.json"


def whole(paths: Sequence[Path]) -> Replication:
    """Return the replication that these parts are, all of it and nothing else; or refuse."""
    read = [(path, replication_in(path)) for path in paths]
    found = {part: number for _, one in read if one for part, number in [(one[1], one[2])]}
    first = next(one[0] for _, one in read if one)
    expected = max(found.values())
    if len(found) < expected:
        named = ", ".join(str(n) for n in range(1, expected + 1) if n not in found)
        raise UserError(
            f"the replication of {first.paper} by {first.who} has {expected} parts, and part "
            f"{named} is not among those given; merge all of them in one command"
        )
    return first


def measured(paths: Iterable[Path], protocol: Protocol, replication: Replication) -> Kept:
    """Return what the trials in these parts say, in a store of their own that is then gone."""
    with TemporaryDirectory(prefix="reproduce-replication-") as folder:
        store = Store(Path(folder))
        for path in paths:
            pack.merge(store, path, replicated=True)
        study = Study(protocol, protocol.parameters.read(replication.given), store)
        return of_study(study, replication)


def of_study(study: Study, replication: Replication) -> Kept:
    """Return what is kept of a replication, computed from the study of its trials."""
    keys = study.keys()
    if absent := sum(study.store.get(key) is None for key in keys):
        raise UserError(
            f"the replication of {study.paper} by {replication.who} has {len(keys) - absent} of "
            f"its {len(keys)} networks; pack it again when all are trained"
        )
    return Kept(
        replication=replication,
        data=[
            {
                "name": record.name,
                "fingerprint": record.fingerprint,
                "images": {split: sum(counts) for split, counts in record.counts.items()},
            }
            for record in study.records
        ],
        scale=study.scale,
        trials=len(study.planned()),
        seeds=len(study.seeds),
        departures=[*replication.data_departures, *study.departures],
        answer=answer.of_study(study, judge(study)),
    )


def keep(kept: Kept, place: Path) -> Path:
    """Write it among the replications of a place, a store or the book, and return the file."""
    path = place / FOLDER / kept.file
    write_text(path, json.dumps(kept.to_json(), indent=1, sort_keys=True) + "\n")
    return path


def at(places: Iterable[Path], paper: str) -> list[Kept]:
    """Return the replications of a paper that lie at these places, each once, the oldest first."""
    found: dict[str, Kept] = {}
    for place in places:
        for path in sorted((place / FOLDER).glob(f"{paper}-*.json")):
            try:
                kept = Kept.from_json(json.loads(path.read_text("utf-8")))
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise UserError(
                    f"{relative(path)} is no replication of this version ({reason(error)}); "
                    "restore it, or remove it and merge its pack again"
                ) from error
            if kept.replication.paper == paper:
                found[kept.replication.identity] = kept
    return sorted(found.values(), key=lambda one: (one.replication.when, one.replication.who))


def table(kept: Sequence[Kept], ours: Answer | None) -> Table:
    """Return the main effects of each replication beside the paper's and ours."""
    known = {_which(row): row for row in ours.rows} if ours else {}
    rows = []
    for number, one in enumerate(kept, start=1):
        for row in one.answer.rows:
            beside = known.get(_which(row))
            rows.append([
                f"{number}. {one.replication.who}\n{one.replication.when}",
                f"{row.measure[:1].upper()}{row.measure[1:]}, {row.words}",
                row.said(row.paper, "\n"),
                beside.said(beside.ours, "\n") if beside and beside.ours else "not run",
                row.said(row.ours, "\n") if row.ours else "not run",
            ])  # fmt: skip
    says = kept[0].answer.says.capitalize()
    on = f" Ours: {ours.data}" if ours and ours.data else ""
    networks = plural(sum(one.trials for one in kept), "network")
    return Table(
        "Run by others, on the paper's own data",
        ["Who", "Effect", says, "Ours", "Theirs"],
        rows,
        f"{networks} trained by others; computed here from the predictions that they sent",
        note="Effects in percentage points where the metric is a percentage, with 95 % intervals. "
        f"None of ours: no verdict of this book rests on these, or counts them.{on}",
        whole=(2, 3, 4),
        anchor="replications",
    )


def _which(row: MainRow) -> tuple[str, str, str]:
    return row.claim, row.words, row.reading


def day(one: Kept) -> str:
    """Return the day it was packed, in words."""
    when = date.fromisoformat(one.replication.when)
    return f"{when.day} {when:%B %Y}"


def described(one: Kept) -> list[str]:
    """Return the sentences on its data, scale and departures, as plain text."""
    said = []
    for record in one.data:
        images = ", ".join(f"{count:,} in {split}" for split, count in record["images"].items())
        print_ = record["fingerprint"][:16]
        said.append(f"{datasets.in_words(record['name'])} ({images}; fingerprint {print_})")
    sets = "; ".join(said)
    lines = [
        f"{sets[:1].upper()}{sets[1:]}.",
        f"{one.scale.capitalize()} scale: {plural(one.trials, 'network')}, "
        f"{plural(one.seeds, 'repeat')}.",
    ]
    departs = "; ".join(one.departures)
    lines.append(f"Departs from the paper: {departs}." if departs else "No departure is known.")
    return lines
