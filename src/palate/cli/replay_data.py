"""What a replay reads: texts and judgements from files or from a folder of another data set, and reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.cli import show
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.evaluation.judgements import RatedTexts, Review
    from palate.evaluation.layout.choose import FoundData

READERS_OF_A_FOLDER = 200


@dataclass(frozen=True)
class Recorded:
    """Texts, the readers that are replayed, and the crowd: where they are. Give items and judgements, or a
    folder. Raises BadValue for neither, both, or a choice that means nothing there.
    """

    items: Path | None
    judgements: Path | None
    folder: Path | None
    crowd: Path | None
    hide: int | None
    readers: int | None
    seed: int

    def __post_init__(self) -> None:
        if self.folder and (self.items or self.judgements or self.crowd):
            raise BadValue(
                "--folder has texts, judgements and crowd; leave --items, --judgements and --crowd out"
            )
        if not self.folder and not (self.items and self.judgements):
            raise BadValue(
                "give the texts with --items FILE and the judgements with --judgements FILE, or --folder DIR"
            )
        if self.hide and not self.crowd and not self.folder:
            raise BadValue(
                "--hide hides texts from the crowd; give a crowd with --crowd FILE, or leave --hide out"
            )

    @cached_property
    def found(self) -> FoundData | None:
        """Whose data is in the folder; None where files are given."""
        from palate.evaluation.layout.choose import find_data

        return find_data(self.folder) if self.folder else None

    @property
    def files(self) -> list[Path]:
        """All that is read."""
        if self.found:
            return list(self.found.files.values())
        return [path for path in (self.items, self.judgements, self.crowd) if path]

    def settings(self, protocol: str) -> Mapping[str, Any]:
        """What the figures depend on besides, for their provenance."""
        return {"protocol": protocol, "hide": self.hide, "readers": self.readers, "seed": self.seed}

    def read(self) -> RatedTexts:
        """Reads all; tells what was skipped, and who is replayed."""
        if self.found:
            return _read_folder(self, self.found)
        assert self.items
        assert self.judgements
        return _read_files(self, self.items, self.judgements)


def _read_folder(recorded: Recorded, found: FoundData) -> RatedTexts:
    from palate.evaluation.layout.choose import read_data

    rated, recorder = read_data(found, recorded.readers or READERS_OF_A_FOLDER, recorded.seed, recorded.hide)
    n_others = 0 if rated.crowd is None else int(rated.crowd.readers.max()) + 1
    show.note(
        f"{found.layout.name}: {len(rated.contents)} texts; {len(rated.histories)} readers are replayed,"
        f" {n_others} others are the crowd"
    )
    _tell_skipped(recorder.skipped)
    return rated


def _read_files(recorded: Recorded, items: Path, judgements: Path) -> RatedTexts:
    import numpy as np

    from palate.evaluation.crowd import crowd_feedback
    from palate.evaluation.judgements import read_rated_texts

    rated = read_rated_texts(items, judgements)
    if recorded.crowd:
        others, names = read_rated_texts(items, recorded.crowd), {one.reader for one in rated.histories}
        if n_both := sum(history.reader in names for history in others.histories):
            show.note(
                f"{n_both} readers of {recorded.crowd} are in {judgements} too:"
                " they are replayed, and left out of the crowd"
            )
        rated = replace(rated, crowd=crowd_feedback(others, without=names, hide=recorded.hide))
    if recorded.readers and recorded.readers < len(rated.histories):
        drawn = np.random.default_rng(recorded.seed).permutation(len(rated.histories))[: recorded.readers]
        rated = replace(rated, histories=tuple(rated.histories[index] for index in sorted(drawn)))
    return rated


def read_reviews(paths: Sequence[Path]) -> list[Review]:
    """Reads the reviews of files and of folders of CLEF-TAR; tells what was skipped of these."""
    from palate.evaluation.judgements import read_review
    from palate.evaluation.layout import clef_tar

    named: list[tuple[Path, Review]] = []
    for path in paths:
        if path.is_dir():
            reviews, skipped = clef_tar.read_reviews(path)
            _tell_skipped(skipped)
            named += [(path / review.name, review) for review in reviews]
        else:
            named.append((path, read_review(path)))
    if len({review.name for _, review in named}) < len(named):
        return [replace(review, name=str(path)) for path, review in named]
    return [review for _, review in named]


def _tell_skipped(skipped: Mapping[str, int]) -> None:
    if skipped:
        show.note("skipped: " + ", ".join(f"{n} {reason}" for reason, n in skipped.items()))
