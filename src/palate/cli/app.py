"""The command line: the list of commands, the options before them, and the exit codes of errors."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from palate.cli import (
    chat,
    contest,
    crowd,
    drafts,
    duplicates,
    encoders,
    fill,
    find,
    index,
    judged,
    judgements,
    maintenance,
    map,
    models,
    number,
    outliers,
    predict,
    profile,
    progress,
    rank,
    readers,
    reading,
    remove,
    replay,
    report,
    rewrite,
    rules,
    sentiment,
    sources,
    texts,
    topics,
    verdicts,
    write,
    xray,
)
from palate.cli.help import HELP_OPTIONS, mend_help, mend_parameter
from palate.cli.options import READER_HELP, STORE_HELP, Given, JsonOption
from palate.cli.show import note
from palate.cli.train import app as train
from palate.errors import CacheNotice, PalateError, ReadNotice


class Door(TyperGroup):
    """The commands, with errors turned into exit codes: 1 for errors that a person can mend, 130 after
    Ctrl-C, 141 where nobody reads on (as SIGPIPE).
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        mend_help(self)

    def get_params(self, ctx: Any) -> list[Any]:
        parameters = super().get_params(ctx)
        for parameter in parameters:  # also those of completion, which come last
            mend_parameter(parameter)
        return list(parameters)

    def invoke(self, ctx: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):  # characters that the encoding lacks are escaped
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            with notices_told():
                answer = super().invoke(ctx)
            sys.stdout.flush()
            return answer
        except PalateError as error:
            note(f"palate: {error}")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            note("palate: stopped; what was acknowledged before is kept")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            _drop_stdout()
            raise typer.Exit(141) from None


@contextlib.contextmanager
def notices_told() -> Iterator[None]:
    """Tells each notice of a store's cache or a source once, as one line, in place of Python's warning."""
    told: set[str] = set()
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, CacheNotice | ReadNotice):
                shown(message, category, filename, lineno, file, line)
            elif str(message) not in told:
                told.add(str(message))
                note(f"palate: {message}")

        warnings.showwarning = show
        warnings.simplefilter("always", CacheNotice)
        warnings.simplefilter("always", ReadNotice)
        yield


def _drop_stdout() -> None:
    """Sends the interpreter's last flush nowhere, so that it does not fail once more."""
    with contextlib.suppress(OSError, ValueError):  # stdout is no file in tests
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


app = typer.Typer(
    name="palate",
    cls=Door,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_OPTIONS},
)


def _version(asked: bool) -> None:
    if asked:
        from palate import __version__

        print(f"palate {__version__}")
        raise typer.Exit


@app.callback()
def palate(
    ctx: typer.Context,
    store: Annotated[
        Path | None, typer.Option("--store", envvar="PALATE_STORE", metavar="PATH", help=STORE_HELP)
    ] = None,
    reader: Annotated[str | None, typer.Option("--reader", metavar="NAME", help=READER_HELP)] = None,
    json: JsonOption = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Shows the version.")
    ] = False,
) -> None:
    """A trained taste for text: values every text for you and learns from each like and dislike.

    --store, --reader and --json may stand before the command or after it; those after it win.

    First steps:
      palate demo
      palate add papers.csv https://example.org/feed.xml
      palate rank
      palate like 1
    """
    ctx.obj = Given(store, reader, json)


TEXTS, INSIGHT, JUDGEMENTS = "Texts", "Insight", "Judgements"
READERS, MAINTENANCE = "Readers", "Maintenance"
WRITING, TRAINING = "Writing", "Training and evaluation"
# so that -0.5 is a verdict; judgements.judge refuses all that is no number
NUMBERS_AS_ARGUMENTS = {"ignore_unknown_options": True}

app.command(rich_help_panel=TEXTS)(texts.demo)
app.command(rich_help_panel=TEXTS)(texts.add)
app.command(rich_help_panel=TEXTS)(find.find)
app.command("show", rich_help_panel=TEXTS)(reading.show_)
app.command("open", rich_help_panel=TEXTS)(reading.open_)
app.command(rich_help_panel=TEXTS)(sources.sources)
app.command("ask-duplicates", rich_help_panel=INSIGHT)(duplicates.ask_duplicates)
app.command(rich_help_panel=TEXTS)(texts.value)
app.command(rich_help_panel=TEXTS)(number.number)
app.command(rich_help_panel=TEXTS)(xray.xray)
app.command(rich_help_panel=TEXTS)(remove.remove)

