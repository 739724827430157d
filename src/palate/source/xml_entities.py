"""XML entities that expand like a bomb."""

import re
from collections import Counter

from palate.errors import BadSource

ENTITY = re.compile(r"""<!ENTITY\s+(%?)\s*([^\s%&;"']+)\s+(?:"([^"]*)"|'([^']*)')""")
MAX_ENTITIES = 1000
MAX_EXPANSION = 1 << 20  # characters that all uses of a document's own entities may come to


def refuse_entity_bombs(source: str, name: str) -> None:
    """Raises BadSource where a document's own entities are made of others, or come to more than MAX_EXPANSION
    together.

    >>> refuse_entity_bombs('<!DOCTYPE rss [<!ENTITY euro "€">]><rss>&euro;</rss>', "feed.xml")
    """
    prolog = source[: first.start()] if (first := re.search(r"<\w", source)) else source
    if "<!ENTITY" not in prolog:
        return
    if len(prolog) > MAX_EXPANSION or prolog.count("<!ENTITY") > MAX_ENTITIES:
        raise BadSource(f"{name} declares XML entities without end, as XML bombs do; give a plain feed")
    entities = {entity: double or single for _, entity, double, single in ENTITY.findall(prolog)}
    for entity, value in entities.items():
        if any(referenced in entities for referenced in re.findall(r"[&%]([^\s#;]+);", value)):
            raise BadSource(
                f"{name} makes the XML entity {entity!r} out of others, as XML bombs do; "
                "expected a plain feed"
            )
    uses = Counter(re.findall(r"&([^\s#&;<>]+);", source))
    if sum([len(value) * uses[entity] for entity, value in entities.items()]) > MAX_EXPANSION:
        raise BadSource(
            f"{name} repeats its XML entities beyond {MAX_EXPANSION} characters, as XML bombs do; "
            "give a plain feed"
        )
