"""What every answer carries and every form proves: security headers, the CSRF token, limits on rate and size."""

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import CSRFProtect

CONTENT_SECURITY = "; ".join(  # noqa: FLY002  one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"
FORM_PARTS = 200


def who() -> str:
    """Name the caller for a limit: the browser's sign-in when there is one, else the address."""
    return str(current_user.get_id()) if current_user.is_authenticated else get_remote_address()


def account() -> str:
    """Name the account that a sign-in form asks for, whoever asks."""
    return "account:" + request.form.get("email", "").strip().lower()[:320]


csrf = CSRFProtect()
limiter = Limiter(key_func=who, storage_uri="memory://", headers_enabled=True)


def init_app(app: Flask) -> None:
    """Switch the guards on. Sizes beyond the default are declared by the route's policy."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, MAX_FORM_PARTS=FORM_PARTS, MAX_FORM_MEMORY_SIZE=1024 * 1024)
    csrf.init_app(app)
    limiter.init_app(app)
    app.after_request(seal)


def seal(response: Response) -> Response:
    """Put the security headers on an answer; pages are kept by nobody but the browser's own memory."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("X-Robots-Tag", "noindex")  # what search engines may keep says so itself
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response
