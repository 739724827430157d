"""What a process costs: its memory as the kernel counts it, and the time and memory of a command run to its
end.
"""

import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, sleep
from typing import NamedTuple

SAMPLE_S = 0.005


class Memory(NamedTuple):
    """resident: all pages of a process, files that it maps included. private: those that no other process
    shares, pages of files among them that it alone has mapped. anonymous: those of no file.
    """

    resident_mb: float
    private_mb: float
    anonymous_mb: float = 0.0


class Cost(NamedTuple):
    """What a command took from its start to its end."""

    wall_s: float
    cpu_s: float
    max_resident_mb: float


def memory(pid: int | str = "self") -> Memory:
    """Returns the memory of a running process; zeros where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (OSError, ProcessLookupError):
        return Memory(0, 0)
    kb = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    if "Rss" not in kb:
        return Memory(0, 0)
    private = kb["Private_Clean"] + kb["Private_Dirty"]
    return Memory(kb["Rss"] / 1024, private / 1024, kb["Anonymous"] / 1024)


def run_command(command: Sequence[str]) -> Cost:
    """Runs a command to its end. Raises SystemExit where it fails."""
    start = perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def peak_of_command(command: Sequence[str]) -> Memory:
    """Runs a command and returns the most memory it was seen to hold, looked at every 5 ms, which slows it
    down.
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    samples = [Memory(0, 0)]
    while process.poll() is None:
        samples.append(memory(process.pid))
        sleep(SAMPLE_S)
    return Memory(max(s.resident_mb for s in samples), max(s.private_mb for s in samples))


class PeakMemory:
    """Watches the memory of this process from a thread while the block runs."""

    def __enter__(self) -> "PeakMemory":
        self.peak = memory()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(20 * SAMPLE_S):
            self.peak = Memory(*map(max, self.peak, memory()))
