"""The commands by their names: one is imported and built when it is asked for, since all of them
together take longer than most commands run.
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer

from palate.cli.help import mend_help

TEXTS, INSIGHT, JUDGEMENTS = "Texts", "Insight", "Judgements"
READERS, MAINTENANCE = "Readers", "Maintenance"
WRITING, TRAINING = "Writing", "Training and evaluation"
# so that -0.5 is a verdict; judgements.judge refuses all that is no number
NUMBERS_AS_ARGUMENTS = {"ignore_unknown_options": True}


class Listed(NamedTuple):
    """Where a command is. panel: of the help. module: of cli/. attribute: a function in it, or a Typer with
    the commands of a group.
    """

    panel: str
    module: str
    attribute: str
    context_settings: Mapping[str, Any] | None = None


COMMANDS = {  # in the order of the help
    "demo": Listed(TEXTS, "texts", "demo"),
    "add": Listed(TEXTS, "texts", "add"),
    "find": Listed(TEXTS, "find", "find"),
    "show": Listed(TEXTS, "reading", "show_"),
    "open": Listed(TEXTS, "reading", "open_"),
    "sources": Listed(TEXTS, "sources", "sources"),
    "ask-duplicates": Listed(INSIGHT, "duplicates", "ask_duplicates"),
    "value": Listed(TEXTS, "texts", "value"),
    "number": Listed(TEXTS, "number", "number"),
    "xray": Listed(TEXTS, "xray", "xray"),
    "remove": Listed(TEXTS, "remove", "remove"),
    "profile": Listed(INSIGHT, "profile", "profile"),
    "map": Listed(INSIGHT, "map", "map_"),
    "topics": Listed(INSIGHT, "topics", "topics"),
    "clusters": Listed(INSIGHT, "topics", "clusters"),
    "keywords": Listed(INSIGHT, "topics", "keywords"),
    "outliers": Listed(INSIGHT, "outliers", "outliers"),
    "sentiment": Listed(INSIGHT, "sentiment", "sentiment"),
    "report": Listed(INSIGHT, "report", "report"),
    "rank": Listed(JUDGEMENTS, "rank", "rank"),
    "judge": Listed(JUDGEMENTS, "judgements", "judge", NUMBERS_AS_ARGUMENTS),
    "like": Listed(JUDGEMENTS, "verdicts", "like"),
    "dislike": Listed(JUDGEMENTS, "verdicts", "dislike"),
    "skip": Listed(JUDGEMENTS, "verdicts", "skip"),
    "undo": Listed(JUDGEMENTS, "judgements", "undo"),
    "judged": Listed(JUDGEMENTS, "judged", "judged"),
    "ask": Listed(JUDGEMENTS, "judgements", "ask"),
    "why": Listed(JUDGEMENTS, "judgements", "why"),
    "progress": Listed(JUDGEMENTS, "progress", "progress"),
    "contest": Listed(JUDGEMENTS, "contest", "contest"),
    "crowd": Listed(READERS, "crowd", "crowd"),
    "export": Listed(MAINTENANCE, "maintenance", "export"),
    "import": Listed(MAINTENANCE, "maintenance", "import_"),
    "backup": Listed(MAINTENANCE, "maintenance", "backup"),
    "doctor": Listed(MAINTENANCE, "maintenance", "doctor"),
    "write": Listed(WRITING, "write", "write"),
    "rewrite": Listed(WRITING, "rewrite", "rewrite"),
    "chat": Listed(WRITING, "chat", "chat"),
    "predict": Listed(TRAINING, "predict", "predict"),
    "fill": Listed(TRAINING, "fill", "fill"),
    "topic": Listed(INSIGHT, "topics", "app"),
    "reader": Listed(READERS, "readers", "app"),
    "rule": Listed(READERS, "rules", "app"),
    "encoder": Listed(MAINTENANCE, "encoders", "app"),
    "index": Listed(MAINTENANCE, "index", "app"),
    "drafts": Listed(WRITING, "drafts", "app"),
    "model": Listed(WRITING, "models", "app"),
    "train": Listed(TRAINING, "train", "app"),
    "replay": Listed(TRAINING, "replay", "app"),
}


class Commands(UserDict[str, Any]):
    """The commands of the door, each built when it is first asked for, with its help unwrapped."""

    def __init__(self) -> None:
        super().__init__(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        if isinstance(listed := super().__getitem__(name), Listed):
            self[name] = _build(name, listed)
        return super().__getitem__(name)


def _build(name: str, listed: Listed) -> Any:
    found = getattr(import_module(f"palate.cli.{listed.module}"), listed.attribute)
    alone = typer.Typer(rich_markup_mode="rich")
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, rich_help_panel=listed.panel)
    else:
        settings = dict(listed.context_settings or {})
        alone.command(name, rich_help_panel=listed.panel, context_settings=settings)(found)
    command = typer.main.get_group(alone).commands[name]
    mend_help(command)
    return command
