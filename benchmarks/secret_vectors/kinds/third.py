"""The third set: kinds that the first two do not have, half of them known by their form, half by their issuer's name."""

import base64
import binascii
import json

from ..draws import ALNUM, Draws
from ..kind import Kind
from ..places import places
from .making import ALIEN, CROSSED, FIXED, RECASED, SHORT, Made, Wrong, named, token

_LAYERS = places("layers")
_OPEN: Wrong = (SHORT, ALIEN, RECASED, CROSSED)  # what follows may belong to it


def _nkey_seed(draws: Draws) -> str:
    """Of a user: two bytes that say so, 32 random ones, and a checksum, in base32."""
    text = bytes((18 << 3 | 20 << 3 >> 5, 0)) + draws.bytes(32)
    return base64.b32encode(text + binascii.crc_hqx(text, 0).to_bytes(2, "little")).decode()


def _tunnel_token(draws: Draws) -> str:
    parts = {"a": draws.named("hex", 32), "t": draws.uuid(), "s": draws.base64(32)}
    return base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode()


def _fullstory(draws: Draws) -> str:
    return "na1." + base64.b64encode(draws.of(ALNUM, 66).encode()).decode()


def _known(name: str, made: Made, names: str, wrong: Wrong = FIXED, start: str = "") -> Kind:
    return token(name, made, names, wrong, start, places=_LAYERS)


def _beside(name: str, made: Made, names: str) -> Kind:
    """Known by its form and the name beside it."""
    return named(name, made, names)._replace(places=_LAYERS)


