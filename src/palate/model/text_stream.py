"""TextStream: the text of a draft while it is written, up to a stop string."""

from __future__ import annotations

from palate.model.decode import Written
from palate.model.network import Ids, Network
from palate.model.promise import OnText, ignore_text
from palate.model.sampling import Sampling

UNFINISHED = "\ufffd"  # what stands for a character of which not all bytes are there


class TextStream:
    """Tells each new piece of one draft's text, and whether it has come to a stop string.

    Held back is what may still change: a character that is not whole, and what may be the beginning of a stop
    string.
    """

    def __init__(self, network: Network, sampling: Sampling, row: int, on_text: OnText) -> None:
        self._network, self._stop, self._row, self._on_text = network, sampling.stop, row, on_text
        self._n_emitted = 0

    def stops(self, ids: Ids) -> bool:
        """Tells what is new in the text of these tokens; returns whether a stop string is in it."""
        if not self._stop and self._on_text is ignore_text:
            return False
        text = self._network.text_from(ids)
        ended = cut_at(text, self._stop)
        self._emit(held_back(text, self._stop) if ended == text else ended)
        return ended != text

    def finish(self, written: Written) -> str:
        """Tells the rest and returns the whole text."""
        whole = self._network.text_from(written.ids)
        text = cut_at(whole, self._stop)
        if written.finish == "stop" and text == whole:  # it was a stop token, which is no part of it
            text = self._network.text_from(written.ids[:-1])
        self._emit(text)
        return text

    def _emit(self, text: str) -> None:
        if len(text) > self._n_emitted:
            self._on_text(self._row, text[self._n_emitted :])
            self._n_emitted = len(text)


def cut_at(text: str, stop: tuple[str, ...]) -> str:
    """Returns the text before the first of these strings.

    >>> cut_at("one. two; three", (";", ".")), cut_at("one", (";",))
    ('one', 'one')
    """
    return text[: min([len(text), *(place for each in stop if (place := text.find(each)) >= 0)])]


def held_back(text: str, stop: tuple[str, ...]) -> str:
    """Returns a text without an end that may still change.

    >>> held_back("so far\\n", ("\\n\\n",)), held_back("caf\\ufffd", ())
    ('so far', 'caf')
    """
    text = text.rstrip(UNFINISHED)
    longest = max((n for each in stop for n in range(1, len(each)) if text.endswith(each[:n])), default=0)
    return text[: len(text) - longest]
