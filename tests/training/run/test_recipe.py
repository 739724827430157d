import json
from pathlib import Path

from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import read_table


def test_a_recipe_is_all_that_decides(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\na\n")
    first = describe_recipe("classify", "minilm", [read_table(path)], TrainingSettings(), weigh=True)
    assert json.loads(json.dumps(first)) == first | {
        "data": [{"file": "a.csv", "sha256": read_table(path).sha256, "rows": 1}]
    }
    path.write_text("text\nb\n")
    assert describe_recipe("classify", "minilm", [read_table(path)], TrainingSettings(), weigh=True) != first
