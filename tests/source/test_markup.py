import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.charset import decode
from palate.source.markup import one_line, plain_text, readable, without_markup

TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br/>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "&amp;",
        "&#x41;",
        "&",
        "<",
        "<td>",
    ]
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/><br/>three", "one\ntwo\n\nthree"),
        ("<ul><li>one<li>two</ul>end", "one\ntwo\n\nend"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a <b>bold</b>, <i>slanted</i>\n  word", "a bold, slanted word"),
        (
            "<style>p{}</style><script>alert('<p>')</script>seen<noscript>x</noscript><!-- c --> too",
            "seen too",
        ),
        ("caf&eacute; &lt;b&gt; &#8364; &nbsp; 5 < 6 & 7", "café <b> € 5 < 6 & 7"),
        ("</div></div>after", "after"),
        ("", ""),
    ],
)
def test_html_reads_as_a_person_sees_it(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.lists(TAGS | st.text(max_size=5)).map("".join))
def test_any_markup_becomes_text_without_tags_of_its_own(html: str) -> None:
    text = plain_text(html)
    text.encode()
    assert "\0" not in text
    if "&" not in html and "<" not in html.replace("<p>", "").replace("</p>", ""):
        assert "<p>" not in text


def test_deeply_nested_html_comes_to_an_end() -> None:
    assert plain_text("<div>" * 100 + "x") == "x"
    plain_text("<div>" * 100_000 + "x")


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<p></p>",
        "<a ",
        "<a a=",
        "<i>`x`</i>",
        "\\documentclass",
        "<mml:math>x</mml:math>",
        "&amp;",
        "<",
        "<jats:title></jats:title>",
        "```",
        "<i>",
    ],
)
def test_what_repeats_without_end_comes_to_an_end(piece: str) -> None:
    without_markup("-->" + piece * 50_000 + "<i>x</i>")


def test_a_title_is_one_line_without_tags() -> None:
    assert one_line("<em>On\n cats</em> &amp; dogs") == "On cats & dogs"


def test_plain_text_keeps_its_angle_brackets_unless_it_looks_like_html() -> None:
    assert readable("if a <b and c> d\n\nthen", html=False) == "if a <b and c> d\n\nthen"
    assert readable("a <b>c</b>", html=False) == "a c"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Uptake of CO<sub>2</sub> by <i>Chlorella</i>", "Uptake of CO2 by Chlorella"),
        ("<jats:title>Abstract</jats:title><jats:p>Gas &amp; air.</jats:p>", "Gas & air."),
        (
            "<jats:sec><jats:title>Aim</jats:title><jats:p>To see.</jats:p></jats:sec>"
            "<jats:sec><jats:title>Methods:</jats:title><jats:p>p &lt; 0.05.</jats:p></jats:sec>",
            "Aim: To see.\n\nMethods: p < 0.05.",
        ),
        ("<sec><title>Aim</title><p>To see.</p></sec>", "Aim: To see."),
        ("<mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn></mml:math> holds", "x=2 holds"),
        (
            "<alternatives><tex-math>\\documentclass{minimal}\\begin{document}$x$\\end{document}</tex-math>"
            "<mml:math><mml:mi>x</mml:mi></mml:math></alternatives> holds",
            "$x$ holds",
        ),
        ("&lt;i&gt;Ovis&lt;/i&gt; aries", "Ovis aries"),
        ("p &amp;lt; 0.05 &amp;amp; n", "p < 0.05 & n"),
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("one<br/>two", "one\ntwo"),
        ("<!-- no --><p>x</p><script>y</script>", "x"),
        ("<html><body><p>a<p>b</body></html>", "a\n\nb"),
        ("<p>A List<String> of <b>x</b>, a<b</p>", "A List<String> of x, a<b"),
        ("caf&eacute; &apos;x&apos; &#8217;", "café 'x' ’"),
    ],
)
def test_markup_in_a_cell_becomes_plain_text(cell: str, text: str) -> None:
    assert without_markup(cell) == text


@pytest.mark.parametrize(
    "cell",
    [
        "a < b",
        "x<y and y>z",
        "p<p and q>",
        "A List<String> and a Map<K, List<V>>",
        "What <canvas> is, and why <i> is not <em>",
        "if (a<b && c>d) {\n    return  a;\n}",
        "Jane <jane@example.org> wrote",
        "Use `<b>bold</b>` in Markdown, and ```\n<i>x</i>\n``` too",
        "$a < b$ and $b > c$",
        "AT&T, R&D; Q&A, &notit; and https://example.org/?a=1&lt=2",
        "5 > 3 <- 2",
        "#include <vector>\n\n  two   blanks",
        "List<P> and Set<LI>",
    ],
)
def test_code_formulas_and_mentions_of_tags_stay_as_they_are(cell: str) -> None:
    assert without_markup(cell) == cell


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_what_was_escaped_reads_as_it_was(text: str) -> None:
    assert " ".join(plain_text(escape(text)).split()) == " ".join(text.split())


@given(st.text("ab<>&;/ip=\"' `lt"))
def test_a_cell_is_read_alike_again_and_again(text: str) -> None:
    once = without_markup(text)
    if "<" not in text and "&" not in text:
        assert once == text
    assert "</i>" not in once or "<i>" not in once or "`" in once or "&" in text


KOREAN = "테스트 피드 제목"
RUSSIAN = "Пример ленты новостей, которую пишут люди"


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (KOREAN, "utf-8", "iso-8859-1"),
        (KOREAN, "utf-8", "no-such-encoding"),
        (KOREAN, "utf-16", "utf-16"),
        (KOREAN, "utf-32", "utf-32"),
        (KOREAN, "utf-8-sig", "euc-kr"),
        (KOREAN, "euc-kr", "euc-kr"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (RUSSIAN, "windows-1251", "windows-1251"),
        ("“Quoted” – €5", "cp1252", "iso-8859-1"),
        ("日本語", "iso-2022-jp", "iso-2022-jp"),
    ],
)
def test_bytes_are_read_as_declared_unless_they_are_utf8(text: str, encoding: str, declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?><t>{text}</t>'
    assert decode(document.encode(encoding)) == f"<t>{text}</t>"


def test_utf16_without_a_mark_is_known_by_its_first_bytes() -> None:
    assert decode("<?xml version='1.0'?><t>é</t>".encode("utf-16-be")) == "<t>é</t>"


def test_the_servers_charset_counts_above_the_declaration() -> None:
    document = f'<?xml version="1.0" encoding="iso-8859-1"?><t>{RUSSIAN}</t>'.encode("koi8-r")
    assert RUSSIAN in decode(document, "text/xml; charset=KOI8-R")


def test_a_stray_byte_does_not_turn_utf8_into_something_else() -> None:
    assert decode((KOREAN * 5).encode() + b"\xff") == KOREAN * 5 + "\ufffd"


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_become_a_string(data: bytes, content_type: str) -> None:
    decode(data, content_type).encode()


def test_western_text_without_a_declaration_is_taken_as_windows_1252() -> None:
    text = "Perturbateurs endocriniens : quel impact sur le développement ? Le ministère a été prévenu, déjà."
    assert decode(text.encode("cp1252")) == text
    assert re.search("é", decode(text.encode("latin-1")))
