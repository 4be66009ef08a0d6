"""Image folders, image + mask folders, ImageNet folders."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.errors import UserError


def save(path, value=100, size=(12, 10), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = (3,) if mode == "RGB" else ()
    Image.fromarray(np.full((size[1], size[0], *channels), value, dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two classes, three images each."""
    for c, name in enumerate(("cats", "dogs")):
        for k in range(3):
            save(tmp_path / "own" / name / f"{k}.png", 50 * c + 10 * k)
    return tmp_path / "own"


def test_a_class_per_sub_folder(folder):
    found = catalog.load(f"folder:{folder}?size=8")
    assert found.class_names == ("cats", "dogs") and found.labels["all"].tolist() == [
        0,
        0,
        0,
        1,
        1,
        1,
    ]
    assert found.images["all"].shape == (6, 8, 8, 3)
    assert found.images["all"][:, 0, 0, 0].tolist() == [0, 10, 20, 50, 60, 70]
    assert not found.images_publishable and found.record().thumbnails is None


def test_train_and_test_folders_are_splits(folder):
    (folder / "train").mkdir()
    for name in ("cats", "dogs"):
        (folder / name).rename(folder / "train" / name)
        save(folder / "test" / name / "x.png", 200)
    found = catalog.load(f"folder:{folder}?size=8")
    assert found.record().counts == {"train": (3, 3), "test": (1, 1)}
    assert (found.images["test"] == 200).all()


def test_a_class_missing_from_a_split_is_refused(folder):
    (folder / "train").mkdir()
    for name in ("cats", "dogs"):
        (folder / name).rename(folder / "train" / name)
    save(folder / "test" / "cats" / "x.png")
    with pytest.raises(UserError, match="class 'dogs' has no image in split 'test'"):
        catalog.load(f"folder:{folder}?size=8")


def test_grey_images_on_request(folder):
    assert catalog.load(f"folder:{folder}?size=8&channels=1").images["all"].shape == (6, 8, 8)


def test_groups_can_be_given_in_a_table(folder):
    rows = [f"{c}/{k}.png,{owner}" for c, k, owner in (
        ("cats", 0, "ann"), ("cats", 1, "bob"), ("cats", 2, "ann"),
        ("dogs", 0, "ann"), ("dogs", 1, "cy"), ("dogs", 2, "bob"))]  # fmt: skip
    (folder / "groups.csv").write_text("file,group\n" + "\n".join(rows) + "\n")
    groups = catalog.load(f"folder:{folder}?size=8").groups["all"]
    assert groups[0] == groups[2] == groups[3] and groups[1] == groups[5]
    assert len(set(groups.tolist())) == 3
    (folder / "groups.csv").write_text("file,group\n" + "\n".join(rows[:-1]) + "\n")
    with pytest.raises(UserError, match=r"has no line for 'dogs/2\.png'"):
        catalog.load(f"folder:{folder}?size=8")


def test_identical_images_join_groups_given_in_a_table(folder):
    (folder / "dogs" / "0.png").write_bytes((folder / "cats" / "0.png").read_bytes())
    rows = [f"{c}/{k}.png,{c}{k // 2}" for c in ("cats", "dogs") for k in range(3)]
    (folder / "groups.csv").write_text("file,group\n" + "\n".join(rows) + "\n")
    groups = catalog.load(f"folder:{folder}?size=8").groups["all"]
    assert groups[0] == groups[1] == groups[3] == groups[4]
    assert len(set(groups.tolist())) == 3


@pytest.mark.parametrize("name", ["notes.txt", "clip.mp4", "scan.dcm"])
def test_a_file_that_is_no_image_is_named(folder, name):
    (folder / "dogs" / name).write_bytes(b"hello")
    with pytest.raises(UserError, match=f"{name} is not an image file"):
        catalog.load(f"folder:{folder}?size=8")


