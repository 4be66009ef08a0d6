"""A good claim, and how a changed one is refused."""

import copy

import pytest

from reproduce.errors import UserError
from reproduce.registry import claims

GOOD = {
    "paper": "class_imbalance",
    "id": "imbalance_is_harmful",
    "quote": "words",
    "english": "Imbalance harms.",
    "place": "Section 1",
    "says": "summary",
    "type": "superiority",
    "estimand": "AUC at rho 100 minus at rho 10",
    "metric": "auc",
    "data": {"own": ["mnist"], "here": ["mnist"]},
    "margin": 0.001,
    "margin_reason": "a tenth of a point",
    "repeats": 5,
    "controls": ["same seeds"],
    "status": "confirmatory",
    "published_gain": None,
    "contrasts": [
        {
            "name": "baseline",
            "expect": "less",
            "terms": [
                {"weight": 1, "method": "baseline", "where": {"rho": 100}},
                {"weight": -1, "method": "baseline", "where": {"rho": 10}},
            ],
            "where": {"imbalance": "step"},
        }
    ],
}


def refused(change) -> str:
    """Return the message with which a changed good claim is refused."""
    entry = copy.deepcopy(GOOD)
    change(entry)
    with pytest.raises(UserError) as caught:
        claims.validated(claims.Claim, "claims/x.yaml, imbalance_is_harmful", entry)
    message = str(caught.value)
    assert message.startswith("claims/x.yaml, imbalance_is_harmful: ")
    assert "\n" not in message
    return message
