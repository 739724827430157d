"""palate: a trained taste for text.

>>> import palate
>>> with palate.open(":memory:") as library:
...     report = library.add(["The cat slept.", "Yields rose."])
...     len(library.reader("me", likes="cats").rank())
2
"""

from typing import TYPE_CHECKING, Any

from palate.version import __version__ as __version__

if TYPE_CHECKING:
    from palate.errors import PalateError
    from palate.feedback import Feedback
    from palate.library import Library
    from palate.library import Library as open
    from palate.open_store import OpenStore, import_store
    from palate.reader import Reader
    from palate.rule import Rule
    from palate.text import Text
    from palate.value import Contribution, Hit, Match, Ranking, SimilarText, Value, Why

__all__ = [
    "Contribution",
    "Feedback",
    "Hit",
    "Library",
    "Match",
    "OpenStore",
    "PalateError",
    "Ranking",
    "Reader",
    "Rule",
    "SimilarText",
    "Text",
    "Value",
    "Why",
    "import_store",
    "open",
]

_HOMES = {
    "PalateError": "errors",
    "Feedback": "feedback",
    "Library": "library",
    "open": "library",
    "OpenStore": "open_store",
    "import_store": "open_store",
    "Reader": "reader",
    "Rule": "rule",
    "Text": "text",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: NumPy and SQLAlchemy would take `import palate` from 10 ms
    to half a second.
    """
    if name not in __all__:
        raise AttributeError(f"module 'palate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(
        import_module(f"palate.{_HOMES.get(name, 'value')}"), "Library" if name == "open" else name
    )
