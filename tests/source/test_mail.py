import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.source import mail as mail_module
from palate.source.items import Skipped
from palate.source.mail import read_mail, read_mbox
from palate.text import Text

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)


def only(raw: bytes) -> Text:
    (text,) = read_mail(DocumentReader.from_bytes("1.eml", raw))
    assert isinstance(text, Text), text
    return text


def skipped(raw: bytes) -> str:
    (item,) = read_mail(DocumentReader.from_bytes("1.eml", raw))
    assert isinstance(item, Skipped), item
    return item.reason


@given(subjects=st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=5))
def test_what_the_standard_library_writes_is_read(
    subjects: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its mailbox quotes lines that begin with "From ", and its messages encode what is not ASCII."""
    path = tmp_path_factory.mktemp("mail") / "a.mbox"
    box = mailbox.mbox(str(path))
    for subject in subjects:
        message = EmailMessage()
        message["From"] = "Ann <ann@example.org>"
        message["Subject"] = subject
        message.set_content(f"From here: {subject}\n\nFrom the end")
        box.add(message)
    box.close()
    document = DocumentReader("a.mbox", lambda: path.open("rb"))
    found = [(text.title, text.body) for text in read_mbox(document) if isinstance(text, Text)]
    assert found == [(subject, f"From here: {subject}\n\nFrom the end") for subject in subjects]


def test_headers_tell_sender_date_list_and_origin() -> None:
    raw = (
        b"From: =?iso-8859-1?Q?J=F6rg?= <j@example.org>\nSubject: =?utf-8?B?w4k=?=t\xe9\nMessage-ID: <m1@b>\n"
    )
    raw += b'Date: Wed, 04 Mar 2020 10:00:00 +0100\nList-Id: "Cats" <cats.example.org>\nX-Status: F\n'
    raw += b"Archived-At: <https://lists.example.org/m1>\n"
    text = only(raw + b"Content-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\n")
    assert (text.title, text.body, text.origin) == ("Été", "café", "mail\nm1@b")
    assert text.published
    assert (text.url, text.published.isoformat()) == (
        "https://lists.example.org/m1",
        "2020-03-04T09:00:00+00:00",
    )
    assert text.extra == {"authors": ["Jörg"], "list": "Cats", "message_id": "m1@b", "starred": True}


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        ("utf-8", "utf-8"),
        ("us-ascii", "utf-8"),
        ("", "cp1252"),
        ("nonsense", "utf-8"),
        ("koi8-r", "koi8-r"),
        ("undefined", "utf-8"),
        ("idna", "utf-8"),
        ("x\0y", "utf-8"),
    ],
)
def test_wrong_charsets_are_seen_through(charset: str, encoded: str) -> None:
    words = "Кошки спят" if encoded == "koi8-r" else "“naïve” café"
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    assert only(f"Subject: x\nContent-Type: {kind}\n\n".encode() + words.encode(encoded)).body == words


def alternative(plain: str, html: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Weekly"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def test_the_plain_part_counts_unless_it_only_points_to_the_web() -> None:
    said = "Cats sleep all over the house."
    html = f"<html><head><title>T</title><style>p{{}}</style></head><body><p>{said}</p></body>"
    shown = only(alternative("View online: https://example.org/very/long", html))
    assert (shown.body, shown.extra["attachments"]) == (said, 1)
    assert only(alternative("Cats sleep in the house.", html)).body == "Cats sleep in the house."


def test_signature_footer_and_padding_go() -> None:
    raw = b"Subject: x\n\nCats sleep.\n\n-- \nJane Doe\nZoo\n______________________________\npets mailing list\nhttps://x\n"
    assert only(raw).body == "Cats sleep."
    html = "<p>Cats</p>" + "&#847; &zwnj; &nbsp;" * 30 + "<p>sleep</p>"
    assert only(f"Subject: x\nContent-Type: text/html\n\n{html}".encode()).body.split() == ["Cats", "sleep"]


def test_flowed_lines_are_joined() -> None:
    raw = b"Subject: x\nContent-Type: text/plain; format=flowed\n\nCats sleep \nall day.\nDogs bark.\n"
    assert only(raw).body == "Cats sleep all day.\nDogs bark."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"From: a@b\n\n \n", "neither subject nor text"),
        (b"Subject: x\nContent-Type: multipart/encrypted; boundary=q\n\n--q\n\n1\n--q--", "encrypted"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA", "encrypted"),
        (b"Subject: x\n\n-----BEGIN PGP MESSAGE-----\n\nAAAA", "encrypted"),
    ],
)
def test_what_says_nothing_is_skipped(raw: bytes, reason: str) -> None:
    assert reason in skipped(raw)


def test_a_part_without_its_boundary_is_text() -> None:
    assert only(b"Subject: x\nContent-Type: multipart/mixed\n\nCats sleep.").body == "Cats sleep."


def test_parts_within_parts_end() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth) for depth in range(3000)
    )
    items = list(read_mail(DocumentReader.from_bytes("1.eml", b"Subject: x\n" + nested + b"\nCats")))
    assert len(items) == 1


def test_of_a_huge_mail_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "MAX_MAIL_BYTES", 100)
    huge = b"From a@b Thu Jan  1 2004\nSubject: one\n\n" + b"Cats sleep.\n" * 1000
    mbox = huge + b"\nFrom a@b Thu Jan  1 2004\nSubject: two\n\nx\n"
    one, two = read_mbox(DocumentReader.from_bytes("a.mbox", mbox))
    assert isinstance(one, Text)
    assert isinstance(two, Text)
    assert (one.title, len(one.body) < 200, two.title) == ("one", True, "two")


def test_the_flag_of_a_maildir_is_a_star(tmp_path: Path) -> None:
    document = DocumentReader.from_bytes("cur/1583280000.M1.host:2,FS", b"Subject: x\n\nCats")
    (text,) = read_mail(document)
    assert isinstance(text, Text)
    assert text.extra["starred"] is True


@pytest.mark.parametrize("charset", ["undefined", "idna", "a\0b", "utf-8\0"])
def test_a_charset_that_breaks_the_parser_breaks_no_mail(charset: str) -> None:
    """Found by changing bytes of mails at random."""
    head = f"Subject: =?{charset}?q?Cats?=\nContent-Type: text/plain; charset={charset}\n"
    name = f"Content-Disposition: attachment; filename*={charset}''%FF\n"
    assert only(f"{head}\nThey sleep in the caf".encode() + b"\xe9").body.startswith("They sleep")
    assert only(f"{head}{name}\nx".encode()).extra["attachments"] == 1


def test_a_sender_within_endless_brackets_is_read() -> None:
    """Found by fuzzing."""
    raw = b"From: " + b"(" * 3000 + b"\nSubject: Fog\n\nDense.\n"
    assert only(raw).title == "Fog"
