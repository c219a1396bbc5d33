"""Services for work, content and identity."""

import base64

from ..draws import ALNUM, LOWER, URLSAFE, Draws
from ..places import template
from ..vectors import Decoy, Kind, Place
from .making import CROSSED, FIXED, OPEN, named, token


def _organization(draws: Draws) -> str:
    return "00D" + draws.alnum(12)


def _session(draws: Draws) -> str:
    """The number of the organization, an exclamation mark, and what begins with AQ and the version of the session."""
    return f"{_organization(draws)}!AQ{draws.one('EM')}A{draws.one('QR')}{draws.of(ALNUM + '._', 90)}{draws.alnum(2)}"


def _refresh(draws: Draws) -> str:
    return "5Aep861" + draws.of(ALNUM + "._", 79) + draws.alnum(1)


_CONSUMER = (
    ("app/.env", "SALESFORCE_CLIENT_ID=@@id@@\nSALESFORCE_CLIENT_SECRET=@@value@@\n"),
    ("app/config/salesforce.yml", "salesforce:\n  consumer_key: @@id@@\n  consumer_secret: @@value@@\n"),
    ("app/config/salesforce.json", '{"consumerKey": "@@id@@", "consumerSecret": "@@value@@"}\n'),
    ("app/sf.py", 'SF_CONSUMER_KEY = "@@id@@"\nSF_CONSUMER_SECRET = "@@value@@"\n'),
    ("app/src/main/resources/application.properties", "sfdc.consumerKey=@@id@@\nsfdc.consumerSecret=@@value@@\n"),
    ("app/src/Sf.java", 'class Sf {\n    String consumerKey = "@@id@@";\n    String consumerSecret = "@@value@@";\n}\n'),
    ("opt/mule/mule-app.xml", '<sfdc:oauth-config>\n  <sfdc:connection consumerKey="@@id@@" consumerSecret="@@value@@"/>\n</sfdc:oauth-config>\n'),
)  # fmt: skip


def _consumer(path: str, text: str) -> Place:
    return lambda draws, name, value: template(
        path, text.replace("@@id@@", "3MVG9" + draws.of(ALNUM + "._", 79) + draws.alnum(1))
    )(draws, name, value)


_ALGOLIA = (
    ("app/.env", "ALGOLIA_APP_ID=@@id@@\nALGOLIA_ADMIN_KEY=@@value@@\n"),
    ("app/config/algolia.yml", "algolia:\n  application_id: @@id@@\n  admin_api_key: @@value@@\n"),
    ("app/config/search.json", '{"algolia": {"appId": "@@id@@", "adminApiKey": "@@value@@"}}\n'),
    ("app/src/search.js", "const client = algoliasearch('@@id@@', '@@value@@');\nconst index = client.initIndex('products');\n"),
    ("app/search.py", "from algoliasearch.search_client import SearchClient\n\nclient = SearchClient.create('@@id@@', '@@value@@')\n"),
    ("app/config/initializers/algolia.rb", "AlgoliaSearch.configuration = { application_id: '@@id@@', api_key: '@@value@@' }\n"),
)  # fmt: skip


def _algolia(path: str, text: str) -> Place:
    return lambda draws, name, value: template(path, text.replace("@@id@@", draws.upper(10)))(draws, name, value)


def _decoy(why: str, path: str, text: str, made) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "X", made(draws)))


