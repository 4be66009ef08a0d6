"""Observations, judgements and small inputs that the tests of the figures share."""

from types import SimpleNamespace

import numpy as np
import pytest

# The colour of a cell's strength is one of so many steps.
TONES = 1 / 2000

METHODS = ("baseline", "thresholding", "oversampling", "oversampling_thresholding")
OFFSETS = {"baseline": 0, "thresholding": 0.04, "oversampling": 0.03}


@pytest.fixture
def class_names():
    return [str(digit) for digit in range(10)]


@pytest.fixture
def observations():
    """Accuracies that can be worked out by hand: seeds differ by a hundredth."""
    return [
        {
            "method": method, "imbalance": "step", "rho": rho, "mu": 0.5, "seed": seed,
            "key": f"{rho:08x}{seed:08x}",
            "accuracy": 0.80 - 0.001 * rho + OFFSETS.get(method, 0.02) + 0.01 * seed,
            "auc": 0.99 + 0.0012 * seed,
        }
        for method in METHODS for rho in (10, 100) for seed in range(3)
    ]  # fmt: skip


@pytest.fixture
def part():
    def make(mean=0.02, half=0.01, **changes):
        effect = SimpleNamespace(mean=mean, low=mean - half, high=mean + half, repeats=5)
        given = {
            "name": "over_baseline", "effect": effect, "verdict": "holds", "margin": 0.005,
            "published_gain": 0.03, "reading": "", **changes,
        }  # fmt: skip
        return SimpleNamespace(**given)

    return make


@pytest.fixture
def judgement():
    def make(*parts, **changes):
        given = {
            "claim_id": "oversampling_is_better", "english": "Oversampling is better.",
            "verdict": "holds", "reason": "all parts hold", "parts": list(parts),
            "conditions": (), "unmet": (), **changes,
        }  # fmt: skip
        return SimpleNamespace(**given)

    return make


@pytest.fixture
def clusters():
    """Three clusters of 64-dimensional points, the last one rare."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], (30, 30, 4))
    centres = 6 * rng.normal(size=(3, 64))
    return centres[labels] + rng.normal(size=(64, 64)), labels


def texts(figure):
    """Return everything that is written in a figure."""
    from matplotlib.text import Text

    return "\n".join(artist.get_text() for artist in figure.findobj(Text))


@pytest.fixture
def written():
    return texts


def cells(axis):
    """Return {(row, column): (colour, strength)} of the coloured cells, the first row first."""
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import to_hex

    (mesh,) = [one for one in axis.collections if isinstance(one, QuadMesh)]
    mesh.update_scalarmappable()
    shape = mesh.get_array().shape
    found = mesh.get_facecolor().reshape(*shape, 4)
    return {
        place: (to_hex(found[place][:3]), float(found[place][3])) for place in np.ndindex(shape)
    }
