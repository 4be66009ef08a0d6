"""One file over HTTP: resumed where it broke off, checked against its published MD5.

What has arrived is kept as NAME.part beside the target, so that a second attempt (of this call or
of a later one) asks for the rest only; the target appears when the checksum is right.
"""

import hashlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from reproduce import __version__
from reproduce.errors import UserError
from reproduce.files import unwritable

BLOCK = 1 << 18
ATTEMPTS = 3
TIMEOUT_SECONDS = 30

# Called with (bytes so far, bytes in all or None).
Arrived = Callable[[int, int | None], None]


def download(address: str, target: Path, md5: str, arrived: Arrived | None = None) -> Path:
    """Get a file, or say in one line why not; what has arrived is kept for the next attempt."""
    partial = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        reason = ""
        for _ in range(ATTEMPTS):
            reason = _attempt(address, partial, arrived)
            if not reason:
                break
        else:
            have = partial.stat().st_size if partial.exists() else 0
            raise UserError(
                f"the download of {address} broke off ({reason}); {have / 1e6:.1f} MB are kept, "
                "the same command goes on from there"
            )
        found = _md5(partial)
        if found != md5:
            # Kept bytes that are wrong would make every later attempt wrong too.
            partial.unlink()
            raise UserError(
                f"{address} has the MD5 {found}, published is {md5}; the file was thrown away, "
                "try again or get it by hand"
            )
        os.replace(partial, target)
    except OSError as error:
        raise unwritable(target, error) from error
    return target


def _attempt(address: str, partial: Path, arrived: Arrived | None) -> str:
    """Get what is missing; return why it broke off, or nothing when it is complete."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(address, headers={"User-Agent": f"reproduce/{__version__}"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:
            return _beyond_the_end(error, partial, have)
        if error.code in (429, 500, 502, 503, 504):
            return f"the server answers {error.code}"
        raise UserError(
            f"{address} cannot be had: the server answers {error.code} {error.reason}"
        ) from error
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        return str(getattr(error, "reason", None) or error) or type(error).__name__
    with answer:
        start = _start(answer, have)
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length and length.isdigit() else None
        with open(partial, "ab" if start else "wb") as file:
            return _copy(answer, file, start, total, arrived)


def _start(answer, have: int) -> int:
    """Return the place the answer starts at: 0 from a server that does not know ranges."""
    if answer.status != 206:
        return 0
    match = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if not match or int(match[1]) != have:
        raise UserError(f"{answer.url} answers with another part of the file than asked for")
    return have


def _copy(answer, file, have: int, total: int | None, arrived: Arrived | None) -> str:
    while True:
        try:
            block = answer.read(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__
        if not block:
            break
        file.write(block)
        have += len(block)
        if arrived:
            arrived(have, total)
    if total is not None and have < total:
        return f"{have} of {total} bytes arrived"
    return ""


def _beyond_the_end(error: urllib.error.HTTPError, partial: Path, have: int) -> str:
    """Nothing is left to ask for: the file is complete, or what is kept is longer than it."""
    match = re.search(r"/(\d+)$", error.headers.get("Content-Range", ""))
    if match and int(match[1]) == have:
        return ""
    partial.unlink()
    return "what was kept did not fit the file on the server"


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
