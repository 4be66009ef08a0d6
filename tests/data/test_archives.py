"""Archives: unpacked whole, refused where they lead out of their folder."""

import io
import tarfile
import zipfile

import numpy as np
import pytest

from reproduce.data import archives
from reproduce.errors import UserError


def tar(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("pack", [tar, zipped])
def test_an_archive_is_unpacked(tmp_path, pack):
    path = tmp_path / "a.archive"
    path.write_bytes(pack({"top/one.txt": b"1", "top/deep/two.txt": b"2"}))
    assert archives.unpack(path, tmp_path) == [tmp_path / "top"]
    assert (tmp_path / "top" / "deep" / "two.txt").read_bytes() == b"2"
    with pytest.raises(UserError, match="holds 'top', which is already in"):
        archives.unpack(path, tmp_path)


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "top/../../evil.txt", "a\\..\\..\\evil"]
)
def test_an_archive_that_leads_out_of_its_folder_is_refused_whole(tmp_path, pack, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    path = inner / "a.archive"
    path.write_bytes(pack({"top/good.txt": b"1", name: b"2"}))
    with pytest.raises(UserError, match=r"is refused: its member .* leads out of the folder"):
        archives.unpack(path, inner)
    assert [p.name for p in inner.iterdir()] == ["a.archive"]
    assert [p.name for p in tmp_path.iterdir()] == ["inner"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as file:
        link = tarfile.TarInfo("top/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        file.addfile(link)
    (tmp_path / "a.tar").write_bytes(packed.getvalue())
    with pytest.raises(UserError, match="is a link or a device"):
        archives.unpack(tmp_path / "a.tar", tmp_path)


@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_truncated_archive_is_damaged_and_leaves_nothing(tmp_path, pack):
    noise = np.random.default_rng(0).bytes(100_000)
    path = tmp_path / "a.archive"
    path.write_bytes(pack({"top/noise": noise})[:60_000])
    with pytest.raises(UserError, match="damaged"):
        archives.unpack(path, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.archive"]
