"""The command line: help, one-line errors, parameters, and the commands that only look."""

import json
import re
import resource
import shlex
import subprocess
import sys

import pytest
from typer.main import get_command

from reproduce import __version__, cli, papers
from reproduce.commands.terminal import parameters_from, with_profile
from reproduce.errors import UserError
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.registry import claims


def commands(group=None, words=()):
    """Return (words, command) of every command, nested ones too."""
    group = group or get_command(cli.app)
    found = []
    for name, command in group.commands.items():
        nested = hasattr(command, "commands")
        found += commands(command, (*words, name)) if nested else [((*words, name), command)]
    return found


COMMANDS = {" ".join(words): command for words, command in commands()}


# -- help -----------------------------------------------------------------------------------------


def test_the_version_is_the_packages(reproduce):
    assert reproduce("--version") == (0, f"{__version__}\n", "")


def test_the_commands_are_the_documented_ones():
    assert set(COMMANDS) >= {
        "papers list", "papers show", "papers ambiguities", "params", "run", "plan", "train",
        "publish", "book", "compare", "doctor", "clean", "store ls", "store pack", "store merge",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS)
def test_every_commands_help_has_an_example_that_exists(reproduce, words):
    status, said, _ = reproduce(f"{words} --help")
    assert status == 0
    assert "Example" in said
    documented = COMMANDS[words].callback.__doc__
    lines = re.findall(r"reproduce [a-z][^\n]*", documented.partition("Example")[2])
    assert any(line.startswith(f"reproduce {words}") for line in lines)
    known = {name for parameter in COMMANDS[words].params for name in parameter.opts}
    for line in lines:
        used = {word for word in shlex.split(line) if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= known | {"-p"}, line


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_says_what_it_does(words):
    for parameter in COMMANDS[words].params:
        if parameter.name != "help" and parameter.name != "context":
            assert parameter.help, f"{words}: {parameter.name}"


def test_no_command_shows_what_there_is(reproduce):
    _, said, told = reproduce("")
    assert "papers" in said + told and "doctor" in said + told


# -- a user's mistake is one line and exit status 2 -----------------------------------------------

MISTAKES = {
    "run class_imbalance -p rhoo 50": "of class_imbalance 'rhoo'; did you mean 'rho'?",
    "run class_imbalance -p rho abc": "parameter 'rho' is 'abc'",
    "run class_imbalance -p rho -5": "parameter 'rho' is '-5': rho is largest class over smallest",
    "run class_imbalance -p rho": "-p needs a name and a value, for instance: -p rho 50",
    "run class_imbalance -p": "-p needs a name and a value",
    "run class_imbalance -p rho 5 -p rho 6": "parameter 'rho' is given twice; give it once",
    "run class_imbalance -p rho=5 -p rho 5": "parameter 'rho' is given twice; give it once",
    "run class_imbalance --profile smoke -p profile quick": "the profile is given twice",
    "run class_imbalance --profile quik": "parameter 'profile' is 'quik'",
    "run class_imbalance rho 5": "unexpected argument 'rho'; parameters are given as -p name value",
    "run class_imbalance --prfile smoke": "unknown option '--prfile'; did you mean '--profile'?",
    "plan class_imbalance -o x.json --outptu y": "option '--outptu'; did you mean '--output'?",
    "publish class_imbalance --forse": "unknown option '--forse'; did you mean '--force'?",
    "run class_imbalance -- -p rho 5": "'-- -p rho 5': nothing can be given after '--'",
    "run dual_head -p epochs 2 --": "'--': nothing can be given after '--'; expected options and",
    "plan class_imbalance -o x.json -- foo": "'-- foo': nothing can be given after '--'",
    "publish class_imbalance -- --force": "'-- --force': nothing can be given after '--'",
    "run class_imbalance -p seeds 1,1": "parameter 'seeds' is '1,1': 1 is there twice",
    "run class_imbalance -p seeds 010": "parameter 'seeds' is '010': a number does not begin with",
    "run class_imbalance -p rho true": "parameter 'rho' is 'true': true and false are neither",
    "plan class_imbalance -o x.json -p imbalance linear -p mu 0.5": "leave mu out, or take",
    "run dual_head -p top_k 5 -p ratio 0.2": "top_k and ratio both say",
    "run klass_imbalance": "unknown paper 'klass_imbalance'; did you mean 'class_imbalance'?",
    "run dual_head -p experiments tabel_6": "unknown experiment 'tabel_6'; did you mean 'table_6'?",
    "run dual_head -p experiments initialisation": "expected -p surrogate surrogate:NAME",
    "run class_imbalance -p dataset mnits": "unknown data set 'mnits'; did you mean 'mnist'?",
    "run class_imbalance -p dataset mnist": "data set 'mnist' is not here: expected the MedMNIST",
    "run class_imbalance -p rho 500": "rho 500 with at most 125 images a class leaves",
    "params dual_hed": "unknown paper 'dual_hed'; did you mean 'dual_head'?",
    "papers show nothing": "unknown paper 'nothing'",
    "papers ambiguities metric": "unknown paper 'metric'",
    "train nowhere.json": "no plan at nowhere.json; `reproduce plan PAPER -o nowhere.json`",
    "store show 0123": "no trial '0123'",
    "store pack -o x.zip": "holds nothing to pack; train something first",
    "store pack -o x.zip --with wieghts": "did you mean 'weights'?",
    "store merge nowhere.zip": "nowhere.zip",
    "compare latest elsewhere": "'elsewhere' is no run: expected 'latest', 'published' or a folder",
    "compare latest published": "no paper has results both in 'latest' and in 'published'",
    "book --edition lates": "unknown edition 'lates'; did you mean 'latest'?",
}  # fmt: skip


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_one_line_on_stderr_and_exit_status_2(reproduce, project, line):
    status, said, told = reproduce(line)
    assert (status, said) == (2, "")
    (only,) = told.splitlines()
    assert only.startswith("Error: ")
    assert MISTAKES[line] in only


@pytest.mark.parametrize("line", ["run", "nothing", "doctor --x", "train p.json --workers many"])
def test_a_wrong_call_is_refused_without_a_traceback(reproduce, project, line):
    status, _, told = reproduce(line)
    assert status == 2
    assert "Error" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("line", ["--debug params nothing", "params nothing --debug"])
def test_debug_shows_the_traceback_wherever_it_stands(reproduce, line):
    status, _, told = reproduce(line)
    assert status == 2
    assert told.startswith("Traceback")
    assert "in params" in told
    assert told.splitlines()[-1].startswith("Error: unknown paper 'nothing'")


def test_a_fault_of_ours_is_not_dressed_up_as_a_users_mistake(reproduce, monkeypatch):
    def broken(key):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(papers, "protocol", broken)
    monkeypatch.setattr(sys, "argv", ["reproduce", "params", "class_imbalance"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def run_python(code: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """Return what code in a process of its own said, and the processor's seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture(scope="module")
def packages_time() -> float:
    """What packages take to load that every run needs: a fixed time says how busy a machine is."""
    return run_python("import pydantic, scipy.stats, typer.main, typer.rich_utils")[1]


@pytest.mark.parametrize(
    ("paper", "misspelt", "meant"),
    [("class_imbalance", "rhoo", "rho"), ("dual_head", "topk", "top_k")],
)
def test_a_misspelt_parameter_is_refused_at_once_and_nothing_is_started(
    tmp_path, paper, misspelt, meant, packages_time
):
    """In little more than it takes to load packages; no torch, no papermill, no store."""
    found, used = run_python(
        "import sys, atexit; atexit.register(lambda: print(*sys.modules))\n"
        f"sys.argv = 'reproduce run {paper} -p {misspelt} 50'.split()\n"
        "from reproduce.cli import main; main()"
    )
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert f"did you mean '{meant}'?" in found.stderr
    loaded = {name.partition(".")[0] for name in found.stdout.split()}
    assert not loaded & {"torch", "papermill", "nbformat", "matplotlib", "sklearn"}
    assert not (tmp_path / "store").exists()
    assert used < 2 * packages_time


# -- parameters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("-p rho 50", {"rho": "50"}),
        ("-p rho=50", {"rho": "50"}),
        ("--parameter rho 50", {"rho": "50"}),
        ("-p rho 5 -p mu=0.2 -p seeds 1", {"rho": "5", "mu": "0.2", "seeds": "1"}),
        ("-p rho '[5, 10]'", {"rho": "[5, 10]"}),
        ("-p rho -5", {"rho": "-5"}),
        ("-p dataset=npz:a=b.npz", {"dataset": "npz:a=b.npz"}),
        ("-p dataset ''", {"dataset": ""}),
        ("", {}),
    ],
)
def test_parameters_are_read_as_pairs_in_either_form(words, values):
    assert parameters_from(shlex.split(words), ()) == values


def test_the_profile_is_a_parameter_like_any_other():
    assert with_profile({"rho": "5"}, "smoke") == {"profile": "smoke", "rho": "5"}
    assert with_profile({"profile": "smoke"}, None) == {"profile": "smoke"}
    with pytest.raises(UserError, match="given twice"):
        with_profile({"profile": "smoke"}, "smoke")


def test_parameters_reach_the_trials(reproduce, project):
    line = 'plan class_imbalance --profile smoke -p rho=10 -p seeds "[3, 4]" -p methods baseline'
    status, said, _ = reproduce(f"{line} -p experiments none -o plan.json")
    assert status == 0
    assert said.startswith("3 trials (custom) in plan.json")
    trials = [item["trial"] for item in json.loads((project / "plan.json").read_text())["trials"]]
    assert {trial["imbalance"]["rho"] for trial in trials} == {10}
    assert {trial["seed"] for trial in trials} == {3, 4}
    assert len(trials) == 2 + 1, "and the untrained network"


# -- commands that only look ----------------------------------------------------------------------


def test_the_papers_are_listed_with_their_claims(reproduce):
    status, said, _ = reproduce("papers list")
    rows = [line for line in said.splitlines() if "│" in line]
    assert status == 0
    for key in papers.names():
        (row,) = [row for row in rows if key in row.split()]
        assert str(len(claims.load(key))) in row
        assert ("yes" in row) == (key in papers.runnable())


def test_a_paper_is_shown_with_every_claim(reproduce):
    status, said, _ = reproduce("papers show class_imbalance")
    assert status == 0
    assert said.startswith(papers.paper("class_imbalance").title)
    # A name that is too long for its column goes on in the next line.
    column = "".join(line.split("│")[1].strip() for line in said.splitlines() if "│" in line)
    for claim in claims.load("class_imbalance"):
        assert claim.id in column


@pytest.mark.parametrize(("words", "papers_in"), [("", 5), ("dual_head", 1)])
def test_ambiguities_are_listed_with_readings_and_default(reproduce, words, papers_in):
    status, said, _ = reproduce(f"papers ambiguities {words}")
    assert status == 0
    assert sum(f"│ {key}" in said for key in papers.names()) == papers_in
    assert "printed" in said and "default" in said


def test_params_lists_every_parameter_with_its_defaults(reproduce):
    status, said, _ = reproduce("params class_imbalance")
    assert status == 0
    for name in ClassImbalance.model_fields:
        assert re.search(rf"│ {name}\s", said), name
    assert "smoke or quick or laptop" in said
    assert "10, 100, 1000" in re.sub(r"\s+", " ", said)


def test_the_doctor_says_what_is_here(reproduce, image_file):
    image_file("tiny")
    status, said, _ = reproduce("doctor")
    assert status == 0
    rows = dict(re.findall(r"│ (\S[^│]*?)\s+│ (\S[^│]*?)\s+│", said))
    assert rows["reproduce"] == __version__
    assert rows["device"].startswith("cpu")
    assert (rows["data: digits"], rows["data: tiny"]) == ("here", "here")
    assert rows["data: mnist"] == "not here"
    assert rows["torch"].startswith("2.")


def test_an_empty_store_is_listed_as_empty(reproduce):
    status, said, _ = reproduce("store ls")
    assert (status, said.splitlines()[-1].startswith("0 trials in")) == (0, True)


def test_clean_removes_what_can_be_made_again_and_nothing_else(reproduce, project):
    for name in ("_build/html/index.html", "store/results.sqlite", "runs/a/x", "book/intro.md"):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text("x")
    assert reproduce("clean")[0] == 0
    left = sorted(path.name for path in project.iterdir())
    assert left == ["book", "pyproject.toml", "runs", "store"]
