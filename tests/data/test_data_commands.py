"""`reproduce data` as a person uses it: output, one-line errors, exit status."""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce import cli
from reproduce.commands.data import users_of
from reproduce.data import catalog, entries, sources


@pytest.fixture
def reproduce(monkeypatch, capsys):
    """Return a function that runs the command and returns status, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


def png(value, size=12):
    packed = io.BytesIO()
    Image.fromarray(np.full((size, size, 3), value, dtype=np.uint8)).save(packed, "PNG")
    return packed.getvalue()


@pytest.fixture
def own(tmp_path):
    for c, name in enumerate(("a", "b")):
        (tmp_path / "own" / name).mkdir(parents=True)
        for k in range(3):
            (tmp_path / "own" / name / f"{k}.png").write_bytes(png(100 * c + k))
    return tmp_path / "own"


def test_the_list_names_every_set_and_what_is_here(reproduce, image_file):
    image_file("mnist", classes=10)
    image_file("mine")
    status, output, _ = reproduce("data", "list")
    lines = {line.split()[1]: line for line in output.splitlines() if len(line.split()) > 3}
    assert status == 0 and {*catalog.CATALOG, "mine"} <= set(lines)
    assert "yes" in lines["mnist"] and "yes" in lines["mine"] and "yes" in lines["digits"]
    assert "no" in lines["cifar10"].split() and "generated" in lines["lesions"]
    assert "1,457" in lines["acne04"] and "dual_head" in lines["acne04"]


@pytest.mark.parametrize("name", entries.entries())
def test_every_set_can_be_described(reproduce, name):
    status, output, error = reproduce("data", "info", name)
    entry = catalog.CATALOG[name]
    assert status == 0 and error == "" and entry.title.split()[0] in output
    assert entry.licence and entry.source and entry.role and entry.layout


def test_the_description_says_whether_images_may_be_shown(reproduce):
    _, output, _ = reproduce("data", "info", "acne04")
    said = next(line for line in output.splitlines() if "may be published" in line)
    assert "no" in said.split()
    assert "split=all" in output and "fold4" in output


def test_medical_faces_and_folders_of_ones_own_are_never_shown():
    private = {name for name, entry in catalog.CATALOG.items() if not entry.images_publishable}
    assert private == {"acne04", "chexpert", "thyroid_ultrasound", "warts_photographs", "imagenet"}
    assert not any(entry.images_publishable for entry in catalog.OWN_KINDS.values())


def test_every_kind_in_the_catalog_can_be_opened():
    kinds = {entry.kind for entry in catalog.CATALOG.values()}
    assert kinds <= {"embedded", "npz", "packed", "generated", *sources.LOADERS}
    for name, entry in catalog.CATALOG.items():
        for counts in entry.published.values():
            if entry.class_names and not isinstance(counts, int):
                assert len(counts) == len(entry.class_names), name


def test_published_totals_are_those_of_the_papers():
    totals = {"acne04": 1457, "isic2019": 25_331, "hyper_kvasir": 10_662, "retinamnist": 1600,
              "ham10000": 10_015 + 1512, "busi": 780, "omniglot": 4840,
              "mnist": 70_000, "cifar10": 60_000, "cifar100": 60_000}  # fmt: skip
    assert {name: catalog.CATALOG[name].total() for name in totals} == totals


def test_the_page_of_the_data_agrees_with_the_catalog():
    page = (Path(__file__).parents[2] / "book" / "data.md").read_text("utf-8")
    for name, entry in catalog.CATALOG.items():
        if not (users_of(name) or entry.fetched in ("idx", "cifar")):
            continue
        assert f"`{name}`" in page, name
        row = next((line for line in page.splitlines() if line.startswith(f"| `{name}` |")), None)
        if entry.kind == "generated":
            continue
        shown = row.split("|")[-2].strip()
        assert (shown.startswith("never")) == (not entry.images_publishable), name
        for counts in entry.published.values():
            total = counts if isinstance(counts, int) else sum(counts)
            assert f"{total:,}" in row, (name, total)


def test_verify_ends_with_0_or_2(reproduce, own):
    status, output, error = reproduce("data", "verify", f"folder:{own}")
    assert (status, error) == (0, "") and "is in order" in output
    (own / "a" / "1.png").write_bytes(b"x")
    status, output, error = reproduce("data", "verify", f"folder:{own}")
    assert status == 2 and error.startswith("Error: 1 problem(s)") and error.count("\n") == 1
    assert "wrong: " in output and "a/1.png" in output


def test_fetch_says_how_to_get_what_it_may_not_download(reproduce):
    status, output, _ = reproduce("data", "fetch", "hyper_kvasir")
    assert status == 0 and "https://datasets.simula.no/hyper-kvasir/" in output
    assert "labeled-images" in output and output.splitlines()[-1] == "nothing was downloaded"


def test_fetch_leaves_what_is_here_alone(reproduce, image_file):
    path = image_file("mnist", classes=10)
    content = path.read_bytes()
    status, output, _ = reproduce("data", "fetch", "mnist")
    assert status == 0 and "is here already" in output and path.read_bytes() == content


def test_prepare_decodes_once(reproduce, own):
    status, output, _ = reproduce("data", "prepare", f"folder:{own}", "--size", "16")
    assert status == 0 and "all: 6 images of 16 x 16 x 3" in output
    assert catalog.load(f"folder:{own}?size=16").images["all"].shape == (6, 16, 16, 3)


def test_prepare_unpacks_the_archive_that_lies_there(reproduce, tmp_path):
    root = tmp_path / "data" / "hyper_kvasir"
    root.mkdir(parents=True)
    with zipfile.ZipFile(root / "hyper-kvasir-labeled-images.zip", "w") as file:
        for c, name in enumerate(sources.hyper_kvasir.class_names()):
            tract = ("lower-gi-tract", "upper-gi-tract")[c % 2]
            file.writestr(f"labeled-images/{tract}/findings/{name}/{c}.png", png(10 * c))
    status, output, error = reproduce("data", "prepare", "hyper_kvasir", "--size", "8")
    assert (status, error) == (0, "") and "all: 23 images of 8 x 8 x 3" in output
    assert (root / "labeled-images").is_dir()


WRONG = {
    ("info", "mnits"): "unknown data set 'mnits'; did you mean 'mnist'?",
    ("verify", "mnist"): "1 problem(s) with 'mnist'",
    ("prepare", "acne04"): "`reproduce data fetch acne04` says where to get it",
    ("prepare", "cifar10"): "get it with `reproduce data fetch 'cifar10'`",
    ("prepare", "mnist", "--size", "64"): "'mnist' has one size only",
    ("fetch", "retinamnist", "--size", "30"): "size is '30', expected one of: 28, 64, 128, 224",
    ("fetch", "mnist?x=1"): "'mnist' takes no options",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_a_mistake_is_one_line_and_status_2(reproduce, arguments):
    status, _, error = reproduce("data", *arguments)
    assert status == 2 and error.count("\n") == 1 and error.startswith("Error: ")
    assert WRONG[arguments] in error
