import json
from dataclasses import replace

from palate.evaluation.result_row import Difference, ResultRow, rows_to_json


def test_rows_come_back_from_json() -> None:
    rows = [
        ResultRow("screening", "Triptans", "elas-u4", None, "loss", 0.12, 0.1, 0.14, 3),
        ResultRow("ratings", "films", "é", 0, "auc", 0.5, 0.5, 0.5, 1, Difference(0.1, -0.1, 0.2, 7)),
    ]
    said = json.loads(rows_to_json(rows))
    plain, compared = (ResultRow(**{**fields, "palate_minus": None}) for fields in said)
    assert [plain, replace(compared, palate_minus=Difference(**said[1]["palate_minus"]))] == rows
    assert json.loads(rows_to_json([])) == []
