"""Pages say what they may run by hashes, and show what comes from outside as text."""

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError

from palate.insight.chart import column_chart
from palate.report.pages import page
from palate.report.section import Bar, Interval, Report, Section, Shade, SignedBar, Table

NASTY = "<script>alert(1)</script>\" onload='x' \x1b[31m"


def shown(text: str) -> str:
    """A report whose every place that takes words has this text."""
    chart = column_chart(text, (text, text), [1.0], [text])
    table = Table(text, (text, "b"), ((text, Bar(1, 2)), (text, SignedBar(-1, 2))), (text,))
    section = Section("name", text, text, (text,), (chart,), (table,), ((text, text),), lacking=text)
    return Report(text, {text: text}, (section,)).html()


def test_words_from_outside_are_text_everywhere() -> None:
    html, tame = shown(NASTY), shown("word")
    tags = re.compile(r"</?[a-z]+\b")
    assert tags.findall(html) == tags.findall(tame)
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == tame.count("word") - tame.count("words")
    assert "\x1b" not in html
    assert "\N{SYMBOL FOR ESCAPE}[31m" in html


def test_a_page_may_run_its_own_style_and_nothing_else() -> None:
    html = shown("word")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = dict(rule.split(" ", 1) for rule in policy.replace("&#39;", "'").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'sha256-{digest}'"
    assert "script-src" not in rules
    assert not re.search(r"\sstyle=", html)


def test_the_links_of_the_bar_lead_to_sections() -> None:
    html = Report("t", {}, (Section("one", "One", "First"), Section("two", "Two", "Second"))).html()
    assert re.findall(r'<a href="#(\w+)">(\w+)</a>', html) == [("one", "One"), ("two", "Two")]
    assert re.findall(r'<section id="(\w+)">', html) == ["one", "two"]


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        page("report.html")


def test_cells_are_drawn_and_told_as_numbers() -> None:
    cells = (12345, Bar(1, 4), SignedBar(-1, 2), Interval(0.5, 0.25, 0.75), Shade(1200, 0.6), "<b>")
    table = Table("t", tuple("abcdef"), (cells,), ("f",))
    html = Report("t", {}, (Section("s", "S", "T", tables=(table,)),)).html()
    assert "12,345" in html
    assert '<rect class="plain" width="25.0" height="10"/>' in html
    assert '<rect class="down" x="25.0" width="25.0" height="10"/>' in html
    assert '<line class="doubt" x1="25.0" x2="75.0"' in html
    assert '<td class="h6 number">1,200</td>' in html
    assert table.shape()["rows"] == [[12345, 1, -1, {"share": 0.5, "low": 0.25, "high": 0.75}, 1200, "<b>"]]
