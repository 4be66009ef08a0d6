"""Unpacking .tar, .tar.gz and .zip files without letting a member out of its folder.

Every member is looked at before the first is written: an absolute path, a step upwards (`../`), a
link or a device refuses the archive as a whole. What is unpacked appears under its name when it is
complete.
"""

import os
import secrets
import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from reproduce.errors import UserError
from reproduce.files import relative, unwritable

DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


def unpack(archive: Path, into: Path) -> list[Path]:
    """Unpack an archive into a folder and return what appeared at its top.

    Nothing that is there already is overwritten: such an archive is refused.
    """
    temporary = into / f".{archive.name}.{os.getpid()}-{secrets.token_hex(4)}.partial"
    try:
        temporary.mkdir(parents=True)
        if zipfile.is_zipfile(archive):
            _unpack_zip(archive, temporary)
        elif tarfile.is_tarfile(archive):
            _unpack_tar(archive, temporary)
        else:
            raise UserError(
                f"{relative(archive)} is no .zip or .tar archive or is damaged; get it again"
            )
        found = sorted(temporary.iterdir())
        for path in found:
            if (into / path.name).exists():
                raise UserError(
                    f"{relative(archive)} holds '{path.name}', which is already in "
                    f"{relative(into)}; move one of them away"
                )
        for path in found:
            os.rename(path, into / path.name)
        return [into / path.name for path in found]
    except DAMAGED as error:
        raise UserError(f"{relative(archive)} is damaged ({error}); get it again") from error
    except OSError as error:
        raise unwritable(into, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_members(archive: Path, wanted: dict[str, int]) -> dict[str, bytes]:
    """Return members of a .tar.gz by their name without folders, each at most so many bytes."""
    found = {}
    try:
        with tarfile.open(archive, "r:*") as file:
            for member in file:
                name = PurePosixPath(member.name).name
                if name not in wanted or not member.isfile():
                    continue
                if member.size > wanted[name]:
                    raise UserError(
                        f"{relative(archive)}: '{name}' has {member.size} bytes, expected "
                        f"{wanted[name]}; get it again"
                    )
                found[name] = file.extractfile(member).read()
    except (*DAMAGED, OSError) as error:
        raise UserError(f"{relative(archive)} is damaged ({error}); get it again") from error
    for name in wanted:
        if name not in found:
            raise UserError(f"{relative(archive)} has no member '{name}'; get it again")
    return found


def _unpack_zip(archive: Path, into: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            kind = (info.external_attr >> 16) & 0o170000
            _check(archive, info.filename, plain=kind in (0, 0o100000, 0o040000))
        file.extractall(into)


def _unpack_tar(archive: Path, into: Path) -> None:
    with tarfile.open(archive) as file:
        members = file.getmembers()
        for member in members:
            _check(archive, member.name, plain=member.isfile() or member.isdir())
        # The filter also drops owners and unusual permissions.
        file.extractall(into, members, filter="data")


def _check(archive: Path, name: str, plain: bool) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise UserError(
            f"{relative(archive)} is refused: its member '{name}' leads out of the folder"
        )
    if not plain:
        raise UserError(
            f"{relative(archive)} is refused: its member '{name}' is a link or a device"
        )
