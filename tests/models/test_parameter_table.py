"""Table 3 of the metric-learning paper, to the last digit."""

import csv
from importlib import resources

import pytest
import torch
from torch import nn

from reproduce.models.parameter_table import PRINTED, parameter_table

PAPER_NAMES = {"ResNet": "resnet50", "InceptionV3": "inception_v3", "MobileNet": "mobilenet_v1"}


@pytest.fixture(scope="module")
def rows():
    return {row.backbone: row for row in parameter_table()}


def test_the_printed_numbers_are_those_of_the_transcribed_table():
    folder = resources.files("reproduce.papers") / "metric_learning" / "published"
    text = (folder / "table3.csv").read_text("utf-8")
    printed = {
        PAPER_NAMES[row["method"]]: int(row["value"].replace(",", ""))
        for row in csv.DictReader(text.splitlines())
    }
    assert printed == PRINTED


def test_counted_as_keras_counts_every_number_is_the_printed_one(rows):
    assert {name: row.as_keras for name, row in rows.items()} == PRINTED


def test_our_counts(rows):
    counts = {n: (r.with_imagenet_classifier, r.without_classifier) for n, r in rows.items()}
    assert counts == {
        "resnet50": (25_557_032, 23_508_032),
        "inception_v3": (23_834_568, 21_785_568),
        "mobilenet_v1": (4_231_976, 3_206_976),
    }


def test_the_papers_head_is_counted_from_its_layers(rows):
    for name, features in (("resnet50", 2048), ("inception_v3", 2048), ("mobilenet_v1", 1024)):
        head = nn.Sequential(nn.Linear(features, 128), nn.Linear(128, 3))
        numbers = sum(p.numel() for p in head.parameters())
        assert rows[name].with_head == rows[name].without_classifier + numbers


def test_running_means_are_counted_from_the_buffers(build):
    rows = {row.backbone: row for row in parameter_table()}
    for name, row in rows.items():
        with torch.device("meta"):
            network = build(name, size=96)
        running = [b.numel() for n, b in network.named_buffers() if "running" in n]
        assert row.running == sum(running)


def test_a_reason_is_given_for_every_difference(rows):
    for row in rows.values():
        assert row.printed != row.without_classifier
        assert "Keras" in row.why and row.why.endswith(".")
