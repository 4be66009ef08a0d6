"""Is a data set laid out and counted as its makers say? Without reading its images.

`verify` reads every file; where a release has hundreds of thousands of them, this says in seconds
what it would say of layout and counts.
"""

from reproduce.data import catalog, names, stored
from reproduce.data.sources.listing import Listing
from reproduce.data.verify import Findings, check_counts, verify
from reproduce.errors import UserError
from reproduce.files import relative


def glance(name: str) -> Findings:
    """Return what is missing or off in the layout and the counts of a data set."""
    entry, findings = catalog.require_known(name), Findings()
    if not catalog.is_here(name):
        findings.problems.append(str(catalog.absent(name)))
        return findings
    root = catalog.path_of(name)
    if root is None or catalog.form_of(name) != "folder":
        return verify(name)  # One file: to read it is to count it.
    given = names.values(names.parse(name), catalog.options_of(name))
    try:
        listing = stored.listed(entry, root, given)
    except UserError as error:
        findings.problems.append(str(error))
        return findings
    _check_names(listing, entry.class_names, findings)
    _check_files(listing, findings)
    if listing.masks is None:
        labels = {split: listing.labels[rows] for split, rows in listing.rows.items()}
        if "all" in entry.published:  # However it is divided.
            labels = {"all": listing.labels}
        check_counts(entry, labels, listing.class_names, findings)
    else:
        number = {split: len(rows) for split, rows in listing.rows.items()}
        said = ", ".join(f"{split}: {count} images" for split, count in number.items())
        findings.passed.append(f"{said}, a mask to each")
    return findings


def _check_names(listing: Listing, expected: tuple[str, ...] | None, findings: Findings) -> None:
    """Compare the classes that were found with those that the data set has."""
    if expected and listing.masks is None and tuple(listing.class_names) != tuple(expected):
        findings.problems.append(
            f"its classes are {', '.join(listing.class_names)}, expected {', '.join(expected)}"
        )


def _check_files(listing: Listing, findings: Findings) -> None:
    """Look for every file that the tables of the release name."""
    every = [*listing.files, *(path for masks in listing.masks or () for path in masks)]
    absent = [path for path in every if not (listing.root / path).is_file()]
    findings.judge(
        not absent,
        f"all {len(every):,} files are there",
        f"{len(absent):,} of {len(every):,} files are missing, first "
        f"{relative(listing.root / absent[0]) if absent else ''}",
    )
