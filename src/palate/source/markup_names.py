"""Names of the elements of HTML, JATS and MathML, by what they mean for the plain text."""

# not for reading
UNREAD_ELEMENTS = frozenset(
    "script style template noscript iframe object svg head annotation annotation-xml".split()
)
PARAGRAPH_ELEMENTS = frozenset(
    "address article aside blockquote div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main "
    "nav ol p pre section table ul sec disp-formula list".split()
)
LINE_ELEMENTS = frozenset("br dd dt figcaption li tr list-item break".split())
CELL_ELEMENTS = frozenset("td th".split())
HEADING_ELEMENTS = frozenset(["title"])  # of a section in JATS
LONE_ELEMENTS = frozenset("br hr img wbr".split())  # have no end tag
# what a tag in a title or abstract may be called
PAIRED_ELEMENTS = frozenset(
    """a abbr acronym abstract abstracttext alternatives b big bold caption center cite code del dfn em
    ext-link fig font i inf inline-formula ins italic kbd label mark math mfrac mi mn mo monospace mover mrow
    mspace msqrt msub msubsup msup mtext munder named-content overline q roman s samp sans-serif sc scp
    semantics small span strike strong styled-content sub sup tbody tex-math tfoot thead title tt u underline
    uri var xref""".split()
).union(UNREAD_ELEMENTS, PARAGRAPH_ELEMENTS, LINE_ELEMENTS, CELL_ELEMENTS)
PREFIXES = frozenset("jats mml m xhtml html ce sb".split())
