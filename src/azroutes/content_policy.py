"""What a page is allowed by the Content-Security-Policy in it: what it holds, and no request."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser


class _InlineParts(HTMLParser):
    """Collects the text of a page's inline scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.has_style_attributes = False
        self._open: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.has_style_attributes |= "style" in attributes
        # A data block never runs, so it needs no leave to.
        runs = (attributes.get("type") or "") in {"", "text/javascript", "module"} and "src" not in attributes
        self._open = tag if tag == "style" or (tag == "script" and runs) else None
        if self._open:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # the parser's signature
        self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open][-1] += data


def content_policy(page: str) -> str:
    """Return a Content-Security-Policy that allows a page what it holds, and no request at all.

    Parameters
    ----------
    page : str
        HTML, with line feeds as its only line ends.

    Returns
    -------
    str
        The policy; its scripts and styles are named by SHA-256.
    """
    parts = _InlineParts()
    parts.feed(page)
    parts.close()
    scripts = " ".join(dict.fromkeys(_source_hash(text) for text in parts.texts["script"])) or "'none'"
    styles = " ".join(dict.fromkeys(_source_hash(text) for text in parts.texts["style"])) or "'none'"
    rules = ["default-src 'none'", f"script-src {scripts}", f"style-src {styles}"]
    # Layers that a user adds may carry style attributes; without the network they can fetch nothing.
    rules += ["style-src-attr 'unsafe-inline'"] if parts.has_style_attributes else []
    rules += ["img-src data:", "connect-src 'none'", "base-uri 'none'", "form-action 'none'"]
    return "; ".join(rules)


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
