from pathlib import Path

import pytest

from palate.errors import BadSource
from palate.training.example_sets import NLI_LABELS, read_nli, read_pairs, read_sts, read_triplets
from palate.training.run.table import read_table
from training.sentence_files import nli_file, pairs_file, sts_file, triplets_file, write


def test_scores_of_each_file_go_from_0_to_1_whatever_their_range(tmp_path: Path) -> None:
    five = write(tmp_path / "a.csv", {"sentence1": "ab", "sentence2": "cd", "score": [0, 5]})
    one = write(tmp_path / "b.csv", {"sentence1": "abc", "sentence2": "cde", "relatedness": [1, 4, 5]})
    source = read_sts([read_table(five), read_table(one)])
    assert source.targets == (0.0, 1.0, 0.0, 0.75, 1.0)
    assert source.texts == (("a", "b", "a", "b", "c"), ("c", "d", "c", "d", "e"))


def test_labels_are_numbered_alike_whichever_of_them_a_file_has(tmp_path: Path) -> None:
    two = write(
        tmp_path / "a.csv", {"sentence1": "ab", "sentence2": "cd", "label": ["contradiction", "neutral"]}
    )
    assert [NLI_LABELS[int(target)] for target in read_nli([read_table(two)]).targets] == [
        "contradiction",
        "neutral",
    ]


def test_pairs_come_from_duplicates_from_entailment_and_from_anchors(tmp_path: Path) -> None:
    duplicates, entailed = read_table(pairs_file(tmp_path, 6)), read_table(nli_file(tmp_path, 6))
    anchors = read_table(write(tmp_path / "a.csv", {"anchor": ["p"], "positive": ["q"]}))
    source = read_pairs([duplicates, entailed, anchors])
    assert source.targets == (0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1)
    assert (source.texts[0][-1], source.texts[1][-1]) == ("p", "q")


def test_a_taken_part_keeps_rows_together(tmp_path: Path) -> None:
    source = read_triplets([read_table(triplets_file(tmp_path))])
    part = source.take([3, 0])
    assert [column[0] for column in part.texts] == [column[3] for column in source.texts]
    assert len(part) == 2


@pytest.mark.parametrize(
    ("columns", "read", "said"),
    [
        (
            {"one": "a", "two": "b"},
            read_triplets,
            "lacks the columns anchor, positive, negative; the columns are: one, two",
        ),
        (
            {"premise": "ab", "hypothesis": "cd", "label": ["yes", "no"]},
            read_nli,
            r"row 2: label is 'yes', expected entailment",
        ),
        (
            {"premise": "ab", "hypothesis": "cd", "label": ["neutral"] * 2},
            read_nli,
            "neutral alone as label, nothing to tell",
        ),
        (
            {"sentence1": "ab", "sentence2": "cd", "score": ["1", "nan"]},
            read_sts,
            "row 3: score is 'nan', expected a number",
        ),
        (
            {"sentence1": "ab", "sentence2": "cd", "score": [3, 3]},
            read_sts,
            "every score is 3, nothing to learn from",
        ),
        (
            {"sentence1": "ab", "sentence2": ["c", " "], "score": [3, 2]},
            read_sts,
            "row 3: sentence2 is empty",
        ),
        ({"question1": "ab", "question2": "cd", "duplicate": [0, 0]}, read_pairs, "has no partners"),
        (
            {"question1": "ab", "question2": "cd", "duplicate": [0, 2]},
            read_pairs,
            "row 3: duplicate is '2', expected 1 or 0",
        ),
    ],
)
def test_bad_examples_are_refused_with_the_mend(columns, read, said, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadSource, match=said):
        read([read_table(write(tmp_path / "bad.csv", columns))])


def test_a_split_spreads_scores_and_labels(tmp_path: Path) -> None:
    assert read_nli([read_table(nli_file(tmp_path))]).strata() == [0, 1, 2] * 20
    assert len(set(read_sts([read_table(sts_file(tmp_path))]).strata())) == 6
