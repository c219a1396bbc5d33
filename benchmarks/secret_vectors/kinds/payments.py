"""Payment and shops."""

from ..draws import ALNUM, LOWER, URLSAFE, Draws
from ..places import ANYWHERE, template
from ..vectors import Decoy, Kind, Place
from .making import CROSSED, FIXED, OPEN, named, token


def _stripe(draws: Draws) -> str:
    return f"{draws.one(('sk', 'sk', 'rk'))}_live_{draws.alnum(draws.one((24, 99)))}"


def _paypal_pair(path: str, text: str) -> Place:
    def place(draws: Draws, name: str, value: str):
        return template(path, text.replace("@@id@@", "A" + draws.urlsafe(79)))(draws, name, value)

    return place


def _public(why: str, path: str, text: str, made) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "X", made(draws)))


_PAYPAL = (
    ("app/.env", "PAYPAL_MODE=live\nPAYPAL_CLIENT_ID=@@id@@\nPAYPAL_CLIENT_SECRET=@@value@@\n"),
    ("app/config/paypal.json", '{"mode": "live", "client_id": "@@id@@", "client_secret": "@@value@@"}\n'),
    ("app/config/paypal.yml", "paypal:\n  client_id: @@id@@\n  client_secret: @@value@@\n"),
    ("app/pay.py", 'import paypalrestsdk\n\npaypalrestsdk.configure({\n    "mode": "live",\n    "client_id": "@@id@@",\n    "client_secret": "@@value@@",\n})\n'),
    ("app/src/main/resources/application.properties", "paypal.client.id=@@id@@\npaypal.client.secret=@@value@@\n"),
    ("var/www/html/paypal.php", "<?php\ndefine('PAYPAL_CLIENT_ID', '@@id@@');\ndefine('PAYPAL_SECRET', '@@value@@');\n"),
    ("app/src/pay.js", "paypal.configure({\n  clientId: '@@id@@',\n  clientSecret: '@@value@@',\n});\n"),
)  # fmt: skip
_STRIPE_DECOYS = (
    _public(
        "a key for browsers",
        "app/static/pay.js",
        "const stripe = Stripe('@@value@@');\n",
        lambda draws: "pk_live_" + draws.alnum(24),
    ),
    _public(
        "the number of a payment",
        "var/log/pay.log",
        "created @@value@@ amount=@@count@@\n",
        lambda draws: "pi_" + draws.alnum(24),
    ),
    _public("the number of a customer", "app/seed.json", '{"customer": "@@value@@"}\n', lambda draws: "cus_" + draws.alnum(14)),
)

KINDS: tuple[Kind, ...] = (
    token("stripe-live-key", _stripe, "STRIPE_SECRET_KEY STRIPE_API_KEY STRIPE_KEY", "sk_live_", OPEN, decoys=_STRIPE_DECOYS),
    token("stripe-test-key", lambda draws: "sk_test_" + draws.alnum(draws.one((24, 99))), "STRIPE_SECRET_KEY STRIPE_TEST_KEY", "sk_test_", OPEN, ("sk_test_4eC39Hq" + "LyjWDarjtT1zdp7dc",), _STRIPE_DECOYS),
    token("stripe-webhook-secret", lambda draws: "whsec_" + draws.alnum(32), "STRIPE_WEBHOOK_SECRET STRIPE_ENDPOINT_SECRET", "whsec_"),
    token("square-access-token", lambda draws: "EAAA" + draws.of("EFGlt", 1) + draws.urlsafe(59), "SQUARE_ACCESS_TOKEN SQUARE_TOKEN", "EAAA"),
    token("square-secret", lambda draws: draws.one(("sq0csp-" + draws.urlsafe(43), "sq0atp-" + draws.urlsafe(22))), "SQUARE_SECRET SQUARE_APPLICATION_SECRET", "sq0csp-", FIXED[3:]),
    Kind("paypal-client-pair", lambda draws: "E" + draws.urlsafe(79), ("PAYPAL_CLIENT_SECRET",), tuple(_paypal_pair(path, text) for path, text in _PAYPAL), (CROSSED, FIXED[0])),
    token("braintree-access-token", lambda draws: f"access_token$production${draws.lower(16)}${draws.hex(32)}", "BRAINTREE_ACCESS_TOKEN PAYPAL_BRAINTREE_TOKEN", "access_token$production$", FIXED[:1] + FIXED[3:4] + (CROSSED,)),
    token("shopify-token", lambda draws: f"shp{draws.one(('at', 'ca', 'pa'))}_{draws.hex(32)}", "SHOPIFY_ACCESS_TOKEN SHOPIFY_TOKEN SHOPIFY_PASSWORD", "shpat_"),
    token("shopify-shared-secret", lambda draws: "shpss_" + draws.hex(32), "SHOPIFY_API_SECRET SHOPIFY_SHARED_SECRET", "shpss_"),
    named("adyen-api-key", lambda draws: f"AQE{draws.one('yhmxp')}hm{draws.of(ALNUM + '+/', 120)}-{draws.of(ALNUM + '+/', 43)}=-{draws.of(LOWER, 2)}{draws.of(ALNUM + '%$(}{<*&~', 13)}{draws.alnum(1)}".replace("$", "m"), "ADYEN_API_KEY ADYEN_KEY ADYEN_CHECKOUT_API_KEY", (CROSSED,)),
    named("plaid-secret", lambda draws: draws.hex(30), "PLAID_SECRET PLAID_SECRET_KEY PLAID_CLIENT_SECRET"),
    token("plaid-access-token", lambda draws: f"access-{draws.one(('production', 'sandbox'))}-{draws.uuid()}", "PLAID_ACCESS_TOKEN PLAID_TOKEN", "access-production-", FIXED[:1] + FIXED[3:4] + (CROSSED,)),
    token("lob-api-key", lambda draws: f"live_{draws.hex(35)}", "LOB_API_KEY LOB_SECRET LOB_KEY", "live_", places=ANYWHERE[:28]),
    token("shippo-token", lambda draws: f"shippo_{draws.one(('live', 'test'))}_{draws.hex(40)}", "SHIPPO_TOKEN SHIPPO_API_TOKEN", "shippo_live_"),
    token("easypost-key", lambda draws: f"EZ{draws.one('AT')}K{draws.alnum(54)}", "EASYPOST_API_KEY EASYPOST_KEY", "EZAK"),
    token("duffel-token", lambda draws: f"duffel_{draws.one(('live', 'test'))}_{draws.of(URLSAFE, 42)}{draws.alnum(1)}", "DUFFEL_ACCESS_TOKEN DUFFEL_TOKEN", "duffel_live_"),
    named("freshbooks-token", lambda draws: draws.hex(64), "FRESHBOOKS_ACCESS_TOKEN FRESHBOOKS_CLIENT_SECRET FRESHBOOKS_TOKEN"),
)  # fmt: skip
