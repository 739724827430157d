"""Texts with tags, and a sentence for each of some tags: what a reader of that subject would write."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from palate.errors import BadSource
from palate.evaluation.arrays import BoolVector
from palate.evaluation.judgements import read_contents, read_facts

MIN_TAGGED = 25  # so that 20 are left when 5 were given as likes


@dataclass(frozen=True, eq=False)
class DescribedTag:
    """A tag, what a reader who wants it would write, and whether each of n texts has it."""

    tag: str
    description: str
    tagged: BoolVector  # (n,)


@dataclass(frozen=True, eq=False)
class TaggedTexts:
    """n texts and the tags that are replayed."""

    name: str
    contents: tuple[str, ...]
    tags: tuple[DescribedTag, ...]


def read_tagged_texts(items: Path, tags: Path, descriptions: Path) -> TaggedTexts:
    """Reads texts, their tags and the descriptions of some of these. The name is that of the items' folder.

    items: id, and title or text or both. tags: item (also article) and tag. descriptions: tag and description
    (also sentence), each tag once. Tags without a description are not replayed. Raises BadSource for a file
    that cannot be read, a missing column, an unknown item, an empty description, or a tag that fewer than 25
    texts have, or all but fewer than 25."""
    rows, contents = read_contents(items)
    described: dict[str, str] = {}
    for record in read_facts(descriptions):
        tag = record.label("tag")
        if tag in described:
            raise record.refuse(f"the tag {tag!r} is described twice; keep one line of it")
        description = record.value("description", "sentence")
        if not description:
            raise record.refuse(
                f"the description of {tag!r} is empty; write a sentence, or leave the row out"
            )
        described[tag] = description
    tagged = {tag: np.zeros(len(contents), dtype=np.bool_) for tag in described}
    for record in read_facts(tags):
        item, tag = record.value("item", "article"), record.value("tag")
        if item not in rows:
            raise record.refuse(f"there is no text with the id {item!r} in {items}")
        if tag in tagged:
            tagged[tag][rows[item]] = True
    for tag, having in tagged.items():
        if not MIN_TAGGED <= having.sum() <= len(contents) - MIN_TAGGED:
            raise BadSource(
                f"{tags}: {int(having.sum())} of {len(contents)} texts have the tag {tag!r}; at least"
                f" {MIN_TAGGED} must, and as many not: leave it out of {descriptions}"
            )
    return TaggedTexts(
        items.resolve().parent.name,
        contents,
        tuple(DescribedTag(tag, text, tagged[tag]) for tag, text in described.items()),
    )
