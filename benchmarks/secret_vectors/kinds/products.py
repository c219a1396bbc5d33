"""Services for work, content and identity."""

import base64
from collections.abc import Callable

from ..draws import ALNUM, Draws
from ..kind import Kind
from ..places import places
from .making import ALIEN, BEGINNING, CROSSED, OPEN, RECASED, SHORT, named, placed, token


def _session(draws: Draws) -> str:
    """The number of the organization, an exclamation mark, and what begins with AQ and the version of the session."""
    return draws.filled("00D{alnum12}!AQ(E|M)A(Q|R)") + draws.of(ALNUM + "._", 89) + draws.named("alnum", 2)


def _dotted(prefix: str, size: int) -> Callable[[Draws], str]:
    return lambda draws: prefix + draws.of(ALNUM + "._", size - 1) + draws.named("alnum", 1)


def _mapbox(draws: Draws) -> str:
    owner = f'{{"u":"{draws.word()}","a":"{draws.named("lower", 25)}"}}'
    return f"sk.{base64.urlsafe_b64encode(owner.encode()).decode().rstrip('=')}.{draws.named('urlsafe', 22)}"


KINDS: tuple[Kind, ...] = (
    token(
        "salesforce-access-token",
        _session,
        "SALESFORCE_ACCESS_TOKEN SF_SESSION_ID SFDC_TOKEN",
        (SHORT, ALIEN, CROSSED),
        "00D",
        decoys="salesforce",
    ),
    token(
        "salesforce-refresh-token",
        _dotted("5Aep861", 80),
        "SALESFORCE_REFRESH_TOKEN SFDC_REFRESH_TOKEN",
        (ALIEN, CROSSED),
        "5Aep861",
        decoys="salesforce",
    ),
    placed(
        "salesforce-consumer-pair",
        "{uphex64}",
        "SALESFORCE_CLIENT_SECRET",
        places("salesforce-pair", id=_dotted("3MVG9", 80)),
        decoys="salesforce",
    ),
    token(
        "firebase-messaging-key",
        "AAAA{urlsafe7}:APA91b{urlsafe134}",
        "FCM_SERVER_KEY FIREBASE_SERVER_KEY",
        (SHORT, ALIEN, CROSSED),
        decoys="products",
    ),
    token("airtable-token", "pat{alnum14}.{hex64}", "AIRTABLE_TOKEN AIRTABLE_API_KEY", (SHORT, ALIEN, CROSSED)),
    named("airtable-legacy-key", "key{alnum14}", "AIRTABLE_API_KEY AIRTABLE_KEY", (SHORT, CROSSED), decoys="products"),
    placed(
        "algolia-admin-pair",
        "{hex32}",
        "ALGOLIA_ADMIN_KEY",
        places("algolia-pair", id=lambda draws: draws.named("upper", 10)),
        (CROSSED, SHORT),
        decoys="products",
    ),
    named(
        "asana-token",
        lambda draws: draws.filled(draws.one(("1/{digits16}:{hex32}", "2/{digits16}/{digits16}:{hex32}"))),
        "ASANA_ACCESS_TOKEN ASANA_TOKEN ASANA_PAT",
        decoys="products",
    ),
    token(
        "dropbox-token",
        lambda draws: draws.filled(draws.one(("sl.B{urlsafe130-150}", "sl.u.AF{urlsafe400-1100}"))),
        "DROPBOX_ACCESS_TOKEN DROPBOX_TOKEN",
        OPEN,
        "sl.",
    ),
    named("dropbox-app-secret", "{lower15}", "DROPBOX_APP_SECRET DROPBOX_SECRET DROPBOX_CLIENT_SECRET"),
    token(
        "facebook-access-token",
        "EAA(B|C|D|G|H|I|J|M|N|O){alnum150-200}",
        "FACEBOOK_ACCESS_TOKEN FB_PAGE_TOKEN INSTAGRAM_TOKEN",
        (BEGINNING, CROSSED),
    ),
    named("facebook-app-secret", "{hex32}", "FACEBOOK_APP_SECRET FACEBOOK_CLIENT_SECRET FACEBOOK_SECRET"),
    token("figma-token", "figd_{urlsafe40}", "FIGMA_TOKEN FIGMA_ACCESS_TOKEN", decoys="products"),
    token("linear-key", "lin_api_{alnum40}", "LINEAR_API_KEY LINEAR_TOKEN"),
    token(
        "notion-token",
        lambda draws: draws.filled(draws.one(("ntn_{digits11}{alnum35}", "secret_{alnum43}"))),
        "NOTION_TOKEN NOTION_API_KEY NOTION_SECRET",
        (ALIEN, RECASED, CROSSED),
        "ntn_",
        decoys="products",
    ),
    token("postman-key", "PMAK-{hex24}-{hex34}", "POSTMAN_API_KEY POSTMAN_KEY"),
    named("rapidapi-key", "{hex10}msh{hex15}p1{hex5}jsn{hex12}", "RAPIDAPI_KEY X_RAPIDAPI_KEY RAPID_API_KEY"),
    token("readme-key", "rdme_{lower70}", "README_API_KEY RDME_API_KEY"),
    token(
        "typeform-token",
        lambda draws: "tfp_" + draws.of(ALNUM + "-_.", 58) + draws.named("alnum", 1),
        "TYPEFORM_TOKEN TYPEFORM_ACCESS_TOKEN",
        start="tfp_",
    ),
    token("contentful-token", "CFPAT-{urlsafe43}", "CONTENTFUL_MANAGEMENT_TOKEN CONTENTFUL_TOKEN"),
    token("hubspot-token", "pat-(na1|eu1)-{uuid}", "HUBSPOT_ACCESS_TOKEN HUBSPOT_TOKEN", (SHORT, ALIEN, CROSSED), "pat-na1-"),
    token(
        "mapbox-secret-token",
        _mapbox,
        "MAPBOX_SECRET_TOKEN MAPBOX_ACCESS_TOKEN",
        (RECASED, CROSSED),
        "sk.eyJ",
        decoys="products",
    ),
    token("yandex-oauth-token", "y0_Ag{urlsafe54}", "YANDEX_OAUTH_TOKEN YANDEX_TOKEN YANDEX_DISK_TOKEN"),
    named("twitter-api-secret", "{alnum50}", "TWITTER_API_SECRET TWITTER_CONSUMER_SECRET TWITTER_SECRET_KEY"),
    token(
        "twitter-bearer-token",
        "A" * 21 + "{alnum5}AAAAAAA{alnum28}%3D{alnum50}",
        "TWITTER_BEARER_TOKEN X_BEARER_TOKEN",
        (ALIEN, CROSSED),
    ),
    named("zendesk-secret", "{alnum40}", "ZENDESK_API_TOKEN ZENDESK_TOKEN ZENDESK_SECRET"),
    named("linkedin-client-secret", "{alnum16}", "LINKEDIN_CLIENT_SECRET LINKEDIN_SECRET"),
)
