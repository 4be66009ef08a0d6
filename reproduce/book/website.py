"""Turn the staging folder into HTML: Jupyter Book's configuration, Sphinx's own command.

Sphinx is started directly because `jupyter-book build` offers no place for the doctrees and asks
for two extensions that load scripts from other hosts. The rest of its configuration is used as
Jupyter Book makes it from `_config.yml`.
"""

import os
import pprint
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from reproduce.book import launch
from reproduce.book.stage import write_if_new
from reproduce.errors import UserError

# sphinx_thebe names a script on another host in every page; the book has no comments.
EXTENSIONS_LEFT_OUT = {"sphinx_thebe", "sphinx_comments"}
WITH_BUTTONS = ("github.com", "gitlab.com", "bitbucket.org")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def write_configuration(folder: Path, edition: str, address: str | None) -> None:
    """Write Sphinx's `conf.py` into the staging folder.

    Parameters
    ----------
    folder
        The staging folder, with `_config.yml` and `_toc.yml`.
    edition
        Buttons that open a notebook elsewhere are offered in the published edition only: the
        notebooks of the latest one exist on this machine alone.
    address
        The repository's public address; without one there are no buttons that need it.
    """
    from jupyter_book.config import get_final_config

    configuration, _ = get_final_config(
        user_yaml=folder / "_config.yml",
        cli_config={"external_toc_path": "_toc.yml", "latex_individualpages": False},
        sourcedir=folder,
        raise_on_invalid=True,
    )
    configuration["extensions"] = [
        name for name in configuration["extensions"] if name not in EXTENSIONS_LEFT_OUT
    ]
    colab = launch.leads_somewhere(sorted(folder.glob("book/papers/**/*.ipynb")), address)
    options = with_options(configuration["html_theme_options"], edition, address, colab)
    configuration["html_theme_options"] = options
    lines = [f"{name} = {pprint.pformat(configuration[name])}" for name in sorted(configuration)]
    write_if_new(folder / "conf.py", "\n".join(lines) + "\n")


def with_options(options: dict, edition: str, address: str | None, colab: bool) -> dict:
    """Return the theme's options with what follows from the edition and the address.

    `colab` says whether the notebooks know where to fetch themselves from, if opened there.
    """
    options = {**options, **_buttons(edition, address, colab)}
    # Jupyter Book's defaults name its own repository and the script of a visitor counter.
    unwanted = ("analytics", *(("repository_url",) if address is None else ()))
    return {name: value for name, value in options.items() if name not in unwanted}


def _buttons(edition: str, address: str | None, colab: bool) -> dict:
    """Return the theme's options for repository and launch buttons."""
    host = urlsplit(address or "").hostname
    known = host in WITH_BUTTONS
    options: dict = {
        "use_repository_button": known,
        "use_issues_button": known and host != "bitbucket.org",
        "use_edit_page_button": False,
        "launch_buttons": {},
    }
    if known:
        options["repository_url"] = address
    elif address:
        options["icon_links"] = [
            {"name": "Repository", "url": address, "icon": "fa-solid fa-code-branch"}
        ]
    if edition == "published" and host in ("github.com", "gitlab.com"):
        options["launch_buttons"] |= {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
        }
        if host == "github.com" and colab:
            options["launch_buttons"]["colab_url"] = "https://colab.research.google.com"
    return options


def run_sphinx(folder: Path, site: Path, doctrees: Path) -> None:
    """Build the site; every warning is an error, and all of them are reported at once."""
    warnings = site.parent / "warnings.txt"
    site.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "-n", "--keep-going", "-q"]
    # Every page is written anew (-a), from doctrees that are read anew only where a source has
    # changed: a new title also stands in the navigation of all other pages.
    command += ["-a"]
    command += ["-w", str(warnings), "-d", str(doctrees), str(folder), str(site)]
    # A locale that this machine lacks would stop Sphinx before its first page.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
    # The extension that Sphinx imports is the one of this package, installed or not.
    places = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    answer = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    said = warnings.read_text("utf-8") if warnings.is_file() else ""
    lines = [line for line in ANSI.sub("", said).splitlines() if line.strip()]
    if answer.returncode != 0:
        # Sphinx warns about a page when it reads it. Kept, the doctrees would let the next build
        # pass over a page that is still wrong.
        shutil.rmtree(doctrees, ignore_errors=True)
        lines = lines or ANSI.sub("", answer.stderr).strip().splitlines()[-12:]
        lines = [line.replace(f"{folder}{os.sep}", "") for line in lines]
        raise UserError(
            "the book does not build; mend these and run `reproduce book` again:\n  "
            + "\n  ".join(lines)
        )
