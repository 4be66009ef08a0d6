"""A reader's own people, a folder each, in front of two cameras: trained and verified."""

import numpy as np
import pytest
from PIL import Image

from reproduce.papers.difficulty_aware.protocol import PROTOCOL
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.store import Store
from tests.trials.test_every_task import ALONE

PEOPLE, EACH = 20, 4


@pytest.fixture
def named(tmp_path):
    """Return the name of a folder of people, each with a few images by two cameras."""
    random = np.random.default_rng(0)
    for person in range(PEOPLE):
        looks = random.integers(40, 200, (16, 16))
        for camera in ("front", "side"):
            folder = tmp_path / "mine" / f"p{person:02d}" / camera
            folder.mkdir(parents=True)
            for number in range(EACH):
                pixels = looks + random.integers(-30, 30, looks.shape) + 20 * (camera == "side")
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return f"folder:{tmp_path / 'mine'}?channels=1&domains=subfolders&size=16"


def test_ones_own_people_are_verified_within_a_camera_and_across(named, tmp_path):
    store = Store(tmp_path / "store")
    values = {"profile": "quick", "dataset": named, "experiments": "none", "seeds": [0],
              "batch_size": 48}  # fmt: skip
    study = Study(PROTOCOL, PROTOCOL.parameters.read(values), store)
    [cell] = study.arms(method="difficulty_aware_sup_con")
    assert cell.trial.split["kind"] == "identities" and cell.trial.split["test"] == 6
    [item] = [item for item in study.planned() if item.trial.key == cell.trial.key]
    assert engine.run([item], store, ALONE, lambda event: None).failures == {}
    result = study.result(cell)
    people = np.unique(result.arrays["test/labels"])
    assert len(people) == 6 and list(result.counts) == [2 * EACH] * 12
    assert {*result.arrays["test/domains"]} == {0, 1}
    assert 0 <= result.metrics["test/eer"] < 0.5
