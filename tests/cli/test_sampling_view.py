import pytest
from rich.console import Console

from palate.cli import show
from palate.cli.sampling_view import show_sampling
from sampling_xrays import small_xray

pytestmark = pytest.mark.needs("bert")


def test_without_a_terminal_each_step_is_a_line_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    xray = small_xray(temperature=1.2)
    show_sampling(xray)
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == [str(place + 1) for place in range(len(xray.steps))]
    for line, step in zip(lines, xray.steps, strict=True):
        assert int(line[2]) == step.tokens[step.chosen]
        assert int(line[4]) == step.chosen + 1
        assert float(line[6]) == pytest.approx(step.number, abs=1e-6)


def test_a_terminal_shows_a_line_a_step_and_the_stages_of_some(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    xray = small_xray(temperature=1.2, top_p=0.9, repetition_penalty=1.2)
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    monkeypatch.setattr(
        show, "terminal", lambda: Console(width=140, markup=False, emoji=False, highlight=False)
    )
    show_sampling(xray)
    shown = capsys.readouterr().out
    assert shown.count("penalised") == 4
    assert "\x1b" not in shown
    assert "on which the number" in shown


def test_greedy_draws_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    show_sampling(small_xray(temperature=0))
    assert {line.split("\t")[6] for line in capsys.readouterr().out.splitlines()} == {""}
