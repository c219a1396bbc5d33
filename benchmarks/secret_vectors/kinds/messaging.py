"""Chat, mail and text messages."""

import base64
from collections.abc import Callable

from ..draws import Draws
from ..kind import Kind
from ..places import ASSIGNED, places
from .making import ALIEN, CROSSED, FIXED, LONG, OPEN, PART, RECASED, SHORT, named, placed, token

_DISCORD_SAMPLE = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"


def _slack(draws: Draws) -> str:
    bot = "xoxb-{digits11-13}-{digits12-13}-{alnum24}"
    return draws.filled(draws.one((bot, bot, "xoxp-{digits11-13}-{digits12-13}-{digits13}-{hex32}")))


def discord(draws: Draws) -> str:
    """The number of the user, the time, and a signature, each in base64."""
    user = base64.b64encode(draws.filled("{digits18-19}").encode()).decode().rstrip("=")
    return user + draws.filled(".G{urlsafe5}.{urlsafe38}")


def _intercom(draws: Draws) -> str:
    return base64.b64encode(draws.filled("tok:{hex8}_{hex4}_{hex4}_{hex4}_{hex12}:1:0").encode()).decode()


def _sid(prefix: str) -> Callable[[Draws], str]:
    return lambda draws: prefix + draws.named("hex", 32)


KINDS: tuple[Kind, ...] = (
    token(
        "slack-token",
        _slack,
        "SLACK_TOKEN SLACK_BOT_TOKEN SLACK_API_TOKEN",
        (ALIEN, RECASED, CROSSED),
        "xoxb-",
        decoys="slack",
    ),
    token("slack-app-token", "xapp-1-A{upper10}-{digits13}-{hex64}", "SLACK_APP_TOKEN SLACK_SOCKET_TOKEN", start="xapp-"),
    token(
        "slack-webhook",
        "https://hooks.slack.com/services/T{upper10}/B{upper10}/{alnum24}",
        "SLACK_WEBHOOK_URL SLACK_WEBHOOK ALERT_HOOK",
        (SHORT, ALIEN, CROSSED),
        decoys="slack",
    ),
    token(
        "slack-configuration-token",
        lambda draws: draws.filled(draws.one(("xoxe.xoxp-1-Mi0y{alnum159-162}", "xoxe-1-My0x{alnum142}"))),
        "SLACK_CONFIG_TOKEN SLACK_REFRESH_TOKEN",
        (ALIEN, CROSSED),
        "xoxe-",
    ),
    token(
        "discord-bot-token",
        discord,
        "DISCORD_TOKEN DISCORD_BOT_TOKEN BOT_TOKEN",
        (SHORT, ALIEN, CROSSED),
        samples=(_DISCORD_SAMPLE,),
        decoys="discord",
    ),
    token(
        "discord-webhook",
        "https://(discord.com|discordapp.com)/api/webhooks/{digits19}/{urlsafe68}",
        "DISCORD_WEBHOOK DISCORD_WEBHOOK_URL ALERT_WEBHOOK",
        (SHORT, ALIEN, CROSSED),
        "https://discord.com/api/webhooks/",
        decoys="discord",
    ),
    token(
        "telegram-bot-token",
        "{digits10}:AA(E|F|G|H){urlsafe32}",
        "TELEGRAM_TOKEN TELEGRAM_BOT_TOKEN TG_BOT_TOKEN",
        (SHORT, LONG, ALIEN, CROSSED),
        decoys="telegram",
    ),
    token(
        "teams-webhook",
        "https://{lower12}.webhook.office.com/webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex32}/{uuid}",
        "TEAMS_WEBHOOK_URL MSTEAMS_WEBHOOK TEAMS_URL",
        (SHORT, CROSSED),
        "https://example.webhook.office.com/webhookb2/",
        decoys="teams",
    ),
    named("mattermost-token", "{lower26}", "MATTERMOST_TOKEN MATTERMOST_ACCESS_TOKEN MATTERMOST_BOT_TOKEN"),
    token("sendgrid-api-key", "SG.{urlsafe22}.{urlsafe43}", "SENDGRID_API_KEY SENDGRID_KEY SMTP_PASSWORD"),
    token("mailgun-key", "key-{hex32}", "MAILGUN_API_KEY MAILGUN_PRIVATE_KEY MAILGUN_KEY", places=ASSIGNED),
    named("mailgun-new-key", "{hex32}-{hex8}-{hex8}", "MAILGUN_API_KEY MAILGUN_SENDING_KEY"),
    token(
        "mailchimp-key",
        lambda draws: f"{draws.named('hex', 32)}-us{draws.between(1, 21)}",
        "MAILCHIMP_API_KEY MAILCHIMP_KEY",
        (LONG, PART, CROSSED),
        places=ASSIGNED,
    ),
    token("mandrill-key", "md-{urlsafe22}", "MANDRILL_API_KEY MANDRILL_KEY", places=ASSIGNED),
    placed(
        "twilio-account-pair",
        "{hex32}",
        "TWILIO_AUTH_TOKEN",
        places("twilio-pair", id=_sid("AC")),
        (CROSSED, SHORT),
        decoys="twilio",
    ),
    placed(
        "twilio-api-key-pair",
        "{alnum32}",
        "TWILIO_API_KEY_SECRET",
        places("twilio-key", id=_sid("SK")),
        (CROSSED, SHORT),
        decoys="twilio",
    ),
    named("postmark-token", "{uuid}", "POSTMARK_API_TOKEN POSTMARK_SERVER_TOKEN POSTMARK_TOKEN", (CROSSED,)),
    token("brevo-api-key", "xkeysib-{hex64}-{alnum16}", "BREVO_API_KEY SENDINBLUE_API_KEY SIB_API_KEY"),
    token("brevo-smtp-key", "xsmtpsib-{hex64}-{alnum16}", "BREVO_SMTP_KEY SMTP_PASSWORD"),
    token("intercom-token", _intercom, "INTERCOM_ACCESS_TOKEN INTERCOM_TOKEN", OPEN, "dG9rO"),
    token("mailersend-token", "mlsn.{hex64}", "MAILERSEND_API_KEY MAILERSEND_TOKEN", FIXED),
    token("resend-key", "re_{alnum8}_{alnum24}", "RESEND_API_KEY RESEND_KEY", (ALIEN, RECASED, CROSSED), places=ASSIGNED),
)
