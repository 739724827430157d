"""The sources of a store's texts, with what a reader judged of them and what servers said last."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from palate.address import is_address
from palate.feedback import Feedback
from palate.fetch_state import FetchState
from palate.parts import Store
from palate.results import SourceInfo
from palate.store.tables import Tables

NO_DATE = datetime.min.replace(tzinfo=UTC)


def list_sources(store: Store[Tables], judged: Iterable[Feedback]) -> list[SourceInfo]:
    """Returns the sources, most texts first. See `OpenStore.sources`.

    An address that was fetched stands with the source of its name or, else, with those that have texts of its
    host; one that belongs to none stands alone, with 0 texts. Reads the source, address and date of every
    text.
    """
    texts, newest = Counter[str](), dict[str, datetime]()
    hosts, of_id = defaultdict[str, set[str]](set), dict[str, str]()
    with store.reading() as tables:
        for text_id, source, url, published in tables.sources.all():
            texts[source] += 1
            of_id[text_id] = source
            if host := _host(url):
                hosts[host].add(source)
            if published is not None:
                newest[source] = max(published, newest.get(source, NO_DATE))
        states = sorted(tables.fetched.states().values(), key=lambda state: state.address)
    fetched = defaultdict[str, list[str]](list)
    for state in states:
        owners = {state.address} if state.address in texts else hosts.get(_host(state.address), set())
        for owner in owners or {state.address}:
            fetched[owner].append(outcome_of(state))
    likings = [(of_id[each.text_id], each.liking or 0.0) for each in judged if each.text_id in of_id]
    liked = Counter(source for source, liking in likings if liking > 0)
    disliked = Counter(source for source, liking in likings if liking < 0)
    names = sorted({*texts, *fetched}, key=lambda name: (-texts[name], name))
    return [
        SourceInfo(
            name, texts[name], newest.get(name), liked[name], disliked[name], tuple(fetched.get(name, ()))
        )
        for name in names
    ]


def outcome_of(state: FetchState) -> str:
    """Returns what is known of the last answers of an address, as one clause.

    >>> outcome_of(FetchState("https://example.org/feed", gone=True))
    'https://example.org/feed is gone for good'
    >>> outcome_of(FetchState("https://example.org/feed", etag="1"))
    'https://example.org/feed answered'
    """
    if state.gone:
        return f"{state.address} is gone for good"
    if state.retry_at is not None and state.retry_at > datetime.now(UTC):
        return f"{state.address} is not to be asked before {state.retry_at:%Y-%m-%d %H:%M} UTC"
    if state.moved_to:
        return f"{state.address} leads to {state.moved_to}"
    return f"{state.address} answered"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") if is_address(url) else ""
    except ValueError:  # brackets that no address can have
        return ""
