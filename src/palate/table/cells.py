"""A value as a table, a JSON object or a data frame holds it -> clean text, a JSON value, a web address."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from palate.address import shown_address

MAX_DEPTH = 32
MISSING_TYPES = {"NAType", "NaTType"}  # pandas' missing values, which compare as neither true nor false
MISSING_WORDS = frozenset(
    {"", "na", "n/a", "n.a.", "#n/a", "<na>", "none", "null", "nil", "nan", "nat"}
    | {"\\n", "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}"}  # \\N is MySQL's
    | {"not available", "[not available]", "[no title]", "[no title available]", "no title available"}
    | {"no abstract", "[no abstract]", "no abstract available", "[no abstract available]"}
)
MAX_MISSING_CHARACTERS = 30


def is_missing(value: Any) -> bool:
    """Tells whether a cell holds nothing or only a word for nothing, in any case of letters.

    >>> [is_missing(value) for value in (None, float("nan"), " N/A ", "[Not Available].", "-", "NATO", 0)]
    [True, True, True, True, True, False, False]
    """
    if isinstance(value, str):
        if len(value) > MAX_MISSING_CHARACTERS:
            return False
        word = value.strip().casefold()
        return word in MISSING_WORDS or word.removesuffix(".") in MISSING_WORDS
    return (
        value is None
        or (isinstance(value, float) and value != value)
        or type(value).__name__ in MISSING_TYPES
    )


def cell_text(value: Any) -> str:
    """Returns a cell as clean text: "" for what is_missing; lists become lines.

    >>> cell_text("N/A"), cell_text(3.0), cell_text(["a", "b"]), cell_text("a\\0b ")
    ('', '3', 'a\\nb', 'ab')
    """
    if isinstance(value, str):
        return "" if is_missing(value) else clean_text(value).strip()
    if is_missing(value) or isinstance(value, Mapping | bytes):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, int | date):
        return str(value)
    converted = json_value(value)
    return (
        "\n".join(filter(None, map(cell_text, converted)))
        if isinstance(converted, list)
        else cell_text(converted)
    )


def clean_text(text: str) -> str:
    """Returns the text without NUL characters, which databases refuse, and with U+FFFD for lone surrogates.

    >>> clean_text("a\\0\\ud800b")
    'a\ufffdb'
    """
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def json_value(value: Any, depth: int = 0) -> Any:
    """Returns the value as JSON can hold it; None for what is missing, infinite, bytes, or nested deeper than
    MAX_DEPTH.

    >>> json_value({"when": date(2020, 1, 2), "share": float("inf"), 3: (1, 2)})
    {'when': '2020-01-02', 'share': None, '3': [1, 2]}
    """
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) < 1 << 63 else str(value)
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, bytes) or type(value).__name__ in MISSING_TYPES:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return (
            {clean_text(str(key)): json_value(item, depth + 1) for key, item in value.items()}
            if depth < MAX_DEPTH
            else None
        )
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item, depth + 1) for item in value] if depth < MAX_DEPTH else None
    if hasattr(value, "tolist"):  # numpy's arrays and numbers
        return json_value(value.tolist(), depth)
    return clean_text(str(value))


def web_address(value: str) -> str:
    """Returns the value, without login and tokens, if it is an http or https address that can be read as one,
    else "".

    >>> web_address(" https://example.org/a "), web_address("javascript:alert(1)"), web_address("http://[")
    ('https://example.org/a', '', '')
    """
    value = value.strip()
    if not value[:8].lower().startswith(("http://", "https://")):
        return ""
    try:
        _ = urlsplit(value).port  # checks brackets and port
    except ValueError:
        return ""
    return shown_address(value)
