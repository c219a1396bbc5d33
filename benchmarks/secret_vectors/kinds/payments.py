"""Payment and shops."""

from ..draws import ALNUM, Draws
from ..kind import Kind
from ..places import GROUPS, places
from .making import ALIEN, CROSSED, OPEN, RECASED, SHORT, named, placed, token

_STRIPE_SAMPLE = "sk_test_4eC39Hq" + "LyjWDarjtT1zdp7dc"
_WITHOUT_SHELL = tuple(place for group in GROUPS if group not in ("shell", "builds") for place in places(group))


def _adyen(draws: Draws) -> str:
    return draws.filled("AQE(y|h|m|x|p)hm{radix120}-{radix43}=-{lower2}") + draws.of(ALNUM + "%(}{*~", 13) + draws.of(ALNUM, 1)


KINDS: tuple[Kind, ...] = (
    token(
        "stripe-live-key",
        lambda draws: draws.filled(draws.one(("(sk|rk)_live_{alnum24}", "(sk|rk)_live_51{alnum97}"))),
        "STRIPE_SECRET_KEY STRIPE_API_KEY STRIPE_KEY",
        OPEN,
        "sk_live_",
        decoys="stripe",
    ),
    token(
        "stripe-test-key",
        lambda draws: draws.filled(draws.one(("sk_test_{alnum24}", "sk_test_51{alnum97}"))),
        "STRIPE_SECRET_KEY STRIPE_TEST_KEY",
        OPEN,
        "sk_test_",
        (_STRIPE_SAMPLE,),
        "stripe",
    ),
    token("stripe-webhook-secret", "whsec_{alnum32}", "STRIPE_WEBHOOK_SECRET STRIPE_ENDPOINT_SECRET"),
    token("square-access-token", "EAAA(E|F|G|l|t){urlsafe59}", "SQUARE_ACCESS_TOKEN SQUARE_TOKEN"),
    token(
        "square-secret",
        lambda draws: draws.filled(draws.one(("sq0csp-{urlsafe43}", "sq0atp-{urlsafe22}"))),
        "SQUARE_SECRET SQUARE_APPLICATION_SECRET",
        (ALIEN, RECASED, CROSSED),
        "sq0csp-",
    ),
    placed(
        "paypal-client-pair",
        "E{urlsafe79}",
        "PAYPAL_CLIENT_SECRET",
        places("paypal-pair", id=lambda draws: draws.filled("A{urlsafe79}")),
        (CROSSED, SHORT),
        decoys="paypal",
    ),
    token(
        "braintree-access-token",
        "access_token$production${lower16}${hex32}",
        "BRAINTREE_ACCESS_TOKEN PAYPAL_BRAINTREE_TOKEN",
        (SHORT, ALIEN, CROSSED),
        places=_WITHOUT_SHELL,
    ),
    token("shopify-token", "shp(at|ca|pa)_{hex32}", "SHOPIFY_ACCESS_TOKEN SHOPIFY_TOKEN SHOPIFY_PASSWORD", start="shpat_"),
    token("shopify-shared-secret", "shpss_{hex32}", "SHOPIFY_API_SECRET SHOPIFY_SHARED_SECRET"),
    named("adyen-api-key", _adyen, "ADYEN_API_KEY ADYEN_KEY ADYEN_CHECKOUT_API_KEY", (CROSSED,)),
    named("plaid-secret", "{hex30}", "PLAID_SECRET PLAID_SECRET_KEY PLAID_CLIENT_SECRET"),
    token(
        "plaid-access-token",
        "access-(production|sandbox)-{uuid}",
        "PLAID_ACCESS_TOKEN PLAID_TOKEN",
        (SHORT, ALIEN, CROSSED),
        "access-production-",
    ),
    named("lob-api-key", "(live|test)_{hex35}", "LOB_API_KEY LOB_SECRET LOB_KEY"),
    token("shippo-token", "shippo_(live|test)_{hex40}", "SHIPPO_TOKEN SHIPPO_API_TOKEN", start="shippo_live_"),
    token("easypost-key", "EZ(A|T)K{alnum54}", "EASYPOST_API_KEY EASYPOST_KEY", start="EZAK"),
    token("duffel-token", "duffel_(live|test)_{urlsafe43}", "DUFFEL_ACCESS_TOKEN DUFFEL_TOKEN", start="duffel_live_"),
    named("freshbooks-token", "{hex64}", "FRESHBOOKS_ACCESS_TOKEN FRESHBOOKS_CLIENT_SECRET FRESHBOOKS_TOKEN"),
)
