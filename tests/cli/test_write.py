"""`palate write`, `chat`, `model`, `drafts` and `rewrite`, over a small random model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from model.small_model import save, small_encoder_decoder, small_network
from model_server import CHAT, KEY, chunk, stream
from palate.cli.drafts_view import usage_line
from palate.cli.show import clean_lines
from palate.model.draft import Draft, Prompt, Usage
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from web_server import Server

Palate = Callable[..., Result]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save(small_network(), tmp_path_factory.mktemp("small-model")))


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_draft_is_streamed_and_its_tokens_are_counted(palate: Palate, folder: str) -> None:
    done = palate("write", "The cat", "--model", folder, "--max-new-tokens", "9", "--precision", "float32")
    model = LocalModel(small_network())
    draft = model.write([Prompt.plain("The cat")], Sampling(new_tokens=9))[0]
    assert done.stdout == clean_lines(draft.text) + "\n"
    n = len(small_network().ids_of(draft.prompt))
    assert f"prompt {n} + new {len(draft.ids)} = {n + len(draft.ids)} tokens" in done.stderr


def test_the_other_limit_writes_the_same(palate: Palate, folder: str) -> None:
    n = len(small_network().ids_of(Prompt.plain("The cat")))
    by_new = palate("write", "The cat", "--model", folder, "--max-new-tokens", "6", "--json")
    by_all = palate("write", "The cat", "--model", folder, "--max-length", str(n + 6), "--json")
    assert lines(by_new) == lines(by_all)
    refused = palate("write", "The cat", "--model", folder, "--max-length", str(n), ok=False)
    assert (refused.exit_code, "is not above the prompt's" in refused.stderr) == (1, True)


def test_greedy_says_so_and_refuses_copies(palate: Palate, folder: str) -> None:
    greedy = ("--model", folder, "--temperature", "0", "--max-new-tokens", "4")
    assert "greedy: always the likeliest token" in palate("write", "The cat", *greedy).stderr
    refused = palate("write", "The cat", *greedy, "--n", "2", ok=False)
    assert "would all be the same" in refused.stderr


def test_a_batch_comes_from_a_file_in_order(palate: Palate, folder: str, tmp_path: Path) -> None:
    plain, rows = tmp_path / "prompts.txt", tmp_path / "prompts.jsonl"
    plain.write_text("The cat\n\nA dog\n")
    rows.write_text('{"prompt": "The cat"}\n{"prompt": "A dog"}\n')
    given = ("--model", folder, "--max-new-tokens", "5", "--json")
    found = [lines(palate("write", "--file", str(path), *given)) for path in (plain, rows)]
    assert [one["prompt"] for one in found[0]] == ["The cat", "A dog"]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "give a PROMPT or a --file"),
        (["x", "--file", "prompts.txt"], "give a PROMPT or a --file"),
        (["--file", "nowhere.txt"], "cannot be read"),
        (["--file", "empty.txt"], "holds no prompt"),
        (["--file", "bad.jsonl"], 'a line without a "prompt"'),
        (["x", "--budget", "1"], "runs on this machine and costs nothing"),
        (["x", "--examples", "2"], "say for whom with --for"),
        (["x", "--xray", "--n", "2"], "the x-ray is of one draft"),
        (["x", "--html", "x.html", "--for", "me"], "the x-ray is of one draft"),
        (["x", "--top-p", "2"], "top-p lies in"),
        (["x", "--for", "nobody"], "there is no reader called 'nobody'"),
        (["x", "--model", "http://127.0.0.1:1/v1#m", "--xray"], "is remote"),
        ([" "], "the prompt is empty"),
    ],
)
def test_what_cannot_be_written_is_refused(
    palate: Palate, store: Path, folder: str, args: list[str], told: str
) -> None:
    Path("empty.txt").write_text("\n")
    Path("bad.jsonl").write_text('{"text": "x"}\n')
    model = [] if "--model" in args else ["--model", folder]
    done = palate("write", *args, *model, ok=False)
    assert (done.exit_code, told in done.stderr) == (1, True), done.stderr


def test_the_prompt_is_shown_as_text_and_as_tokens(palate: Palate, folder: str) -> None:
    shown = palate("write", "Hi", "--system", "Be short.", "--model", folder, "--show-prompt", "--json")
    (prompt,) = lines(shown)
    assert prompt["text"] == prompt["back"] == small_network().text_of(Prompt.chat("Hi", system="Be short."))
    assert len(prompt["ids"]) == len(prompt["tokens"])  # type: ignore[arg-type]
    doubled = palate("write", "<|start|><|start|>Hi", "--model", folder, "--show-prompt")
    assert "begins twice with the token" in doubled.stderr


def test_the_x_ray_is_of_the_draft_that_is_written(palate: Palate, folder: str, tmp_path: Path) -> None:
    given = ("write", "The cat", "--model", folder, "--max-new-tokens", "6")
    page = tmp_path / "x.html"
    seen = palate(*given, "--xray", "--html", str(page), "--branches", "1", "--json")
    assert lines(seen)[0]["text"] == lines(palate(*given, "--json"))[0]["text"]
    assert page.read_text().startswith("<!doctype html>")
    assert palate(*given, "--xray").stdout.count("\n") >= 2


def test_drafts_for_a_reader_are_valued_kept_ranked_and_exported(
    palate: Palate, store: Path, folder: str, tmp_path: Path
) -> None:
    palate("judge", "cats-1", "like")
    given = ("--model", folder, "--max-new-tokens", "8", "--for", "me", "--json")
    found = lines(palate("write", "The cat", *given, "--n", "3"))
    assert [one["merit"] for one in found] == sorted((one["merit"] for one in found), reverse=True)  # type: ignore[type-var]
    numbers = [one["number"] for one in found]
    listed = lines(palate("drafts", "list", "--json"))
    assert sorted(one["number"] for one in listed) == sorted(numbers)  # type: ignore[type-var]
    pair = lines(palate("drafts", "judge", "--json"))
    assert len(pair) == 2
    ranked = lines(palate("drafts", "judge", str(numbers[2]), str(numbers[0]), "--json"))
    assert ranked[0]["ranking"] == [numbers[2], numbers[0]]
    out = tmp_path / "pairs.jsonl.gz"
    palate("drafts", "export", str(out))
    texts = {one["number"]: one["text"] for one in found}
    exported = lines(palate("drafts", "export"))
    assert exported == [{"prompt": "The cat", "ranking": [[texts[numbers[2]]], [texts[numbers[0]]]]}]
    from palate.training.preferences import read_preferences

    (kept,) = read_preferences(out).rankings
    assert kept.answers == (texts[numbers[2]], texts[numbers[0]])


def test_what_is_not_there_to_rank_is_told(palate: Palate, store: Path) -> None:
    for args in (("drafts", "judge"), ("drafts", "export"), ("drafts", "judge", "7", "8")):
        assert palate(*args, ok=False).exit_code == 1
    assert "no drafts are kept" in palate("drafts", "list").stderr


def test_a_text_is_rewritten_or_told_to_be_too_far(palate: Palate, store: Path, folder: str) -> None:
    given = ("--model", folder, "--n", "2", "--max-new-tokens", "6")
    kept = palate("rewrite", "cats-1", *given, "--faithful", "-1", "--json")
    assert all("similarity" in one for one in lines(kept))
    refused = palate("rewrite", "cats-1", *given, "--faithful", "1", ok=False)
    assert "none of 2 drafts is near enough to the source" in refused.stderr
    assert palate("rewrite", "-", *given, "--faithful", "-1", input="A cat.").exit_code == 0
    assert palate("rewrite", "nowhere", *given, ok=False).exit_code == 1
    Path("page.html").write_text(
        "<html><head><title>Cats</title></head><body><p>A cat sleeps.</p></body></html>"
    )
    Path("two.csv").write_text("title,text\nCats,They sleep.\nDogs,They bark.\n")
    assert palate("rewrite", "page.html", *given, "--faithful", "-1").exit_code == 0
    assert "holds 2 texts" in palate("rewrite", "two.csv", *given, ok=False).stderr


def test_a_chat_remembers_what_was_said_until_new(
    palate: Palate, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Prompt] = []
    original = LocalModel.write

    def write(self: LocalModel, prompts: list[Prompt], *args: object, **more: object) -> list[Draft]:
        asked.extend(prompts)
        return original(self, prompts, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(LocalModel, "write", write)
    palate("chat", "--model", folder, "--max-new-tokens", "4", input="Hi\n\nThere\n/new\nAgain\n")
    assert [len(prompt.turns) for prompt in asked] == [1, 3, 1]
    assert palate("chat", "--model", folder, ok=False, input="").exit_code == 1


def test_the_model_in_use_is_remembered_with_the_store(palate: Palate, store: Path, folder: str) -> None:
    palate("model", "use", folder)
    listed = lines(palate("model", "list", "--json"))
    assert [one["name"] for one in listed if one["in_use"]] == [folder]
    assert lines(palate("write", "x", "--max-new-tokens", "2", "--json"))[0]["model"] == folder
    assert lines(palate("model", "show", folder, "--json"))[0]["window"] == 256
    assert palate("model", "use", "nowhere", ok=False).exit_code == 1


def test_an_encoder_decoder_writes_too(palate: Palate, tmp_path: Path) -> None:
    model = str(save(small_encoder_decoder(), tmp_path / "t5"))
    assert lines(palate("write", "The cat", "--model", model, "--max-new-tokens", "4", "--json"))
    assert palate("write", "The cat", "--model", model, "--max-new-tokens", "4", "--xray").exit_code == 0


def test_a_remote_model_is_asked_only_by_name_and_what_leaves_is_said(
    palate: Palate, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_API_KEY", KEY)
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "cost": 0.00012}
    server.answers[CHAT] = stream(
        chunk("Good "), chunk("day"), chunk(finish="stop"), {"choices": [], "usage": usage}
    )
    given = ("write", "Hello", "--model", f"{server.url}/v1#org/small")
    done, missing = palate(*given), palate(*given, "--max-length", "9", ok=False)
    assert done.stdout == "Good day\n"
    assert "5 characters leave this machine for 127.0.0.1" in done.stderr
    assert "prompt 3 + new 2 = 5 tokens" in done.stderr
    assert "0.000120 USD" in done.stderr
    assert KEY not in done.stdout + done.stderr + missing.stderr
    assert missing.exit_code == 1


def test_unknown_costs_stay_unknown_and_known_ones_are_told() -> None:
    draft = Draft(Prompt.plain("x"), "y", "m", "end", Usage(3, 4, None))
    assert usage_line(draft, Sampling()).endswith("cost unknown")
    assert "0.000120 USD" in usage_line(
        Draft(Prompt.plain("x"), "y", "m", "end", Usage(3, 4, 1.2e-4)), Sampling()
    )
    assert usage_line(Draft(Prompt.plain("x"), "y", "m", "end"), Sampling()).startswith("tokens unknown")
