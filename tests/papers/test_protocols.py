"""Which papers can be run."""

import pytest

from reproduce import papers
from reproduce.errors import UserError


def test_every_paper_can_be_run():
    assert papers.runnable() == papers.names()


def test_a_paper_without_a_protocol_says_which_have_one(monkeypatch):
    monkeypatch.setattr(papers, "_has_protocol", lambda key: key != "dual_head")
    with pytest.raises(UserError, match=r"'dual_head' has claims and tables here but no notebook"):
        papers.protocol("dual_head")
