"""Chat, mail and text messages."""

import base64

from ..draws import ALNUM, UPPER, URLSAFE, Draws
from ..places import ASSIGNED, template
from ..vectors import Decoy, Kind, Place
from .making import CROSSED, FIXED, OPEN, named, token


def _slack(draws: Draws) -> str:
    prefix = draws.one(("xoxb", "xoxb", "xoxp"))
    numbers = f"{draws.digits(draws.between(11, 13))}-{draws.digits(draws.between(12, 13))}"
    return f"{prefix}-{numbers}-{draws.alnum(24)}" if prefix == "xoxb" else f"xoxp-{numbers}-{draws.digits(13)}-{draws.hex(32)}"


def _slack_app(draws: Draws) -> str:
    return f"xapp-1-A{draws.upper(10)}-{draws.digits(13)}-{draws.hex(64)}"


def _slack_webhook(draws: Draws) -> str:
    return f"https://hooks.slack.com/services/T{draws.upper(10)}/B{draws.upper(10)}/{draws.alnum(24)}"


def _slack_configuration(draws: Draws) -> str:
    return draws.one(("xoxe.xoxp-1-" + draws.of(ALNUM, 163), "xoxe-1-" + draws.of(ALNUM, 147)))


def _discord(draws: Draws) -> str:
    """The number of the user, the time, and a signature, each in base64."""
    user = base64.b64encode(draws.digits(draws.between(18, 19)).encode()).decode().rstrip("=")
    return f"{user}.G{draws.of(URLSAFE, 5)}.{draws.urlsafe(38)}"


def _discord_webhook(draws: Draws) -> str:
    return f"https://{draws.one(('discord.com', 'discordapp.com'))}/api/webhooks/{draws.digits(19)}/{draws.urlsafe(68)}"


def _telegram(draws: Draws) -> str:
    return f"{draws.digits(10)}:AA{draws.one('EFGH')}{draws.urlsafe(32)}"


def _teams(draws: Draws) -> str:
    return f"https://{draws.word()}.webhook.office.com/webhookb2/{draws.uuid()}@{draws.uuid()}/IncomingWebhook/{draws.hex(32)}/{draws.uuid()}"


def _own_text(why: str, path: str, text: str, made) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "X", made(draws)))


_SLACK_DECOYS = (
    _own_text("the address of a channel", "app/README.txt", "see https://app.slack.com/client/T@@value@@/C@@value@@\n", lambda draws: draws.of(UPPER, 9)),
    _own_text("a documented sample", "app/.env", "SLACK_WEBHOOK=https://hooks.slack.com/services/@@value@@\n", lambda draws: "T00000000/B00000000/" + "X" * 24),
    _own_text("a placeholder", "app/.env", "SLACK_TOKEN=@@value@@\n", lambda draws: "xoxb-" + "-".join(("your", "bot", "token"))),
    _own_text("a placeholder", "app/.env", "SLACK_TOKEN=@@value@@\n", lambda draws: "xoxb-" + "-".join(("1" * 12, "2" * 12, "x" * 24))),
)  # fmt: skip
_DISCORD_DECOYS = (
    _own_text("an invitation", "app/site/index.html", '<a href="https://discord.gg/@@value@@">chat</a>\n', lambda draws: draws.alnum(8)),
    _own_text("the number of a channel", "app/config.json", '{"discord": {"channel": "@@value@@", "guild": "@@count@@"}}\n', lambda draws: draws.digits(19)),
    _own_text("a name of three parts", "app/src/App.java", "import com.@@word@@.@@value@@;\n", lambda draws: "InventoryServiceClientFactory.Config.DefaultConnectionSettingsBuilder"),
    _own_text("a placeholder", "app/.env", "DISCORD_WEBHOOK=https://discord.com/api/webhooks/@@value@@\n", lambda draws: "{webhook.id}/{webhook.token}"),
)  # fmt: skip
_TELEGRAM_DECOYS = (
    _own_text(
        "a time and a name",
        "var/log/app.log",
        "1709546401:@@value@@ started on port @@port@@\n",
        lambda draws: draws.word() * 3,
    ),
    _own_text(
        "a documented sample",
        "app/.env",
        "TELEGRAM_TOKEN=@@value@@\n",
        lambda draws: "123456:ABC-DEF1234ghIkl-" + "zyx57W2v1u123ew11",
    ),
)
_TEAMS_DECOYS = (
    _own_text("a placeholder", "app/.env", "TEAMS=https://@@word@@.webhook.office.com/webhookb2/@@value@@\n", lambda draws: "${TEAMS_HOOK}"),
    _own_text("the address of a meeting", "app/notes.txt", "https://teams.microsoft.com/l/channel/19%3a@@value@@%40thread.tacv2/General\n", lambda draws: draws.hex(32)),
)  # fmt: skip

