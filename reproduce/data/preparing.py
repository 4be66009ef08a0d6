"""Making a data set ready: archives unpacked, images decoded into the cache."""

from reproduce.data import archives, catalog, names
from reproduce.data.records import Dataset
from reproduce.data.sources.listing import Progress
from reproduce.errors import UserError


def unpack(name: str) -> list[str]:
    """Unpack the archives of a data set that lie in its folder; return what was unpacked."""
    entry, root = catalog.require_known(name), catalog.path_of(name)
    unpacked = []
    for archive, becomes in entry.archives.items():
        if (root / archive).is_file() and not (root / becomes).exists():
            archives.unpack(root / archive, root)
            if not (root / becomes).exists():
                raise UserError(
                    f"{archive} was unpacked but holds no folder '{becomes}'; expected the archive "
                    f"that its makers give out (`reproduce data info {names.parse(name).base}`)"
                )
            unpacked.append(archive)
    return unpacked


def prepare(name: str, progress: Progress | None = None) -> Dataset:
    """Unpack what lies in archives, decode what is not yet in the cache, and open the data set."""
    unpack(name)
    return catalog.load(name, progress)


def with_size(name: str, size: int | None) -> str:
    """Return the name of the same data set at another size."""
    if size is None:
        return name
    parsed = names.parse(name)
    if "size" not in catalog.options_of(name):
        raise UserError(f"'{parsed.plain}' has one size only; leave --size out")
    options = {**parsed.options, "size": str(size)}
    return parsed.plain + "?" + "&".join(f"{key}={value}" for key, value in options.items())
