"""One normal form of texts: for those that are compared, and for those that are read."""

import html
import re
import unicodedata

LINK = re.compile(r"(?:https?://|www\.)\S+")
_IS_LINKED = re.compile(r"https?://|www\.|[\w-]\.(?:xn--|[^\W\d_]{2})", re.IGNORECASE)
"""More than X makes a link of: "example.co.uk/contract", and what only looks like one."""
_SELECTORS = re.compile("[\u034f\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f]")


def same(one: str, other: str) -> bool:
    """Say whether X may have made one of these texts of the other."""
    return compared(one) == compared(other)


def compared(text: str) -> str:
    """A text as it can be compared: X rewrites links, escapes signs, composes letters and may change white space.

    A word with a link in it is one sign, for where X lets a link begin and end is X's to change.
    """
    said = unicodedata.normalize("NFC", shown(html.unescape(text)))
    return " ".join("<link>" if _IS_LINKED.search(word) else word for word in said.split())


def lowered(text: str) -> str:
    """A text as it can be read: what is seen of it, in small letters and one spelling of each sign.

    Marks that belong to no letter go: a capital I with a dot becomes an i and a second dot, which would end the word.
    """
    small = shown(unicodedata.normalize("NFKC", text)).lower()
    return "".join(sign for sign in unicodedata.normalize("NFC", small) if unicodedata.category(sign) != "Mn")


def shown(text: str) -> str:
    """Leave out the signs that nobody sees."""
    return _SELECTORS.sub("", "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Me")))
