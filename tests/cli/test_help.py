"""Help is for people: no types of Python, and an option has one meaning wherever it stands."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from palate.cli.app import app
from palate.cli.help import mend_parameter


def commands(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path.strip(), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(app)))
# options that take other things in other commands, with the reason
SEVERAL = {
    "--against": "profile compares files, replay systems",
    "--json": "rows of replay go to a file, which a stopped one goes on from",
    "--judgements": "add takes those in its sources, replay a file of its own",
    "--kind": "the kinds of what the command makes",
    "--method": "the methods of what the command does",
    "--model": "DIR is what palate trained, NAME also a model of others",
    "--out": "a FILE, or of a model its DIR",
    "--weights": "of words, or of kinds of examples",
}


@pytest.mark.parametrize("name", ["", "fill", "train classify", "rule remove"])
def test_help_shows_no_type_of_python(name: str) -> None:
    done = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "160"})
    assert done.exit_code == 0
    assert not re.findall(r"<[\w|.\[\]]+>", done.output)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_parameter_of_any_command_does(name: str) -> None:
    """Without drawing the help, which takes a while."""
    context = typer.Context(COMMANDS[name])
    for parameter in COMMANDS[name].get_params(context):
        mend_parameter(parameter)
        if parameter.param_type_name == "argument":
            assert not parameter.type.get_metavar(param=parameter, ctx=context)
        elif not parameter.is_flag:
            assert "<" not in parameter.make_metavar(ctx=context)


def shown(parameter: Any) -> str:
    mend_parameter(parameter)
    return "a switch" if parameter.is_flag else parameter.metavar


def test_an_option_takes_the_same_wherever_it_stands() -> None:
    taken: dict[str, set[str]] = defaultdict(set)
    for command in COMMANDS.values():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                for option in parameter.opts:
                    taken[option].add(shown(parameter))
    assert {option for option, metavars in taken.items() if len(metavars) > 1} == set(SEVERAL)
    assert not [option for option, metavars in taken.items() if not all(metavars)]


def test_trainings_have_the_same_options_under_the_same_names() -> None:
    trainings = {
        name: {option for parameter in command.params for option in parameter.opts}
        for name, command in COMMANDS.items()
        if name.startswith("train ") and not hasattr(command, "commands")
    }
    for name, options in trainings.items():
        assert "--out" in options or name == "train evaluate"
        assert "--device" in options or name == "train export"
        assert "--encoder" in options or name in ("train align", "train evaluate", "train export"), name
        assert not options & {"--output", "--start", "--input", "--epoch", "--lr", "--batch-size"}
