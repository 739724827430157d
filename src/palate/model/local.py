"""LocalModel: drafts by a network on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from palate.errors import BadValue
from palate.model.decode import Written, decode, numbers_for
from palate.model.draft import Draft, Prompt, Usage
from palate.model.network import Ids, Network
from palate.model.promise import OnText, ignore_text
from palate.model.sampling import Sampling
from palate.model.text_stream import TextStream

BATCH = 32  # rows at once: past that the CPU gains little and the cache grows


class LocalModel:
    """A `Model` on this machine.

    Prompts of about equal length are written together, `batch` at a time. The same prompts, sampling,
    versions, precision and batch give the same drafts.

    Source of the loop's order of filters: transformers' generate, whose greedy tokens it equals.
    """

    def __init__(self, network: Network, *, batch: int = BATCH) -> None:
        self.network, self._batch = network, batch

    @property
    def name(self) -> str:
        return self.network.name

    def write(
        self, prompts: Sequence[Prompt], sampling: Sampling, *, on_text: OnText = ignore_text
    ) -> list[Draft]:
        """Writes one draft for each prompt; see `Model.write`. Raises BadValue also where a prompt and the
        new tokens do not fit the model's window.
        """
        rows = [self.network.ids_of(prompt) for prompt in prompts]
        limits = [self.limit_for(ids, sampling) for ids in rows]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        drafts: dict[int, Draft] = {}
        for first in range(0, len(order), self._batch):
            batch = order[first : first + self._batch]
            streams = [TextStream(self.network, sampling, row, on_text) for row in batch]
            written = decode(
                self.network,
                [rows[row] for row in batch],
                sampling,
                limits=[limits[row] for row in batch],
                numbers=[numbers_for(sampling.seed, row) for row in batch],
                stops=lambda position, ids, streams=streams: streams[position].stops(ids),  # type: ignore[misc]
            )
            for row, one, stream in zip(batch, written, streams, strict=True):
                drafts[row] = self._draft(prompts[row], rows[row], one, stream.finish(one))
        return [drafts[row] for row in range(len(prompts))]

    def limit_for(self, ids: Ids, sampling: Sampling) -> int:
        """Returns how many new tokens there may be after a prompt. Raises as `Sampling.limit_for`."""
        if not ids:
            raise BadValue("the prompt has no token; give the words that the model should go on from")
        if self.network.is_encoder_decoder:  # the draft has a window of its own
            Sampling(new_tokens=1).limit_for(len(ids) - 1, self.network.window)
            return sampling.limit_for(1, self.network.window)
        return sampling.limit_for(len(ids), self.network.window)

    def _draft(self, prompt: Prompt, ids: Ids, written: Written, text: str) -> Draft:
        assert written.finish is not None
        return Draft(
            prompt=prompt,
            text=text,
            model=self.name,
            finish=written.finish,
            usage=Usage(len(ids), len(written.ids), 0.0),
            ids=tuple(written.ids),
            log_probs=tuple(written.log_probs),
        )
