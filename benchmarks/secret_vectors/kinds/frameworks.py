"""Secrets that frameworks and daemons make for themselves."""

from ..draws import ALNUM, Draws
from ..kind import Kind
from ..places import places
from .making import CROSSED, SHORT, placed

_DJANGO = "abcdefghijklmnopqrstuvwxyz0123456789!@#%^&*(-_=+)"
_WORDPRESS = ALNUM + "!@#%^&*()-_[]{}<>~`+=,.;:/?|"


def _base64_key(draws: Draws) -> str:
    return draws.base64(32)


KINDS: tuple[Kind, ...] = (
    placed("rails-secret-key-base", "{hex128}", "SECRET_KEY_BASE", places("rails"), (CROSSED,), decoys="frameworks"),
    placed(
        "django-secret-key",
        lambda draws: draws.one(("", "django-insecure-")) + draws.of(_DJANGO, 50),
        "SECRET_KEY",
        places("django"),
        decoys="frameworks",
    ),
    placed(
        "laravel-app-key",
        lambda draws: "base64:" + draws.base64(32),
        "APP_KEY",
        places("laravel"),
        (CROSSED, SHORT),
        decoys="frameworks",
    ),
    placed("symfony-app-secret", "{hex32}", "APP_SECRET", places("symfony"), decoys="frameworks"),
    placed("wordpress-salt", lambda draws: draws.of(_WORDPRESS, 64), "AUTH_KEY", places("wordpress"), decoys="frameworks"),
    placed("asp-machine-key", "{uphex128}", "MACHINE_KEY", places("machine-key"), decoys="frameworks"),
    placed("wireguard-private-key", _base64_key, "WG_PRIVATE_KEY", places("wireguard"), (CROSSED, SHORT), decoys="wireguard"),
    placed(
        "docker-swarm-token", "SWMTKN-1-{lower50}-{lower25}", "SWARM_TOKEN", places("swarm"), (CROSSED, SHORT), decoys="swarm"
    ),
    placed("otpauth-url", "{capital32}", "OTP_SECRET", places("otpauth"), (CROSSED,), decoys="otpauth"),
)
