"""Recognising: what a text is to a store: a new one, the same as one that is there, or its new version."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from palate.identity import is_fuller, kinds_agree, new_version, origins, possible_ids, resembles, world_ids
from palate.results import KnownText
from palate.store.tables import Tables
from palate.text import Text

MAX_SHOWN = 80  # characters of a text that tell a person which one it is

Ref = int  # of a stored text its row; of the n-th new one -n


class _Match(NamedTuple):
    ref: Ref
    by: str  # what tells that it is the same: its words, its id in its source, a DOI …
    becomes: Literal["known", "version"]


@dataclass(eq=False)
class Recognised:
    """What some texts are to a store.

    new: texts to be added, with ids that no other text has. new_names: what each is to be known by. versions:
    the new words of stored texts, by row. known, updated: see `AddReport`. ids: of each of the texts that
    were given, the one it has in the store. names: more ids that the world knows a stored text by, by row.
    claims: hashes of the origins that were met."""

    new: list[Text] = field(default_factory=list)
    new_names: list[set[str]] = field(default_factory=list)
    versions: dict[int, Text] = field(default_factory=dict)
    known: list[KnownText] = field(default_factory=list)
    updated: int = 0
    ids: list[str] = field(default_factory=list)
    names: dict[int, set[str]] = field(default_factory=dict)
    claims: set[int] = field(default_factory=set)


def recognise(texts: Sequence[Text], tables: Tables, claimed: Set[int] = frozenset()) -> Recognised:
    """Tells what some texts are to a store and to those before them, by the rules of `palate.identity`.

    claimed: hashes of origins that were met before in the same source: an origin that comes again with other
    words names two texts, and so none. Costs three look-ups for all texts together, and the reading of those
    stored ones that share a name or address with one of other words."""
    return _Recogniser(texts, tables, claimed).recognise(texts)


def stored_ids(texts: Sequence[Text], tables: Tables) -> list[str | None]:
    """Returns the id that each text has in a store, None where it is not there."""
    recogniser = _Recogniser(texts, tables, frozenset())
    return [recogniser.id_at(match.ref) if (match := recogniser.match(text)) else None for text in texts]


class _Recogniser:
    def __init__(self, texts: Sequence[Text], tables: Tables, claimed: Set[int]) -> None:
        self._tables, self._claimed = tables, claimed
        self._found = Recognised()
        self._of_world: dict[int, frozenset[str]] = {}
        names = {name for text in texts for name in (*origins(text), *self._world_ids(text))}
        self._by_name: dict[str, list[Ref]] = tables.identity.rows(names)
        alike = tables.texts.alike(texts)
        self._by_content: dict[str, list[Ref]] = alike.by_content
        self._by_address: dict[str, list[Ref]] = alike.by_address
        self._texts: dict[Ref, Text] = tables.texts.get(self._rows_to_read(texts))
        others = {row for rows in self._by_content.values() for row in rows} - set(self._texts)
        self._ids = tables.texts.ids(others)
        self._taken = tables.texts.taken([text.id for text in texts])

    def recognise(self, texts: Sequence[Text]) -> Recognised:
        found = self._found
        for text in texts:
            match = self.match(text)
            if match is None:
                ref = self._put_new(text)
            elif match.becomes == "version":
                ref = match.ref
                self._put_version(ref, text)
            else:
                ref = match.ref
                found.known.append(
                    KnownText((text.title or text.body)[:MAX_SHOWN], self.id_at(ref), match.by)
                )
            self._enter(text, ref, is_twin=match is not None and match.becomes == "known")
            found.ids.append(self.id_at(ref))
        return found

    def match(self, text: Text) -> _Match | None:
        """Returns the text that this one is, and by what; None where it is a new one."""
        if (ref := self._ref_of_words(text)) is not None:
            return _Match(ref, "its words", "known")
        for origin in origins(text):
            if hash(origin) not in self._claimed and hash(origin) not in self._found.claims:
                for ref in self._by_name.get(origin, ()):
                    other = self._text(ref)
                    if kinds_agree(self._world_ids(text), self._world_ids(other)) and resembles(text, other):
                        return _Match(
                            ref, "its id in its source", "known" if is_fuller(other, text) else "version"
                        )
        for name in sorted(self._world_ids(text)):
            for ref in self._by_name.get(name, ()):
                if resembles(text, other := self._text(ref)):
                    return _Match(ref, name, "version" if is_fuller(text, other) else "known")
        return self._match_of_address(text)

    def id_at(self, ref: Ref) -> str:
        text = self._texts.get(ref)
        return self._ids[ref] if text is None else text.id

    def _text(self, ref: Ref) -> Text:
        """Returns a text; one that was known by its words and got its name from one before is read now."""
        if ref not in self._texts:
            self._texts |= self._tables.texts.get({ref})
        return self._texts[ref]

    def _match_of_address(self, text: Text) -> _Match | None:
        for ref in self._by_address.get(text.canonical_url, ()) if text.url else ():
            other = self._text(ref)
            if kinds_agree(self._world_ids(text), self._world_ids(other)):
                if is_fuller(other, text):
                    return _Match(ref, "its address", "known")
                if is_fuller(text, other):
                    return _Match(ref, "its address", "version")
        return None

    def _ref_of_words(self, text: Text) -> Ref | None:
        """Returns the first text with the same words that no registry tells from this one."""
        refs, of_world = self._by_content.get(text.content_hash, ()), self._world_ids(text)
        named = {ref for name in of_world for ref in self._by_name.get(name, ())}
        for ref in refs:
            if not of_world or ref in named:
                return ref
        others = (ref for ref in refs if kinds_agree(of_world, self._world_ids(self._text(ref))))
        return next(others, None)

    def _rows_to_read(self, texts: Sequence[Text]) -> set[int]:
        """Rows of the texts that it takes more than their words to tell from these."""
        rows = set[int]()
        for text in texts:
            of_world = self._world_ids(text)
            same = self._by_content.get(text.content_hash, [])
            named = {row for name in of_world for row in self._by_name.get(name, ())}
            if same and (not of_world or not named.isdisjoint(same)):
                continue
            rows |= named.union(same, *(self._by_name.get(name, ()) for name in origins(text)))
            rows.update(self._by_address.get(text.canonical_url, ()) if text.url else ())
        return rows

    def _put_new(self, text: Text) -> Ref:
        if text.id in self._taken:
            text = replace(text, id=self._free_id(text))
        self._taken.add(text.id)
        self._found.new.append(text)
        self._found.new_names.append({text.origin} if text.origin else set())
        ref = -len(self._found.new)
        self._texts[ref] = self._found.new[-1]
        return ref

    def _put_version(self, ref: Ref, text: Text) -> None:
        old = self._text(ref)
        version = new_version(old, text)
        self._texts[ref] = version
        for index, key in (
            (self._by_content, old.content_hash),
            (self._by_address, old.canonical_url if old.url else ""),
        ):
            if ref in (refs := index.get(key, [])):
                refs.remove(ref)  # as in the store, which finds no text by what was replaced
        self._found.updated += 1
        if ref < 0:
            self._found.new[-ref - 1] = version
            self._found.new_names[-ref - 1].update({text.origin} if text.origin else ())
        else:
            self._found.versions[ref] = version

    def _enter(self, text: Text, ref: Ref, is_twin: bool) -> None:
        """Lets the texts after this one be recognised by it, and its text by what it brought: as in the
        store, whose texts have one origin and address each, and every id that the world has for them.
        """
        of_world = self._world_ids(text)
        if ref < 0:
            self._found.new_names[-ref - 1].update(of_world)
        elif more := {name for name in of_world if ref not in self._by_name.get(name, ())}:
            self._found.names.setdefault(ref, set()).update(more)
        if text.origin:
            self._found.claims.add(hash(text.origin))
        for index, keys in (
            (self._by_content, [text.content_hash] if not is_twin else []),
            (self._by_name, [*of_world, *([text.origin] if text.origin and not is_twin else [])]),
            (
                self._by_address,
                [stands.canonical_url] if not is_twin and (stands := self._texts[ref]).url else [],
            ),
        ):
            for key in keys:
                if ref not in index.setdefault(key, []):
                    index[key].append(ref)

    def _free_id(self, text: Text) -> str:
        free = (
            id for id in possible_ids(text) if id not in self._taken and not self._tables.texts.taken([id])
        )
        return next(free)

    def _world_ids(self, text: Text) -> frozenset[str]:
        if id(text) not in self._of_world:
            self._of_world[id(text)] = world_ids(text)
        return self._of_world[id(text)]
