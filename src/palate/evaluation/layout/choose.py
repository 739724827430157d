"""Layouts of other people's data sets, told by the files of a folder."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from palate.errors import BadSource
from palate.evaluation.crowd import crowd_feedback
from palate.evaluation.judgements import RatedTexts
from palate.evaluation.layout import amazon, goodreads, mind, scholar_inbox
from palate.evaluation.layout.recorder import Recorder

MIN_JUDGEMENTS = 10  # of a reader who is replayed


class Layout(NamedTuple):
    """How a data set lies in a folder. files: what each part is, and the pattern of its name."""

    name: str
    files: Mapping[str, str]
    read: Callable[[Mapping[str, Path], Recorder], None]


LAYOUTS = (  # the first that has a part in the folder is meant
    Layout("MIND", mind.FILES, mind.read),
    Layout("Goodreads", goodreads.FILES, goodreads.read),
    Layout("Scholar Inbox", scholar_inbox.FILES, scholar_inbox.read),
    Layout("Amazon reviews", amazon.FILES, amazon.read),
)


class FoundData(NamedTuple):
    """A folder that was recognised. files: by what each part is."""

    layout: Layout
    files: Mapping[str, Path]


def find_data(folder: Path) -> FoundData:
    """Returns whose data is in a folder. Raises BadSource where there is none, or a part of it is missing."""
    if not folder.is_dir():
        raise BadSource(f"there is no folder {folder}; check its name")
    for layout in LAYOUTS:
        found = {part: _only(folder, pattern) for part, pattern in layout.files.items()}
        missing = {part: pattern for part, pattern in layout.files.items() if found[part] is None}
        if len(missing) < len(found) and missing:
            lacks = " and ".join(f"{part} ({pattern})" for part, pattern in missing.items())
            raise BadSource(
                f"{folder} looks like {layout.name}, but lacks {lacks}; put it there, see docs/data.md"
            )
        if not missing:
            return FoundData(layout, {part: path for part, path in found.items() if path is not None})
    known = "; ".join(f"{layout.name}: {', '.join(layout.files.values())}" for layout in LAYOUTS)
    raise BadSource(f"{folder} has no data set that palate knows by its files ({known})")


def read_data(
    found: FoundData, readers: int, seed: int, hide: int | None = None
) -> tuple[RatedTexts, Recorder]:
    """Reads texts and judgements, draws so many readers with 10 judgements or more to be replayed, and makes
    all others the crowd. Raises BadSource where no reader has 10."""
    recorder = Recorder()
    found.layout.read(found.files, recorder)
    folder = next(iter(found.files.values())).parent
    rated = recorder.rated(folder.resolve().name)
    able = [index for index, one in enumerate(rated.histories) if len(one.rows) >= MIN_JUDGEMENTS]
    if not able:
        raise BadSource(
            f"no reader in {folder} has {MIN_JUDGEMENTS} judgements of texts that are there; is it a part of"
            " the data only?"
        )
    drawn = sorted(np.random.default_rng(seed).permutation(able)[:readers].tolist())
    replayed = tuple(rated.histories[index] for index in drawn)
    crowd = crowd_feedback(rated, without={one.reader for one in replayed}, hide=hide)
    return replace(rated, histories=replayed, crowd=crowd if len(crowd.likings) else None), recorder


def _only(folder: Path, pattern: str) -> Path | None:
    """Returns the file of this pattern. Raises BadSource for several."""
    found = sorted(path for path in folder.glob(pattern) if path.is_file())
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise BadSource(
            f"{folder} has several files {pattern} ({names}); keep one, or give each its own folder"
        )
    return found[0] if found else None
