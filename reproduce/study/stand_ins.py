"""Values of a factor that stand for others which were not run: a smaller network for a large one.

A claim registers them. They take the place of what was not run, never of what was.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reproduce.registry.claims import Claim, Contrast
from reproduce.study.study import Study


def in_use(study: Study, claim: Claim) -> dict[str, dict[str, str]]:
    """Return, by factor, which registered value stands for one that this run does not have."""
    found: dict[str, dict[str, str]] = {}
    for factor, pairs in claim.stand_ins.items():
        for absent, present in pairs.items():
            if not study.arms(**{factor: absent}) and study.arms(**{factor: present}):
                found.setdefault(factor, {})[absent] = present
    return found


def applied(
    contrasts: Sequence[Contrast], standing: Mapping[str, Mapping[str, str]]
) -> list[Contrast]:
    """Return the contrasts with what stands in put in the place of what was not run."""
    return [
        one.model_copy(
            update={
                "where": _put(one.where, standing),
                "terms": [
                    term.model_copy(update={"where": _put(term.where, standing)})
                    for term in one.terms
                ],
            }
        )
        for one in contrasts
    ]


def said(standing: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Say what stands for what, as a condition beside a verdict."""
    return [
        f"{present} stands for {absent}, as registered: the {factor} itself was not run"
        for factor, pairs in standing.items()
        for absent, present in pairs.items()
    ]


def _put(where: Mapping[str, Any], standing: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    found = dict(where)
    for factor, pairs in standing.items():
        level = found.get(factor)
        if isinstance(level, list):
            found[factor] = list(dict.fromkeys(pairs.get(one, one) for one in level))
        elif level is not None:
            found[factor] = pairs.get(level, level)
    return found
