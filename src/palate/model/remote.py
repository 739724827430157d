"""RemoteModel: a model behind an address writes drafts."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from decimal import Decimal

import httpx

from palate.errors import BadAnswer, BadValue
from palate.model.api_key import find_key, logs_without
from palate.model.chat_answer import read_json
from palate.model.chat_request import chat_body
from palate.model.cost import Budget, Price, highest_cost, listed_price
from palate.model.draft import Draft, Prompt
from palate.model.draft_requests import DraftRequests
from palate.model.model_server import ModelServer
from palate.model.promise import OnText, ignore_text
from palate.model.remote_address import RemoteAddress
from palate.model.sampling import Sampling

# called with a host and the number of characters that leave this machine
OnSend = Callable[[str, int], None]


def make_remote(name: str, *, on_send: OnSend, budget: float | None = None) -> RemoteModel:
    """Makes the model of an address URL#NAME, with the key from the environment. Nothing is sent yet.

    Raises BadValue for another form of the name, for http to another machine and for a budget below 0, and
    MissingKey.
    """
    address = RemoteAddress.parse(name)
    return RemoteModel(ModelServer(address, find_key(address, os.environ)), on_send=on_send, budget=budget)


class RemoteModel:
    """A model behind an OpenAI-compatible server, as a `promise.Model`.

    Each draft is one request, streamed; up to four run at once, and on_text is called by one at a
    time. A draft says what it took as far as the server says it.

    on_send: called once, before the first request, with the host and the characters of the prompts of that
    call; where it raises, nothing is sent. budget: in US dollars, for all drafts of this object; None for
    none.
    """

    def __init__(self, server: ModelServer, *, on_send: OnSend, budget: float | None = None) -> None:
        self._server, self._on_send = server, on_send
        self._budget = None if budget is None else Budget(budget)
        self._price: Price | None = None
        self._is_announced = False

    @property
    def name(self) -> str:
        return self._server.address.name

    def write(
        self, prompts: Sequence[Prompt], sampling: Sampling, *, on_text: OnText = ignore_text
    ) -> list[Draft]:
        """Writes one draft for each prompt, in their order, the index of each added to the seed.

        The first failure ends all; a draft is whole or an error. Raises BadValue for a length, for stop
        tokens and where a budget meets no known price, OverBudget, BadAnswer.
        """
        if not prompts:
            return []
        model = self._server.address.model
        bodies = [chat_body(model, prompt, sampling, index) for index, prompt in enumerate(prompts)]
        if not self._is_announced:
            characters = sum(prompt.characters for prompt in prompts)
            self._on_send(self._server.address.host, characters)
            self._is_announced = True
        with logs_without(self._server.key), self._server.connect() as client:
            costs = self._reserve(client, prompts, sampling)
            answers = DraftRequests(self._server, client, on_text).send(bodies)
        if self._budget:
            for cost, answer in zip(costs, answers, strict=True):
                self._budget.settle(cost, answer.usage.cost)
        return [
            Draft(prompt, answer.text, self.name, answer.finish, answer.usage)
            for prompt, answer in zip(prompts, answers, strict=True)
        ]

    def _reserve(self, client: httpx.Client, prompts: Sequence[Prompt], sampling: Sampling) -> list[Decimal]:
        """Returns the most that each prompt may cost, set aside in the budget, where there is one."""
        if self._budget is None:
            return []
        self._price = self._price or self._listed_price(client)
        costs = [highest_cost(prompt, sampling.new_tokens, self._price) for prompt in prompts]
        self._budget.reserve(costs)
        return costs

    def _listed_price(self, client: httpx.Client) -> Price:
        address = self._server.address
        try:
            listing = self._server.ask(client, "models", None, read_json)
        except BadAnswer as error:
            raise BadAnswer(f"--budget needs a known price: {error}; or leave out --budget") from None
        if price := listed_price(listing, address.model):
            return price
        raise BadValue(
            f"--budget needs a known price, and {address.host} lists none for {address.model!r}; leave out "
            "--budget, or take a model of https://openrouter.ai/api/v1, which lists prices"
        )
