import numpy as np

from palate.store.sqlite import SqliteStore
from palate.store.topics import TopicRow, TopicSpace


def filled() -> SqliteStore:
    store = SqliteStore(":memory:")
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims)"
            " values (3, 'a:1', 'a', 2), (5, 'b', 'b', 2)"
        )
        assert tables.topics.open(3) == [1, 2, 3]
        tables.topics.put_space(3, TopicSpace(np.array([0.5, 1]), 0.25, 7))
        tables.topics.put_centres(3, {1: np.array([1.0, 0]), 2: np.array([0, 1.0])})
        tables.topics.assign([4, 7, 9], [1, -1, 2])
    return store


def test_topics_come_back_as_they_were_put() -> None:
    with filled().writing() as tables:
        topics = tables.topics
        topics.rename(2, "cats")
        topics.merge(3, 2)
        assert topics.all() == [TopicRow(1, "", None), TopicRow(2, "cats", None), TopicRow(3, "", 2)]
        space = topics.space(3)
        assert space is not None
        assert (space.mean.tolist(), space.reach, space.fit_row) == ([0.5, 1.0], 0.25, 7)
        assert topics.space(5) is None
        assert {topic: centre.tolist() for topic, centre in topics.centres(3).items()} == {
            1: [1.0, 0.0],
            2: [0.0, 1.0],
        }
        assert [each.tolist() for each in topics.assigned()] == [[4, 7, 9], [1, -1, 2]]
        topics.assign([7], [3])
        assert topics.assigned()[1].tolist() == [1, 3, 2]
        assert topics.fit_row() == 7


def test_an_id_is_never_given_again() -> None:
    with filled().writing() as tables:
        tables.topics.forget()
        assert tables.topics.mark() == (0, 0)
        assert tables.topics.open(1) == [4]


def test_removed_texts_are_forgotten() -> None:
    with filled().writing() as tables:
        tables.topics.forget_removed()  # the store has no text
        assert tables.topics.assigned()[0].tolist() == []


def test_centres_go_with_the_vectors_of_their_encoder() -> None:
    with filled().writing() as tables:
        assert tables.encoders.remove(3)
        assert tables.topics.space(3) is None
        assert tables.topics.centres(3) == {}
        assert len(tables.topics.all()) == 3