_TWILIO = (
    ("app/.env", "TWILIO_ACCOUNT_SID=@@id@@\nTWILIO_AUTH_TOKEN=@@value@@\n"),
    ("app/sms.py", 'account_sid = "@@id@@"\nauth_token = "@@value@@"\nclient = Client(account_sid, auth_token)\n'),
    ("app/src/sms.js", "const accountSid = '@@id@@';\nconst authToken = '@@value@@';\nconst client = require('twilio')(accountSid, authToken);\n"),
    ("app/config/twilio.yml", "twilio:\n  account_sid: @@id@@\n  auth_token: @@value@@\n"),
    ("app/config/twilio.json", '{"twilio": {"accountSid": "@@id@@", "authToken": "@@value@@"}}\n'),
    ("app/src/main/resources/application.properties", "twilio.account.sid=@@id@@\ntwilio.auth.token=@@value@@\n"),
    ("app/src/Sms.java", 'class Sms {\n    static final String ACCOUNT_SID = "@@id@@";\n    static final String AUTH_TOKEN = "@@value@@";\n}\n'),
    ("usr/local/bin/alert.sh", "#!/bin/sh\ncurl -X POST https://api.twilio.com/2010-04-01/Accounts/@@id@@/Messages.json -u @@id@@:@@value@@ -d To=+4930123\n"),
    ("var/www/sms.php", '<?php\n$sid = "@@id@@";\n$token = "@@value@@";\n$client = new Client($sid, $token);\n'),
)  # fmt: skip


def _with(prefix: str, digits: int, path: str, text: str) -> Place:
    return lambda draws, name, value: template(path, text.replace("@@id@@", prefix + draws.hex(digits)))(draws, name, value)