_ALGOLIA_PUBLIC = _decoy(
    "the number of an application",
    "app/src/search.js",
    "const search = algoliasearch('@@value@@', process.env.ALGOLIA_KEY);\n",
    lambda draws: draws.upper(10),
)
_RECORD = _decoy(
    "the number of a record",
    "app/sync.json",
    '{"sobject": "Account", "id": "@@value@@"}\n',
    lambda draws: "001" + draws.alnum(12) + "AAQ",
)
_ORGANIZATION = _decoy("the number of an organization", "app/.env", "SALESFORCE_ORG_ID=@@value@@\n", _organization)
_ASANA_TASK = _decoy(
    "the number of a task", "app/notes.md", "https://app.asana.com/0/@@value@@/@@count@@\n", lambda draws: draws.digits(16)
)
_FIGMA_FILE = _decoy(
    "the address of a file", "app/notes.md", "https://www.figma.com/file/@@value@@/design\n", lambda draws: draws.alnum(22)
)
_NOTION_PAGE = _decoy(
    "the address of a page", "app/notes.md", "https://www.notion.so/team/Plan-@@value@@\n", lambda draws: draws.hex(32)
)
_AIRTABLE_BASE = _decoy(
    "the number of a base", "app/.env", "AIRTABLE_BASE_ID=@@value@@\n", lambda draws: "app" + draws.alnum(14)
)
_MAPBOX_PUBLIC = _decoy(
    "a key for browsers",
    "app/src/map.js",
    "mapboxgl.accessToken = '@@value@@';\n",
    lambda draws: "pk.eyJ1Ijoi" + draws.alnum(64) + "." + draws.urlsafe(22),
)
_FIREBASE_PUBLIC = _decoy(
    "the number of an application",
    "app/src/firebase.js",
    "const config = { projectId: '@@word@@', appId: '@@value@@' };\n",
    lambda draws: f"1:{draws.digits(12)}:web:{draws.hex(22)}",
)

