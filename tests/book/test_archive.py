"""The archive of a release."""

import hashlib
import json
import tarfile

import pytest

from reproduce import __version__
from reproduce.book.archive import archive, main
from reproduce.errors import UserError

TAG = f"v{__version__}"


@pytest.fixture
def toc(tmp_path):
    path = tmp_path / "_toc.yml"
    path.write_text("format: jb-book\nroot: intro\n")
    return path


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "html"
    (folder / "_static").mkdir(parents=True)
    (folder / "intro.html").write_text("<article><p>Some words.</p></article>")
    (folder / "_static" / "book.css").write_text("p { color: black }")
    return folder


def test_archive_checksum_and_manifest_agree(site, toc, tmp_path):
    packed = archive(site, tmp_path / "dist", TAG, "1a2b3c4", toc)
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    assert (packed.parent / f"{packed.name}.sha256").read_text() == f"{digest}  {packed.name}\n"
    manifest = json.loads(
        (packed.parent / f"imbalanced-learning-reproduced-{TAG}.json").read_text()
    )
    assert manifest["sha256"] == digest and manifest["bytes"] == packed.stat().st_size
    assert manifest["commit"] == "1a2b3c4" and manifest["pages"] == ["intro.html"]
    with tarfile.open(packed) as tar:
        names = [name.partition("/")[2] for name in tar.getnames()]
        assert names == ["_static/book.css", "intro.html"] and manifest["files"] == 2
        inside = tar.extractfile("imbalanced-learning-reproduced/intro.html").read()
        assert inside == (site / "intro.html").read_bytes()


def test_the_same_site_gives_the_same_bytes(site, toc, tmp_path):
    first = archive(site, tmp_path / "one", TAG, "a", toc).read_bytes()
    (site / "intro.html").touch()
    assert archive(site, tmp_path / "two", TAG, "b", toc).read_bytes() == first


def test_an_empty_site_and_a_wrong_tag_are_refused(site, toc, tmp_path):
    with pytest.raises(UserError, match="the tag is v99"):
        archive(site, tmp_path / "dist", "v99", "a", toc)
    (site / "intro.html").unlink()
    with pytest.raises(UserError, match=r"intro\.html: missing"):
        archive(site, tmp_path / "dist", TAG, "a", toc)
    assert not (tmp_path / "dist").exists()


def test_the_command_fails_with_one_error(tmp_path, capsys):
    arguments = [str(tmp_path), str(tmp_path / "dist"), "--tag", TAG, "--commit", "a"]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("Error: the built site cannot be published")
