import json

from palate.evaluation.row import Row, rows_to_json


def test_rows_come_back_from_json() -> None:
    rows = [
        Row("screening", "Triptans", "elas-u4", None, "loss", 0.12, 0.1, 0.14, 3),
        Row("ratings", "films", "é", 0, "auc", 0.5, 0.5, 0.5, 1),
    ]
    assert [Row(**fields) for fields in json.loads(rows_to_json(rows))] == rows
    assert json.loads(rows_to_json([])) == []
