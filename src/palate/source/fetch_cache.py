"""Each address fetched one time, however often a source is read."""

from dataclasses import replace

from palate.address import address_key
from palate.errors import FetchRefused
from palate.source.fetch import Fetched, Fetcher


class FetchCache:
    """Fetches each address one time and then answers from memory, refusals too, so that a source can be
    read again.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self._answers: dict[str, Fetched | FetchRefused] = {}
        self._forgotten: set[str] = set()

    @property
    def unchanged(self) -> bool:
        """Whether there were answers, and all of them said that nothing is new."""
        answers = [answer for url, answer in self._answers.items() if url not in self._forgotten]
        return bool(answers) and all(
            isinstance(answer, Fetched) and answer.status == 304 for answer in answers
        )

    def answer(self, url: str) -> Fetched | FetchRefused:
        if url not in self._answers:
            try:
                self._answers[url] = self.fetcher.fetch(url)
            except FetchRefused as error:
                self._answers[url] = error
        return self._answers[url]

    def fetch(self, url: str) -> Fetched:
        answer = self.answer(url)
        if isinstance(answer, FetchRefused):
            raise FetchRefused(str(answer))
        return answer

    def forget(self, url: str) -> None:
        """The next fetch of this address must not be told "unchanged": it could not be read, or leads on to
        others.
        """
        key = address_key(url)
        if state := self.fetcher.fetched.get(key):
            self.fetcher.fetched[key] = replace(state, etag="", modified="")
        self._forgotten.add(url)
