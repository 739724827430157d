"""The formats that palate reads, those it knows but does not read, and what they are called."""

from typing import Literal

Format = Literal[
    "table",
    "jsonfeed",
    "starred",
    "plain",
    "blocks",
    "markdown",
    "feed",
    "opml",
    "ris",
    "bibtex",
    "nbib",
    "page",
    "bookmarks",
    "bookmarks-json",
    "mail",
    "mbox",
    "pdf",
    "epub",
    "docx",
    "odt",
    "zip",
]

SUFFIXES: dict[str, Format] = {
    "csv": "table",
    "tsv": "table",
    "tab": "table",
    "jsonl": "table",
    "ndjson": "table",
    "json": "table",
    **dict.fromkeys(("parquet", "pq", "feather", "arrow", "xlsx", "xlsm", "ods", "xls"), "table"),
    "txt": "plain",
    "text": "plain",
    "md": "markdown",
    "markdown": "markdown",
    "rss": "feed",
    "atom": "feed",
    "rdf": "feed",
    "xml": "feed",
    "opml": "opml",
    "ris": "ris",
    "bib": "bibtex",
    "bibtex": "bibtex",
    "nbib": "nbib",
    "medline": "nbib",
    "html": "page",
    "htm": "page",
    "xhtml": "page",
    "eml": "mail",
    "mht": "mail",
    "mhtml": "mail",
    "mbox": "mbox",
}

CONTENT_TYPES: dict[str, Format] = {
    "application/xml": "feed",
    "text/xml": "feed",
    "text/csv": "table",
    "text/tab-separated-values": "table",
    "text/markdown": "markdown",
    "application/x-ndjson": "table",
    "application/jsonl": "table",
    "application/json": "table",
    "application/x-research-info-systems": "ris",
    "application/x-bibtex": "bibtex",
    "message/rfc822": "mail",
    "application/mbox": "mbox",
}

# a member that only archives of one kind have -> the format, or what it is and the mend
ARCHIVE_FORMATS: dict[str, Format] = {
    "word/document.xml": "docx",
    "word/document2.xml": "docx",
    "META-INF/container.xml": "epub",
}
FOREIGN_ARCHIVES = {
    "ppt/presentation.xml": "a PowerPoint presentation; save it as PDF",
    "Index/Document.iwa": "a document of Pages, Numbers or Keynote; export it as DOCX, CSV or PDF",
    "Index.zip": "a document of Pages, Numbers or Keynote; export it as DOCX, CSV or PDF",
    "index.apxl": "a document of Keynote; export it as PDF",
    "META-INF/MANIFEST.MF": "a Java archive; expected texts",
    "AndroidManifest.xml": "a program; expected texts",
}
OPENDOCUMENT_TYPES: dict[str, Format] = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
}

# (where they stand, bytes that begin what holds no text palate reads) -> what it is, and the mend
FOREIGN_MARKS = {
    (0, b"{\\rtf"): "an RTF document; save it as DOCX or plain text",
    (0, b"%!PS"): "a PostScript document; turn it into a PDF with ps2pdf",
    (0, b"AT&TFORM"): "a DjVu document; turn it into text with djvutxt",
    (60, b"BOOKMOBI"): "a Kindle book; turn it into EPUB with Calibre's ebook-convert",
    (60, b"TEXtREAd"): "a Palm book; turn it into EPUB with Calibre's ebook-convert",
    (0, b"ITSF"): "a Windows help file; turn it into EPUB with Calibre's ebook-convert",
    (0, b"!BDN"): "an Outlook mailbox; turn it into mbox with readpst",
    (0, b"bplist00"): "a property list of Apple; export the bookmarks or page as HTML",
    (0, b"BZh"): "packed with bzip2; unpack it with bunzip2",
    (0, b"\xfd7zXZ"): "packed with xz; unpack it with unxz",
    (0, b"\x28\xb5\x2f\xfd"): "packed with zstd; unpack it with unzstd",
    (0, b"7z\xbc\xaf"): "a 7z archive; unpack it",
    (0, b"Rar!"): "a RAR archive; unpack it",
    (257, b"ustar"): "a tar archive; unpack it, and add the folder",
    (0, b"SQLite format 3"): "an SQLite database; write the table with the texts to CSV",
    (0, b"\x89PNG"): "a picture; expected text",
    (0, b"\xff\xd8\xff"): "a picture; expected text",
    (0, b"GIF8"): "a picture; expected text",
    (8, b"WEBP"): "a picture; expected text",
    (0, b"\x7fELF"): "a program; expected text",
    (0, b"MZ\x90"): "a program; expected text",
    (0, b"OggS"): "a sound file; expected text",
    (0, b"ID3"): "a sound file; expected text",
    (8, b"WAVE"): "a sound file; expected text",
    (4, b"ftyp"): "a film, sound file or picture; expected text",
}
