"""The security headers of responses, and which of them a file of the page needs.

Light: what deploys the page reads them, too.
"""

from __future__ import annotations

# The style inside of the pages, of what is shown before their sheets are there: a test holds it.
FIRST_STYLE = "sha256-QDcJewB7FyplplKKQEeruZRLtENOoSDr2R9LA5hkuYk="
# The page needs its own files, pictures from memory (blob:, data:) and this API; nothing else.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' '{FIRST_STYLE}'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a document needs and a file that is only part of one does not: a page has forty of these.
OF_DOCUMENTS = SECURITY_HEADERS.keys() - {"X-Content-Type-Options", "Cross-Origin-Resource-Policy"}
PARTS = ("text/css", "text/javascript", "image/jpeg")
