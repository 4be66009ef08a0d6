"""Common tests run once for every row of the table that they apply to."""

import pytest
import torch

from reproduce import losses
from tests.losses.cases import CASES

# What a test takes -> the rows it runs for.
ROWS = {
    "loss_case": CASES,
    "derivative_case": [case for case in CASES if case.derivative],
    "space_case": [case for case in CASES if case.takes not in ("logits", "pixels")],
    "labelled_case": [case for case in CASES if case.labelled],
    "named_case": [case for case in CASES if case.labelled and not case.knows_classes],
    "views_case": [case for case in CASES if case.takes in ("views", "two_heads")],
    "classes_case": [case for case in CASES if case.labelled and case.knows_classes],
    "pixel_case": [case for case in CASES if case.takes == "pixels"],
}


def pytest_generate_tests(metafunc):
    """Run a test once for every row of what it takes, or for every registered name."""
    for name, cases in ROWS.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, cases, ids=str)
    if "loss_name" in metafunc.fixturenames:
        metafunc.parametrize("loss_name", losses.LOSSES)


@pytest.fixture(autouse=True)
def drawn_alike():
    """Start torch's numbers at one place, so that no test depends on those before it."""
    torch.default_generator.manual_seed(0)
