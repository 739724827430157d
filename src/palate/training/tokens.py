"""Tokens: an encoder with a head that tags every word of a text, such as the names in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.curves import draw_history
from palate.training.entities import entities_of, tagging_figures
from palate.training.examples import CHOSEN, Tell, parts_of, read_tables, told, told_cut, unheard
from palate.training.head import BATCH, Head, cross_entropy, finish, load_head, outputs_of, train_head
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch
from palate.training.run.settings import HEADS, Settings
from palate.training.run.start import load_tokenizer
from palate.training.table import Table

DEFAULTS = HEADS
FAMILY, TASK = "AutoModelForTokenClassification", "TOKEN_CLS"
OUTSIDE, UNMARKED = "O", -100  # what is no entity; a piece that is not asked for its tag

Tags = list[str]


def tokens(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "tokens",
    label: str = "tags",
    start: str = "minilm",
    settings: Settings = DEFAULTS,
    watch: Watch = unheard,
    tell: Tell = unheard,
) -> Finished:
    """Train a head for the BIO tags in a file, and the encoder below it, by cross-entropy; save both in
    `out`.

    A row is a text: in column `text` its words, in column `label` as many tags, both with blanks between or
    as JSON lists. The first word piece of a word has its tag, the others none. Examples are parted as by
    `classify`, alike in whether there are entities. Raises BadSource for data that cannot be used, BadFolder
    where `out` is taken or full, and what palate.training.run.start raises."""
    tables = read_tables(data, dev)
    pairs = [pair for table in tables for pair in tagged(table, text, label)]
    words, truth = [one for one, _ in pairs], [one for _, one in pairs]
    labels = tuple(sorted({tag for tags in truth[: len(tables[0])] for tag in tags}, key=_order))
    if len(labels) < 2:
        raise BadSource(f"every tag in {data} is {labels[0]}; there must be two or more to tell apart")
    for line, tags in zip(tables[-1].lines, truth[-len(tables[-1]) :], strict=True):
        if strange := [tag for tag in tags if tag not in labels]:
            raise line.refuse(
                f"{label} has {strange[0]!r}, a tag that is not among those of {data}: {', '.join(labels)}"
            )
    parts = parts_of(tables, lambda: _strata(truth), settings.seed)
    tokenizer = load_tokenizer(start, settings.window, words=True)
    rows, firsts = align(tokenizer, words)
    for row, places, tags in zip(rows, firsts, truth, strict=True):
        row["labels"] = [UNMARKED] * len(row["input_ids"])
        for word, place in places.items():
            row["labels"][place] = labels.index(tags[word])
    cut = sum(len(places) < len(tags) for places, tags in zip(firsts, truth, strict=True))
    notes = told_cut(cut, len(words), tokenizer.model_max_length) + ((CHOSEN,) if dev else ())
    counts = Counter(one.kind for tags in truth for one in entities_of(tags))
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in counts.most_common())
    for fact in (told(tables, parts), f"{counts.total():,} entities: {kinds}", *notes):
        tell(fact)

    def quick(logits: NDArray[Any], wanted: NDArray[Any]) -> Mapping[str, float]:
        said, asked = logits.argmax(axis=-1), wanted != UNMARKED
        pair = [
            [[labels[number] for number in row[mask]] for row, mask in zip(one, asked, strict=True)]
            for one in (wanted, said)
        ]
        figures = tagging_figures(*pair)
        return {name: figures[name] for name in ("f1", "accuracy")}

    head = Head(
        family=FAMILY,
        task=TASK,
        labels=labels,
        config={},
        loss=cross_entropy(),
        quick=quick,
        best="f1" if counts else "accuracy",
        greater=True,
    )
    facts = recipe("tokens", start, tables, settings, columns={"text": text, "label": label})
    chosen = {part: [rows[place] for place in places] for part, places in parts.items()}
    model, ran = train_head(head, chosen, tokenizer, out, facts, start=start, settings=settings, watch=watch)

    figures = {}
    for part in [part for part in parts if part != "training"]:
        said = _tags(
            outputs_of(model, tokenizer, chosen[part]), [firsts[place] for place in parts[part]], labels
        )
        wanted = [truth[place] for place in parts[part]]
        figures[part] = tagging_figures(
            wanted, [_all(tags, len(true)) for tags, true in zip(said, wanted, strict=True)]
        )
    finished = Finished(
        folder=out,
        kind="tokens",
        start=start,
        labels=labels,
        columns=facts["columns"],
        figures=figures,
        notes=notes,
        data=tuple(facts["data"]),
        settings=asdict(settings),
        versions=facts["versions"],
    )
    return finish(
        finished,
        ran,
        {"history": lambda path: draw_history(ran.history, path, figure=head.best, best=ran.best)},
    )


def predict(folder: Path, texts: Sequence[Sequence[str]], batch: int = BATCH) -> list[Tags]:
    """The tags of n texts, each given as its words: one tag a word; O where a word is beyond the window.

    Raises BadSource where the folder holds no model that `tokens` made.
    """
    finished, model, tokenizer = load_head(folder, "tokens", FAMILY)
    if not texts:
        return []
    rows, firsts = align(tokenizer, texts)
    said = _tags(outputs_of(model, tokenizer, rows, batch), firsts, finished.labels)
    return [_all(tags, len(words)) for tags, words in zip(said, texts, strict=True)]


def align(
    tokenizer: Any, words: Sequence[Sequence[str]]
) -> tuple[list[dict[str, Any]], list[dict[int, int]]]:
    """Rows of n texts given as words, and where the first piece of each word lies; words that were cut off
    are not there.
    """
    found = tokenizer(
        [list(text) for text in words],
        is_split_into_words=True,
        truncation=True,
        return_attention_mask=False,
        return_token_type_ids=False,
    )
    firsts = []
    for number in range(len(words)):
        places: dict[int, int] = {}
        for place, word in enumerate(found.word_ids(number)):
            if word is not None:
                places.setdefault(word, place)
        firsts.append(places)
    return [{"input_ids": ids} for ids in found["input_ids"]], firsts


def tagged(table: Table, text: str, label: str) -> Iterator[tuple[Tags, Tags]]:
    """The words and the tags of each row."""
    for line, words, tags in zip(table.lines, table.words(text), table.words(label), strict=True):
        pair = words.split(), tags.split()
        if len(pair[0]) != len(pair[1]):
            raise line.refuse(
                f"{text} has {len(pair[0])} words and {label} {len(pair[1])} tags; give one tag for each word"
            )
        yield pair


def _strata(truth: Sequence[Tags]) -> list[str]:
    """Whether there are entities in a text; nothing where that is too rare to part by."""
    kinds = ["with entities" if entities_of(tags) else "without entities" for tags in truth]
    return kinds if min(Counter(kinds).values()) >= 10 else ["text"] * len(truth)


def _tags(
    outputs: Sequence[NDArray[Any]], firsts: Sequence[Mapping[int, int]], labels: Sequence[str]
) -> list[dict[int, str]]:
    said = [logits.argmax(axis=-1) for logits in outputs]
    return [
        {word: labels[row[place]] for word, place in places.items()}
        for row, places in zip(said, firsts, strict=True)
    ]


def _all(tags: Mapping[int, str], n: int) -> Tags:
    """A tag for each of n words, also for those that were cut off."""
    return [tags.get(word, OUTSIDE) for word in range(n)]


def _order(tag: str) -> tuple[bool, str]:
    """O first."""
    return tag != OUTSIDE, tag
