"""One table in every kind of file that people have: the same numbers must come out of each."""

import pytest

from reproduce.audit.formats.decoded import LARGEST
from reproduce.audit.own_result import audited
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import read, read_all
from reproduce.errors import UserError
from tests.audit import workbooks

PLAIN = "Method,n,Accuracy (%)\nours,502,64.81\n"
KOREAN = "방법,이미지 수,정확도 (%)\nours,502,64.81\n"
REPORT = """\
              precision    recall  f1-score   support

         cat       0.88      0.90      0.89        40
     big dog       0.93      0.92      0.92        60

    accuracy                           0.91       100
   macro avg       0.91      0.91      0.91       100
weighted avg       0.91      0.91      0.91       100
"""
SAME = {
    "comma": PLAIN.encode(),
    "semicolon": PLAIN.replace(",", ";").encode(),
    "tab": PLAIN.replace(",", "\t").encode(),
    "decimal comma": PLAIN.replace(",", ";").replace("64.81", "64,81").encode(),
    "tab and decimal comma": PLAIN.replace(",", "\t").replace("64.81", "64,81").encode(),
    "quoted decimal comma": PLAIN.replace("64.81", '"64,81"').encode(),
    "spaces": b"Method  n    Accuracy (%)\nours    502  64.81\n",
    "mark and CRLF": b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
    "old Mac": PLAIN.replace("\n", "\r").encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-be"),
    "CP949": KOREAN.encode("cp949"),
    "Korean": KOREAN.encode(),
    "Windows-1252": "Method;n;Accuracy (%);précision\nours;502;64,81;\n".encode("cp1252"),
    "break in a heading": PLAIN.replace("Accuracy (%)", '"Accuracy\n(%)"').encode(),
    "title above": b"Table 2. Results on our test set\n" + PLAIN.encode(),
    "comment above": b"# what it is\n" + PLAIN.encode(),
    "Markdown": b"Text.\n\n| Method | n | Acc (%) |\n|:--|--:|--|\n"
                b"| ours | 502 | **64.81** |\n\nMore.",
    "LaTeX": (
        rb"\begin{tabular}{l@{\quad}cc} \toprule" b"\n"
        rb"Method & $n$ & Acc. (\%) $\uparrow$ \\ \midrule" b"\n"
        rb"ours~\cite{a,b} & 502 & \textbf{64.81}$^{*}$ \\ \bottomrule \end{tabular}"
    ),
    "rows of LaTeX": rb"Method & n & Acc (\%) \\" b"\n" rb"ours & 502 & 64.81 \\ \hline",
    "HTML": b"<p>x</p><table><thead><tr><th>Method<th>n<th>Acc<sup>1</sup> (%)</tr></thead>"
            b"<tbody><tr><td>ours</td><td>502</td><td><b>64.81</b>&nbsp;</td></tr></tbody></table>",
    "workbook": workbooks.packed(workbooks.parts(workbooks.ONE)),
    "on its side": b"Metric,ours\nn,502\nAccuracy (%),64.81\n",
    "unit by its size": PLAIN.replace(" (%)", "").encode(),
    "fraction": PLAIN.replace(" (%)", "").replace("64.81", "64.81%").encode(),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME)
def test_the_same_table_comes_out_of_every_kind_of_file(kind):
    (line,) = read_all(SAME[kind], kind).lines
    assert (line.row, dict(line.counts)) == ("ours", {"n": 502})
    assert line.mean("accuracy").removesuffix("%") == "64.81"
    assert line.scales == {"accuracy": 100}
    checked = audited(SAME[kind], kind, Stated(runs=1, rounding="either")).checked
    assert "proportion" in {one.outcome.check for one in checked if one.outcome.inconsistent}


def test_a_workbook_is_read_as_it_is_shown():
    cells = (
        f'<row r="1">{workbooks.text("A1", "Method")}{workbooks.text("B1", "n")}'
        f'{workbooks.text("C1", "F1")}{workbooks.text("D1", "AUC")}</row>'
        f'<row r="2">{workbooks.text("A2", "a")}{workbooks.number("B2", "1457", 3)}'
        f'{workbooks.number("C2", "0.8", 2)}{workbooks.number("D2", "0.30000000000000004")}</row>'
    )  # fmt: skip
    (line,) = read_all(workbooks.packed(workbooks.parts(cells)), "a.xlsx").lines
    assert dict(line.counts) == {"n": 1457}
    assert dict(line.scores) == {"f1": "0.80", "auc": "0.3"}, "0.80 is more than 0.8"


GROUPS = {
    "CSV": b"Method,HAM,,ISIC,\n,n,Acc (%),n,Acc (%)\nA,502,64.81,503,97.42\n",
    "LaTeX": (
        rb"\begin{tabular}{lcccc} \multirow{2}{*}{Method} & \multicolumn{2}{c}{HAM} & "
        rb"\multicolumn{2}{c}{ISIC} \\ \cmidrule(lr){2-3} & n & Acc (\%) & n & Acc (\%) \\"
        rb"A & 502 & 64.81 & 503 & 97.42 \\ \end{tabular}"
    ),
    "HTML": b"<table><tr><th rowspan=2>Method<th colspan=2>HAM<th colspan=2>ISIC</tr>"
            b"<tr><th>n<th>Acc (%)<th>n<th>Acc (%)</tr>"
            b"<tr><td>A<td>502<td>64.81<td>503<td>97.42</tr></table>",
    "workbook": workbooks.packed(workbooks.parts(
        f'<row r="1">{workbooks.text("A1", "Method")}{workbooks.text("B1", "HAM")}'
        f'{workbooks.text("D1", "ISIC")}</row><row r="2">'
        + "".join(workbooks.text(f"{column}2", said)
                  for column, said in zip("BCDE", ("n", "Acc (%)") * 2, strict=True))
        + f'</row><row r="3">{workbooks.text("A3", "A")}{workbooks.number("B3", "502")}'
        f'{workbooks.number("C3", "64.81")}{workbooks.number("D3", "503")}'
        f'{workbooks.number("E3", "97.42")}</row>',
        '<mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="D1:E1"/>',
    )),
}  # fmt: skip


