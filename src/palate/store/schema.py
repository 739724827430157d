"""The tables of a store. What a column means stands here; what makes the tables stands in migrations/."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

setting = Table(
    "setting",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

encoder = Table(
    "encoder",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),  # by which it is made again
    Column("dims", Integer, nullable=False),
    Column("made_at", Text),  # ISO 8601, UTC; null in what an older palate made
    Column("figures", JSON(none_as_null=True)),  # of a tuned encoder: what it was measured by
    CheckConstraint("typeof(dims) = 'integer' and dims > 0", name="dims_count"),
)

text = Table(
    "text",
    metadata,
    Column("row", Integer, primary_key=True),  # in the order of adding
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("language", Text, nullable=False, index=True),  # ISO 639; empty where it is not known
    Column("published", Text),  # ISO 8601 with its offset
    Column("extra", JSON, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("canonical_url", Text),  # null where there is no address
    # first text of its group of near-copies, or itself
    Column("leader", ForeignKey("text.row"), nullable=False, index=True),
    Column("added_at", Text, nullable=False),  # ISO 8601, UTC
    # what the two above are looked up by: see keys.py
    Column("content_key", BigInteger, nullable=False, server_default="0", index=True),
    Column("url_key", BigInteger, index=True),  # null where there is no address
)

vector = Table(
    "vector",
    metadata,
    Column("encoder", ForeignKey("encoder.number"), primary_key=True),
    # of text; not declared, since each text that is removed would be looked for in all of it
    Column("row", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # (d,) little-endian float16
    sqlite_with_rowid=False,
)

terms = Table(
    "terms",
    metadata,
    Column("row", ForeignKey("text.row"), primary_key=True),
    Column("ids", LargeBinary, nullable=False),  # (t,) little-endian uint32
    Column("counts", LargeBinary, nullable=False),  # (t,) uint8
)

identity = Table(  # what else a text is recognised by: see palate/identity.py
    "identity",
    metadata,
    Column("key", BigInteger, primary_key=True),  # of an origin or of an id that the whole world knows it by
    Column("row", ForeignKey("text.row"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

band = Table(  # keys that near-copies share, of the first text of each group
    "band",
    metadata,
    Column("row", ForeignKey("text.row"), primary_key=True),
    Column("keys", LargeBinary, nullable=False),  # little-endian uint32, see feature/minhash.py
)

removed = Table(  # texts that were removed; of the text itself nothing is kept
    "removed",
    metadata,
    Column("entry", Integer, primary_key=True),  # in the order of removing
    Column("row", Integer, nullable=False, unique=True),
    # text that stands for its group now or, where the group is gone, the last that did
    Column("representative", Integer, nullable=False, index=True),
    Column("removed_at", Text, nullable=False),  # ISO 8601, UTC
    # what a taste learns from, kept where a judgement of it stands; null elsewhere
    Column("encoder", ForeignKey("encoder.number")),
    Column("vector", LargeBinary),  # as in vector
    Column("ids", LargeBinary),  # as in terms
    Column("counts", LargeBinary),
    Column("date", Text),  # published or, where that was not known, added
    # text that is the newest version of it; null where it was not replaced
    Column("successor", Integer, index=True),
    CheckConstraint(
        "(encoder is null) = (vector is null) and (encoder is null) = (ids is null)"
        " and (encoder is null) = (counts is null) and (encoder is null) = (date is null)",
        name="all_or_nothing",
    ),
    sqlite_autoincrement=True,  # an entry is never given again
)

reader = Table(
    "reader",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
    # 1 where other readers must learn nothing from this one
    Column("private", Integer, nullable=False, server_default="0", index=True),
    sqlite_autoincrement=True,  # a number is never given again
)

taste = Table(
    "taste",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("reader", ForeignKey("reader.number"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("likes", Text, nullable=False),  # what the reader wrote of it, may be empty
    Column("dislikes", Text, nullable=False),
    # of the contest: blend, champion or a pinned member
    Column("serving", Text, nullable=False, server_default="blend"),
    # judgements that were deleted with their texts; it only grows
    Column("forgotten", Integer, nullable=False, server_default="0"),
    UniqueConstraint("reader", "name"),
    sqlite_autoincrement=True,  # a number is never given again
)

feedback = Table(  # append-only, but for texts that are forgotten and readers who leave
    "feedback",
    metadata,
    Column("entry", Integer, primary_key=True),
    Column("taste", ForeignKey("taste.number"), nullable=False),
    Column("row", Integer, index=True),  # of text or of removed; null for a ranking or an undo
    Column("kind", Text, nullable=False),
    Column("liking", Float),  # null for what teaches nothing
    Column("weight", Float, nullable=False),
    Column("given_at", Text, nullable=False),  # ISO 8601, UTC
    Column("undoes", ForeignKey("feedback.entry"), index=True),
    Index("feedback_taste", "taste", "entry"),
    CheckConstraint("kind in ('like', 'dislike', 'rating', 'skip', 'ranking', 'undo')", name="known_kind"),
    CheckConstraint(
        "(kind = 'undo') = (undoes is not null) and (kind in ('ranking', 'undo')) = (row is null)",
        name="undo_or_verdict",
    ),
    CheckConstraint("(kind in ('skip', 'ranking', 'undo')) = (liking is null)", name="liking_where_taught"),
    CheckConstraint("liking between -1 and 1 and weight > 0", name="in_range"),
    CheckConstraint("datetime(given_at) is not null", name="given_at_is_a_time"),
    sqlite_autoincrement=True,  # a number is never given again
)

draft = Table(  # a text that a model wrote for a reader; no text of the library
    "draft",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("taste", ForeignKey("taste.number"), nullable=False, index=True),
    Column("prompt", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("made_at", Text, nullable=False),  # ISO 8601, UTC
    sqlite_autoincrement=True,  # a number is never given again
)

ranked = Table(  # the drafts of a judgement of kind ranking
    "ranked",
    metadata,
    Column("entry", ForeignKey("feedback.entry"), primary_key=True),
    Column("draft", ForeignKey("draft.number"), primary_key=True),
    Column("rank", Integer, nullable=False),  # 0 the best; equal ones are as good
    sqlite_with_rowid=False,
)

request = Table(  # what was done at a key that a client chose, so that asking again does nothing
    "request",
    metadata,
    Column("taste", ForeignKey("taste.number"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("first_entry", Integer),  # of feedback; both null where there was nothing to do
    Column("last_entry", Integer),
    CheckConstraint("kind in ('judge', 'undo')", name="known_kind"),
    sqlite_with_rowid=False,
)

prediction = Table(  # what the members of a contest said of a judgement before they learned it
    "prediction",
    metadata,
    Column("entry", ForeignKey("feedback.entry"), primary_key=True),
    Column("tastes", Text, nullable=False),  # names of the m members, with commas between
    Column("logits", LargeBinary, nullable=False),  # (m,) little-endian float32
)

crowd = Table(  # at most one row: what all readers together think, learned from the log up to head
    "crowd",
    metadata,
    Column("head", Integer, primary_key=True),
    Column("encoder", ForeignKey("encoder.number"), nullable=False),
    Column("readers", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # safetensors
)

generation = Table(  # at most one row: the fit that features are made by, and what is kept of it in a cache
    "generation",
    metadata,
    Column("generation_id", Integer, primary_key=True),  # it only grows
    Column("encoder", ForeignKey("encoder.number"), nullable=False),
    Column("fit_row", Integer, nullable=False),  # last text that was fitted
    Column("digest", Text, nullable=False),  # SHA-256 of the cache's manifest; empty where none is kept
    Column("fit_digest", Text, nullable=False),
    Column("made_at", Text, nullable=False),  # ISO 8601, UTC
)

rule = Table(
    "rule",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("taste", ForeignKey("taste.number"), nullable=False, index=True),
    Column("action", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("amount", Float, nullable=False),  # 0 where it is no boost
    Column("state", Text, nullable=False),  # a suggestion is pending until the reader accepts or vetoes it
    Column("evidence", JSON(none_as_null=True)),  # of a suggestion; null for what the reader wrote
    CheckConstraint("action in ('block', 'keep', 'boost')", name="known_action"),
    CheckConstraint("field in ('word', 'author', 'source', 'pattern', 'language')", name="known_field"),
    CheckConstraint("state in ('accepted', 'pending', 'vetoed')", name="known_state"),
    CheckConstraint("(action = 'boost') = (amount <> 0)", name="amount_of_a_boost"),
    sqlite_autoincrement=True,  # a number is never given again
)

fetched = Table(  # what a server said of an address last time, see palate/fetch_state.py
    "fetched",
    metadata,
    Column("key", Text, primary_key=True),  # a hash of the address, which may hold a password or token
    Column("address", Text, nullable=False),  # as it may be shown
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("moved_to", Text, nullable=False),
    Column("moved_times", Integer, nullable=False),
    Column("gone", Integer, nullable=False),  # 0 or 1
    Column("retry_at", Text),  # ISO 8601 in UTC
)

topic = Table(  # see palate/report/stored_topics.py
    "topic",
    metadata,
    Column("number", Integer, primary_key=True),  # the topic's id, as people see it
    Column("name", Text, nullable=False),  # that a person gave; empty where none did
    # topic that this one became a part of, null for one that stands; not declared: it may come later
    Column("merged_into", Integer),
    Column("opened_at", Text, nullable=False),  # ISO 8601, UTC
    sqlite_autoincrement=True,  # a number is never given again
)

topic_space = Table(  # from where vectors of an encoder are seen
    "topic_space",
    metadata,
    Column("encoder", ForeignKey("encoder.number"), primary_key=True),
    Column("mean", LargeBinary, nullable=False),  # (d,) little-endian float32
    Column("reach", Float, nullable=False),
    Column("fit_row", Integer, nullable=False),  # last text of which topics were made; later ones follow
)

topic_centre = Table(
    "topic_centre",
    metadata,
    Column("encoder", ForeignKey("encoder.number"), primary_key=True),
    Column("topic", ForeignKey("topic.number"), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # (d,) little-endian float32, of length 1
    sqlite_with_rowid=False,
)

topic_text = Table(
    "topic_text",
    metadata,
    Column("row", Integer, primary_key=True),  # of text; not declared, as in vector
    Column("topic", Integer),  # as it was placed, before merges; null where none was within reach
)
