"""A page shows the code that stands in the file, without its docstring and without running it."""

import subprocess
import sys
from pathlib import Path

import pytest

from reproduce.data import samplers
from reproduce.errors import UserError
from reproduce.figures.source import Source
from reproduce.methods import sampling

LOSS = "reproduce.losses.embedding.sup_con:sup_con"


def test_a_function_is_shown_whole_and_without_its_docstring():
    shown = str(Source(samplers.oversampling))
    assert shown.startswith("def oversampling(")
    assert '"""' not in shown and samplers.oversampling.__doc__.split("\n")[0] not in shown
    compile(shown, "shown", "exec")
    assert Source(samplers.oversampling)._repr_markdown_() == f"```python\n{shown}\n```"


def test_a_place_and_the_thing_itself_show_the_same():
    place = f"{samplers.oversampling.__module__}:oversampling"
    assert str(Source(place)) == str(Source(samplers.oversampling))
    assert repr(Source(place)) == repr(Source(samplers.oversampling)) == "source of oversampling"


def test_a_decorator_belongs_to_what_it_decorates():
    shown = str(Source("reproduce.trials.locks:try_lock"))
    assert shown.startswith("@contextmanager\ndef try_lock(")


def test_a_module_is_shown_as_it_stands():
    assert str(Source(sampling)) == Path(sampling.__file__).read_text("utf-8").rstrip()
    assert repr(Source(sampling)) == "source of reproduce.methods.sampling"


def test_what_needs_torch_is_shown_without_it():
    code = (
        "import sys\nfrom reproduce.figures.source import Source\n"
        f"shown = str(Source('{LOSS}'))\n"
        "assert shown.startswith('def sup_con(') and 'torch.' in shown\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("reproduce.losses.nothing:at_all", "no module reproduce.losses.nothing"),
        ("reproduce.losses.embedding.sup_con:nothing", "defines no 'nothing'"),
    ],
)
def test_what_is_not_there_is_said(place, words):
    with pytest.raises(UserError, match=words):
        str(Source(place))
