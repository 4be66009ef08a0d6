"""Which images are compared under each rule, against loops over all pairs."""

from itertools import combinations

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.compared import PROBES, Shown, pairs, split_name


def sample(people=5, each=6, seed=0):
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat(np.arange(people) + 10, each))
    rows = random.normal(size=(len(labels), 4)) + (labels[:, None] % 7)
    kinds, domains = random.integers(3, size=len(labels)), random.integers(2, size=len(labels))
    return rows, Shown(labels, domains, kinds)


def cosine(one, other):
    return one @ other / np.sqrt((one @ one) * (other @ other))


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [("", lambda s, i, j: s.kinds[i] == s.kinds[j]),
     ("within", lambda s, i, j: s.kinds[i] == s.kinds[j] and s.domains[i] == s.domains[j]),
     ("across", lambda s, i, j: s.kinds[i] == s.kinds[j] and s.domains[i] != s.domains[j]),
     ("any", lambda s, i, j: True)],
)  # fmt: skip
def test_pairs_under_a_rule_are_those_of_a_loop(rule, wanted):
    rows, shown = sample()
    found = pairs(rows, shown.under(rule))
    chosen = [(i, j) for i, j in combinations(range(len(rows)), 2) if wanted(shown, i, j)]
    expected = sorted(cosine(rows[i], rows[j]) for i, j in chosen)
    assert found.scores == pytest.approx(expected, abs=1e-9)
    genuine = sum(shown.identities[i] == shown.identities[j] for i, j in chosen)
    assert found.genuine.sum() == genuine and 0 < genuine < len(chosen)


def test_without_kinds_and_domains_all_pairs_are_one_rule():
    rows, shown = sample()
    plain = Shown(shown.identities)
    assert list(plain.rules()) == [""]
    assert len(pairs(rows, plain).scores) == len(rows) * (len(rows) - 1) // 2
    assert list(shown.rules()) == ["", "within", "across", "any"]
    # One image of everybody by each device: nobody has two of one.
    both = Shown(np.repeat([0, 1, 2], 2), np.tile([0, 1], 3))
    assert list(both.rules()) == ["", "across"]
    one_device = Shown(shown.identities, np.zeros(len(rows), int))
    assert list(one_device.rules()) == [""]


def test_a_probe_meets_every_template_and_is_in_none():
    rows, shown = sample(4, 30)
    assert "template20" in list(shown.rules())
    sizes = {}
    for images in (1, 5, 20):
        found = pairs(rows, shown.under(f"template{images}"))
        assert len(found.scores) == 4 * PROBES * 4
        assert found.genuine.sum() == 4 * PROBES
        sizes[images] = found.scores[found.genuine].mean()
    # A mean of more images lies nearer to what the others are like.
    assert sizes[1] < sizes[5] < sizes[20]


def test_the_template_is_the_mean_of_unit_embeddings():
    """Long vectors of one direction must not outweigh short ones of another."""
    rows, shown = sample(2, 24, seed=3)
    scaled = rows * np.random.default_rng(1).uniform(0.1, 10, size=(len(rows), 1))
    one, other = (pairs(of, shown.under("template5")).scores for of in (rows, scaled))
    assert one == pytest.approx(other, abs=1e-9)


def test_what_cannot_be_compared_is_refused():
    rows, shown = sample()
    with pytest.raises(UserError, match=r"unknown rule of pairs 'acros'.*across"):
        shown.under("acros")
    with pytest.raises(UserError, match="a template needs 20 images of an identity"):
        pairs(rows, shown.under("template5"))
    with pytest.raises(UserError, match="received only one kind"):
        pairs(rows, Shown(np.zeros(len(rows), int)))
    assert split_name("test:across") == ("test", "across") and split_name("val") == ("val", "")
