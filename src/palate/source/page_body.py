"""What a whole HTML page shows, without its head."""

from palate.source.markup import plain_text


def page_text(html: str) -> str:
    """Returns the body of a page as plain text; of a fragment all.

    >>> page_text("<html><head><title>Inbox</title></head><body><p>Cats sleep.</p></body></html>")
    'Cats sleep.'
    """
    lower = html.lower()
    for mark in ("<body", "</head"):
        if (at := lower.find(mark)) >= 0:
            return plain_text(html[html.find(">", at) + 1 :])
    return plain_text(html)
