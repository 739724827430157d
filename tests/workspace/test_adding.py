"""Adding: groups of near-copies are those that comparing with every representative gives."""

from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.feature.minhash import band_keys, jaccard
from palate.feature.terms import content_terms, hash_terms
from palate.library import Library
from palate.store.health import examine
from palate.text import Text
from palate.workspace.near_copies import ALIKE_TERMS, ALIKE_VECTORS

WORDS = [f"{first}{second}{third}" for first in "bdfgk" for second in "aeiou" for third in "lmnrst"]


def made_texts(seed: int, n: int) -> list[Text]:
    """Returns at most n texts of 30 words, all different; half are an earlier one but for up to 3 words."""
    rng = np.random.default_rng(seed)
    contents: list[list[str]] = []
    for _ in range(n):
        words = rng.choice(WORDS, 30).tolist()
        if contents and rng.random() < 0.5:
            words = list(contents[rng.integers(len(contents))])
            for index in rng.integers(0, 30, rng.integers(1, 4)):
                words[index] = str(rng.choice(WORDS))
        contents.append(words)
    different = dict.fromkeys(" ".join(words) for words in contents)
    return [Text.of(content, id=f"{number}") for number, content in enumerate(different)]


def brute_force(texts: list[Text], encoder: Any) -> dict[str, str]:
    """Returns the id of the representative of each text, by comparing it with all before that share a key."""
    contents = [text.content for text in texts]
    terms = content_terms(hash_terms(contents))
    keys, _ = band_keys(terms)
    ids = [terms.ids[terms.starts[i] : terms.starts[i + 1]].tolist() for i in range(len(texts))]
    vectors = encoder.encode(contents).astype(np.float16).astype(np.float32)
    representatives: dict[int, int] = {}
    for new in range(len(texts)):
        alike = [
            (float(vectors[new] @ vectors[old]), -old)
            for old in representatives
            if representatives[old] == old and set(keys[new].tolist()) & set(keys[old].tolist())
            if jaccard(ids[new], ids[old]) >= ALIKE_TERMS
        ]
        cosine, negative = max(alike, default=(-1.0, -new))
        representatives[new] = -negative if cosine >= ALIKE_VECTORS else new
    return {texts[new].id: texts[old].id for new, old in representatives.items()}


def groups(library: Library) -> dict[str, str]:
    """Returns the id of the representative of each text, as the store has them."""
    with library.workspace.store.reading() as tables:
        pairs = tables.connection.exec_driver_sql(
            "select copy.id, first.id from text copy join text first on first.row = copy.leader"
            " order by copy.row"
        )
        return dict(tuple(pair) for pair in pairs)


@pytest.mark.slow
@settings(max_examples=6)
@given(seed=st.integers(0, 999), size=st.sampled_from([1, 7, 1000]), parts=st.integers(1, 4))
def test_groups_are_those_of_brute_force_in_any_chunks_and_by_any_processes(
    seed: int, size: int, parts: int, words: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two libraries of one file add in turn, and a third is opened anew for each part."""
    texts = made_texts(seed, 60)
    path = tmp_path_factory.mktemp("adding") / "store.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("palate.workspace.adding.CHUNK", size)
        with Library(path, encoder="words") as first, Library(path) as second:
            for number, part in enumerate(np.array_split(np.arange(len(texts)), 3 * parts)):
                chosen = [texts[index] for index in part.tolist()]
                if number % 3 == 2:
                    with Library(path) as third:
                        third.add(chosen)
                else:
                    (first, second)[number % 3].add(chosen)
            assert groups(first) == brute_force(texts, words)
            assert len(set(groups(first).values())) < len(texts)


def test_a_new_copy_joins_what_stands_for_the_group_after_a_removal(path: Path, words: Any) -> None:
    """Also in a process that has known the removed text, and when the next to stand for it is removed."""
    copies = [text for text in made_texts(1, 1) for _ in range(6)]
    copies = [Text.of(f"{text.body} {WORDS[n]}", id=f"{n}") for n, text in enumerate(copies)]
    with Library(path, encoder="words") as library, Library(path) as other:
        library.add(copies[:3])
        other.add([Text.of("something else")])
        assert set(groups(library).values()) == {"0", other.ids_of([Text.of("something else")])[0]}
        library.remove(["0"])
        other.add([copies[3]])
        assert groups(library)["3"] == groups(library)["2"] == "1"
        library.remove(["1", "2"])
        library.add([copies[4]])
        assert groups(library)["4"] == "3"
        with Library(path) as third:
            third.add([copies[5]])
        assert groups(library)["5"] == "3"
        assert all(finding.ok for finding in examine(library.workspace.store, words.fingerprint))


def test_a_text_that_was_removed_with_its_group_stands_for_none(path: Path, words: Any) -> None:
    with Library(path, encoder="words") as library:
        base = made_texts(1, 1)[0]
        library.add([base])
        library.remove([base.id])
        assert library.add([Text.of(f"{base.body} more", id="new")]).grouped == 0
        assert library.add([base]).grouped == 1
        assert groups(library) == {"new": "new", base.id: "new"}


def test_two_that_add_at_once_store_every_text_once_and_group_them(
    path: Path, words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palate.workspace.adding.CHUNK", 5)
    texts = made_texts(3, 120)
    with Library(path, encoder="words") as first, Library(path) as second:
        threads = [
            Thread(target=library.add, args=(part,))
            for library, part in ((first, texts[:80]), (second, texts[40:]))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        by_id = {text.id: text for text in texts}
        stored = [by_id[text_id] for text_id in groups(first)]
        assert len(stored) == len(texts)
        assert groups(first) == brute_force(stored, words)
        assert all(finding.ok for finding in examine(first.workspace.store, words.fingerprint))


def test_a_chunk_that_another_came_before_is_not_encoded_again(path: Path, words: Any) -> None:
    texts = made_texts(4, 6)
    with Library(path, encoder="words") as library, Library(path) as other:

        def add_before() -> None:
            words.before_encoding = lambda: None
            other.add([texts[0], Text.of("another text")])

        words.before_encoding = add_before
        report = library.add(texts)
        assert (report.added, report.known) == (5, 1)
        assert sorted(words.seen.count(text.content) for text in texts) == [1, 1, 1, 1, 1, 2]
