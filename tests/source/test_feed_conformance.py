"""feedparser's own test files, which its source package brings."""

import pytest

import feed_conformance


@pytest.fixture(scope="module")
def found() -> dict[str, list[feed_conformance.Difference]]:
    package = feed_conformance.archive()
    if package is None:
        pytest.skip("feedparser's source package cannot be downloaded")
    return {
        name: feed_conformance.differences(name, data)
        for name, data in feed_conformance.wellformed_files(package)
    }


def test_entries_titles_links_and_dates_are_those_of_feedparser_save_where_it_is_explained(
    found: dict[str, list[feed_conformance.Difference]],
) -> None:
    differing = {name for name, each in found.items() if each}
    assert len(found) > 1700
    assert differing <= set(feed_conformance.EXPLAINED)
    assert len(differing) <= (1 - feed_conformance.MIN_AGREEMENT) * len(found)
