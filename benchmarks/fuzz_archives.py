"""Documents that are zip archives: their main part is broken, and packed again."""

import io
import zipfile

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument"


def _types(part: str, kind: str) -> str:
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    kind = f"application/vnd.openxmlformats-officedocument.{kind}+xml"
    default = f'<Default Extension="rels" ContentType="{relations}"/>'
    override = f'<Override PartName="{part}" ContentType="{kind}"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{default}{override}</Types>'


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{PACKAGE}/relationships">{one}</Relationships>'


# suffix -> the part that is broken, the other parts
PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "docx": (
        "word/document.xml",
        {
            "[Content_Types].xml": _types("/word/document.xml", "wordprocessingml.document.main"),
            "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        },
    ),
    "odt": ("content.xml", {"mimetype": "application/vnd.oasis.opendocument.text"}),
    "ods": (
        "content.xml",
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{OPEN}:xmlns:manifest:1.0"/>',
        },
    ),
    "epub": (
        "a.xhtml",
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="a.opf"/></rootfiles></container>',
            "a.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
        },
    ),
    "xlsx": (
        "xl/worksheets/sheet1.xml",
        {
            "[Content_Types].xml": _types("/xl/workbook.xml", "spreadsheetml.sheet.main"),
            "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
            "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}/relationships">'
            '<sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        },
    ),
}


def _sheet(rows: list[list[str]]) -> str:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    cells = "".join(f"<row>{''.join(map(cell.format, row))}</row>" for row in rows)
    return f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>'


def _open_table(rows: list[list[str]]) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cells = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    names = " ".join(f'xmlns:{name}="{OPEN}:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<table:table table:name="A">{cells}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return f"<office:document-content {names}>{body}</office:document-content>"


ROWS = [
    ["id", "title", "abstract", "year"],
    ["1", "Fog at sea", "It was dense.", "2020"],
    ["2", "Rain", "", "43894"],
]
MAIN_PARTS: dict[str, tuple[bytes, ...]] = {
    "docx": (
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>On fog</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>It was &amp; is dense.</w:t></w:r></w:p></w:body></w:document>".encode(),
    ),
    "odt": (
        f'<o:document-content xmlns:o="{OPEN}:xmlns:office:1.0" xmlns:text="{OPEN}:xmlns:text:1.0">'
        "<text:h>On fog</text:h><text:p>It<text:s/>was<text:line-break/>dense.</text:p>"
        "</o:document-content>".encode(),
    ),
    "ods": (_open_table(ROWS).encode(),),
    "epub": (b"<html><head><title>Fog</title></head><body><h1>Fog</h1><p>Dense.</p></body></html>",),
    "xlsx": (_sheet(ROWS).encode(),),
}


def packed(suffix: str, part: bytes) -> bytes:
    """Returns an archive of this kind with its main part; what is one already, or no archive, as it is."""
    if suffix not in PARTS or part.startswith(b"PK"):
        return part
    name, others = PARTS[suffix]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in others.items():
            archive.writestr(other, content)
        archive.writestr(name, part)
    return made.getvalue()
