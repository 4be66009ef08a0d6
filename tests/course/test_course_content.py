"""What the course says: whole modules, pages and slides that lead somewhere, in two languages."""

import re
import zipfile
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from reproduce.book import course
from reproduce.book.contents import read_contents
from reproduce.book.pages import SCRIPT_LOAD, STYLE_ADDRESS, alt_problem
from reproduce.course import MODULES, checking, content, lessons, packs, slides
from reproduce.errors import UserError, status_of
from reproduce.registry import records
from reproduce.study import scale
from reproduce.trials import edition as editions

ROOT = Path(__file__).resolve().parents[2]
PAGES = read_contents(ROOT / "_toc.yml").pages
every_module = pytest.mark.parametrize("number", MODULES)


@pytest.fixture(scope="module")
def edition():
    return editions.published()


def test_there_are_six_weeks_and_every_page_of_each_is_in_the_book():
    assert MODULES == (1, 2, 3, 4, 5, 6)
    wanted = {f"book/course/{part}_{n}" for n in MODULES for part in lessons.PARTS}
    assert wanted | {"book/course/index", "book/course/before", "book/course/teacher"} <= set(PAGES)


@every_module
def test_a_module_leads_to_pages_that_exist_and_its_exercises_fit_into_the_plan(number):
    one = content.module(number)
    for related in one.related:
        assert related.paper in records.papers() and related.place in PAGES
    asked = [e for key, e in checking.exercises().items() if key.startswith(f"{number}.")]
    assert 2 <= len(asked) <= 3 and [e.level for e in asked] == sorted(e.level for e in asked)
    (planned,) = [step.minutes for step in one.plan if step.what.startswith("Exercises")]
    assert sum(e.minutes for e in asked if e.level < 3) <= planned
    assert re.search("[가-힣]", one.korean.summary) and re.search("[가-힣]", one.korean.title)


@every_module
def test_the_plan_shows_all_slides_in_their_order_and_no_result_before_the_guess(number):
    shown: list[int] = []
    slides_of = content.slides(number).slides
    for step in content.module(number).plan:
        if "notebook" in step.what:
            assert not [n for n in shown if slides_of[n - 1].figure], (
                "its numbers are guessed there"
            )
        for first, to, last in re.findall(r"[Ss]lides? (\d+)(?:( to | and )(\d+))?", step.what):
            shown += range(int(first), int(last) + 1) if to else [int(first)]
    assert shown == list(range(1, content.SLIDES + 1))


@every_module
def test_a_module_page_says_what_the_edition_found(number, edition):
    page = course.page("module", str(number), edition)
    stamp = edition.stamp(content.module(number).related[0].paper)
    assert page.count("Our answer: **") == len(content.module(number).related)
    assert f"{scale.of_stamp_in_brief(stamp)}." in page
    assert "## Take-away" in page and 'lang="ko"' in page
    assert "native speaker" in page and f"<lesson_{number}>" in page


@every_module
def test_a_quiz_explains_each_option_in_both_languages(number, edition):
    page = course.page("quiz", str(number), edition)
    options = [o for asked in content.quiz(number).questions for o in asked.options]
    assert page.count(":::{dropdown}") == 2 * len(options)
    assert page.count("**Right.**") == page.count("**맞습니다.**") == 6
    for option in options:
        assert option.why in page and option.ko_why in page
    assert all(re.search("[가-힣]", option.ko_why) for option in options)
    assert page.index("native speaker") > page.index("## 한국어 퀴즈")


@every_module
def test_exercises_and_solutions_are_pages_apart(number, edition):
    given, solved = (course.page(p, str(number), edition) for p in ("exercises", "solutions"))
    assert "# your lines here" in given and "**Why.**" not in given
    assert "# your lines here" not in solved and solved.count("**Why.**") == 3
    assert "# solution" not in solved and "# end of solution" not in solved


@every_module
def test_ten_slides_stand_alone_and_have_notes_and_figures(number):
    text = slides.page(number, "../there.html")
    page = BeautifulSoup(text, "html.parser")
    assert len(page.find_all("section")) == len(page.find_all("aside")) == 10
    assert [one["href"] for one in page.section.find_all("a")] == ["../there.html"]
    assert len(page.find_all("h1")) == 1 and page.html["lang"] == "en"
    assert not page.find_all(src=re.compile("^https?:"))
    assert [one["href"] for one in page.find_all("link")] == ["data:,"]
    assert not SCRIPT_LOAD.findall(text) and not STYLE_ADDRESS.findall(text)
    figures = page.find_all("figure")
    assert figures and not any(alt_problem(one["aria-label"]) for one in figures)
    # Ids of drawings are of one figure each: no two slides share a clipping path.
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_slide_that_asks_for_a_figure_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="lesson 1 has no cell 'nothing' with a figure"):
        lessons.figure(1, "nothing")


def test_a_paper_leads_to_the_weeks_that_teach_it():
    assert course.weeks_of("difficulty_aware") == (
        "Taught in week {doc}`4 </book/course/module_4>`."
    )
    assert all(course.weeks_of(key) for key in records.papers())
    assert course.weeks_of("nothing") == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["plan"][0].update(minutes=11), "takes 121 minutes, expected 120"),
        (lambda m: m.update(objective=["x"]), "objective"),
        (lambda m: m.update(takeaway=["x"]), "takeaway"),
    ],
)
def test_a_faulty_module_is_refused(change, said):
    text = (ROOT / "reproduce/course/content/module_1.yaml").read_text("utf-8")
    changed = yaml.safe_load(text)
    change(changed)
    with pytest.raises(ValueError, match=said):
        content.Module.model_validate(changed)


