import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from palate.training.run.card import write_card
from palate.training.run.finish import save_trained_model
from palate.training.run.hub import HUB_ENTRIES
from palate.training.run.trained_model import read_trained_model

KINDS = ["classify", "lora", "regress", "tokens", "masked", "similarity", "reduce"]
Made = Callable[[str], Path]


def code_of(card: str) -> str:
    (code,) = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
    return str(code)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings(
    "ignore:.*aggregation_strategy.*", "ignore:You seem to be using the pipelines sequentially"
)
def test_the_code_of_the_card_runs_in_the_models_folder(
    kind: str, made: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(made(kind))
    exec(compile(code_of(Path("README.md").read_text("utf-8")), kind, "exec"), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_the_hub_reads_the_metadata_of_the_card(kind: str, made: Made) -> None:
    trained = read_trained_model(made(kind))
    metadata: Any = ModelCard.load(made(kind) / "README.md").data
    assert metadata.pipeline_tag == HUB_ENTRIES[trained.kind].task
    assert metadata.library_name in ("transformers", "sentence-transformers")
    assert {"palate", trained.kind} <= set(metadata.tags)
    assert ("lora" in metadata.tags) == (kind == "lora")
    found = {(one.dataset_split, one.metric_name): one.metric_value for one in metadata.eval_results}
    for part, figures in trained.figures.items():
        for name, value in figures.items():
            if isinstance(value, int | float):
                assert found[part, name] == value


def test_the_card_tells_data_settings_figures_and_cost(made: Made) -> None:
    trained, card = read_trained_model(made("classify")), (made("classify") / "README.md").read_text("utf-8")
    assert trained.data[0]["sha256"] in card
    assert "| batch | 16 |" in card
    assert "| rate | 0.01 |" in card
    assert f"{trained.figures['test']['accuracy']:.4g}" in card
    assert f"{trained.parameters:,} parameters" in card
    assert "Texts are read to their 12th word piece" in card
    assert "![confusion](report/confusion.png)" in card
    assert (made("classify") / "report" / "confusion.png").is_file()


@pytest.mark.parametrize(
    ("start", "base"),
    [
        ("minilm", "sentence-transformers/all-MiniLM-L6-v2"),
        ("someone/some-model", "someone/some-model"),
        ("sbert:someone/some-model", "someone/some-model"),
        ("a/folder/of/mine", None),
        ("here/model", None),
    ],
)
def test_the_base_model_is_named_where_the_hub_knows_it(
    start: str, base: str | None, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here/model").mkdir(parents=True)
    trained = replace(read_trained_model(made("classify")), folder=tmp_path, start=start)
    write_card(trained)
    metadata: Any = ModelCard.load(tmp_path / "README.md").data
    assert metadata.base_model == base


def test_labels_and_notes_stay_in_their_cells(made: Made, tmp_path: Path) -> None:
    """A | in a label makes no column, a line break no row."""
    whole = read_trained_model(made("classify"))
    row = {"precision": None, "recall": 0.5, "f1": None, "support": 3}
    figures = {"validation": {"accuracy": 0.5, "r2": None, "per_class": {"a|b\nc": row}}}
    save_trained_model(
        replace(whole, folder=tmp_path, labels=("a|b\nc", "d"), figures=figures, notes=("one\n\nnote",))
    )
    card = (tmp_path / "README.md").read_text("utf-8")
    assert "| a\\|b c |  | 0.5 |  | 3 |\n" in card
    assert "- one note\n" in card
    metadata: Any = ModelCard(card).data
    assert [(one.metric_name, one.metric_value) for one in metadata.eval_results] == [("accuracy", 0.5)]