_ACCOUNT_ALONE = (
    _own_text("the number of an account", "app/.env", "TWILIO_ACCOUNT_SID=@@value@@\nTWILIO_FROM=+4930123\n", lambda draws: "AC" + draws.hex(32)),
    _own_text("the number of a message", "var/log/sms.log", "sent @@value@@ in @@count@@ ms\n", lambda draws: "SM" + draws.hex(32)),
    _own_text("a placeholder", "app/.env", "TWILIO_ACCOUNT_SID=@@value@@\nTWILIO_AUTH_TOKEN=your_auth_token\n", lambda draws: "AC" + "X" * 32),
)  # fmt: skip
_API_KEY_OF_TWILIO = tuple(
    (path, text.replace("ACCOUNT_SID", "API_KEY_SID").replace("AUTH_TOKEN", "API_KEY_SECRET").replace("account_sid", "api_key_sid").replace("auth_token", "api_key_secret"))
    for path, text in _TWILIO[:2] + _TWILIO[3:4]
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    token("slack-token", _slack, "SLACK_TOKEN SLACK_BOT_TOKEN SLACK_API_TOKEN", "xoxb-", (*FIXED[3:],), decoys=_SLACK_DECOYS),
    token("slack-app-token", _slack_app, "SLACK_APP_TOKEN SLACK_SOCKET_TOKEN", "xapp-", FIXED),
    token("slack-webhook", _slack_webhook, "SLACK_WEBHOOK_URL SLACK_WEBHOOK ALERT_HOOK", "https://hooks.slack.com/services/", (FIXED[0], FIXED[3], CROSSED), decoys=_SLACK_DECOYS),
    token("slack-configuration-token", _slack_configuration, "SLACK_CONFIG_TOKEN SLACK_REFRESH_TOKEN", "xoxe-", (FIXED[3], FIXED[4], CROSSED)),
    token("discord-bot-token", _discord, "DISCORD_TOKEN DISCORD_BOT_TOKEN BOT_TOKEN", "", (FIXED[0], FIXED[3], CROSSED), ("MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs",), _DISCORD_DECOYS),
    token("discord-webhook", _discord_webhook, "DISCORD_WEBHOOK DISCORD_WEBHOOK_URL ALERT_WEBHOOK", "https://discord.com/api/webhooks/", (FIXED[0], FIXED[3], CROSSED), decoys=_DISCORD_DECOYS),
    token("telegram-bot-token", _telegram, "TELEGRAM_TOKEN TELEGRAM_BOT_TOKEN TG_BOT_TOKEN", "", (FIXED[0], FIXED[1], FIXED[3], CROSSED), decoys=_TELEGRAM_DECOYS),
    token("teams-webhook", _teams, "TEAMS_WEBHOOK_URL MSTEAMS_WEBHOOK TEAMS_URL", "https://example.webhook.office.com/webhookb2/", (FIXED[0], CROSSED), decoys=_TEAMS_DECOYS),
    named("mattermost-token", lambda draws: draws.lower(26), "MATTERMOST_TOKEN MATTERMOST_ACCESS_TOKEN MM_BOT_TOKEN_MATTERMOST"),
    token("sendgrid-api-key", lambda draws: f"SG.{draws.urlsafe(22)}.{draws.urlsafe(43)}", "SENDGRID_API_KEY SENDGRID_KEY SMTP_PASSWORD", "SG."),
    token("mailgun-key", lambda draws: "key-" + draws.hex(32), "MAILGUN_API_KEY MAILGUN_PRIVATE_KEY MAILGUN_KEY", "key-", places=ASSIGNED),
    named("mailgun-new-key", lambda draws: f"{draws.hex(32)}-{draws.hex(8)}-{draws.hex(8)}", "MAILGUN_API_KEY MAILGUN_SENDING_KEY"),
    token("mailchimp-key", lambda draws: f"{draws.hex(32)}-us{draws.between(1, 21)}", "MAILCHIMP_API_KEY MAILCHIMP_KEY", "", (FIXED[1], FIXED[2], CROSSED), places=ASSIGNED),
    token("mandrill-key", lambda draws: "md-" + draws.urlsafe(22), "MANDRILL_API_KEY MANDRILL_KEY", "md-", places=ASSIGNED),
    Kind("twilio-account-pair", lambda draws: draws.hex(32), ("TWILIO_AUTH_TOKEN",), tuple(_with("AC", 32, path, text) for path, text in _TWILIO), (CROSSED, FIXED[0]), decoys=_ACCOUNT_ALONE),
    Kind("twilio-api-key-pair", lambda draws: draws.alnum(32), ("TWILIO_API_KEY_SECRET",), tuple(_with("SK", 32, path, text) for path, text in _API_KEY_OF_TWILIO), (CROSSED, FIXED[0]), decoys=_ACCOUNT_ALONE),
    named("postmark-token", Draws.uuid, "POSTMARK_API_TOKEN POSTMARK_SERVER_TOKEN POSTMARK_TOKEN", (CROSSED,)),
    token("brevo-api-key", lambda draws: f"xkeysib-{draws.hex(64)}-{draws.alnum(16)}", "BREVO_API_KEY SENDINBLUE_API_KEY SIB_API_KEY", "xkeysib-"),
    token("brevo-smtp-key", lambda draws: f"xsmtpsib-{draws.hex(64)}-{draws.alnum(16)}", "BREVO_SMTP_KEY SMTP_PASSWORD", "xsmtpsib-"),
    token("intercom-token", lambda draws: base64.b64encode(f"tok:{draws.hex(8)}_{draws.hex(4)}_{draws.hex(4)}_{draws.hex(4)}_{draws.hex(12)}:1:0".encode()).decode(), "INTERCOM_ACCESS_TOKEN INTERCOM_TOKEN", "dG9rO", OPEN),
)  # fmt: skip
