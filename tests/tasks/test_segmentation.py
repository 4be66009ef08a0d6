"""Segmentation: pixels counted batch by batch, images resampled."""

import numpy as np
import pytest
import torch

from reproduce import tasks
from reproduce.evaluation.resampling import resample_counts
from reproduce.tasks import segmentation

CPU = torch.device("cpu")
OF = tasks.named("segmentation")


def counted(images, found):
    """Count the known pixels of each image, one at a time."""
    table = np.zeros((len(images.labels), 3, 3), dtype=int)
    for number, (maps, masks) in enumerate(zip(images.maps, found, strict=True)):
        for true, predicted in zip(maps.ravel().tolist(), masks.ravel().tolist(), strict=True):
            if true != 255:
                table[number, true, predicted] += 1
    return table


def predicted(network, images, keep=("masks",)):
    return OF.predict(network, images, 3, CPU, "float32", keep)


def test_every_pixel_gets_the_class_of_its_highest_logit(of_pixels, mapped):
    found = predicted(of_pixels, mapped)
    pixels = torch.from_numpy(mapped.pixels).float()[:, None] / 256
    with torch.no_grad():
        masks = of_pixels.classifier(of_pixels.encoder(pixels)).argmax(dim=1).numpy()
    assert (found.arrays["masks"] == masks).all() and found.arrays["masks"].dtype == np.uint8
    assert (found.scores == counted(mapped, masks)).all()
    assert (found.arrays["pixels"] == found.scores).all()
    assert (found.truth == mapped.labels).all() and (found.arrays["labels"] == mapped.labels).all()
    assert found.scores.sum() == (mapped.maps != 255).sum() < mapped.maps.size


def test_nothing_is_kept_that_is_not_asked_for(of_pixels, mapped):
    found = predicted(of_pixels, mapped, keep=())
    assert found.arrays == {} and found.scores.shape == (24, 3, 3)


def test_logits_of_few_images_are_in_memory_together(of_pixels, mapped, monkeypatch):
    """As many pixels as are allowed, and one image where it is larger than that."""
    whole = predicted(of_pixels, mapped)
    for allowed, at_once in ((5 * 16, 5), (16, 1), (7, 1)):
        monkeypatch.setattr(segmentation, "PIXELS_AT_ONCE", allowed)
        of_pixels.seen.clear()
        pieces = predicted(of_pixels, mapped)
        assert max(of_pixels.seen) == at_once and sum(of_pixels.seen) == 24
        assert (pieces.arrays["masks"] == whole.arrays["masks"]).all()


def test_measures_are_of_pixels_pooled_over_images(of_pixels, mapped):
    """Not a mean of the images' own; the mean IoU comes first."""
    found = predicted(of_pixels, mapped)
    table = counted(mapped, found.arrays["masks"]).sum(axis=0)
    assert (OF.table(found.scores, found.truth, 3) == table).all()
    overlaps = [table[c, c] / (table[c].sum() + table[:, c].sum() - table[c, c]) for c in range(3)]
    summary = OF.summary(found.scores, found.truth, 3)
    assert next(iter(summary)) == OF.headline == "miou"
    assert summary["miou"] == pytest.approx(np.mean(overlaps), abs=1e-12)
    assert [summary[f"iou_class_{c}"] for c in range(3)] == pytest.approx(overlaps, abs=1e-12)
    assert summary["pixel_accuracy"] == pytest.approx(table.trace() / table.sum(), abs=1e-12)


@pytest.mark.parametrize("metric", ["miou", "iou_class_1", "mean_dice", "pixel_accuracy"])
def test_a_resample_has_whole_images_within_their_classes(of_pixels, mapped, metric):
    """Built anew: images repeated as often as drawn, pixels pooled, measured from the masks."""
    found = predicted(of_pixels, mapped)
    drawn = OF.resampled(found.scores, found.truth, metric, 6, seed=4)
    copies = resample_counts(mapped.labels, 6, seed=4).astype(int)
    for c in range(3):
        assert (copies[mapped.labels == c].sum(axis=0) == (mapped.labels == c).sum()).all()
    for number in range(6):
        rows = np.repeat(np.arange(24), copies[:, number])
        table = found.scores[rows].sum(axis=0)[None]
        expected = OF.summary(table, np.zeros(1), 3)[metric]
        assert drawn[number] == pytest.approx(expected, abs=1e-12)
    assert len(set(drawn)) > 1


def test_a_batch_is_right_by_the_share_of_its_known_pixels():
    """Half the pixels of the first image, all known ones of the second, none known of the third."""
    targets = torch.tensor([[[0, 1], [2, 0]], [[1, 255], [255, 1]], [[255, 255], [255, 255]]])
    answers = torch.tensor([[[0, 1], [0, 1]], [[1, 0], [2, 1]], [[0, 1], [2, 0]]])
    logits = torch.nn.functional.one_hot(answers, 3).movedim(-1, 1).float()
    assert float(OF.correct(logits, targets)) == 1.5


def test_as_many_images_as_pixels_make():
    assert OF.images_trained_on([800, 150, 50], 10) == 10
    assert tasks.named("classification").images_trained_on([800, 150], 10) == 950


def test_what_is_carried_to_be_drawn_are_masks_of_the_same_images(of_pixels, mapped, monkeypatch):
    monkeypatch.setattr(segmentation, "SHOWN", 5)
    first, second = (predicted(of_pixels, mapped).arrays for _ in range(2))
    rows = first["shown_rows"]
    assert len(rows) == 5 and (np.diff(rows) > 0).all()
    assert (rows == second["shown_rows"]).all()
    assert (first["shown_masks"] == first["masks"][rows]).all()


def test_measures_of_images_stand_beside_those_of_pooled_pixels(of_pixels, mapped):
    found = predicted(of_pixels, mapped)
    summary = OF.summary(found.scores, found.truth, 3)
    by_image = [OF.summary(table[None], None, 3)["miou"] for table in found.scores]
    assert summary["image_miou"] == pytest.approx(np.mean(by_image), abs=1e-12)
    assert summary["image_miou"] != pytest.approx(summary["miou"], abs=1e-4)
