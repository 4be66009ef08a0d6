"""Amendments: what was changed of what was registered, in one claim or in the rule for all."""

from datetime import date
from importlib import resources

import yaml

from reproduce.errors import UserError
from reproduce.registry.reading import Strict, Text, validated

RULE = "rule.yaml"


class Amendment(Strict):
    """A change of a registered claim.

    Attributes
    ----------
    date, what, why
        When, what was registered before and what is now, and the reason.
    after
        The edition whose results had been seen; without it, none of the paper had been.
    """

    date: date
    what: Text
    why: Text
    after: Text | None = None


class RuleAmendment(Strict):
    """A change of the rule for all claims; results made before are shown under both rules.

    Attributes
    ----------
    date, what, why
        When, what was the rule before and what is now, and the reason.
    """

    date: date
    what: Text
    why: Text


def of_the_rule() -> list[RuleAmendment]:
    """Return the amendments of the rule, the oldest first."""
    content = yaml.safe_load(
        resources.files("reproduce.registry").joinpath(RULE).read_text("utf-8")
    )
    if not isinstance(content, dict) or list(content) != ["amendments"]:
        raise UserError(f"registry/{RULE} must hold exactly the key 'amendments'")
    found = [
        validated(RuleAmendment, f"registry/{RULE}, entry {number}", entry)
        for number, entry in enumerate(content["amendments"], start=1)
    ]
    dates = [amendment.date for amendment in found]
    if dates != sorted(dates):
        raise UserError(f"registry/{RULE}: amendments must stand in the order of their dates")
    return found