@pytest.mark.parametrize("kind", GROUPS)
def test_a_name_over_several_columns_makes_a_line_of_each(kind):
    found = [(one.test_set, one.row, one.counts["n"], one.scores["accuracy"])
             for one in read_all(GROUPS[kind], kind).lines]  # fmt: skip
    assert found == [("HAM", "A", 502, "64.81"), ("ISIC", "A", 503, "97.42")]


def test_an_average_over_several_columns_belongs_to_each():
    (line,) = read("Method,Macro,,\n,Precision,Recall,F1\nA,0.78,0.79,0.78\n")
    assert dict(line.scores) == {"macro_precision": "0.78", "macro_recall": "0.79",
                                 "macro_f1": "0.78"}  # fmt: skip


def test_a_printed_report_is_its_classes_and_their_averages():
    lines = read(REPORT)
    assert [one.class_name for one in lines] == ["cat", "big dog", ""]
    assert dict(lines[1].counts) == {"support": 60}
    assert lines[2].counts["n"] == 100 and lines[2].scores["accuracy"] == "0.91"
    assert lines[2].scores["weighted_recall"] == "0.91" and "precision" not in lines[2].scores
    assert audited(REPORT, "report").status == "clean"
    wrong = audited(REPORT.replace("0.91      0.91      0.91       100\n", "0.91      0.81      "
                                   "0.91       100\n"), "report")  # fmt: skip
    assert wrong.status == "findings"


def test_a_confusion_matrix_may_name_its_classes_once_only():
    found = read_all(b",cat,dog\ncat,36,4\ndog,5,55\n", "m.csv")
    assert [dict(one.predicted) for one in found.lines] == [{"cat": "36", "dog": "4"},
                                                            {"cat": "5", "dog": "55"}]  # fmt: skip
    assert found.lines[0].stated.orientation is None and "does not say" in found.notes[0]
    said = read("predicted \\ true,cat,dog\ncat,36,4\ndog,5,55\n")
    assert said[0].stated.orientation == "rows_predicted"


def test_a_break_within_a_cell_keeps_the_row_and_its_line():
    (line,) = read('row,n,accuracy %\n"two\nlines",502,64.81\n')
    assert (line.row, line.number) == ("two lines", 2)
    with pytest.raises(UserError, match=r"line 4: expected 3 cells"):
        read('row,n,accuracy %\n"two\nlines",502,64.81\na,1\n')


def test_what_is_not_known_is_said_and_left_out():
    found = read_all(b"Method,Params (M),n,accurracy,Acc (%)\na,23.5,502,0.5,64.81\n", "a.csv")
    assert "Params (M), accurracy (did you mean 'accuracy'?)" in found.notes[0]
    assert [dict(one.scores) for one in found.lines] == [{"accuracy": "64.81"}]


def test_percentages_or_shares_that_nobody_can_tell_apart_are_left_out():
    found = read_all(b"Method,n,Accuracy,Error\na,500,99.2,0.8\n", "a.csv")
    assert "error" not in found.lines[0].scores and "'Error' may be" in " ".join(found.notes)
    (line,) = read("# unit: percent\nMethod,n,Accuracy,Error\na,500,99.2,0.8\n")
    assert line.scales == {"accuracy": 100, "error": 100}


def test_two_rows_of_one_name_with_other_numbers_are_told():
    found = read_all(b"row,n,accuracy\na,10,0.5\na,10,0.6\nb,10,0.5\nb,10,0.5\n", "a.csv")
    assert found.notes == ("lines 2 and 3 are both called 'a' and differ",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 ...", "it is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "it is a picture"),
        (b"\xd0\xcf\x11\xe0abc", "save it as .xlsx"),
        (bytes(range(256)), "no text in UTF-8, UTF-16, CP949 or Windows-1252"),
        (b"row,n\x00,accuracy\na,1,0.5\n", "no text in UTF-8"),
        (b"a" * (LARGEST + 1), "larger than 5 MB"),
        (b"row,n,accuracy\n" + b"a,10,0.5\n" * 5001, "5,001 rows; expected at most 5,000"),
        (b"PK\x03\x04 broken", "cannot be read as an Excel workbook"),
        (workbooks.packed({"xl/workbook.xml": "<!DOCTYPE x><workbook/>"}), "declares entities"),
        (b"row,n,accuracy %\na,100,100.5\n", "100.5 is not between 0 and 100"),
        (b"row,n,accuracy\na,10,-0.1\n", "-0.1 is not between 0 and 1"),
    ],
    # A workbook's bytes hold the time it was packed at, and are no name of a test.
    ids=lambda value: value if isinstance(value, str) else "data",
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_line(data, message):
    with pytest.raises(UserError) as refused:
        read_all(data, "mine")
    assert message in str(refused.value) and "\n" not in str(refused.value)


def test_a_table_beside_one_that_cannot_be_used_is_still_read():
    page = SAME["HTML"] + b"<table><tr><td>what<td>why</tr><tr><td>a<td>b</tr></table>"
    found = read_all(page, "page.html")
    assert len(found.lines) == 1 and "left out: " in " ".join(found.notes)
