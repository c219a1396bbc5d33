"""Pages for notifications: subscriptions, the form of a message, and waiting and failed messages."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from careen.errors import Error
from careen.fleet.notifications.rules import BY_DEFAULT, CONDITIONS
from careen.server.errors import Refused

from .listing import Column, Filter, Listing, answer
from .visit import Screen, Visit

CHANNELS = {
    "webhook": "Webhook",
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "smtp": "Mail",
    "cloudevents": "CloudEvents",
    "github": "Tickets on GitHub",
    "jira": "Tickets in Jira",
    "quay": "Quay",
}
# The fields of each channel: name, label, kind of field, whether it is needed, and a hint.
FIELDS: Mapping[str, tuple[tuple[str, str, str, bool, str], ...]] = {
    "webhook": (
        ("url", "Address", "url", True, "https://…"),
        ("secret", "Secret", "password", False, "whsec_…; if it is empty, a new secret is made and shown once."),
    ),
    "slack": (("url", "Address of the incoming webhook", "url", True, "https://hooks.slack.com/services/…"),),
    "teams": (
        ("url", "Address of the workflow", "url", True, "From “Post to a channel when a webhook request is received”."),
    ),
    "smtp": (
        ("host", "Mail server", "text", True, "mail.example"),
        ("port", "Port", "number", False, "587 with STARTTLS, 465 with TLS."),
        ("security", "Security", "security", False, "“none”: without TLS, only to this machine or hosts of plain_http."),
        ("username", "User name", "text", False, ""),
        ("password", "Password", "password", False, ""),
        ("sender", "From", "text", True, "careen@your.example"),
        ("to", "To", "text", True, "One address or several, with spaces between."),
    ),
    "cloudevents": (
        ("url", "Address", "url", True, "https://…"),
        ("secret", "Secret", "password", False, "whsec_…; with a secret, events are signed like webhooks."),
    ),
    "github": (
        ("repository", "Repository", "text", True, "owner/name"),
        ("token", "Token", "password", True, "A token that may read and write issues."),
        ("url", "Address of the API", "url", False, "If it is empty: https://api.github.com"),
    ),
    "jira": (
        ("url", "Address", "url", True, "https://your.atlassian.net"),
        ("project", "Project", "text", True, "The key of the project, such as OPS"),
        ("issue_type", "Type", "text", False, "If it is empty: Task"),
        ("user", "User", "text", False, "Only for Jira in the cloud: your e-mail address."),
        ("token", "Token", "password", True, ""),
    ),
    "quay": (
        ("url", "Address", "url", True, "https://quay.example/secscan/notification"),
        ("psk", "Key", "password", False, "SECURITY_SCANNER_V4_PSK in the settings of Quay."),
    ),
}  # fmt: skip
SECRETS = frozenset(name for fields in FIELDS.values() for name, _, of, _, _ in fields if of == "password")
KINDS = (
    ("introduced", "Introduced by a new image"),
    ("disclosed", "Newly disclosed"),
    ("fix_available", "Fix available"),
    ("exploited", "Exploited now"),
    ("end_of_life", "End of life"),
    ("source_failed", "A source failed or is stale"),
    ("image_failed", "An image could not be read"),
    ("image_ready", "An image was assessed"),
    ("resolved", "Vulnerability no longer found"),
)
SEVERITIES = ("critical", "high", "medium", "low")
SUBSCRIPTIONS = Listing(
    "list_subscriptions",
    "notifications.html",
    "Subscriptions",
    columns=tuple(
        Column(name, name) for name in ("id", "name", "kind", "place", "severity", "paused", "waiting", "dead", "sent_at")
    ),
)
DELIVERIES = Listing(
    "list_deliveries",
    "deliveries.html",
    "Messages",
    columns=tuple(
        Column(name, name)
        for name in ("created_at", "title", "subscription", "channel", "state", "tries", "sent_at", "code", "trouble", "key")
    ),
    filters=(
        Filter("state", "State", (("waiting", "waiting"), ("claimed", "being sent"), ("sent", "sent"), ("dead", "given up"))),
    ),
    asked=("subscription",),
)


def subscriptions(visit: Visit) -> Response:
    return answer(visit, SUBSCRIPTIONS, channels=CHANNELS)


def deliveries(visit: Visit) -> Response:
    return answer(visit, DELIVERIES, channels=CHANNELS)


def retry(visit: Visit) -> Response:
    visit.ask("retry_delivery")
    return visit.redirect(f"{_start(visit)}/messages?state=waiting", "again")


def new(visit: Visit) -> Response:
    """The form for a new subscription. The first step chooses the channel, which becomes a parameter of the URL."""
    kind = visit.query.get("kind", "")
    chosen = {f"event-{name}": "on" for name in BY_DEFAULT}
    return _form(visit, kind if kind in CHANNELS else "", chosen)


def add(visit: Visit) -> Response:
    kind = visit.form.get("kind", "")
    try:
        made = visit.ask("create_subscription", _wanted(visit, kind))
    except (Refused, Error) as error:
        return _form(visit, kind if kind in CHANNELS else "", _of_form(visit.form), error=error)
    if made["secret"]:  # the secret is shown once, and never in a URL
        return visit.render("notification_secret.html", made=made, start=_start(visit))
    return visit.redirect(f"{_start(visit)}/{made['id']}", "saved")


def edit(visit: Visit) -> Response:
    known = visit.ask("read_subscription")
    return _form(visit, known["kind"], _of_known(known), known=known)


def change(visit: Visit) -> Response:
    known = visit.ask("read_subscription")
    try:
        visit.ask("change_subscription", _wanted(visit, known["kind"]))
    except (Refused, Error) as error:
        return _form(visit, known["kind"], _of_form(visit.form), known=known, error=error)
    return visit.redirect(f"{_start(visit)}/{known['id']}", "saved")


def remove(visit: Visit) -> Response:
    visit.ask("delete_subscription")
    return visit.redirect(_start(visit), "removed")


def try_out(visit: Visit) -> Response:
    known = visit.ask("read_subscription")
    found = visit.ask("test_subscription")
    return _form(visit, known["kind"], _of_known(known), known=known, test=found)


def _form(
    visit: Visit,
    kind: str,
    values: Mapping[str, Any],
    *,
    known: Any = None,
    error: Refused | Error | None = None,
    test: Any = None,
) -> Response:
    status = 200
    trouble = ""
    if error is not None:
        refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
        status = refused.status if refused.status != 503 else 422
        trouble = f"{refused.detail}. {refused.hint}".strip().removesuffix(". ")
    return visit.render(
        "notification_form.html",
        status,
        kind=kind,
        channels=CHANNELS,
        fields=FIELDS.get(kind, ()),
        kinds=KINDS,
        severities=SEVERITIES,
        values=values,
        known=known,
        trouble=trouble,
        test=test,
        start=_start(visit),
        preview=visit.ask("preview_notification", channel=kind)["text"].splitlines() if kind else (),
    )


def _wanted(visit: Visit, kind: str) -> dict[str, Any]:
    form = visit.form
    digest = form.get("digest", "")
    return {
        "kind": kind,
        "name": form.get("name", ""),
        "target": _target(kind, form),
        "events": [name for name, _ in KINDS if form.get(f"event-{name}") == "on"],
        "severity": form.get("severity") or None,
        **{name: form.get(name) == "on" for name in (*CONDITIONS, "paused")},
        "digest": {
            "every": digest,
            "at": form.get("at") or "08:00",
            "weekday": int(form["weekday"]) if form.get("weekday", "").isdecimal() else 0,
            "zone": form.get("zone") or "UTC",
        } if digest else None,
    }  # fmt: skip


def _target(kind: str, form: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _, of, _, _ in FIELDS.get(kind, ()):
        text = form.get(name, "").strip()
        if text:
            found[name] = (
                text.replace(",", " ").split() if name == "to" else int(text) if of == "number" and text.isdecimal() else text
            )
    return found


def _of_form(form: Mapping[str, str]) -> dict[str, Any]:
    """The entered values, without secrets."""
    return {name: value for name, value in form.items() if name not in SECRETS}


def _of_known(known: Mapping[str, Any]) -> dict[str, Any]:
    digest = known["digest"]
    events = known["events"] or BY_DEFAULT
    return {
        "name": known["name"],
        "severity": known["severity"] or "",
        **{name: "on" for name in (*CONDITIONS, "paused") if known[name]},
        **{f"event-{name}": "on" for name in events},
        **({"digest": digest.every, "at": digest.at, "weekday": str(digest.weekday), "zone": digest.zone} if digest else {}),
    }


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return f"{visit.project.path}/notifications"


SCREENS = (
    Screen("/projects/{project}/notifications", subscriptions, "admin"),
    Screen("/projects/{project}/notifications/new", new, "admin"),
    Screen("/projects/{project}/notifications/new", add, "admin", "POST"),
    Screen("/projects/{project}/notifications/messages", deliveries, "admin"),
    Screen("/projects/{project}/notifications/messages/{delivery}/retry", retry, "admin", "POST"),
    Screen("/projects/{project}/notifications/{subscription}", edit, "admin"),
    Screen("/projects/{project}/notifications/{subscription}", change, "admin", "POST"),
    Screen("/projects/{project}/notifications/{subscription}/remove", remove, "admin", "POST"),
    Screen("/projects/{project}/notifications/{subscription}/test", try_out, "admin", "POST"),
)
