"""Executing a paper's notebook with papermill, and keeping what it made as part of an edition."""

import hashlib
import json
import os
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reproduce.book import reached
from reproduce.errors import UserError
from reproduce.files import project_root, relative, write_text
from reproduce.registry import records
from reproduce.study import scale
from reproduce.study.carried import everything_predicted, resample_registered
from reproduce.study.judging import judge
from reproduce.study.study import Study
from reproduce.tasks import task_of
from reproduce.trials import diverged
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition


def source_notebook(paper: str) -> Path:
    """Return the output-free notebook of a paper."""
    path = project_root() / "notebooks" / f"{paper}.ipynb"
    if not path.is_file():
        raise UserError(f"there is no notebook {relative(path)}; run this inside the project")
    return path


def made_of(name: str) -> dict[str, str]:
    """Return the digests of a notebook's source and of what it reaches of the package."""
    notebook = source_notebook(name)
    source = hashlib.sha256(notebook.read_bytes()).hexdigest()
    return {"source": source, "package": reached.digest(notebook)}


def identity(study: Study) -> dict[str, Any]:
    """Return what an executed notebook depends on; equal identities need no new execution."""
    steps = [asdict(step) for step in study.progress()]
    return {
        "paper": study.paper,
        "parameters": study.parameters.model_dump(mode="json"),
        **made_of(study.paper),
        "keys": sorted(study.keys()),
        **({"registered_steps": steps} if steps else {}),
    }


def is_fresh(study: Study, edition: Edition) -> bool:
    """Say whether the edition's notebook was executed from exactly this."""
    stamp = edition.stamp(study.paper)
    if stamp is None or not edition.notebook(study.paper).is_file():
        return False
    return all(stamp.get(name) == value for name, value in identity(study).items())


def execute(study: Study, given: dict[str, Any], edition: Edition) -> Path:
    """Execute the notebook with the given parameters and write it and its results.

    Nothing of the edition changes unless the notebook ran to its end.
    """
    # The kernel finds the store by itself, and may have another working folder than we have.
    os.environ["REPRODUCE_STORE"] = str(study.store.path.resolve())
    target = edition.notebook(study.paper)
    notebook = run_to_its_end(study.paper, given, target)
    _require_the_same_trials(study)
    keep_results(study, given, edition)
    write_executed(target, notebook)
    return target


def _require_the_same_trials(study: Study) -> None:
    """Refuse a page that counts other trials than its tables would: some were trained meanwhile."""
    if study.whole is study:
        return  # All of it is trained.
    waiting = {item.trial.key for item in study.whole.pending()}
    if study.whole.keys() - waiting != study.keys():
        raise UserError(
            f"networks of {study.paper} were trained while its page was executed, and page and "
            "tables would differ; let training rest, and give the same command again"
        )


def run_to_its_end(name: str, given: dict[str, Any], target: Path) -> Any:
    """Execute a notebook and return it, fit to be written to `target`.

    A notebook that stops is left beside the target as `NAME.failed.ipynb`.
    """
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    working = target.with_name(f".{name}.running.ipynb")
    broken = target.with_name(f"{name}.failed.ipynb")
    working.parent.mkdir(parents=True, exist_ok=True)
    root = project_root()
    try:
        papermill.execute_notebook(
            str(source_notebook(name)),
            str(working),
            parameters=given,
            kernel_name="python3",
            cwd=str(root),
            progress_bar=False,
            # The kernel warns of its local TCP transport at every start; errors still show.
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
        notebook = nbformat.read(working, as_version=4)
    except PapermillExecutionError as error:
        working.replace(broken)
        raise UserError(
            f"the notebook {name} stopped at cell {error.exec_count}: {error.ename}: "
            f"{error.evalue}; see {relative(broken)}"
        ) from error
    finally:
        working.unlink(missing_ok=True)
    polish(notebook)
    return notebook


def write_executed(target: Path, notebook: Any) -> None:
    """Write an executed notebook; what an earlier, failed execution left beside it goes."""
    import nbformat

    write_text(target, nbformat.writes(notebook) + "\n")
    target.with_name(f"{target.stem}.failed.ipynb").unlink(missing_ok=True)


def polish(notebook) -> None:
    """Make an executed notebook fit to be committed and read.

    Timings and paths go, so that equal runs give equal files; what a figure tells becomes its
    caption and its alt text; the cell that papermill injected folds away and is named by what it
    is.
    """
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.metadata["tags"] = ["injected-parameters", "hide-input"]
            cell["id"] = "injected-parameters"
        cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        _announce(cell)


def _announce(cell: Any) -> None:
    """Give a figure's cell the caption and the alt text that its picture says of itself."""
    said = [output.get("metadata", {}).get("reproduce", {}) for output in cell.outputs]
    said = next((one for one in said if "alt" in one), None)
    mystnb = cell.metadata.get("mystnb", {})
    if said is None:
        # A sentence says why nothing is drawn: no figure, and no caption over it.
        mystnb.pop("figure", None)
        return
    figure = mystnb.setdefault("figure", {})
    figure["caption_before"] = True
    figure["caption"] = said["caption"] or figure.get("caption", "")
    mystnb.setdefault("image", {})["alt"] = said["alt"] or mystnb["image"].get("alt", "")
    cell.metadata["mystnb"] = mystnb


def keep_results(study: Study, given: dict[str, Any], edition: Edition) -> None:
    """Write the results, verdicts and records that the executed notebook stands on."""
    # Draws figures as well, which the command need not have loaded to say what is stale.
    from reproduce.pages.answer import of_study

    first, judgements = study.seeds[0], judge(study)
    results = [study.store.get(key) for key in sorted(study.keys())]
    shown = {
        cell.trial.key for cell in study.select(seed=first, **study.shown)
        if task_of(cell.trial).scores_travel
    }  # fmt: skip
    stamp = {
        **identity(study),
        "given": given,
        "data": sorted({result.trial.dataset for result in results}),
        "scale": study.scale,
        "scale_in_words": scale.in_words(study.parameters),
        "departures": study.departures,
        "executed": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "training_seconds": round(sum(result.seconds for result in results), 1),
        "verdicts": [_verdict(judgement) for judgement in judgements],
    }
    if study.paper in records.papers():
        # What a paper claims beside what was found; a study of our own answers on its page.
        stamp["answer"] = of_study(study, judgements).to_json()
    resample_registered(study)
    # Also of steps that are not done yet: they decide what is trained there.
    lost = diverged.among(study.store, (cell.trial.key for cell in study.whole.lost))
    if lost:
        stamp["diverged"] = diverged.to_json(study.store, lost)
    derived = study.store.derived_from(study.keys())
    editions.write(
        edition, study.paper, results, derived, study.records, stamp, with_scores=shown,
        predicted=everything_predicted(study),
    )  # fmt: skip


def _verdict(judgement) -> dict[str, Any]:
    return {
        "claim": judgement.claim_id,
        "verdict": str(judgement.verdict),
        "word": judgement.word,
        "reason": judgement.reason,
        "data_role": judgement.data_role,
        "conditions": list(judgement.conditions),
    }


def commit() -> str | None:
    """Return the commit this checkout is at, or None outside a repository."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=project_root(), capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def run_folder(study: Study) -> Path:
    """Return where a run with other than the default parameters is kept."""
    text = json.dumps(study.parameters.model_dump(mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return project_root() / "runs" / f"{study.paper}-{digest}"
