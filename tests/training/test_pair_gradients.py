"""Looking at pairs while a network learns: what is noted, and that nothing is changed by it."""

import numpy as np
import pytest
import torch

from reproduce.evaluation.families import gradients
from reproduce.losses.embedding.pair_gradients import pair_gradients
from reproduce.losses.embedding.similarities import positives
from reproduce.training.pair_gradients import hardest, looked_at, watched


def batch(seed=0, identities=8, each=4):
    random = np.random.default_rng(seed)
    rows = torch.from_numpy(random.normal(size=(identities * each, 5)))
    return rows, torch.arange(identities).repeat_interleave(each)


def test_the_hardest_positives_are_the_least_alike_and_the_hardest_negatives_the_most():
    rows, labels = batch()
    unit = rows / rows.norm(dim=1, keepdim=True)
    cosines = unit @ unit.T
    same, other = positives(labels), labels[:, None] != labels
    for kind, hardness in ((same, -cosines), (other, cosines)):
        chosen = hardest(kind, hardness)
        assert chosen.sum() == round(0.1 * int(kind.sum())) and not (chosen & ~kind).any()
        assert hardness[chosen].min() >= hardness[kind & ~chosen].max()


def test_shares_are_those_of_all_pairs_added_up():
    rows, labels = batch(1)
    shares, by_cosine = looked_at("sup_con", rows, labels, {"temperature": 0.1})
    unit = rows / rows.norm(dim=1, keepdim=True)
    size = pair_gradients("sup_con", unit @ unit.T, labels, {"temperature": 0.1}).abs().numpy()
    same = positives(labels).numpy()
    other = labels.numpy()[:, None] != labels.numpy()
    assert shares[:, 0].sum() == pytest.approx(size[same].sum())
    assert shares[:, 2].sum() == pytest.approx(size[other].sum())
    assert by_cosine.sum(axis=1) == pytest.approx([size[same].sum(), size[other].sum()])
    assert (shares[:, 1] <= shares[:, 0] + 1e-12).all() and (shares[:, 3] <= shares[:, 2]).all()


def test_weights_of_hard_pairs_move_the_shares_as_they_should():
    rows, labels = batch(2)
    measured = {}
    for name, alpha, beta in (("plain", 0, 0), ("positives", 5, 0), ("negatives", 0, 5)):
        given = {"alpha": alpha, "beta": beta, "positive_threshold": 0.5,
                 "negative_threshold": 0.0, "temperature": 0.5}  # fmt: skip
        shares, _ = looked_at("difficulty_aware_sup_con", rows, labels, given)
        measured[name] = gradients.values({"gradients/shares": shares[None]})
    hard_positive, hard_negative = gradients.SHARES
    assert measured["positives"][hard_positive] > measured["plain"][hard_positive]
    assert measured["negatives"][hard_negative] > measured["plain"][hard_negative]


def test_a_share_over_time_is_the_mean_of_its_moments():
    random = np.random.default_rng(0)
    arrays = {"gradients/shares": random.random((4, 9, 4))}
    time = gradients.over_time(arrays)
    assert gradients.values(arrays) == pytest.approx({k: v.mean() for k, v in time.items()})
    drawn = gradients.draws(arrays, 30)
    assert all(of.shape == (30,) and of.std() > 0 for of in drawn.values())


def test_some_images_of_some_identities_are_watched_and_always_the_same(images):
    found = watched(images)
    assert np.bincount(found.labels).tolist() == [4, 4, 4]
    assert (found.rows == watched(images).rows).all()
