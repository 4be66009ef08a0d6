"""What commands print: very long tables plainly, and lines of progress that are never silent."""

from types import SimpleNamespace

from reproduce.commands import terminal
from reproduce.trials.driver import Event


def test_a_long_table_is_a_line_a_row_and_a_short_one_is_laid_out(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "MOST_LAID_OUT", 3)
    rows = [("a" * 200, "1"), ("b", ""), ("c", "33"), ("d", "4")]
    terminal.show_table(("key", "seed"), rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{'key':200}  seed" and lines[1] == f"{'a' * 200}  1"
    assert [line.split() for line in lines[2:]] == [["b"], ["c", "33"], ["d", "4"]]
    terminal.show_table(("key", "seed"), rows[1:])
    assert "┃ key ┃ seed ┃" in capsys.readouterr().out


def test_a_long_trial_says_each_minute_how_far_it_is(capsys, monkeypatch):
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now.seconds)
    lines = terminal._Lines({"k": "baseline, rho 5, seed 0"}, 2)
    lines(Event("started", "k"))
    for minute, done in ((0.5, 10), (1.1, 20), (1.6, 30), (2.2, 40)):
        now.seconds = 1000.0 + 60 * minute
        lines(Event("progress", "k", done, 4000, 0.25))
    lines(Event("finished", "k", message="accuracy 50.0 %"))
    assert capsys.readouterr().out.splitlines() == [
        "baseline, rho 5, seed 0: step 20 of 4,000, loss 0.250",
        "baseline, rho 5, seed 0: step 40 of 4,000, loss 0.250",
        "[1/2] baseline, rho 5, seed 0: accuracy 50.0 % (132 s)",
    ]


def test_a_trial_of_many_points_goes_by_its_plainest():
    trial = SimpleNamespace(imbalance={"rho": 10.0})
    points = [{"point": point} for point in ("ham10000; reading one", "ham10000", "ham10000; two")]
    assert terminal.points_of(points, trial) == "ham10000 and 2 more points"
    assert terminal.points_of(points[:2], trial) == "ham10000; reading one / ham10000"
    assert terminal.points_of([{}], trial) == "rho 10.0"
