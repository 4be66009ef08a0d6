"""Names of data sets in words: no page shows an option as it is typed."""

import pytest

from reproduce.data.entries import entries
from reproduce.registry.datasets import in_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lesions?balanced=20000&size=28", "generated lesions, 28 px"),
        ("retinamnist", "RetinaMNIST"),
        ("mnist", "MNIST"),
        ("chexpert?rare=normal&share=0.05", "CheXpert, 5 % normal"),
        ("folder:/home/somebody/skin", "folder skin"),
        ("warts_corns?difficulty=hard", "generated warts and corns, hard"),
        ("retinamnist?fit=crop", "RetinaMNIST, fit crop"),
        ("nosuch_set", "nosuch set"),
        ("", ""),
    ],
)
def test_a_name_becomes_a_phrase(name, words):
    assert in_words(name) == words


def test_every_data_set_of_the_catalog_has_a_name_without_signs_of_code():
    for name in entries():
        said = in_words(name)
        assert said and not set("?=&_(") & set(said), said
    assert len({in_words(name) for name in entries()}) == len(entries())
