"""Where a spread comes from: by hand, and on simulated data whose variances are known."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.components import components


def test_by_hand():
    values = [[0.1, 0.3], [0.5, 0.9], [0.6, 0.6]]
    draws = np.array([[[0, 1, 2], [0, 2, 4]], [[0, 0, 3], [0, 0, 0]], [[1, 2, 3], [3, 2, 1]]])
    found = components(values, draws)
    within = np.mean([0.02, 0.08, 0.0])
    between = np.var([0.2, 0.7, 0.6], ddof=1)
    v = np.mean([1, 4, 3, 0, 1, 1])
    c = np.mean([2, 0, -1])
    assert found.images == pytest.approx(v)
    assert found.seed == pytest.approx(within - (v - c))
    assert found.division == pytest.approx(between - within / 2 - c)
    assert found.total == pytest.approx(between + within / 2)
    assert (found.divisions, found.networks) == (3, 2)


@pytest.mark.parametrize("networks", [2, 3])
def test_known_variances_are_found_in_the_mean(networks):
    """Accuracy on 60 images: some hard for all, some for one network; weights and data matter."""
    generator = np.random.default_rng(0)
    seed_sd, division_sd, images, own, n = 0.04, 0.06, 0.3, 0.5, 60
    found = []
    for _ in range(1500):
        division = division_sd * generator.normal(size=(5, 1))
        level = division + seed_sd * generator.normal(size=(5, networks))
        # What an image adds is the same for all networks, and some of it is a network's own.
        shared = images * generator.normal(size=(5, 1, n))
        each = level[..., None] + shared + own * generator.normal(size=(5, networks, n))
        counts = generator.multinomial(n, np.full(n, 1 / n), size=(5, 40))
        draws = np.einsum("gbi,gni->gnb", counts, each) / n
        one = components(each.mean(axis=2), draws)
        found.append((one.seed, one.images, one.division))
    seed, of_images, division = np.mean(found, axis=0)
    spread = np.std(found, axis=0) / np.sqrt(len(found))
    known = (seed_sd**2, (images**2 + own**2) / n, division_sd**2)
    # A bootstrap of n images sees (n - 1) / n of the variance; here a sixtieth of 0.0057.
    for value, truth, error in zip((seed, of_images, division), known, spread, strict=True):
        assert abs(value - truth) < 4 * error + 0.00012
    assert seed < known[0] + 0.3 * known[1], "what images do is not taken for the seed's"


def test_nonsense_is_refused():
    for values, draws in (([1, 2], np.zeros((2, 3))), ([[1], [2]], np.zeros((2, 1, 3))),
                          ([[1, 2]], np.zeros((1, 2, 3))),
                          ([[1, 2], [3, 4]], np.zeros((2, 3, 4)))):  # fmt: skip
        with pytest.raises(UserError, match="expected values"):
            components(values, draws)
