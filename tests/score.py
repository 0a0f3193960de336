"""What Play's three numbers say, as its page's own HTML tells them."""

import re


def number_in(html: str, name: str) -> str | None:
    """The number by a name, as it is written; nothing if the text has none of that name."""
    found = re.search(f"<dt>{re.escape(name)}</dt><dd>(.*?)</dd>", html)
    return found and found[1]
