"""Background: at most one job of a store at a time, on a thread of its own."""

from collections.abc import Callable
from threading import Event, Lock, Thread

from palate.errors import StoreBusy


class Stopped(Exception):
    """A job was stopped between two of its steps; what was made is kept."""


class Background:
    """Runs a job beside what the caller does. An error of a job is raised by the next call.

    name: of the thread.

    >>> done = []
    >>> background = Background("example")
    >>> background.begin(lambda: done.append(1))
    True
    >>> background.wait()
    >>> done
    [1]
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._thread: Thread | None = None
        self._stopping = Event()
        self._error: Exception | None = None

    def begin(self, job: Callable[[], object]) -> bool:
        """Begins a job; False, and nothing begins, while another is under way."""
        self._raise_error()
        with self._lock:
            if (self._thread is not None and self._thread.is_alive()) or self._stopping.is_set():
                return False
            self._thread = Thread(target=self._run, args=(job,), name=self._name, daemon=True)
            self._thread.start()
            return True

    def check(self, *_: object) -> None:
        """Ends the job that calls it where it is to stop; a job calls it between its steps."""
        if self._stopping.is_set():
            raise Stopped

    def wait(self) -> None:
        """Returns when no job is under way. Raises its error."""
        if self._thread is not None:
            self._thread.join()
        self._raise_error()

    def stop(self) -> None:
        """Ends the job at its next step, and begins no other. Raises its error."""
        with self._lock:  # a job that is about to begin is waited for
            self._stopping.set()
        self.wait()

    def _run(self, job: Callable[[], object]) -> None:
        try:
            job()
        except (Stopped, StoreBusy):  # the next call begins it again
            pass
        except Exception as error:  # raised by the next call, in the thread that asks
            self._error = error

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error
