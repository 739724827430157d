"""Jobs beside the caller: one at a time, their errors told once, ended at a check."""

from threading import Event, Thread

import pytest

from palate.errors import StoreBusy
from palate.workspace import background as background_module
from palate.workspace.background import Background, Stopped

SOON = 30.0  # seconds after which a test has failed


def test_one_job_at_a_time() -> None:
    background, begun, go_on, done = Background("test"), Event(), Event(), list[str]()

    def job() -> None:
        begun.set()
        assert go_on.wait(SOON)
        done.append("first")

    assert background.begin(job)
    assert begun.wait(SOON)
    assert not background.begin(lambda: done.append("second"))
    assert done == []
    go_on.set()
    background.wait()
    assert background.begin(lambda: done.append("third"))
    background.wait()
    assert done == ["first", "third"]


@pytest.mark.parametrize("call", ["begin", "wait", "stop"])
def test_an_error_of_a_job_is_raised_once_by_the_next_call(call: str) -> None:
    background, done = Background("test"), list[int]()

    def job() -> None:
        raise OSError("full")

    def next_call() -> None:
        if call == "begin":
            background.begin(lambda: done.append(1))
        else:
            getattr(background, call)()

    assert background.begin(job)
    thread = background._thread
    assert thread is not None
    thread.join(SOON)
    with pytest.raises(OSError, match="full"):
        next_call()
    assert done == []
    next_call()
    background.wait()
    assert done == ([1] if call == "begin" else [])


@pytest.mark.parametrize("error", [Stopped, StoreBusy])
def test_a_job_that_stops_or_finds_the_store_busy_is_no_error(error: type[Exception]) -> None:
    background = Background("test")

    def job() -> None:
        raise error

    background.begin(job)
    background.wait()
    assert background.begin(lambda: None)
    background.wait()


def test_stop_ends_a_job_at_its_next_check_and_no_other_begins() -> None:
    background, begun, steps, seen = Background("test"), Event(), list[int](), list[str]()

    def job() -> None:
        for step in range(10_000):
            background.check(step, 10_000)
            steps.append(step)
            begun.set()
            if background._stopping.wait(0.01):
                seen.append("asked")

    assert background.begin(job)
    assert begun.wait(SOON)
    background.stop()
    count = len(steps)
    assert seen == ["asked"]  # it went on to the check, and no further
    assert count < 10_000
    assert not background.begin(lambda: steps.append(-1))
    background.wait()
    background.stop()
    assert len(steps) == count


def test_a_job_that_is_about_to_begin_when_stop_is_called_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing runs on once `stop` has returned."""
    starting, start, ended = Event(), Event(), Event()

    class SlowThread(Thread):
        def start(self) -> None:
            starting.set()
            assert start.wait(SOON)
            super().start()

    monkeypatch.setattr(background_module, "Thread", SlowThread)
    background, stopped = Background("test"), Event()

    def job() -> None:
        ended.wait(0.2)
        ended.set()

    def stop() -> None:
        background.stop()
        assert background._thread is None or ended.is_set()
        stopped.set()

    beginner, stopper = Thread(target=background.begin, args=(job,)), Thread(target=stop)
    beginner.start()
    assert starting.wait(SOON)
    stopper.start()
    assert not stopped.wait(0.2)
    start.set()
    beginner.join(SOON)
    stopper.join(SOON)
    assert stopped.is_set()
    assert ended.is_set()
