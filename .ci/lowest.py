"""Prints the lower bound of each requirement in pyproject.toml as a pin, for `pip install --constraint`."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())
lists = [
    project["project"]["dependencies"],
    *project["project"]["optional-dependencies"].values(),
    *project["dependency-groups"].values(),
]
for requirement in sorted({entry for entries in lists for entry in entries if isinstance(entry, str)}):
    if bound := re.fullmatch(r"([\w-]+)(?:\[.*\])?>=([\w.]+),<.*", requirement):
        print(f"{bound[1]}=={bound[2]}")
