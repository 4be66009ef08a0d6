"""A data set as Croissant describes it: JSON-LD that search engines and loaders of data read.

Written from the catalog, so it says what `reproduce data info` says: no image is touched, and what
the catalog does not know is left out. The vocabulary is that of MLCommons Croissant 1.0.
"""

from pathlib import PurePosixPath
from typing import Any

from reproduce.data.entries import Entry

CONFORMS = "http://mlcommons.org/croissant/1.0"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
# Licences that have a page of their own; others are said in their own words.
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "MIT": "https://opensource.org/license/mit",
}
# What an archive or a table is called by those who exchange files.
FORMATS = {
    ".gz": "application/gzip", ".zip": "application/zip", ".npz": "application/zip",
    ".csv": "text/csv",
}  # fmt: skip


def described(name: str, entry: Entry) -> dict[str, Any]:
    """Return the description of a data set of the catalog."""
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": name,
        "description": _description(entry),
        "license": LICENCES.get(entry.licence, entry.licence),
        "citeAs": entry.source,
    }
    if entry.page:
        found["url"] = entry.page
    files = _files(entry)
    if files:
        found["distribution"] = files
    if entry.class_names:
        found["recordSet"] = [_classes(name, entry)]
    return found


def _description(entry: Entry) -> str:
    said = [f"{entry.title}.", f"Task: {entry.task}."]
    if entry.size:
        said.append(f"Images: {entry.size}.")
    counts = [
        f"{split}: {found if isinstance(found, int) else sum(found):,} images"
        for split, found in entry.published.items()
    ]
    said += [f"{'; '.join(counts)}."] if counts else []
    if entry.terms:
        said.append(f"Terms: {entry.terms}.")
    if not entry.images_publishable:
        said.append("Its images may not be shown.")
    return " ".join(said)


def _files(entry: Entry) -> list[dict[str, Any]]:
    """Return the files that may be fetched and whose checksum their makers publish."""
    return [
        {
            "@type": "cr:FileObject",
            "@id": file,
            "name": file,
            "contentUrl": f"{entry.mirrors[0]}{file}",
            "encodingFormat": FORMATS.get(PurePosixPath(file).suffix, "application/octet-stream"),
            "md5": digest,
        }
        for file, digest in entry.files.items()
        if entry.mirrors
    ]


def _classes(name: str, entry: Entry) -> dict[str, Any]:
    """Return the classes, with their images by split where their makers count them."""
    set_id = f"{name}/classes"
    names = entry.class_names or ()
    counted = {
        split: counts for split, counts in entry.published.items() if not isinstance(counts, int)
    }
    fields = [_field(set_id, "label", "sc:Integer"), _field(set_id, "name", "sc:Text")]
    fields += [_field(set_id, f"images_{split}", "sc:Integer") for split in counted]
    return {
        "@type": "cr:RecordSet",
        "@id": set_id,
        "name": set_id,
        "description": "the classes and their published numbers of images",
        "key": {"@id": f"{set_id}/label"},
        "field": fields,
        "data": [
            {
                f"{set_id}/label": label,
                f"{set_id}/name": of_class,
                **{f"{set_id}/images_{split}": counts[label] for split, counts in counted.items()},
            }
            for label, of_class in enumerate(names)
        ],
    }


def _field(set_id: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{set_id}/{name}",
        "name": f"{set_id}/{name}",
        "dataType": kind,
    }


def table_of_results(
    name: str, description: str, files: dict[str, tuple[str, str]], columns: list[str], more: dict
) -> dict[str, Any]:
    """Return the description of tables of results that are in this repository.

    Parameters
    ----------
    files
        Of each table its path in the repository and its SHA-256, by the table's name.
    columns
        What every table has a column of, as text.
    more
        Further properties of the data set: licence, version, date.
    """
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": name,
        "description": description,
        **more,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": table,
                "name": table,
                "contentUrl": path,
                "encodingFormat": "text/csv",
                "sha256": digest,
            }
            for table, (path, digest) in files.items()
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": f"trials/{table}",
                "name": f"trials/{table}",
                "description": f"one row for each network behind the page of {table}",
                "field": [
                    {
                        **_field(f"trials/{table}", column, "sc:Text"),
                        "source": {"fileObject": {"@id": table}, "extract": {"column": column}},
                    }
                    for column in columns
                ],
            }
            for table in files
        ],
    }
