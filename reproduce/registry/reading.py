"""Reading the YAML files of a paper's folder: each mistake in one line, with its place."""

from collections.abc import Iterator
from importlib import resources
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reproduce.errors import UserError

Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A record whose fields are exactly the ones declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Record = TypeVar("Record", bound=Strict)


def text(paper: str, file: str) -> str:
    """Return the text of a file in a paper's folder."""
    found = resources.files("reproduce.papers").joinpath(paper, *file.split("/"))
    try:
        return found.read_text("utf-8")
    except FileNotFoundError as error:
        raise UserError(f"{paper}/{file} is missing from reproduce/papers; reinstall it") from error


def exists(paper: str, file: str) -> bool:
    """Say whether a paper's folder holds a file."""
    return resources.files("reproduce.papers").joinpath(paper, *file.split("/")).is_file()


def mapping(paper: str, file: str) -> dict[str, Any]:
    """Return the content of a YAML file in a paper's folder, which must be a mapping."""
    name = f"{paper}/{file}"
    try:
        content = yaml.load(text(paper, file), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise UserError(f"{name} is not YAML: {' '.join(str(error).split())}; mend it") from error
    if not isinstance(content, dict):
        raise UserError(f"{name} must hold a mapping")
    return content


def entries(
    file: str, paper: str, key: str, named: str = "id"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (label for messages, entry) for each entry of the list in such a file.

    `named` is the field by which entries are told apart.
    """
    name = f"{paper}/{file}"
    content = mapping(paper, file)
    if set(content) != {"paper", key}:
        raise UserError(f"{name} must hold exactly the keys 'paper' and '{key}'")
    if content["paper"] != paper:
        raise UserError(f"{name}: paper is '{content['paper']}', expected '{paper}'")
    if not isinstance(content[key], list):
        raise UserError(f"{name}: '{key}' must be a list")
    seen: set[str] = set()
    for position, entry in enumerate(content[key], start=1):
        if not isinstance(entry, dict):
            raise UserError(f"{name}: entry {position} must be a mapping with an {named}")
        label = f"{name}, {entry.get(named, f'entry {position}')}"
        if entry.get(named) in seen:
            raise UserError(f"{label}: {named}: is used twice; {named}s must be unique in a file")
        seen.add(entry.get(named))
        yield label, {"paper": paper, **entry}


def validated(model: type[Record], label: str, entry: Any) -> Record:
    """Return `entry` as a record, or say which file, which id and which field is wrong."""
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        said = f"{field}: {message}" if field else message
        raise UserError(f"{label}: {said}; mend this entry of the file") from error
