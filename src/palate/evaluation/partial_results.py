"""PartialResults: the results of a long work in a file, task by task, so that stopped work resumes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from palate.errors import BadValue


class PartialResults:
    """A JSON Lines file: the header says what the work is made of, then follows a line for each finished
    task.

    Results of a work that was made of anything else are discarded: they would answer another question. So is
    a last line that was cut when the machine stopped. Tasks and results are JSON; a tuple comes back as a
    list.

    path: the file, written with the first result. made_of: what the results depend on, such as data, settings
    and version. Raises BadValue where the file cannot be read or written."""

    def __init__(self, path: Path, made_of: Mapping[str, Any]) -> None:
        self.path = path
        self._header = json.dumps(made_of, sort_keys=True)
        self._results: dict[str, Any] = {}
        lines: list[str] = []
        try:
            if path.exists():
                lines = path.read_text("utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError) as error:
            raise BadValue(
                f"{path} holds what a stopped replay had done, and cannot be read: {error}; remove it"
            ) from None
        self._has_header = bool(lines) and lines[0] == self._header + "\n"
        if self._has_header:
            whole_lines = [line for line in lines[1:] if line.endswith("\n")]
            for line in whole_lines:
                task, result = json.loads(line)
                self._results[json.dumps(task)] = result
            self._write("".join([lines[0], *whole_lines]), "w")

    def __len__(self) -> int:
        return len(self._results)

    def __contains__(self, task: Any) -> bool:
        return json.dumps(task) in self._results

    def __getitem__(self, task: Any) -> Any:
        return self._results[json.dumps(task)]

    def add(self, task: Any, result: Any) -> None:
        """Appends the result of a task to the file."""
        if not self._has_header:
            self._write(self._header + "\n", "w")
            self._has_header = True
        self._write(json.dumps([task, result]) + "\n", "a")
        self._results[json.dumps(task)] = result

    def remove(self) -> None:
        """Removes the file, as the work is done."""
        self.path.unlink(missing_ok=True)

    def _write(self, text: str, mode: str) -> None:
        try:
            with self.path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise BadValue(
                f"{self.path} cannot be written: {error.strerror or error}; name another file with --json"
            ) from None
