"""Addresses of the web as they may be shown and stored: without the secrets in them."""

import hashlib
import re
from urllib.parse import unquote_plus

LOGIN = re.compile(r"^(\s*[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]*)@")
# a password with a slash in it: what stands behind the first colon is no port
LOGIN_WITH_SLASH = re.compile(r"^(\s*[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#:]+:(?!\d*(?:[/?#]|$))\S*@")
SESSION_IN_PATH = re.compile(r";(?:jsession|phpsess|s)id=[^/;?#]*", re.IGNORECASE)
AFTER_SEPARATOR = re.compile(r"(?<=[&;])")
# "accessToken", "X-Amz-Signature", "private_token"
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
SECRET_WORDS = set(
    "token tokens secret passwd password passphrase pwd pass auth authkey authtoken authorization apikey"
    " apitoken accesskey accesstoken signature sig hmac jwt credential credentials jsessionid phpsessid"
    " sessid sessionid sessionkey ticket otp sas".split()
)
KEY_OWNERS = set("api access auth private secret feed rss user security subscription pair".split())
# names that hold a secret, save where the value is a short number or a path, which name a page
SECRET_NAMES = {"key", "session", "sid"}
NAMES_A_PAGE = re.compile(r"\d{0,6}|.*/.*")


def shown_address(url: str) -> str:
    """Returns the address without login and without parameters that hold a token, password or signature, in
    the query and behind "#"; the rest stays as it was, byte for byte.

    >>> shown_address("https://me:pw@example.org/feed?page=2&access_token=abc#part")
    'https://example.org/feed?page=2#part'
    >>> shown_address("https://example.org/story?sid=24/01/05/12&X-Amz-Signature=9f")
    'https://example.org/story?sid=24/01/05/12'
    """
    if "@" in url:
        url = (LOGIN if LOGIN.search(url) else LOGIN_WITH_SLASH).sub(r"\1//", url)
    if "=" not in url:
        return url
    head, _, fragment = url.partition("#")
    path, _, query = head.partition("?")
    shown = SESSION_IN_PATH.sub("", path)
    for mark, parameters in (("?", query), ("#", fragment)):
        if kept := _without_secrets(parameters):
            shown += mark + kept
    return shown


def address_key(url: str) -> str:
    """Returns a name for the whole address, secrets too, that does not tell it: SHA-256, in hex.

    >>> address_key("https://example.org/feed")[:8]
    '09157359'
    """
    return hashlib.sha256(url.strip().encode("utf-8", "surrogatepass")).hexdigest()


def is_address(text: str) -> bool:
    """Tells whether a person means an address to be fetched, not a path or a text.

    >>> is_address("HTTPS://example.org"), is_address("example.org/feed")
    (True, False)
    """
    return text[:8].lower().startswith(("http://", "https://"))


def _without_secrets(parameters: str) -> str:
    pieces = AFTER_SEPARATOR.split(parameters)
    kept = [piece for piece in pieces if not is_secret(*piece.rstrip("&;").partition("=")[::2])]
    return parameters if len(kept) == len(pieces) else "".join(kept).rstrip("&;")


def is_secret(name: str, value: str) -> bool:
    """Tells whether a parameter of this name and value holds a secret.

    >>> [is_secret(name, "x1") for name in ("api_key", "userToken", "sort_key", "author")]
    [True, True, False, False]
    """
    name = unquote_plus(name)
    words = [word.lower() for word in WORD.findall(name)]
    if "".join(words) in SECRET_NAMES:
        return not NAMES_A_PAGE.fullmatch(unquote_plus(value))
    return bool(SECRET_WORDS.intersection([*words, "".join(words)])) or (
        "key" in words and bool(KEY_OWNERS.intersection(words))
    )
