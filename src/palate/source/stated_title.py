"""The title of a document that states one, which may be what its program or template wrote."""

import re

MAX_TITLE_CHARACTERS = 300
NO_TITLE = re.compile(  # what programs write where nobody wrote a title
    r"(?:untitled|microsoft (?:word|powerpoint)|powerpoint presentation|slide \d|document\d*$|doi:|arxiv:)"
    r"|.*\.(?:docx?|pdf|tex|dvi|ps|indd|qxp?d|rtf|odt|pptx?|xlsx?|html?|txt|md)$|[\W\d_]*$|\S*_\S*$",
    re.IGNORECASE,
)


def title_of(stated: str, first_page: str, largest: str) -> str:
    """Returns the title. stated: that of the metadata, which counts if half its words are on the page.

    >>> title_of("Microsoft Word - a.doc", "On cats\\nJane Doe", ""), title_of("Dogs", "On cats", "On cats")
    ('On cats', 'On cats')
    >>> title_of("On Cats", "Acta, vol. 3\\nOn cats", "Acta")
    'On Cats'
    """
    stated, words = " ".join(stated.split()), set(re.findall(r"\w+", first_page.lower()))
    own = re.findall(r"\w+", stated.lower())
    if (
        not NO_TITLE.match(stated)
        and len(stated) <= MAX_TITLE_CHARACTERS
        and 2 * sum(word in words for word in own) >= len(own)
    ):
        return stated
    first_line = next((line.strip() for line in first_page.splitlines() if line.strip()), "")
    return largest or " ".join(first_line[:MAX_TITLE_CHARACTERS].split())


def without_title(body: str, title: str) -> str:
    """Returns the body without the title, where it begins with it.

    >>> without_title("On\\ncats\\nThey sleep.", "On cats")
    'They sleep.'
    """
    start = re.match(r"\s*" + r"\s+".join(map(re.escape, title.split())), body) if title else None
    return body[start.end() :].strip() if start else body