app.command(rich_help_panel=INSIGHT)(profile.profile)
app.command("map", rich_help_panel=INSIGHT)(map.map_)
app.command(rich_help_panel=INSIGHT)(topics.topics)
_topic = typer.Typer(no_args_is_help=True, help="Shows, renames and merges the topics of the store.")
_topic.command("show")(topics.topic_show)
_topic.command("rename")(topics.topic_rename)
_topic.command("merge")(topics.topic_merge)
app.add_typer(_topic, name="topic", rich_help_panel=INSIGHT)
app.command(rich_help_panel=INSIGHT)(topics.clusters)
app.command(rich_help_panel=INSIGHT)(topics.keywords)
app.command(rich_help_panel=INSIGHT)(outliers.outliers)
app.command(rich_help_panel=INSIGHT)(sentiment.sentiment)
app.command(rich_help_panel=INSIGHT)(report.report)

app.command(rich_help_panel=JUDGEMENTS)(rank.rank)
app.command(rich_help_panel=JUDGEMENTS, context_settings=NUMBERS_AS_ARGUMENTS)(judgements.judge)
app.command(rich_help_panel=JUDGEMENTS)(verdicts.like)
app.command(rich_help_panel=JUDGEMENTS)(verdicts.dislike)
app.command(rich_help_panel=JUDGEMENTS)(verdicts.skip)
app.command(rich_help_panel=JUDGEMENTS)(judgements.undo)
app.command(rich_help_panel=JUDGEMENTS)(judged.judged)
app.command(rich_help_panel=JUDGEMENTS)(judgements.ask)
app.command(rich_help_panel=JUDGEMENTS)(judgements.why)
app.command(rich_help_panel=JUDGEMENTS)(progress.progress)
app.command(rich_help_panel=JUDGEMENTS)(contest.contest)

_readers = typer.Typer(no_args_is_help=True, help="Makes, lists and removes readers and their tastes.")
_readers.command("add")(readers.add)
_readers.command("list")(readers.list_)
_readers.command("remove")(readers.remove)
app.add_typer(_readers, name="reader", rich_help_panel=READERS)
app.command(rich_help_panel=READERS)(crowd.crowd)

_rules = typer.Typer(
    no_args_is_help=True, help="Blocks, keeps or boosts texts by word, author, source or pattern."
)
_rules.command("add")(rules.add)
_rules.command("list")(rules.list_)
_rules.command("remove")(rules.remove)
_rules.command("suggest")(rules.suggest)
_rules.command("accept")(rules.accept)
_rules.command("veto")(rules.veto)
app.add_typer(_rules, name="rule", rich_help_panel=READERS)

app.command("export", rich_help_panel=MAINTENANCE)(maintenance.export)
app.command("import", rich_help_panel=MAINTENANCE)(maintenance.import_)
app.command(rich_help_panel=MAINTENANCE)(maintenance.backup)
app.command(rich_help_panel=MAINTENANCE)(maintenance.doctor)
_encoder = typer.Typer(no_args_is_help=True, help="Moves the store to another encoder, and back.")
_encoder.command("list")(encoders.list_)
_encoder.command("use")(encoders.use)
_encoder.command("remove")(encoders.remove)
app.add_typer(_encoder, name="encoder", rich_help_panel=MAINTENANCE)
_index = typer.Typer(no_args_is_help=True, help="Shows or builds the index that find uses in large stores.")
_index.command("info")(index.info)
_index.command("build")(index.build)
app.add_typer(_index, name="index", rich_help_panel=MAINTENANCE)

app.command(rich_help_panel=WRITING)(write.write)
app.command(rich_help_panel=WRITING)(rewrite.rewrite)
app.command(rich_help_panel=WRITING)(chat.chat)
_drafts = typer.Typer(no_args_is_help=True, help="Ranks, lists and exports what models wrote for a reader.")
_drafts.command("judge")(drafts.judge)
_drafts.command("list")(drafts.list_)
_drafts.command("export")(drafts.export)
app.add_typer(_drafts, name="drafts", rich_help_panel=WRITING)
_model = typer.Typer(no_args_is_help=True, help="Lists, chooses and describes the models that write.")
_model.command("list")(models.list_)
_model.command("use")(models.use)
_model.command("show")(models.show_)
app.add_typer(_model, name="model", rich_help_panel=WRITING)

app.add_typer(train, name="train", rich_help_panel=TRAINING)
app.command(rich_help_panel=TRAINING)(predict.predict)
app.command(rich_help_panel=TRAINING)(fill.fill)
_replay = typer.Typer(
    no_args_is_help=True, help="Replays recorded judgements, to measure palate against its peers."
)
_replay.command("ratings")(replay.ratings)
_replay.command("library")(replay.library)
_replay.command("screening")(replay.screening)
_replay.command("descriptions")(replay.descriptions)
app.add_typer(_replay, name="replay", rich_help_panel=TRAINING)
