"""Every released version in a folder of its own, the newest as latest, and no file elsewhere."""

import hashlib
import io
import tarfile

import pytest

from reproduce.book import shelf
from reproduce.book.archive import NAME
from reproduce.errors import UserError


def release(folder, version, files=None, inside=NAME):
    folder.mkdir(exist_ok=True)
    path = folder / f"{NAME}-v{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in (files or {"index.html": version, "_static/a.css": ""}).items():
            entry = tarfile.TarInfo(f"{inside}/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
    return path


def test_each_version_has_its_folder_and_the_newest_is_latest(tmp_path):
    for version in ("0.2.0", "0.10.0", "0.9.1"):
        release(tmp_path / "a", version)
    assert shelf.shelve(tmp_path / "a", tmp_path / "s") == ["0.10.0", "0.9.1", "0.2.0"]
    site = tmp_path / "s"
    assert (site / "latest" / "index.html").read_text() == "0.10.0", "by number, not by letter"
    assert (site / "v0.2.0" / "index.html").read_text() == "0.2.0"
    assert (site / "v0.9.1" / "_static" / "a.css").is_file() and (site / ".nojekyll").is_file()
    page = (site / "versions.html").read_text()
    for target in ("latest", "v0.10.0", "v0.9.1", "v0.2.0"):
        assert f'href="{target}/index.html"' in page and (site / target).is_dir()
    assert "latest/index.html" in (site / "index.html").read_text()
    assert not [path for path in site.iterdir() if path.name.startswith(".v")]


def test_an_archive_that_changed_on_the_way_is_refused(tmp_path):
    path = release(tmp_path / "a", "0.1.0")
    path.with_name(f"{path.name}.sha256").write_text(f"{'0' * 64}  {path.name}\n")
    with pytest.raises(UserError, match="is not what"):
        shelf.shelve(tmp_path / "a", tmp_path / "s")
    path.with_name(f"{path.name}.sha256").unlink()
    with pytest.raises(UserError, match="expected a checksum"):
        shelf.shelve(tmp_path / "a", tmp_path / "s")


def test_no_file_leaves_the_folder_of_its_version(tmp_path):
    release(tmp_path / "a", "0.1.0", {"../../../outside.html": "x", "index.html": ""})
    with pytest.raises(tarfile.OutsideDestinationError):
        shelf.shelve(tmp_path / "a", tmp_path / "s" / "deep")
    assert not list(tmp_path.rglob("outside.html"))


@pytest.mark.parametrize("files", [{"a.html": ""}, None])
def test_what_is_no_site_is_refused(tmp_path, files):
    (tmp_path / "a").mkdir()
    if files:
        release(tmp_path / "a", "0.1.0", files)
    with pytest.raises(UserError, match=r"no index\.html|no archive of a version"):
        shelf.shelve(tmp_path / "a", tmp_path / "s")
