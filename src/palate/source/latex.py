"""LaTeX -> plain text: fields that are LaTeX as a whole, and its letters inside of other text."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

MATHS = re.compile(r"\$\$.{1,2000}?\$\$|\$[^$\n]+\$|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]", re.DOTALL)
BRACES = re.compile(r"(?<!\\)[{}]")
WORDS_FOR_SIGNS = {  # that pylatexenc does not know
    "textless": "<", "textgreater": ">", "textbar": "|", "textbackslash": "\\", "textasciitilde": "~",
    "textasciicircum": "^", "textunderscore": "_", "textdollar": "$", "textpercent": "%",
    "textquotesingle": "'", "textendash": "–", "textemdash": "—", "textmu": "µ",
    "textdegree": "°", "textpm": "±", "texttimes": "×",
    "textsuperscript": "%s", "textsubscript": "%s", "textasteriskcentered": "*", "textbraceleft": "{",
    "textbraceright": "}",
}  # fmt: skip
# what cannot be meant otherwise: an accent on its letter, a word for a sign, and words in another type
LETTERS = re.compile(
    r"""\{\\["'`^~=.uvHckrbd](?:\s?\{?\\?[A-Za-z]\}?|\{\})\}"""
    r"""|\\["'`^~=.uvHckrbd]\{\\?[A-Za-z]\}"""
    r"""|\\(?<=[A-Za-z]\\)["'`^~](?:[aeiouyAEIOUY](?![A-Za-z]?')|\\i\b)"""
    r"""|\{\\(?:text[a-z]+|ss|o|O|aa|AA|ae|AE|oe|OE|l|L|i|&|%)\s?\}"""
    r"""|\\text(?:less|greater|mu|degree|pm|times|endash|emdash|bar)\b(?:\{\})?"""
)
IN_ANOTHER_TYPE = re.compile(r"\\(?:emph|text(?:it|bf|sc|sf|rm|sl|tt|up|md|normal)|underline)\{([^{}]*)\}")


def latex_to_text(latex: str) -> str:
    r"""Returns a field that is LaTeX as plain text: without braces, with formulas as they stand. Takes 1 ms.

    A bare % is a percent sign, as in every abstract, although TeX would read the rest of the line as a
    comment.

    >>> latex_to_text(r"{\textless} 50% of G{\'o}del's \emph{{BERT}} for $x^2 < 3$")
    "< 50% of Gódel's BERT for $x^2 < 3$"
    """
    if "\\" in latex:  # most have accents alone, which are known after the first
        latex = _outside_maths(latex, lambda part: LETTERS.sub(_accented, part))
    if any(sign in latex for sign in ("\\", "~", "--", "``")):
        latex = _with_all_macros(latex)
    return _outside_maths(latex, lambda part: BRACES.sub("", part)).strip()


def without_latex(text: str) -> str:
    r"""Returns a text with the LaTeX in it that cannot be meant otherwise as plain text; formulas stay.

    >>> without_latex(r"Poincar\'e and \emph{G{\"o}del} write C:\temp, don\'t, and $\emph{x}$")
    "Poincaré and Gödel write C:\\temp, don\\'t, and $\\emph{x}$"
    """
    if "\\" not in text:
        return text
    return _outside_maths(
        text, lambda part: IN_ANOTHER_TYPE.sub(r"\1", LETTERS.sub(lambda match: _letter(match[0]), part))
    )


def _outside_maths(text: str, change: Callable[[str], str]) -> str:
    formulas = iter(MATHS.findall(text))
    return "".join(change(part) + next(formulas, "") for part in MATHS.split(text))


def _accented(match: re.Match[str]) -> str:
    letter = _letter(match[0])
    return letter if letter.isalpha() else match[0]  # signs may mean something in LaTeX


@lru_cache(4096)
def _letter(latex: str) -> str:
    return BRACES.sub("", _with_all_macros(latex))


def _with_all_macros(latex: str) -> str:
    text: str = _converter().latex_to_text(re.sub(r"(?<!\\)%", r"\\%", latex))
    return text


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    known = get_default_latex_context_db()
    known.add_context_category(
        "words for signs", prepend=True,
        macros=[MacroTextSpec(name, simplify_repl=sign) for name, sign in WORDS_FOR_SIGNS.items()],
    )  # fmt: skip
    return LatexNodes2Text(math_mode="verbatim", latex_context=known, keep_comments=True)
