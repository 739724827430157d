import pytest

from palate.source.latex import latex_to_text, without_latex


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\textless} 0.05", "< 0.05"),
        (r"5 {\textgreater} 3 {\textasciitilde}x", "5 > 3 ~x"),
        (
            r"G{\"o}del, Erd{\H{o}}s, {\O}re, {\ss}, \v{S}koda, \c{c}a, na{\"\i}ve",
            "Gödel, Erdős, Øre, ß, Škoda, ça, naïve",
        ),
        (r"{The} {{BERT}} \emph{model}", "The BERT model"),
        (r"50% of \$5 \& 3\,000", "50% of $5 & 3 000"),
        (r"$x_{1} < \alpha$ and \(y\)", r"$x_{1} < \alpha$ and \(y\)"),
        ("``quoted'' -- so", "“quoted” – so"),
    ],
)
def test_a_field_in_latex_is_plain_text_with_its_formulas(latex: str, text: str) -> None:
    assert latex_to_text(latex) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (r"Poincar\'e and Schr\"odinger", "Poincaré and Schrödinger"),
        (r"G{\"o}del, Erd\H{o}s and {\ss}", "Gödel, Erdős and ß"),
        (r"an \emph{old} and \textit{new} way", "an old and new way"),
        (r"p {\textless} 0.05", "p < 0.05"),
    ],
)
def test_letters_and_types_of_latex_are_known_in_any_text(cell: str, text: str) -> None:
    assert without_latex(cell) == text


@pytest.mark.parametrize(
    "cell",
    [
        r"C:\temp\new and \d+\s*",
        r"don\'t, it\'s, they\'re",
        r"He said \"all\" and \"every\"",
        r"$\emph{x} \'e$ and \alpha",
        "no backslash {braces} stay",
    ],
)
def test_what_may_be_meant_otherwise_stays(cell: str) -> None:
    assert without_latex(cell) == cell
