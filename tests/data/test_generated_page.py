"""The page on generated data says what the stored results say, and shows every set."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from reproduce.data.generated import DESCRIPTIONS, LEVELS, best_possible
from reproduce.data.generated.assembly import GENERATOR_VERSION

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "book" / "generated_data.md"
STORED = json.loads((ROOT / "book/results/generated_difficulty.json").read_text("utf-8"))
CLASSIFIED = [row for row in STORED["rows"] if "best_possible" in row]


def test_the_page_says_what_the_results_say(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    page = import_module("benchmarks.generated_page")
    text = PAGE.read_text("utf-8")
    assert page.filled(text) == text
    assert page.filled(text.replace("| easy |", "| eesy |")) == text
    assert text.count("| easy |") == len(DESCRIPTIONS)


def test_results_are_those_of_this_generator_for_every_set_and_level():
    assert STORED["generator_version"] == GENERATOR_VERSION
    measured = [(row["set"], row["difficulty"]) for row in STORED["rows"]]
    assert sorted(measured) == sorted((name, level) for name in DESCRIPTIONS for level in LEVELS)
    assert set(STORED["images_per_second"]) == set(DESCRIPTIONS)


@pytest.mark.parametrize("row", CLASSIFIED, ids=lambda row: f"{row['set']}-{row['difficulty']}")
def test_levels_leave_room_below_and_above_the_small_network(row):
    best = best_possible(row["set"], row["difficulty"])["balanced_accuracy"]
    assert row["best_possible"] == pytest.approx(best, abs=1e-4)
    # Three standard errors of a difference on 1,200 images are about six points.
    assert row["chance"] + 0.1 < row["linear"] < row["network"] - 0.06
    assert row["network"] < best - 0.04


def test_segmentation_and_verification_reward_a_network_and_leave_room():
    for row in STORED["rows"]:
        if row["set"] == "nodules":
            assert 1 / 3 < row["linear"] < row["network"] - 0.1 < 0.8
        if row["set"] == "identities":
            assert 0.5 > row["linear"] > row["network"] + 0.05 > 0.09


@pytest.mark.parametrize("name", ["lesions", "warts_corns", "dermoscopy"])
def test_harder_levels_are_harder(name):
    for model in ("linear", "network"):
        scores = {r["difficulty"]: r[model] for r in CLASSIFIED if r["set"] == name}
        assert scores["easy"] > scores["medium"] > scores["hard"], model


def test_every_picture_is_there_small_enough_and_named_as_generated():
    figures = re.findall(
        r"```\{figure\} (\S+)\n:alt: (.+)\n(?:.+\n)*\n((?:.+\n)+)```", PAGE.read_text("utf-8")
    )
    assert {Path(path).stem for path, *_ in figures} == {*DESCRIPTIONS, "levels"}
    for path, alt, caption in figures:
        file = PAGE.parent / path
        assert file.read_bytes()[:4] == b"\x89PNG" and file.stat().st_size < 300_000
        assert len(alt) > 60 and caption.startswith("Generated")
