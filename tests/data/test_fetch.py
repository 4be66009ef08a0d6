"""Downloads against a server on this machine: resumed, checked, nothing half-written."""

import gzip
import hashlib
import io
import re
import struct
import tarfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from reproduce.data import catalog, download, fetch
from reproduce.errors import UserError

CONTENT = bytes(range(256)) * 4000


class Handler(BaseHTTPRequestHandler):
    """Serves `server.files`; breaks off after `server.break_after` bytes as often as told."""

    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append((self.path, wanted))
        content = server.files.get(self.path.split("?")[0].lstrip("/"))
        if server.errors:
            self.send_error(server.errors.pop(0))
            return
        if content is None:
            self.send_error(404)
            return
        start = int(re.match(r"bytes=(\d+)-", wanted)[1]) if wanted and server.ranges else 0
        if start >= len(content) and start:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if wanted and server.ranges else 200)
        if wanted and server.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        rest = content[start:]
        if server.breaks:
            server.breaks -= 1
            rest = rest[: server.break_after]
        self.wfile.write(rest)
        self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """Return a running server on 127.0.0.1 and stop it afterwards."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.files, running.asked, running.errors = {"file.bin": CONTENT}, [], []
    running.ranges, running.breaks, running.break_after = True, 0, 100_000
    running.address = f"http://127.0.0.1:{running.server_port}/"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def md5(content):
    return hashlib.md5(content).hexdigest()


def get(server, target, checksum=None, arrived=None):
    return download.download(server.address + "file.bin", target, checksum or md5(CONTENT), arrived)


def test_a_file_arrives_whole_and_is_told_as_it_comes(server, tmp_path):
    told = []
    path = get(server, tmp_path / "deep" / "x.bin", arrived=lambda *of: told.append(of))
    assert path.read_bytes() == CONTENT and list(path.parent.iterdir()) == [path]
    assert told[-1] == (len(CONTENT), len(CONTENT)) and len(told) > 1


def test_a_download_that_breaks_off_goes_on_where_it_stopped(server, tmp_path):
    server.breaks = 2
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None, "bytes=100000-", "bytes=200000-"]


def test_a_download_that_keeps_breaking_off_is_kept_for_the_next_command(server, tmp_path):
    server.breaks = 3
    with pytest.raises(UserError, match=r"broke off .*; 0\.3 MB are kept, the same command"):
        get(server, tmp_path / "x.bin")
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin.part"]
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT
    assert server.asked[-1][1] == "bytes=300000-"
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


def test_a_server_without_ranges_starts_over(server, tmp_path):
    server.ranges, server.breaks = False, 1
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT


def test_a_wrong_checksum_throws_the_file_away(server, tmp_path):
    with pytest.raises(UserError, match=f"has the MD5 {md5(CONTENT)}, published is 0000"):
        get(server, tmp_path / "x.bin", checksum="0" * 32)
    assert list(tmp_path.iterdir()) == []


def test_kept_bytes_of_another_file_do_not_spoil_later_attempts(server, tmp_path):
    (tmp_path / "x.bin.part").write_bytes(b"wrong" * 10)
    with pytest.raises(UserError, match="published is"):
        get(server, tmp_path / "x.bin")
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("extra", [b"", b"too long"])
def test_nothing_left_to_get_is_complete_or_starts_over(server, tmp_path, extra):
    (tmp_path / "x.bin.part").write_bytes(CONTENT + extra)
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT
    assert len(server.asked) == (1 if not extra else 2)


def test_a_busy_server_is_asked_again_and_a_missing_file_is_not(server, tmp_path):
    server.errors = [503, 429]
    assert get(server, tmp_path / "x.bin").read_bytes() == CONTENT
    asked = len(server.asked)
    with pytest.raises(UserError, match="the server answers 404"):
        download.download(server.address + "other", tmp_path / "y.bin", "0" * 32)
    assert len(server.asked) == asked + 1


def test_no_server_at_all_is_one_line(server, tmp_path):
    address = "http://127.0.0.1:9/file.bin"
    with pytest.raises(UserError, match=r"broke off .*refused") as failure:
        download.download(address, tmp_path / "x.bin", "0" * 32)
    assert "\n" not in str(failure.value) and list(tmp_path.iterdir()) == []


def serve(server, monkeypatch, name, files, **facts):
    """Let the catalog look for a set's files on the test's server."""
    server.files = files
    entry = catalog.CATALOG[name]
    published = {file: md5(content) for file, content in files.items()}
    changed = replace(entry, mirrors=(server.address,), files=published, **facts)
    monkeypatch.setitem(catalog.CATALOG, name, changed)


def idx(array):
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def test_mnist_becomes_one_file_of_the_known_format(server, monkeypatch):
    rng = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 30), ("test", 20)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8) % 10
    files = {fetch.IDX_PARTS[name]: idx(array) for name, array in arrays.items()}
    serve(server, monkeypatch, "mnist", files)
    path = fetch.fetch("mnist")
    assert path == catalog.path_of("mnist") and [p.name for p in path.parent.iterdir()] == [
        path.name
    ]
    found = catalog.load("mnist")
    for split in ("train", "test"):
        assert (found.images[split] == arrays[f"{split}_images"]).all()
        assert (found.labels[split] == arrays[f"{split}_labels"]).all()


def test_a_mirror_that_fails_is_followed_by_the_next(server, monkeypatch):
    zeros = {name: np.zeros((10, 28, 28) if "images" in name else 10, np.uint8)
             for name in fetch.IDX_PARTS}  # fmt: skip
    files = {fetch.IDX_PARTS[name]: idx(array) for name, array in zeros.items()}
    serve(server, monkeypatch, "mnist", files)
    entry = catalog.CATALOG["mnist"]
    gone = replace(entry, mirrors=(server.address + "gone/", server.address))
    monkeypatch.setitem(catalog.CATALOG, "mnist", gone)
    assert fetch.fetch("mnist").is_file()


def tar(members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize(("name", "labels"), [("cifar10", 1), ("cifar100", 2)])
def test_cifar_comes_from_the_binary_archive(server, monkeypatch, name, labels):
    rng = np.random.default_rng(1)

    def batch(count):
        rows = rng.integers(0, 10, (count, labels + 3072), dtype=np.uint8)
        return rows, rows.tobytes()

    if labels == 1:
        batches = [batch(4) for _ in range(5)]
        members = {f"cifar/data_batch_{k}.bin": b for k, (_, b) in enumerate(batches, start=1)}
        test, members["cifar/test_batch.bin"] = batch(3)
        file = "cifar-10-binary.tar.gz"
    else:
        batches = [batch(20)]
        members = {"cifar/train.bin": batches[0][1]}
        test, members["cifar/test.bin"] = batch(3)
        file = "cifar-100-binary.tar.gz"
    serve(server, monkeypatch, name, {file: tar(members)})
    fetch.fetch(name)
    found = catalog.load(name)
    rows = np.concatenate([rows for rows, _ in batches])
    # The last label byte counts: CIFAR-100's first is the coarse one.
    assert found.labels["train"].tolist() == rows[:, labels - 1].tolist()
    red = rows[7, labels : labels + 1024].reshape(32, 32)
    assert (found.images["train"][7, ..., 0] == red).all()
    blue = test[2, labels + 2048 :].reshape(32, 32)
    assert (found.images["test"][2, ..., 2] == blue).all()


def test_medmnist_is_fetched_at_the_size_asked_for(server, monkeypatch, image_file, tmp_path):
    path = image_file("source", classes=5, size=64)
    server.files = {"retinamnist_64.npz": path.read_bytes()}
    monkeypatch.setattr(fetch, "MEDMNIST_FILES", server.address)
    sums = {"md5_64": md5(path.read_bytes()), "md5_28": "0" * 32}
    entry = replace(catalog.CATALOG["retinamnist"], checksums=sums)
    monkeypatch.setitem(catalog.CATALOG, "retinamnist", entry)
    assert fetch.fetch("retinamnist?size=64").name == "retinamnist_64.npz"
    assert catalog.load("retinamnist?size=64").images["train"].shape[1:] == (64, 64)


@pytest.mark.parametrize("name", ["acne04", "chexpert", "isic2019", "hyper_kvasir", "imagenet"])
def test_what_may_not_be_downloaded_says_where_terms_and_layout(name):
    assert not fetch.can_fetch(name)
    text = "\n".join(fetch.instructions(name))
    entry = catalog.CATALOG[name]
    assert entry.page in text and entry.terms in text
    assert all(place in text for place in entry.layout)
    with pytest.raises(UserError, match="cannot be downloaded"):
        fetch.fetch(name)


def test_files_that_stay_as_they_are_come_into_the_folder_of_their_set(server, monkeypatch):
    files = {f"qmnist-{part}-labels-idx2-int.gz": part.encode() for part in ("train", "test")}
    serve(server, monkeypatch, "mnist_writers", files)
    folder = fetch.fetch("mnist_writers")
    assert folder == catalog.data_folder() / "mnist_writers"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    asked = len(server.asked)
    fetch.fetch("mnist_writers")
    assert len(server.asked) == asked, "what is there is not asked for again"
