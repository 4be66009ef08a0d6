"""Is a data set what its makers published, whole, readable, and without images in two splits?"""

import hashlib
import struct
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reproduce.data import cache, catalog, decoding, names, stored
from reproduce.data.entries import Entry
from reproduce.data.grouped_splits import assert_disjoint
from reproduce.data.sources import acne04, read_npz
from reproduce.data.sources.listing import Listing, Progress
from reproduce.errors import UserError

# Damaged files are named one by one up to here, then counted.
NAMED = 20


@dataclass
class Findings:
    """What was looked at: `problems` are wrong, `passed` is in order, both one line each."""

    problems: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def judge(self, right: bool, passed: str, problem: str) -> None:
        """Add one line or the other."""
        (self.passed if right else self.problems).append(passed if right else problem)


def verify(name: str, progress: Progress | None = None) -> Findings:
    """Look at presence, counts, checksums, readability and duplicates of a data set."""
    entry, findings = catalog.require_known(name), Findings()
    given = names.values(names.parse(name), catalog.options_of(name))
    try:
        if not catalog.is_here(name):
            raise catalog.absent(name)
        form = catalog.form_of(name)
        if form == "folder":
            _verify_stored(name, entry, given, findings, progress)
        elif form == "packed":
            _verify_packed(name, entry, findings)
        elif form == "npz":
            _verify_npz(name, entry, given, findings)
        else:
            _verify_made(name, entry, findings)
    except UserError as error:
        findings.problems.append(str(error))
    return findings


def _verify_made(name: str, entry: Entry, findings: Findings) -> None:
    dataset = catalog.load(name)
    check_counts(entry, dataset.labels, dataset.class_names, findings)
    findings.passed.append(f"fingerprint {dataset.fingerprint[:16]}")
    _check_duplicates({s: _image_hashes(x) for s, x in dataset.images.items()}, {}, findings)


def _verify_packed(name: str, entry: Entry, findings: Findings) -> None:
    dataset = catalog.load(name)
    labels, groups = dataset.labels, dataset.groups
    if "all" in entry.published:
        challenge = {s: e["challenge"] for s, e in dataset.extra.items() if "challenge" in e}
        check_counts(entry, _whole(labels, challenge), dataset.class_names, findings)
    else:
        check_counts(entry, labels, dataset.class_names, findings)
    assert_disjoint(groups)
    counted = ", ".join(f"{len(np.unique(of_split)):,} in {s}" for s, of_split in groups.items())
    findings.passed.append(f"no group (lesion, twins, alphabet, writer) in two parts: {counted}")
    if dataset.title != entry.title:
        findings.passed.append(
            "another copy, not the release: its bytes are others, pixels were not compared"
        )
    findings.passed.append(f"fingerprint {dataset.fingerprint[:16]}")
    hashes = {split: _image_hashes(images) for split, images in dataset.images.items()}
    _check_duplicates(hashes, labels if dataset.masks is None else {}, findings, entry.known)


def _whole(labels: dict, challenge: dict) -> dict[str, np.ndarray]:
    """Return the labels of all images whatever their part, those of an official test apart."""
    every = np.concatenate(list(labels.values()))
    apart = np.concatenate([challenge.get(s, np.zeros(len(y), bool)) for s, y in labels.items()])
    return {"all": every[~apart]} | ({"challenge": every[apart]} if apart.any() else {})


def _verify_npz(name: str, entry: Entry, given: dict, findings: Findings) -> None:
    path = catalog.path_of(name)
    images, labels, _ = read_npz(path)
    classes = max(int(of_split.max()) for of_split in labels.values()) + 1
    class_names = entry.class_names or tuple(str(c) for c in range(classes))
    check_counts(entry, labels, class_names, findings)
    _check_md5(path, entry.checksums.get(f"md5_{given.get('size')}"), findings)
    for key, expected in entry.checksums.items():
        if key.startswith("idx_"):
            part = key.removeprefix("idx_")
            split, _, kind = part.partition("_")
            array = (images if kind == "images" else labels).get(split)
            found = None if array is None else _idx_md5(array)
            findings.judge(
                found == expected,
                f"{part} are the original ones (MD5 of the idx file {expected})",
                f"{part} are not the original ones: MD5 of the idx file {found}, published is "
                f"{expected}",
            )
    if not entry.checksums:
        findings.passed.append("no checksum of this file is published: contents not compared")
    _check_duplicates({s: _image_hashes(x) for s, x in images.items()}, labels, findings)


def _verify_stored(name, entry: Entry, given: dict, findings: Findings, progress) -> None:
    root = catalog.path_of(name)
    listing = stored.listed(entry, root, given)
    digests, unreadable = _read_all(listing, progress)
    for line in unreadable[:NAMED]:
        findings.problems.append(line)
    if len(unreadable) > NAMED:
        findings.problems.append(f"{len(unreadable) - NAMED} more files cannot be read")
    if not unreadable:
        findings.passed.append(f"all {len(listing.files)} images can be read")
    if listing.masks is None or entry.published:
        whole = {split: listing.labels[rows] for split, rows in listing.rows.items()}
        if "all" in entry.published:
            of_test = listing.extra.get("challenge")
            apart = {} if of_test is None else {"": of_test}
            whole = _whole({"": listing.labels}, apart)
        check_counts(entry, whole, listing.class_names, findings)
    if entry.kind == "acne04":
        wrong = acne04.disagreements(listing)
        findings.judge(
            len(wrong) == 0,
            "every grade is the one Hayashi's thresholds give for its lesion count",
            f"{len(wrong)} images have another grade than Hayashi's thresholds give for their "
            f"lesion count, first {listing.where(int(wrong[0])) if len(wrong) else ''}",
        )
    hashes = {
        split: [digests[listing.files[row]] for row in rows] for split, rows in listing.rows.items()
    }
    labels = {split: listing.labels[rows] for split, rows in listing.rows.items()}
    _check_duplicates(hashes, labels if listing.masks is None else {}, findings, entry.known)
    if not unreadable:
        _check_cache(listing, given, digests, findings)


