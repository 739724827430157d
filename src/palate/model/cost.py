"""Cost: what requests to a remote model may cost at most, and a budget that they are held to. US dollars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from threading import Lock
from typing import Any, NamedTuple

from palate.errors import BadValue, OverBudget
from palate.model.draft import Prompt

# what a chat template may write around a turn, with words of its own; SmolLM2's writes 30 around one message
TURN_TOKENS = 100
MAX_PRICE = 10**6  # US dollars; no model costs more, so a larger number is something else


class Price(NamedTuple):
    """What a model costs. prompt, new: a token. request: each request besides."""

    prompt: Decimal
    new: Decimal
    request: Decimal


def listed_price(listing: Any, model: str) -> Price | None:
    """Returns the price of a model in a server's list of models, as OpenRouter writes it; None where it lists
    none, or one that changes.

    Tokens of reasoning count as new ones, by the higher of the two prices.

    >>> model = {"id": "m", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}
    >>> listed_price({"data": [model]}, "m").new
    Decimal('0.000002')
    """
    entries = listing.get("data") if isinstance(listing, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        match entry:
            case {"id": str(id_), "pricing": {"prompt": prompt, "completion": new, **further}} if (
                id_ == model
            ):
                stated = (prompt, new, further.get("internal_reasoning", "0"), further.get("request", "0"))
                prices = [_amount(price) for price in stated]
                known = [price for price in prices if price is not None]
                if len(known) == len(prices):
                    return Price(known[0], max(known[1:3]), known[3])
    return None


def highest_cost(prompt: Prompt, new_tokens: int, price: Price) -> Decimal:
    """Returns what one request costs at most.

    No tokenizer makes more tokens of a text than it has bytes in UTF-8: as many as characters in plain
    English, up to four times as many in other alphabets. TURN_TOKENS are allowed for each turn.
    """
    contents = [turn.content for turn in prompt.turns] or [prompt.text]
    tokens = sum(len(content.encode()) + TURN_TOKENS for content in contents)
    return tokens * price.prompt + new_tokens * price.new + price.request


class Budget:
    """What may be spent, and what has been; for several threads. limit: in US dollars, 0 or more.

    A request counts with the most that it may cost until its cost is known, and for good where the server
    does not say it. Raises BadValue for another limit.
    """

    def __init__(self, limit: float) -> None:
        if not math.isfinite(limit) or limit < 0:
            raise BadValue(f"a budget is 0 US dollars or more, got {limit}")
        self.limit, self._spent, self._lock = Decimal(str(limit)), Decimal(0), Lock()

    @property
    def spent(self) -> Decimal:
        """What has been spent, or may have been."""
        return self._spent

    def reserve(self, costs: Sequence[Decimal]) -> None:
        """Sets aside the most that requests may cost. Raises OverBudget where the budget does not hold it."""
        bound = sum(costs, Decimal(0))
        with self._lock:
            if self._spent + bound > self.limit:
                raise OverBudget(
                    f"{len(costs)} {'request' if len(costs) == 1 else 'requests'} may cost up to "
                    f"${shown(bound)}, and ${shown(self._spent)} of the budget of ${shown(self.limit)} are "
                    f"spent; no prompt was sent. Give --budget {shown(self._spent + bound)}, lower "
                    "--max-new-tokens, or ask for fewer drafts"
                )
            self._spent += bound

    def settle(self, reserved: Decimal, cost: float | None) -> None:
        """Puts what a request did cost in place of what was set aside. cost: None where it is not known."""
        if cost is not None:
            with self._lock:
                self._spent += Decimal(str(cost)) - reserved


def shown(amount: Decimal) -> str:
    """Returns an amount as a person reads it, never below what it is.

    >>> shown(Decimal("0.00001234")), shown(Decimal("1.5")), shown(Decimal(0))
    ('0.000013', '1.5', '0')
    """
    rounded = math.ceil(amount * 10**6)
    return f"{Decimal(rounded).scaleb(-6):f}".rstrip("0").rstrip(".") if rounded else "0"


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() and 0 <= amount <= MAX_PRICE else None
