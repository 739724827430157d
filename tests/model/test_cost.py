from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue, OverBudget
from palate.model.cost import TURN_TOKENS, Budget, Price, highest_cost, listed_price, shown
from palate.model.draft import Prompt

PRICE = Price(Decimal("0.001"), Decimal("0.01"), Decimal("0.5"))


def listing(**pricing: Any) -> dict[str, Any]:
    return {"data": [{"id": "other"}, {"id": "m", "pricing": pricing}, 7]}


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"prompt": "0.1", "completion": "2e-7"}, Price(Decimal("0.1"), Decimal("2e-7"), Decimal(0))),
        ({"prompt": "0", "completion": "0", "image": "-1"}, Price(Decimal(0), Decimal(0), Decimal(0))),
        (
            {"prompt": "1", "completion": "2", "request": "0.5", "internal_reasoning": "3"},
            Price(Decimal(1), Decimal(3), Decimal("0.5")),
        ),
        ({"prompt": "-1", "completion": "-1"}, None),
        ({"prompt": "1e999999", "completion": "1"}, None),
        ({"prompt": "1", "completion": "nan"}, None),
        ({"prompt": "1", "completion": "free"}, None),
        ({"prompt": 0.1, "completion": 0.1}, None),
        ({"prompt": "1"}, None),
        ({}, None),
    ],
)
def test_a_price_is_read_where_it_is_listed(pricing: dict[str, Any], price: Price | None) -> None:
    assert listed_price(listing(**pricing), "m") == price


@pytest.mark.parametrize("answer", [None, [], {}, {"data": None}, {"data": {"id": "m"}}, listing(), "m"])
def test_another_list_has_no_prices(answer: Any) -> None:
    assert listed_price(answer, "m") is None


def test_the_most_that_a_request_costs() -> None:
    chat = Prompt.chat("12345", system="Zé")  # 5 and 3 bytes
    assert highest_cost(chat, 7, PRICE) == (8 + 2 * TURN_TOKENS) * Decimal("0.001") + Decimal("0.57")
    assert highest_cost(Prompt.plain("12"), 1, PRICE) == (2 + TURN_TOKENS) * Decimal("0.001") + Decimal(
        "0.51"
    )


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_has_more_tokens_than_are_allowed_for(text: str) -> None:
    """A tokenizer of bytes is the one that makes most of them."""
    price = Price(Decimal(1), Decimal(0), Decimal(0))
    assert highest_cost(Prompt.plain(text), 1, price) >= len(text.encode()) >= len(text)


def test_a_budget_is_spent_to_the_last_cent_and_no_further() -> None:
    budget = Budget(0.3)
    for _ in range(3):
        budget.reserve([Decimal("0.1")])
    assert budget.spent == Decimal("0.3")
    with pytest.raises(
        OverBudget, match=r"1 request may cost up to \$0\.000001, and \$0\.3 of the budget of \$0\.3"
    ):
        budget.reserve([Decimal("1e-9")])
    assert budget.spent == Decimal("0.3")


def test_what_a_refusal_says_to_give_is_enough() -> None:
    budget = Budget(0.1)
    budget.reserve([Decimal("0.07")])
    with pytest.raises(OverBudget, match=r"2 requests .* Give --budget 0\.190001, lower") as caught:
        budget.reserve([Decimal("0.06"), Decimal("0.0600004")])
    larger = Budget(float(str(caught.value).split("--budget ")[1].split(",")[0]))
    larger.reserve([Decimal("0.07"), Decimal("0.06"), Decimal("0.0600004")])


def test_a_known_cost_takes_the_place_of_the_highest() -> None:
    budget = Budget(1)
    budget.reserve([Decimal("0.5"), Decimal("0.4")])
    budget.settle(Decimal("0.5"), 0.125)
    budget.settle(Decimal("0.4"), None)
    assert budget.spent == Decimal("0.525")


def test_a_budget_of_nothing_lets_free_models_write() -> None:
    Budget(0).reserve([Decimal(0)])
    with pytest.raises(OverBudget):
        Budget(0).reserve([Decimal("1e-12")])


@pytest.mark.parametrize("limit", [-0.01, float("nan"), float("inf")])
def test_a_budget_is_a_number_of_dollars(limit: float) -> None:
    with pytest.raises(BadValue, match="a budget is 0 US dollars or more, got"):
        Budget(limit)


@given(st.decimals(0, 10**6, places=9))
def test_an_amount_is_shown_no_lower_than_it_is(amount: Decimal) -> None:
    assert amount <= Decimal(shown(amount)) < amount + Decimal("1e-6")