KINDS: tuple[Kind, ...] = (
    _known("adafruit-io-key", "aio_{alnum28}", "ADAFRUIT_IO_KEY AIO_KEY"),
    _known(
        "authress-service-key", "sc_{lower10}.{lower5}.acc_{lower16}.{urlsafe60}", "AUTHRESS_KEY AUTHRESS_SERVICE_KEY", _OPEN
    ),
    _known("cerebras-key", "csk-{lower48}", "CEREBRAS_API_KEY"),
    _known("intra42-secret", "s-s4t2(ud|af)-{hex64}", "INTRA42_CLIENT_SECRET FT_SECRET", FIXED, "s-s4t2ud-"),
    _known("onfido-token", "api_live.{alnum11}.{alnum32}", "ONFIDO_API_TOKEN ONFIDO_TOKEN", _OPEN),
    _known("persona-key", "persona_(production|sandbox)_{uuid}", "PERSONA_API_KEY", (ALIEN, RECASED, CROSSED), "persona_"),
    _known("ramp-client-secret", "ramp_sec_{alnum48}", "RAMP_CLIENT_SECRET", _OPEN),
    _known("telnyx-key", "KEY01{uphex30}_{alnum22}", "TELNYX_API_KEY", FIXED),
    _known("thunderstore-token", "tss_{alnum38}", "TCLI_AUTH_TOKEN THUNDERSTORE_TOKEN"),
    _known("zuplo-key", "zpka_{hex32}_{hex8}", "ZUPLO_API_KEY"),
    _known("ionic-token", "ion_{alnum42}", "IONIC_TOKEN"),
    _known("axiom-token", "xa(a|p)t-{uuid}", "AXIOM_TOKEN", (SHORT, ALIEN, RECASED, CROSSED), "xaat-"),
    _known("nightfall-key", "NF-{alnum32}", "NIGHTFALL_API_KEY", FIXED),
    _known("render-key", "rnd_{alnum32}", "RENDER_API_KEY"),
    _known("rootly-key", "rootly_{hex64}", "ROOTLY_API_TOKEN ROOTLY_API_KEY"),
    _known("stytch-secret", "secret-(live|test)-{urlsafe36}=", "STYTCH_SECRET", (SHORT, ALIEN, CROSSED), "secret-live-"),
    _known("supabase-secret-key", "sb_secret_{urlsafe22}_{alnum8}", "SUPABASE_SECRET_KEY SUPABASE_SERVICE_KEY", _OPEN),
    _known("valtown-token", "vtwn_{alnum27}", "VALTOWN_TOKEN VAL_TOWN_API_KEY"),
    _known("vercel-blob-token", "vercel_blob_rw_{alnum16}_{alnum30}", "BLOB_READ_WRITE_TOKEN", _OPEN),
    _known("jina-key", "jina_{hex32}{urlsafe28}", "JINA_API_KEY", _OPEN),
    _known("honeycomb-ingest-key", "hcaik_01{lower56}", "HONEYCOMB_API_KEY"),
    _known("mezmo-service-key", "sts_{hex32}", "MEZMO_SERVICE_KEY LOGDNA_SERVICE_KEY"),
    _known("elastic-cloud-key", "essu_{radix80}==", "EC_API_KEY ELASTIC_CLOUD_API_KEY", _OPEN),
    _known("bitwarden-access-token", "0.{uuid}.{alnum30}:{radix22}==", "BWS_ACCESS_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known("infisical-service-token", "st.{hex24}.{hex32}.{hex32}", "INFISICAL_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known("docker-organization-token", "dckr_oat_{urlsafe32}", "DOCKER_TOKEN DOCKERHUB_TOKEN", _OPEN),
    _known("deepsource-token", "dsp_{hex40}", "DEEPSOURCE_TOKEN DEEPSOURCE_PAT"),
    _known("trello-token", "ATTA{hex64}{uphex8}", "TRELLO_TOKEN TRELLO_API_TOKEN", FIXED),
    _known("porkbun-secret-key", "sk1_{hex64}", "PORKBUN_SECRET_API_KEY PORKBUN_API_SECRET"),
    _known("zoho-refresh-token", "1000.{hex32}.{hex32}", "ZOHO_REFRESH_TOKEN", (SHORT, ALIEN, CROSSED)),
    _known("nats-user-seed", _nkey_seed, "NATS_NKEY_SEED NATS_SEED", (SHORT, ALIEN, CROSSED), "SUA"),
    _known("cloudflare-tunnel-token", _tunnel_token, "TUNNEL_TOKEN CLOUDFLARED_TOKEN", (SHORT, ALIEN, CROSSED), "eyJhIjoi"),
    _known("fullstory-key", _fullstory, "FULLSTORY_API_KEY", (SHORT, ALIEN, RECASED, CROSSED), "na1."),
    _beside("sidekiq-credential", "{hex8}:{hex8}", "BUNDLE_ENTERPRISE__CONTRIBSYS__COM BUNDLE_GEMS__CONTRIBSYS__COM"),
    _beside("fal-key", "{uuid}:{hex32}", "FAL_KEY FAL_API_KEY"),
    _beside("ghost-admin-key", "{hex24}:{hex64}", "GHOST_ADMIN_API_KEY"),
    _beside("confluent-secret", "{radix64}", "CONFLUENT_CLOUD_API_SECRET CONFLUENT_API_SECRET"),
    _beside("sendbird-token", "{hex40}", "SENDBIRD_API_TOKEN SENDBIRD_ACCESS_TOKEN"),
    _beside("cloudsmith-key", "{hex40}", "CLOUDSMITH_API_KEY CLOUDSMITH_TOKEN"),
    _beside("deepgram-key", "{hex40}", "DEEPGRAM_API_KEY"),
    _beside("meilisearch-key", "{urlsafe43}", "MEILI_MASTER_KEY MEILISEARCH_API_KEY"),
    _beside("qdrant-key", "{urlsafe54}", "QDRANT_API_KEY"),
    _beside("backblaze-key", "K00(1|2|3|4|5){alnum27}", "B2_APPLICATION_KEY BACKBLAZE_APPLICATION_KEY"),
    _beside("hetzner-token", "{alnum64}", "HCLOUD_TOKEN HETZNER_API_TOKEN"),
    _beside("vultr-key", "{upper36}", "VULTR_API_KEY"),
    _beside("scaleway-secret", "{uuid}", "SCW_SECRET_KEY SCALEWAY_SECRET_KEY"),
    _beside("ovh-secret", "{hex32}", "OVH_APPLICATION_SECRET OVH_CONSUMER_KEY"),
    _beside("nomad-token", "{uuid}", "NOMAD_TOKEN"),
    _beside("duckdns-token", "{uuid}", "DUCKDNS_TOKEN"),
    _beside("zerotier-token", "{alnum32}", "ZEROTIER_API_TOKEN ZEROTIER_CENTRAL_TOKEN"),
    _beside("comet-key", "{alnum25}", "COMET_API_KEY"),
    _beside("mux-secret", "{radix75}", "MUX_TOKEN_SECRET"),
    _beside("kucoin-secret", "{uuid}", "KUCOIN_SECRET_KEY KUCOIN_API_SECRET"),
    _beside("livekit-secret", "{alnum43}", "LIVEKIT_API_SECRET"),
    _beside("gitguardian-key", "{hex60}", "GITGUARDIAN_API_KEY"),
    _beside("auth0-client-secret", "{urlsafe64}", "AUTH0_CLIENT_SECRET"),
    _beside("zoom-client-secret", "{alnum32}", "ZOOM_CLIENT_SECRET"),
    _beside("webflow-token", "{hex64}", "WEBFLOW_TOKEN WEBFLOW_API_TOKEN"),
    _beside("turnstile-secret", "0x4AAAAAAA{urlsafe27}", "TURNSTILE_SECRET_KEY CF_TURNSTILE_SECRET_KEY"),
    _beside("recaptcha-secret", "6L{urlsafe38}", "RECAPTCHA_SECRET_KEY RECAPTCHA_PRIVATE_KEY"),
)
