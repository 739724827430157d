"""Words: what counts as one in any script, for the word index, keywords, rules and reasons alike."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from operator import add
from typing import NamedTuple

PLAIN = re.compile(r"[^\W_]+")
END_OF_CODES = 0x20000  # beyond which Unicode has Han letters alone
# scripts that are written without blanks between words, and Korean, whose particles stick to nouns
UNSPACED_BLOCKS = (
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1100, 0x1200),  # Hangul letters
    (0x1780, 0x1800),  # Khmer
    (0x1950, 0x19E0),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AB0),  # Tai Tham
    (0x2E80, 0x2FE0),  # Han radicals
    (0x3005, 0x4DC0),  # kana, bopomofo, Han
    (0x4E00, 0xA000),  # Han
    (0xA960, 0xA980),  # Hangul letters
    (0xA9E0, 0xAA00),  # Myanmar
    (0xAA60, 0xAAE0),  # Myanmar, Tai Viet
    (0xAC00, 0xD800),  # Hangul syllables
    (0xF900, 0xFB00),  # Han
)
UNSPACED_BEYOND = "\U00020000-\U0003fffd"
PREPOSED = "\u0e40-\u0e44\u0ec0-\u0ec4"  # Thai and Lao vowels before the consonant they are spoken after
TRAILING = "\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd"  # those behind it that are no marks
STACKERS = "\u1039\u17d2"  # the consonant that follows stands under the one before

UNSEEN = "\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef"
VOWEL_POINTS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew
    "\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
)
DROPPED = re.compile(f"[{UNSEEN}{VOWEL_POINTS}]+")
ACCENTS = re.compile("[\u0300-\u036f\u0653-\u0655]+")
ACCENTED = re.compile("[a-z\u0250-\u02af\u0370-\u03ff\u1e9f]")  # letters that stay themselves without accents
# what else goes: stress; the dots of ё, which Russian mostly leaves out; madda and hamza of alef, likewise
LESS = {**dict.fromkeys("аеиоуыэюяіє", "\u0300\u0301"), "е": "\u0300\u0301\u0308", "ا": "\u0653\u0654\u0655"}
TYPOGRAPHY = re.compile("[\u2010-\u2015\u2018-\u201f]")
TYPED = {**dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("“”„‟", '"')}  # all else of it is a dash


class _Patterns(NamedTuple):
    """unspaced, attached: insides of character classes: letters of scripts without blanks, and what belongs
    to the character before it. spaced: of words of other scripts.
    """

    unspaced: str
    spaced: str
    attached: str
    special: re.Pattern[str]  # a mark, or a letter of a script without blanks
    run: re.Pattern[str]  # group 1: letters of scripts without blanks; else a word of others
    joins: re.Pattern[str]  # what makes a character of more than one letter or mark
    cluster: re.Pattern[str]  # such a character


def fold(text: str) -> str:
    """Returns text in the form in which equal words are equal: case, compatibility forms (NFKC), vowel points
    and unseen characters go, and accents of Latin and Greek letters. Folding twice changes nothing more.

    Accents that make another letter (й), vowel signs and voicing marks (が) stay. Printers' quotes and dashes
    become those of a keyboard. ASCII costs a `lower`, other texts up to 100 microseconds a 1,000 characters.
    Source: Unicode Standard Annex 15 and section 3.13 (default caseless matching).

    >>> fold("CAFÉ Straße"), fold("Ёлка, край"), fold("مُدَرِّس"), fold("ｶﾞｽ")
    ('cafe strasse', 'елка, край', 'مدرس', 'ガス')
    """
    if not text.isascii():
        text = _typed(text)
    if text.isascii():
        return text.lower()
    text = _typed(unicodedata.normalize("NFKC", text)).casefold().replace("ı", "i")
    apart = DROPPED.sub("", unicodedata.normalize("NFKD", text))
    folded = unicodedata.normalize("NFC", ACCENTS.sub(_accents_kept, apart))
    # Thai and Lao am, which NFKD takes apart
    return folded.replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")


def words(text: str) -> list[str]:
    """Returns the words of a text in order, folded: runs of letters, marks and digits.

    Of scripts without blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese), and of Korean,
    every pair of neighbouring characters is a word, and a character that stands alone. A character is a
    letter with its marks. A run of letters ends where such a script begins.
    Source: overlapping bigrams, as Lucene's CJKAnalyzer makes them.

    >>> words("Ein Café_2"), words("AI模型"), words("ต้มยำ"), words("हिन्दी में")
    (['ein', 'cafe', '2'], ['ai', '模型'], ['ต้ม', 'มยำ'], ['हिन्दी', 'में'])
    """
    folded = fold(text)
    if folded.isascii() or not _patterns().special.search(folded):
        return PLAIN.findall(folded)
    return [word for run in _runs(folded) for word in _pairs(run)]


def word_runs(text: str) -> list[list[str]]:
    """Returns the runs of letters of a text, folded: of scripts without blanks the characters of each, of
    others the one word.

    >>> word_runs("AI模型")
    [['ai'], ['模', '型']]
    """
    return list(_runs(fold(text)))


def index_words(text: str) -> str:
    """Returns the words of a text as a word index needs them, with blanks between: its `words`, and after
    each run without blanks its last character, so that every character begins a word. ASCII stays as it is.

    >>> index_words("Plain text."), index_words("踢足球")
    ('Plain text.', '踢足 足球 球')
    """
    return text if text.isascii() else " ".join(word for run in _indexed_runs(fold(text)) for word in run)


def phrase_words(text: str) -> list[str]:
    """Returns the words of a phrase as they follow one another in `index_words` of a text that has it.

    The last one may go on there where it `begins_words`.

    >>> phrase_words("足球"), phrase_words("大模AI"), phrase_words("AI模")
    (['足球'], ['大模', '模', 'ai'], ['ai', '模'])
    """
    runs = list(_indexed_runs(fold(text)))
    if runs and len(runs[-1]) > 1:
        runs[-1].pop()
    return [word for run in runs for word in run]


def begins_words(word: str) -> bool:
    """Tells whether a word is a single character of a script without blanks, with which others begin.

    >>> begins_words("球"), begins_words("足球"), begins_words("a")
    (True, False, False)
    """
    return not word.isascii() and len(_clusters(word)) == 1


def is_unspaced(word: str) -> bool:
    """Tells whether a word is of a script without blanks.

    >>> is_unspaced("足球"), is_unspaced("pele")
    (True, False)
    """
    return not word.isascii() and bool(_clusters(word))


def merged(words: str) -> str:
    """Returns two neighbouring words as a person reads them: without the character that both have.

    >>> merged("足球 球场"), merged("red fox")
    ('足球场', 'red fox')
    """
    if words.isascii():
        return words
    one, _, other = words.partition(" ")
    ends, begins = _clusters(one), _clusters(other)
    if len(ends) == len(begins) == 2 and ends[1] == begins[0]:
        return one + begins[1]
    return words


def whole_word(text: str) -> str:
    """Returns a regular expression that finds a phrase in a folded text: whole words, and of scripts without
    blanks whole characters.

    >>> bool(re.search(whole_word("cat"), "the cat's")), bool(re.search(whole_word("cat"), "cats"))
    (True, False)
    >>> bool(re.search(whole_word("足球"), "踢足球吧"))
    True
    """
    patterns, folded = _patterns(), fold(text).strip()
    of_word = f"[_{patterns.spaced}]"
    before = after = ""
    if re.match(f"[{patterns.attached}]", folded):
        before = f"(?<![{patterns.unspaced}{patterns.spaced}])"
    elif re.match(f"[{patterns.unspaced}]", folded):
        before = f"(?<![{PREPOSED}{STACKERS}])"
    elif re.match(of_word, folded):
        before = f"(?<!{of_word})"
    if re.search(f"[{patterns.unspaced}][{patterns.attached}]*$", folded):
        after = f"(?![{patterns.attached}])"
    elif re.search(f"{of_word}$", folded):
        after = f"(?!{of_word})"
    return before + r"\s+".join(map(re.escape, folded.split())) + after


def _typed(text: str) -> str:
    return TYPOGRAPHY.sub(lambda found: TYPED.get(found[0], "-"), text)


def _accents_kept(found: re.Match[str]) -> str:
    letter = found.string[found.start() - 1 : found.start()]
    if ACCENTED.match(letter):
        return ""
    return "".join(mark for mark in found[0] if mark not in LESS.get(letter, ""))


def _indexed_runs(folded: str) -> Iterator[list[str]]:
    """Yields the words of each run, one of a script without blanks with its last character."""
    if folded.isascii() or not _patterns().special.search(folded):
        yield from ([word] for word in PLAIN.findall(folded))
        return
    for run in _runs(folded):
        yield [*_pairs(run), run[-1]] if len(run) > 1 else run


def _runs(folded: str) -> Iterator[list[str]]:
    """Yields a list for each run of letters: its characters where the script has no blanks, else the word."""
    patterns = _patterns()
    for run in patterns.run.finditer(folded):
        yield _characters(run[0]) if run[1] else [run[0]]


def _characters(run: str) -> list[str]:
    patterns = _patterns()
    return patterns.cluster.findall(run) if patterns.joins.search(run) else list(run)


def _pairs(run: list[str]) -> list[str]:
    return list(map(add, run, run[1:])) or run


def _clusters(word: str) -> list[str]:
    """Returns the characters of a word of a script without blanks; none for another."""
    run = _patterns().run.fullmatch(word)
    return _characters(word) if run and run[1] else []


@cache
def _patterns() -> _Patterns:
    """Made of what Python knows of Unicode, in 50 ms, once a text is there that is not ASCII."""
    kinds = [unicodedata.category(chr(code))[0] for code in range(END_OF_CODES)]
    blocks = [code for begin, end in UNSPACED_BLOCKS for code in range(begin, end) if kinds[code] in "LM"]
    inside = set(blocks)
    marks = _ranges([code for code, kind in enumerate(kinds) if kind == "M"])
    unspaced = _ranges(blocks) + UNSPACED_BEYOND
    spaced = _ranges([code for code, kind in enumerate(kinds) if kind in "LMN" and code not in inside])
    attached = marks + TRAILING
    starts = f"(?![{marks}])[{unspaced}]"
    return _Patterns(
        unspaced,
        spaced,
        attached,
        re.compile(
            f"[{_ranges([code for code, kind in enumerate(kinds[:0x10000]) if kind == 'M'])}{unspaced}"
            "\U00010000-\U0001ffff]"
        ),
        re.compile(f"([{unspaced}][{unspaced}{marks}]*)|[{spaced}]+"),
        re.compile(f"[{PREPOSED}{attached}]"),
        re.compile(f"[{PREPOSED}]?{starts}(?:[{STACKERS}]{starts}|[{marks}])*[{TRAILING}]*|."),
    )


def _ranges(codes: list[int]) -> str:
    """Returns ascending code points as the inside of a character class."""
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))
