"""The page on the rates of the audit says what was measured, and that keeps the promise."""

from benchmarks import audit_page
from benchmarks.audit_forms import FORMS
from reproduce.files import project_root


def test_the_page_says_what_the_results_say():
    text = (project_root() / audit_page.PAGE).read_text("utf-8")
    assert audit_page.rewritten(text) == text
    assert text.count("| averaging unstated") == 4
    assert audit_page.rewritten(text.replace("| Accused |", "| Acused |")) == text


def test_no_honest_table_was_accused_and_every_form_was_measured():
    forms = {one["form"]: one for one in audit_page.stored(audit_page.RATES)["forms"]}
    assert set(forms) == set(FORMS)
    for one in forms.values():
        assert one["accused"] == 0 and one["honest"] > 0 and 0 < one["found"] <= one["misprints"]


def test_every_known_answer_is_ours():
    cases = audit_page.stored(audit_page.PEERS)["cases"]
    assert len(cases) > 10 and all(one["ours"] == one["known"] for one in cases)
