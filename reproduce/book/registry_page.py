"""Fill the pages that show a registry: losses, networks, verdicts, what the papers leave open.

A page of the book names what goes into it by a line such as `<!-- registry: losses embedding -->`;
the words around it are written by hand, and what takes its place comes from the code itself when
the book is staged, so that the two cannot drift apart.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

from reproduce.book.shown import Shown
from reproduce.errors import UserError, unknown_name
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

MARKER = re.compile(r"^<!-- registry: (?P<kind>\w+)(?: (?P<which>\w+))? -->$", re.MULTILINE)


def filled(
    text: str,
    address: str | None = None,
    edition: Edition | None = None,
    shown: Sequence[Shown] = (),
) -> str:
    """Return the text of a page with every marker replaced by what it names.

    Parameters
    ----------
    text
        The page as it is written in `book/`.
    address
        The public address of the repository, if there is one, for links to the source.
    edition
        What the book is built from; the published edition, where left out.
    shown
        What the executed notebooks of the book show, for the gallery.
    """
    edition = edition or editions.published()
    return MARKER.sub(
        lambda match: _generated(match["kind"], match["which"], address, edition, shown), text
    )


def _generated(
    kind: str, which: str | None, address: str | None, edition: Edition, shown: Sequence[Shown]
) -> str:
    # Imported here: a book without such a page is staged without loading any of it.
    from reproduce.book import (
        ambiguities,
        claim_power,
        corrections,
        course,
        front,
        gallery,
        networks,
        reference,
        verdict_words,
    )

    whole: dict[str, Callable[[], str]] = {
        "losses": lambda: reference.page("losses"),
        "networks": lambda: reference.page("networks", address),
        "parameters": networks.parameter_counts,
        "ambiguities": ambiguities.index,
        "open": ambiguities.sections,
        "verdicts": verdict_words.legend,
        "corrections": lambda: corrections.verdicts(edition),
        "amendments": corrections.amended,
        "power": claim_power.tables,
        "gallery": lambda: gallery.cards(shown),
        "course": course.overview,
        "teaching": course.teaching,
        "origin": lambda: course.origin(address),
    }
    parts: dict[str, Callable[[str], str]] = {
        "losses": lambda shape: reference.losses_of(shape, address),
        "names": reference.names_of,
        "front": lambda part: front.part(part, edition),
        **{
            part: partial(course.page, part, edition=edition)
            for part in ("module", "quiz", "exercises", "solutions")
        },
    }
    known = parts if which else whole
    if kind not in known:
        if kind in whole or kind in parts:
            raise UserError(
                f"a page asks for `registry: {kind} {which or ''}`, which does not exist; "
                f"write `registry: {kind}`"
            )
        raise unknown_name("registry of a page", kind, {**whole, **parts})
    return known[kind](which) if which else known[kind]()