def test_a_question_has_one_right_option():
    text = (ROOT / "reproduce/course/content/quiz_1.yaml").read_text("utf-8")
    changed = yaml.safe_load(text)
    changed["questions"][0]["options"][0]["right"] = True
    with pytest.raises(ValueError, match="2 are right, expected 1"):
        content.Quiz.model_validate(changed)


def test_the_pages_ask_for_no_module_that_is_not_there(edition):
    with pytest.raises(UserError, match="unknown module '7'"):
        course.page("quiz", "7", edition)
    with pytest.raises(UserError, match="unknown page of a module"):
        course.page("nothing", "1", edition)


@pytest.fixture(scope="module")
def packed():
    return {kind: dict(packs.files(kind)) for kind in packs.KINDS}


def test_only_the_teachers_pack_has_solutions_key_and_slides(packed):
    apart = set(packed["teacher"]) - set(packed["student"])
    assert set(packed["student"]) <= set(packed["teacher"])
    assert {f"notebooks/course/solutions_{n}.ipynb" for n in MODULES} < apart
    assert {name.partition("/")[0] for name in apart} == {"notebooks", "teach"}
    assert all(f"notebooks/course/lesson_{n}.ipynb" in packed["student"] for n in MODULES)
    assert "registry:" not in packed["teacher"]["teach/teacher.html"]
    assert "**Why.**" not in packed["student"]["read/lesson_1.html"]
    assert "Why." in packed["teacher"]["teach/solutions_1.html"]
    assert "# solution" not in packed["teacher"]["teach/solutions_1.html"]


@pytest.mark.parametrize("kind", packs.KINDS)
def test_every_link_within_a_pack_leads_to_a_file_of_it(packed, kind):
    """From the first page to every page of every week; none has a role of the book left in it."""
    files, reached = packed[kind], set()
    for name, text in files.items():
        if not name.endswith(".html"):
            continue
        for link in BeautifulSoup(text, "html.parser").find_all("a"):
            address = link["href"].partition("#")[0] or Path(name).name
            target = (Path(name).parent / address).as_posix()
            target = "/".join(_without_up(target.split("/")))
            assert target in files, f"{name} leads to {target}"
            reached.add(target)
        shown = BeautifulSoup(text, "html.parser").get_text()
        assert not re.search(r"\{\w+\}`|registry:", shown), name
    pages = {name for name in files if name.endswith(".html")}
    assert pages == reached | {packs.START}


def _without_up(parts):
    found = []
    for part in parts:
        found = found[:-1] if part == ".." else [*found, part]
    return found


def test_every_page_of_a_pack_leads_back_and_is_headed_by_what_it_is(packed):
    pages = {n: t for n, t in packed["teacher"].items() if n.startswith(("read/", "teach/"))}
    for name, text in pages.items():
        page = BeautifulSoup(text, "html.parser")
        assert "slides" in name or page.a["href"] == f"../{packs.START}", name
    assert "<h1>Solutions 1: " in pages["teach/solutions_1.html"]
    assert "Fill in the three dots" not in pages["teach/solutions_1.html"]
    assert f'href="../{packs.START}#before"' in pages["teach/teacher.html"]
    assert 'id="before"' in packed["teacher"][packs.START]


def test_make_lists_in_a_pack_what_a_pack_can_do(packed):
    whole, text = (ROOT / "Makefile").read_text("utf-8"), packed["student"]["Makefile"]
    listed = re.findall(r"^([a-z-]+):.*##", text, re.MULTILINE)
    assert set(listed) == packs.TARGETS < set(re.findall(r"^([a-z-]+):.*##", whole, re.MULTILINE))
    # Only the words of the list are gone.
    bare = [re.sub(r"  ##.*", "", each) for each in (whole, text)]
    assert bare[0] == bare[1]


def test_a_lesson_in_a_pack_has_its_figures_and_what_its_code_printed(packed):
    page = BeautifulSoup(packed["student"]["read/lesson_1.html"], "html.parser")
    drawings = page.find_all("svg", role="img")
    assert drawings and not any(alt_problem(one["aria-label"]) for one in drawings)
    assert all(one.figcaption.strong for one in page.find_all("figure"))
    assert "rho = 50" in page.get_text() and len(page.find_all("h1")) == 1


def test_a_pack_can_be_installed_and_names_no_other_host_in_its_pages(packed):
    assert {"pyproject.toml", "Makefile", "requirements.lock", "reproduce/cli.py"} <= set(
        packed["student"]
    )
    assert "reproduce/course/content/quiz_6.yaml" in packed["student"]
    for name, text in packed["teacher"].items():
        if name.endswith(".html"):
            assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text), name
    key = packed["teacher"]["teach/week_1_key.html"]
    assert key.count("<details open>") == 12
    assert "<details open>" not in packed["student"]["read/week_1.html"]


def test_a_pack_is_one_zip_with_the_same_bytes_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "files", lambda kind: iter([("a.txt", "text"), ("b/c.txt", b"x")]))
    monkeypatch.setattr(packs, "project_root", lambda: tmp_path)
    first = packs.write("student")
    before = first.read_bytes()
    assert packs.write("student").read_bytes() == before
    with zipfile.ZipFile(first) as pack:
        assert pack.namelist() == [f"imbalanced-course-student/{n}" for n in ("a.txt", "b/c.txt")]
    with pytest.raises(UserError, match="unknown pack 'pupil'"):
        packs.write("pupil")


def test_a_pack_made_where_the_book_is_not_says_so_in_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(packs, "project_root", lambda: tmp_path)
    assert status_of(lambda: packs.main(["student"])) == 2
    said = capsys.readouterr().err
    assert said.startswith("Error: there is no book/course/before.md") and said.count("\n") == 1
