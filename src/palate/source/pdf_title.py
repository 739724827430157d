"""The largest line on the first page of a PDF, which mostly is its title."""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from palate.source.stated_title import MAX_TITLE_CHARACTERS, NO_TITLE

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

N_CHARACTERS = 5000  # of the first page, among which the largest line is sought
MIN_RATIO = 1.15  # of a title's letters to the common ones
MIN_LETTERS = 5


def largest_line(page: "PdfPage") -> str:
    """Returns the lines in the largest letters of a page; "" where no letters are larger than the others."""
    from pypdfium2 import raw

    text_page = page.get_textpage()
    n_characters = min(text_page.count_chars(), N_CHARACTERS)
    characters = [
        (chr(raw.FPDFText_GetUnicode(text_page, at)), round(raw.FPDFText_GetFontSize(text_page, at), 1))
        for at in range(n_characters)
    ]
    text_page.close()
    return largest_run(characters)


def largest_run(characters: Sequence[tuple[str, float]]) -> str:
    """Returns the words in the largest size, if that is well above the common one; a single word, such as a
    journal's name, only where no others are large. characters: each with its size in points.

    >>> sizes = [("Acta ", 20.0), ("On cats ", 17.0), ("They sleep all day.", 8.0)]
    >>> largest_run([(character, size) for run, size in sizes for character in run])
    'On cats'
    """
    runs = list[tuple[float, str]]()
    for character, size in characters:
        if runs and (character.isspace() or size == runs[-1][0]):  # blanks that PDFium adds have no size
            runs[-1] = (runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((size, character))
    n_of_size = Counter[float]()
    for size, run in runs:
        n_of_size[size] += len(run)
    large = [
        (" " in (words := " ".join(run.split())), size, words)
        for size, run in runs
        if size >= MIN_RATIO * n_of_size.most_common(1)[0][0] and sum(map(str.isalpha, run)) >= MIN_LETTERS
    ]
    titles = [each for each in large if len(each[2]) <= MAX_TITLE_CHARACTERS and not NO_TITLE.match(each[2])]
    return max(titles, key=itemgetter(0, 1))[2] if titles else ""