KINDS: tuple[Kind, ...] = (
    token("salesforce-access-token", _session, "SALESFORCE_ACCESS_TOKEN SF_SESSION_ID SFDC_TOKEN", "00D", (FIXED[0], FIXED[3], CROSSED), decoys=(_RECORD, _ORGANIZATION)),
    token("salesforce-refresh-token", _refresh, "SALESFORCE_REFRESH_TOKEN SFDC_REFRESH_TOKEN", "5Aep861", (FIXED[3], CROSSED), decoys=(_RECORD,)),
    Kind("salesforce-consumer-pair", lambda draws: draws.hex(64).upper(), ("SALESFORCE_CLIENT_SECRET",), tuple(_consumer(path, text) for path, text in _CONSUMER), (CROSSED,), decoys=(_RECORD, _ORGANIZATION)),
    token("firebase-messaging-key", lambda draws: f"AAAA{draws.urlsafe(7)}:APA91b{draws.urlsafe(134)}", "FCM_SERVER_KEY FIREBASE_SERVER_KEY", "AAAA", FIXED[:1] + FIXED[3:4] + (CROSSED,), decoys=(_FIREBASE_PUBLIC,)),
    token("airtable-token", lambda draws: f"pat{draws.alnum(14)}.{draws.hex(64)}", "AIRTABLE_TOKEN AIRTABLE_API_KEY", "pat", FIXED[:1] + FIXED[3:4] + (CROSSED,), decoys=(_AIRTABLE_BASE,)),
    named("airtable-legacy-key", lambda draws: "key" + draws.alnum(14), "AIRTABLE_API_KEY AIRTABLE_KEY", (FIXED[0], CROSSED), decoys=(_AIRTABLE_BASE,)),
    Kind("algolia-admin-pair", lambda draws: draws.hex(32), ("ALGOLIA_ADMIN_KEY",), tuple(_algolia(path, text) for path, text in _ALGOLIA), (CROSSED, FIXED[0]), decoys=(_ALGOLIA_PUBLIC,)),
    named("asana-token", lambda draws: draws.one((f"1/{draws.digits(16)}:{draws.hex(32)}", f"2/{draws.digits(16)}/{draws.digits(16)}:{draws.hex(32)}")), "ASANA_ACCESS_TOKEN ASANA_TOKEN ASANA_PAT", decoys=(_ASANA_TASK,)),
    token("dropbox-token", lambda draws: "sl." + draws.one(("", "u.")) + draws.urlsafe(draws.between(130, 180)), "DROPBOX_ACCESS_TOKEN DROPBOX_TOKEN", "sl.", OPEN),
    named("dropbox-app-secret", lambda draws: draws.of(LOWER, 15), "DROPBOX_APP_SECRET DROPBOX_SECRET DROPBOX_CLIENT_SECRET"),
    token("facebook-access-token", lambda draws: "EAA" + draws.alnum(draws.between(150, 200)), "FACEBOOK_ACCESS_TOKEN FB_PAGE_TOKEN INSTAGRAM_TOKEN", "EAA", OPEN[:1] + OPEN[2:]),
    named("facebook-app-secret", lambda draws: draws.hex(32), "FACEBOOK_APP_SECRET FACEBOOK_CLIENT_SECRET FACEBOOK_SECRET"),
    token("figma-token", lambda draws: "figd_" + draws.urlsafe(40), "FIGMA_TOKEN FIGMA_ACCESS_TOKEN", "figd_", decoys=(_FIGMA_FILE,)),
    token("linear-key", lambda draws: "lin_api_" + draws.alnum(40), "LINEAR_API_KEY LINEAR_TOKEN", "lin_api_"),
    token("notion-token", lambda draws: draws.one(("ntn_" + draws.digits(11) + draws.alnum(35), "secret_" + draws.alnum(43))), "NOTION_TOKEN NOTION_API_KEY NOTION_SECRET", "ntn_", FIXED[3:], decoys=(_NOTION_PAGE,)),
    token("postman-key", lambda draws: f"PMAK-{draws.hex(24)}-{draws.hex(34)}", "POSTMAN_API_KEY POSTMAN_KEY", "PMAK-"),
    named("rapidapi-key", lambda draws: f"{draws.hex(10)}msh{draws.hex(15)}p1{draws.hex(5)}jsn{draws.hex(12)}", "RAPIDAPI_KEY X_RAPIDAPI_KEY RAPID_API_KEY"),
    token("readme-key", lambda draws: "rdme_" + draws.of(LOWER, 70), "README_API_KEY RDME_API_KEY", "rdme_"),
    token("typeform-token", lambda draws: "tfp_" + draws.of(URLSAFE + ".", 58) + draws.alnum(1), "TYPEFORM_TOKEN TYPEFORM_ACCESS_TOKEN", "tfp_"),
    token("contentful-token", lambda draws: "CFPAT-" + draws.urlsafe(43), "CONTENTFUL_MANAGEMENT_TOKEN CONTENTFUL_TOKEN", "CFPAT-"),
    token("hubspot-token", lambda draws: f"pat-{draws.one(('na1', 'eu1'))}-{draws.uuid()}", "HUBSPOT_ACCESS_TOKEN HUBSPOT_TOKEN", "pat-na1-", (FIXED[0], FIXED[3], CROSSED)),
    token("mapbox-secret-token", lambda draws: "sk." + base64.urlsafe_b64encode(f'{{"u":"{draws.word()}","a":"{draws.lower(25)}"}}'.encode()).decode().rstrip("=") + "." + draws.urlsafe(22), "MAPBOX_SECRET_TOKEN MAPBOX_ACCESS_TOKEN", "sk.eyJ", FIXED[4:], decoys=(_MAPBOX_PUBLIC,)),
    token("yandex-oauth-token", lambda draws: "y0_Ag" + draws.urlsafe(54), "YANDEX_OAUTH_TOKEN YANDEX_TOKEN YANDEX_DISK_TOKEN", "y0_"),
    named("twitter-api-secret", lambda draws: draws.alnum(50), "TWITTER_API_SECRET TWITTER_CONSUMER_SECRET TWITTER_SECRET_KEY"),
    token("twitter-bearer-token", lambda draws: "A" * 22 + draws.alnum(24) + "%3D" + draws.alnum(48), "TWITTER_BEARER_TOKEN X_BEARER_TOKEN", "A" * 22, FIXED[3:4] + (CROSSED,)),
    named("zendesk-secret", lambda draws: draws.alnum(40), "ZENDESK_API_TOKEN ZENDESK_TOKEN ZENDESK_SECRET"),
    named("linkedin-client-secret", lambda draws: draws.alnum(16), "LINKEDIN_CLIENT_SECRET LINKEDIN_SECRET"),
)  # fmt: skip
