"""What `reproduce store merge` does with independent replications: keep them, apart from ours."""

from pathlib import Path

from reproduce import papers
from reproduce.files import project_root, relative


def take(sources: list[str], store: Path, into_the_book: bool) -> set[str]:
    """Keep the replications among packed files, and return which of the files they are."""
    from reproduce.trials.pack_file import replication_in

    found = [(source, replication_in(Path(source))) for source in sources if source != "published"]
    parts: dict[str, list[str]] = {}
    for source, one in found:
        if one:
            parts.setdefault(one[0].identity, []).append(source)
    for files in parts.values():
        _keep([Path(file) for file in files], store, into_the_book)
    return {file for files in parts.values() for file in files}


def _keep(files: list[Path], store: Path, into_the_book: bool) -> None:
    from reproduce.pages import replications

    one = replications.whole(files)
    kept = replications.measured(files, papers.protocol(one.paper), one)
    place = project_root() / "book" if into_the_book else store
    path = replications.keep(kept, place)
    print(f"independent replication of {one.paper} by {one.who}, {one.when}: {relative(path)}")
    for row in kept.answer.rows:
        print(f"  {row.measure}, {row.words}: theirs {row.said(row.ours)}")
    shows = "every edition" if into_the_book else "`reproduce book`"
    print(f"  {shows} shows it on the paper's page, apart from our results; no verdict counts it")
