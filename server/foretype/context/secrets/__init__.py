"""Secrets in text: what they look like, and texts without them. Pure: reads no file, asks nobody.

`redact` is for any text that a model is to see; `DocumentScan` does the same for an open document, at each key.
"""

from __future__ import annotations

from foretype.context.secrets.redaction import Redacted, redact
from foretype.context.secrets.values import PLACEHOLDER, Finding

__all__ = ["PLACEHOLDER", "Finding", "Redacted", "redact"]
