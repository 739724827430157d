import io
import zipfile

import pytest

from archives import packed
from palate.document import archive as archive_module
from palate.document.archive import member_names, members, open_archive, read_member
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.results import Skipped


def document(data: bytes) -> DocumentReader:
    return DocumentReader.from_bytes("a.zip", data)


def test_members_are_documents_by_name_without_hidden_ones() -> None:
    files = {"b\\c.txt": "2", "a.txt": "1", ".hidden": "x", "__MACOSX/a.txt": "x", "d/": ""}
    found = document(packed(files))
    with open_archive(found) as archive:
        read = [(each.name, each.read()) for each in members(found, archive) if not isinstance(each, Skipped)]
    assert read == [("a.zip/a.txt", b"1"), ("a.zip/b/c.txt", b"2")]


def test_a_member_can_be_read_again_and_lies_in_its_archive() -> None:
    found = DocumentReader("a.zip", lambda: io.BytesIO(packed({"a.txt": "1"})), url="https://a.org/a.zip")
    with open_archive(found) as archive:
        (member,) = members(found, archive)
        assert isinstance(member, DocumentReader)
        assert [member.read(), member.read()] == [b"1", b"1"]
        assert member.locator == "https://a.org/a.zip/a.txt"


def test_a_broken_or_encrypted_member_is_skipped_and_the_others_read() -> None:
    data = bytearray(packed({"a.txt": "Cats sleep all day long.", "b.txt": "Dogs"}))
    data[40] ^= 0xFF  # within the packed bytes of the first member
    with open_archive(document(bytes(data))) as archive:
        broken, other = members(document(bytes(data)), archive)
        assert isinstance(broken, Skipped)
        assert "is broken in its archive" in broken.reason
        assert isinstance(other, DocumentReader)
        archive.infolist()[1].flag_bits |= 1
        _, encrypted = members(document(bytes(data)), archive)
    assert encrypted == Skipped("a.zip/b.txt", "is encrypted; unpack the archive with its password")


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MIN_RATIO_BYTES", 1 << 16)
    with pytest.raises(BadSource, match="zip bomb"), open_archive(document(packed({"a": bytes(1 << 20)}))):
        pass
    monkeypatch.setattr(archive_module, "MAX_MEMBERS", 2)
    many = document(packed({"a": "", "b": "", "c": ""}))
    with pytest.raises(BadSource, match="unpack it, and add the folder"), open_archive(many):
        pass


def test_a_member_over_its_limit_is_refused_and_none_is_empty() -> None:
    found = document(packed({"a.xml": "<a/>"}))
    with open_archive(found) as archive:
        assert read_member(found, archive, "a.xml", 4) == b"<a/>"
        assert read_member(found, archive, "b.xml", 4) == b""
        with pytest.raises(BadSource, match=r"a\.zip holds a\.xml of more than 3 bytes"):
            read_member(found, archive, "a.xml", 3)


@pytest.mark.parametrize("cut", [10, 40, 60])
def test_what_is_cut_off_is_refused(cut: int) -> None:
    assert member_names(document(packed({"a.txt": "Cats"})[:cut])) == []
    with pytest.raises(BadSource, match="get it again"), open_archive(document(b"PK\x03\x04" + bytes(cut))):
        pass


def test_names_cannot_leave_the_archive() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
        archive.writestr("/root/a", "y")
    found = document(made.getvalue())
    with open_archive(found) as archive:
        names = [each.name for each in members(found, archive) if not isinstance(each, Skipped)]
    assert names == ["a.zip/etc/passwd", "a.zip/root/a"]
