import operator

import pytest

from palate.evaluation.parallel import each


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_tasks_and_each_is_told(workers: int) -> None:
    told = []
    results = each(operator.add, 10, [3, 1, 2], workers=workers, on_done=lambda done, total: told.append((done, total)))
    assert results == [13, 11, 12]
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(ZeroDivisionError):
        each(operator.truediv, 2.0, [1.0, 0.0, 2.0], workers=workers)