def _read_all(listing: Listing, progress) -> tuple[dict[str, str], list[str]]:
    """Return the SHA-256 of every file, and a line for each that cannot be decoded."""
    small = decoding.Shape(32, "stretch", 3)

    def one(row: int) -> tuple[list[tuple[str, str]], str]:
        found = []
        try:
            content = cache.read_bytes(listing.root, listing.files[row])
            found.append((listing.files[row], hashlib.sha256(content).hexdigest()))
            path = listing.root / listing.files[row]
            _, original = decoding.image(content, path, small)
            if listing.masks is not None:
                found += cache.mask_of(listing, row, small, original)[2].items()
        except UserError as error:
            return found or [(listing.files[row], "")], str(error)
        return found, ""

    digests, unreadable = {}, []
    with ThreadPoolExecutor(4) as pool:
        for row, (found, line) in enumerate(pool.map(one, range(len(listing.files)))):
            digests |= dict(found)
            unreadable += [line] if line else []
            if progress and row % 100 == 99:
                progress(row + 1, len(listing.files))
    for path in listing.tables:
        digests[path] = hashlib.sha256(cache.read_bytes(listing.root, path)).hexdigest()
    return digests, unreadable


def check_counts(entry: Entry, labels: dict, class_names, findings: Findings) -> None:
    """Compare the images by split and class with the counts that are published."""
    for split, expected in entry.published.items():
        if split == "challenge" and split not in labels:
            continue
        if split not in labels:
            findings.problems.append(f"split '{split}' is missing")
            continue
        found = np.bincount(labels[split], minlength=len(class_names))
        if isinstance(expected, int):
            findings.judge(
                int(found.sum()) == expected,
                f"{split}: {expected} images, as published",
                f"{split}: {found.sum()} images, published are {expected}",
            )
            continue
        wrong = [c for c in range(len(expected)) if found[c] != expected[c]]
        findings.judge(
            not wrong and len(found) == len(expected),
            f"{split}: {sum(expected)} images, every class as published",
            f"{split}: " + (", ".join(f"class '{class_names[c]}' has {found[c]} images, published "
                                      f"are {expected[c]}" for c in wrong)
                            or f"labels up to {len(found) - 1}, expected {len(expected)} classes"),
        )  # fmt: skip
    if not entry.published:
        for split, of_split in labels.items():
            counts = np.bincount(of_split, minlength=len(class_names))
            findings.passed.append(f"{split}: {counts.sum()} images (no published counts)")


def _check_md5(path: Path, expected: str | None, findings: Findings) -> None:
    if expected is None:
        return
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    findings.judge(
        found == expected,
        f"MD5 {found}, as published",
        f"MD5 {found}, published is {expected}: this is not the official file",
    )


def _idx_md5(array: np.ndarray) -> str:
    """Return the MD5 that the array has as an idx file, the form MNIST was published in."""
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return hashlib.md5(head + array.astype(np.uint8).tobytes()).hexdigest()


def _image_hashes(images: np.ndarray) -> list[str]:
    return [hashlib.sha256(np.ascontiguousarray(image).data).hexdigest() for image in images]


def _check_duplicates(
    hashes: dict[str, list[str]], labels: dict, findings: Findings, known: dict | None = None
) -> None:
    """Report identical images: in two splits they are wrong, within one they are counted."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for split, of_split in hashes.items():
        for row, digest in enumerate(of_split):
            if digest:
                places[digest].append((split, row))
    repeated = [found for found in places.values() if len(found) > 1]
    across = [found for found in repeated if len({split for split, _ in found}) > 1]
    conflicts = sum(
        len({int(labels[split][row]) for split, row in found}) > 1 for found in repeated if labels
    )
    splits = " and ".join(hashes)
    findings.judge(
        not across,
        f"no identical images across splits ({splits})",
        f"{len(across)} images are in two splits, identical byte for byte ({splits}); split by "
        "group, or count them as leaked",
    )
    if not repeated:
        return
    known = known or {}
    pairs = f"{len(repeated)} sets of identical images, {conflicts} of them with different labels"
    expected = known.get("identical_pairs"), known.get("identical_with_other_labels")
    findings.judge(
        expected == (len(repeated), conflicts) or not conflicts,
        pairs + (", as known of this release" if known else ""),
        pairs,
    )


def _check_cache(listing: Listing, given: dict, digests: dict, findings: Findings) -> None:
    """Compare the files with what the cache was made from, byte for byte."""
    kept = cache.kept_fingerprint(listing, stored.shape_of(given))
    found = cache.fingerprint(digests)
    if kept is not None:
        findings.judge(
            kept == found,
            f"the cache was made from these very files (fingerprint {found[:16]})",
            "the files were changed without a trace in size and time since the cache was made; "
            "remove the cache and prepare it again",
        )
    else:
        findings.passed.append(f"fingerprint {found[:16]}, no cache yet")
