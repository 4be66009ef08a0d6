"""Streams are told apart by what they are for, and stay what they were."""

import hashlib

import numpy as np
import torch

from reproduce import randomness
from reproduce.randomness import derive, generator, seed_torch


def test_a_stream_has_the_seed_it_always_had():
    """Fixed numbers: whoever changes them makes every stored result another one."""
    assert derive(0, "weights") == 2039098572050236917
    assert derive(3, "order", 1, 2) == 3090780842358143620
    assert generator(0, "weights").integers(0, 2**31, 3).tolist() == [
        1696715032,
        1859850625,
        872312634,
    ]


def test_the_seed_is_the_first_63_bits_of_the_hash_of_its_name():
    expected = int(hashlib.sha256(b"7:draw:4").hexdigest()[:16], 16) // 2
    assert derive(7, "draw", 4) == expected


def test_seed_purpose_and_position_each_make_another_stream():
    names = [
        (0, "weights"), (1, "weights"), (0, "order"), (0, "order", 0), (0, "order", 1),
        (0, "order", 0, 1), (0, "order", 1, 0), (0, "order", 10), (10, "order"),
    ]  # fmt: skip
    seeds = [derive(*name) for name in names]
    assert len(set(seeds)) == len(names)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_numpy_integers_name_the_same_stream():
    assert derive(np.int64(3), "order", np.int32(1)) == derive(3, "order", 1)


def test_every_position_of_a_generator_is_a_stream_of_its_own():
    drawn = [generator(0, "draw", *p).integers(2**62) for p in ((), (0,), (1,), (1, 0), (0, 1))]
    assert len(set(drawn)) == 5


def test_a_stream_can_be_made_anew_and_nobody_else_moves_it():
    first = generator(5, "draw", 2).permutation(100)
    np.random.seed(0)
    generator(5, "draw", 3).permutation(100)
    assert (generator(5, "draw", 2).permutation(100) == first).all()


def test_torch_starts_at_the_beginning_of_the_stream():
    seed_torch(4, "forward", 0, 17)
    first = torch.rand(5)
    torch.rand(3)
    seed_torch(4, "forward", 0, 17)
    assert torch.equal(torch.rand(5), first)
    seed_torch(4, "forward", 0, 18)
    assert not torch.equal(torch.rand(5), first)


def test_torch_stands_where_its_own_seed_would_put_it():
    seed_torch(5, "forward", 2)
    ours = torch.rand(4)
    torch.manual_seed(derive(5, "forward", 2))
    assert torch.equal(ours, torch.rand(4))


def test_a_machine_with_an_accelerator_has_all_its_generators_seeded(monkeypatch):
    seeded = []
    monkeypatch.setattr(randomness, "_accelerated", lambda: True)
    monkeypatch.setattr(torch, "manual_seed", seeded.append)
    seed_torch(5, "forward")
    assert seeded == [derive(5, "forward")]