def test_hidden_files_are_passed_over(folder):
    (folder / "dogs" / ".DS_Store").write_bytes(b"x")
    (folder / "dogs" / "Thumbs.db").write_bytes(b"x")
    assert len(catalog.load(f"folder:{folder}?size=8").labels["all"]) == 6


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_an_image_that_is_none_is_named(folder, content):
    (folder / "dogs" / "1.png").write_bytes(content)
    with pytest.raises(UserError, match=r"dogs/1\.png cannot be read as an image") as failure:
        catalog.load(f"folder:{folder}?size=8")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_truncated_image_is_named(folder, share, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    path = folder / "cats" / f"long.{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(UserError, match=f"long.{suffix} cannot be read as an image"):
        catalog.load(f"folder:{folder}?size=8")


def test_one_class_alone_or_no_folder_at_all_is_refused(folder, tmp_path):
    with pytest.raises(UserError, match=r"has 0 class folder\(s\), expected at least two"):
        catalog.load(f"folder:{folder / 'cats'}")
    with pytest.raises(UserError, match="is not here: there is no folder"):
        catalog.load(f"folder:{tmp_path / 'nowhere'}")


def gradient(width, height):
    ramp = np.linspace(0, 255, width)[None].repeat(height, 0)
    return np.repeat(ramp[..., None], 3, axis=2).astype(np.uint8)


def test_crop_keeps_the_middle_pad_the_whole_and_stretch_the_width(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "wide" / name).mkdir(parents=True)
        Image.fromarray(gradient(96, 32)).save(tmp_path / "wide" / name / "x.png")
    path = tmp_path / "wide"
    crop = catalog.load(f"folder:{path}?size=16").images["all"][0]
    pad = catalog.load(f"folder:{path}?size=24&fit=pad").images["all"][0]
    stretch = catalog.load(f"folder:{path}?size=16&fit=stretch").images["all"][0]
    # The middle third of the ramp, 85 to 170; bands of black; the whole ramp.
    assert 80 < crop[8, 0, 0] < 95 and 160 < crop[8, -1, 0] < 175
    assert (pad[:8] == 0).all() and (pad[16:] == 0).all() and pad[12, -1, 0] > 240
    assert stretch[8, 0, 0] < 12 and stretch[8, -1, 0] > 243
    assert (np.diff(stretch[8, :, 0].astype(int)) > 10).all()


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    for name, value in (("a", 0x2000), ("b", 0xC000)):
        (tmp_path / "deep" / name).mkdir(parents=True)
        deep = np.full((10, 10), value, dtype=np.uint16)
        Image.fromarray(deep).save(tmp_path / "deep" / name / "x.png")
    found = catalog.load(f"folder:{tmp_path / 'deep'}?size=8&channels=1")
    assert found.images["all"][:, 0, 0].tolist() == [0x20, 0xC0]


def test_a_jpeg_decoded_small_looks_like_one_decoded_whole(tmp_path):
    x, y = np.meshgrid(np.arange(400), np.arange(300))
    smooth = 128 + 60 * np.sin(x / 40) + 50 * np.cos(y / 30)
    pixels = np.repeat(smooth[..., None], 3, axis=2).astype(np.uint8)
    for name, suffix in (("a", "jpg"), ("b", "png")):
        (tmp_path / "two" / name).mkdir(parents=True)
        Image.fromarray(pixels).save(tmp_path / "two" / name / f"x.{suffix}")
    jpeg, png = catalog.load(f"folder:{tmp_path / 'two'}?size=32").images["all"].astype(int)
    assert np.abs(jpeg - png).mean() < 1.5 and np.abs(jpeg - png).max() < 8


@pytest.fixture
def masked(tmp_path):
    """Return a folder of images with masks of three classes, split in train and test."""
    root = tmp_path / "scans"
    for split, count in (("train", 4), ("test", 2)):
        for k in range(count):
            save(root / split / "images" / f"{k}.jpg", 30 * k, mode="L")
            mask = np.zeros((10, 12), dtype=np.uint8)
            mask[2:5, 3:9] = k % 3
            (root / split / "masks").mkdir(exist_ok=True)
            Image.fromarray(mask).save(root / split / "masks" / f"{k}.png")
    return root


def test_images_and_masks_go_together(masked):
    (masked / "classes.txt").write_text("background\nbenign\nmalignant\n")
    found = catalog.load(f"masks:{masked}?size=12&channels=1")
    assert found.task == "segmentation"
    assert found.class_names == ("background", "benign", "malignant")
    assert found.masks["train"].shape == found.images["train"].shape == (4, 12, 12)
    assert found.labels["train"].tolist() == [0, 1, 2, 0]
    for mask, label in zip(found.masks["train"], found.labels["train"], strict=True):
        assert set(np.unique(mask)) == {0, int(label)}
    share = (found.masks["train"][1] == 1).mean()
    assert share == pytest.approx(18 / 120, abs=0.03)


def test_masks_keep_whole_class_numbers_when_they_shrink(masked):
    found = catalog.load(f"masks:{masked}?size=8")
    assert set(np.unique(found.masks["train"])) <= {0, 1, 2}
    assert found.class_names == ("background", "class 1", "class 2")


def test_masks_of_0_and_255_mean_two_classes(masked):
    for path in masked.rglob("masks/*.png"):
        mask = np.asarray(Image.open(path))
        Image.fromarray(np.where(mask > 0, 255, 0).astype(np.uint8)).save(path)
    found = catalog.load(f"masks:{masked}?size=12")
    assert set(np.unique(found.masks["train"])) == {0, 1} and len(found.class_names) == 2
    assert found.labels["train"].tolist() == [0, 1, 1, 0]


def test_a_mask_of_another_size_names_both(masked):
    Image.fromarray(np.zeros((11, 12), dtype=np.uint8)).save(masked / "test" / "masks" / "1.png")
    with pytest.raises(
        UserError, match=r"masks/1\.png is 12 x 11 pixels, .*images/1\.jpg is 12 x 10"
    ):
        catalog.load(f"masks:{masked}?size=8")


def test_an_unknown_label_in_a_mask_is_refused(masked):
    (masked / "classes.txt").write_text("background\nnodule\n")
    with pytest.raises(
        UserError, match=r"masks/2\.png has the unknown label 2, expected classes 0 to 1"
    ):
        catalog.load(f"masks:{masked}?size=8")


def test_a_colour_mask_a_missing_and_a_lonely_one_are_refused(masked):
    mask = masked / "train" / "masks" / "0.png"
    save(mask, 0)
    with pytest.raises(UserError, match=r"0\.png is a mask in mode RGB"):
        catalog.load(f"masks:{masked}?size=8")
    mask.unlink()
    with pytest.raises(UserError, match=r"images/0\.jpg has no mask"):
        catalog.load(f"masks:{masked}?size=8")
    (masked / "train" / "images" / "0.jpg").unlink()
    save(masked / "train" / "masks" / "9.png", 0, mode="L")
    with pytest.raises(UserError, match=r"masks/9\.png is a mask without an image"):
        catalog.load(f"masks:{masked}?size=8")


@pytest.fixture
def imagenet(tmp_path):
    root = tmp_path / "data" / "imagenet"
    for c in range(3):
        for k in range(6):
            save(root / "train" / f"n{c:08}" / f"n{c:08}_{k}.JPEG", 10 * c + k)
        save(root / "val" / f"n{c:08}" / f"ILSVRC2012_val_{c}.JPEG", 200 + c)
    return root


def test_imagenet_folders_train_and_test_on_the_validation_part(imagenet):
    found = catalog.load("imagenet?size=8")
    assert found.record().counts == {"train": (6, 6, 6), "test": (1, 1, 1)}
    assert not found.images_publishable


def test_imagenet_takes_as_many_images_and_classes_as_asked_for(imagenet):
    few = catalog.load("imagenet?size=8&per_class=2&classes=2")
    assert few.record().counts == {"train": (2, 2), "test": (1, 1)}
    assert (
        few.fingerprint != catalog.load("imagenet?size=8&per_class=2&classes=2&seed=1").fingerprint
    )


def test_unsorted_validation_images_are_explained(imagenet):
    (imagenet / "val" / "n00000001" / "ILSVRC2012_val_1.JPEG").unlink()
    (imagenet / "val" / "n00000001").rmdir()
    with pytest.raises(UserError, match="has no folder 'n00000001'; sort the validation images"):
        catalog.load("imagenet?size=8")


@pytest.fixture
def people(tmp_path):
    """Return a folder of three people in front of two cameras; one of them was seen by one only."""
    for c, (name, cameras) in enumerate((("ann", "xy"), ("bob", "xy"), ("cy", "y"))):
        for camera in cameras:
            for k in range(2):
                save(tmp_path / "own" / name / camera / f"{k}.png", 60 * c + 10 * k)
    return tmp_path / "own"


def test_devices_may_be_folders_inside_a_class(people):
    found = catalog.load(f"folder:{people}?domains=subfolders&size=8")
    assert found.class_names == ("ann", "bob", "cy")
    assert found.labels["all"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert found.extra["all"]["device"].tolist() == [0, 0, 1, 1, 0, 0, 1, 1, 1, 1]


def test_a_class_without_a_folder_of_a_device_is_refused(people):
    save(people / "dan" / "0.png")
    with pytest.raises(UserError, match="dan holds no folder of a device; expected one for each"):
        catalog.load(f"folder:{people}?domains=subfolders&size=8")


def test_folders_of_devices_need_to_be_said(people):
    with pytest.raises(UserError, match="ann"):
        catalog.load(f"folder:{people}?size=8")
