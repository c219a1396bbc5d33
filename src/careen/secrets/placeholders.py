"""Whether a value is a placeholder for a secret."""

import math
from collections import Counter

from careen.safety.pattern import pattern

# Redacted or truncated, for every rule.
_CROSSED_OUT = pattern(rb"[xX]{8}|\*{4}|\.\.\.|\[?[Rr]edacted|REDACTED|(?i:put_your|your_token|token_here)")
# From the documentation of the issuers, without the prefix of the token.
_SAMPLE = pattern(
    rb"EXAMPLE(?:KEY|TOKEN)?\Z|"  # AWS
    rb"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq|"  # the Azure storage emulator
    rb"C2y6yDjf5/R\+ob0N8A7Cgv30VRDJIWEHLM\+4QDU5DE2nQ9nDuVTqobD4b8mGGy|"  # the Azure Cosmos DB emulator
    rb"4eC39HqLyjWDarjtT1zdp7dc|BQokikJOvBiI2HlWgH4olfQ2|tR3PYbcVNZZ796tH88S4VQ2u|TYooMQauvdEDq54NiTphI7jx|"  # Stripe
    rb"DaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe|"  # Google Maps
    rb"IyNDgzNDcxOTI1MjQ4\.Cl2FMQ|"  # Discord
    rb"ABC-DEF1234ghIkl-zyx57W2v1u123ew11|AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw|"  # Telegram
    rb"16C7e42F292c6912E7710c838347Ae178B4a|"  # GitHub
    rb"3ax6xnjp29jd6fds4gc373sgvjxteol0|"  # Mailgun
    rb"VCJ9\.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI|XVCJ9\.eyJsb2dnZWRJbkFzIjoiYWRtaW4i|"
    rb"eyJzb21lIjoicGF5bG9hZCJ9\.|"  # JSON Web Tokens
    rb"07401b\.f395accd246ae52d|abcdef\.0123456789abcdef|"  # kubeadm
    rb"QWxhZGRpbjpvcGVuIHNlc2FtZQ|YWxhZGRpbjpvcGVuc2VzYW1l|czZCaGRSa3F0Mzp|"
    rb"dXNlcm5hbWU6cGFzc3dvcmQ|dXNlcjpwYXNzd29yZA|dXNlcjpwYXNz(?![0-9A-Za-z])|"  # Basic
    rb"yAnz5TF\+lXXJte14tji3zlMNq\+hd2rYUIgJBgB3fBmk|"  # WireGuard
    rb"\Atiger(?:\^5HHH)?\Z|"  # of Oracle's user scott
    rb"\Arepopwd\Z|\Aproxypass\Z|\Asome_password\Z|\Aoptional; leave empty|"  # Maven
    rb"T0{8}/B0{8}/"  # Slack
)
_USER = pattern(rb"(?i)(?://|\b(?:user(?:[ _]?(?:id|name))?|uid)[ ]{0,2}=[ ]{0,2})([\w.-]{1,60})(?=[:;\s&])")
_THIS_MACHINE = pattern(rb"(?i)(?<![\w.-])(?:localhost|127\.0\.0\.1|\[::1\])(?![\w.-])")
MAX_ADDED = 2  # characters behind the user's name: "rw", "1"
# A reference to the value: a variable, a template, a call.
_REFERENCE = pattern(
    rb"\$\{|\$\(|^\$|\{\{|^<|^\[|^%|^@|^\*+$|^/|^\./|^~/|^[a-z]+://|^(?i:file|vault|env|aws|arn|secret)s?:|"
    rb"^(?:data|vars?|locals?|module|each|process|os|env|ENV|secrets?|vault|lookup|config|settings|System|getenv)[.(\[]"
)
_WORDS = pattern(
    rb"(?i)example|change[\W_]?(?:me|it)|placeholder|your[\W_]|dummy|sample|insert|replace|todo|fixme|lorem|"
    rb"xxxx|1234567|abcdef|password|passwd|not[\W_]?(?:a|so)?[\W_]?secret|secret[\W_]?(?:here|key|value)?$|foobar|qwerty|default|"
    rb"[\W_]here$|^(?:my|the|some|test|user)[\W_]?(?:pass|pwd|token|secret|key)|^(?:test|pass|user|admin|root|guest|token|none|null|nil|undefined|true|false)[,;)]{0,3}$"
)


def crossed_out(value: bytes) -> bool:
    """Whether a value is redacted, cut, or one that the issuer's documentation shows."""
    return _CROSSED_OUT.search(value) is not None or _SAMPLE.search(value) is not None


def placeholder(value: bytes) -> bool:
    """Whether a value is an example, a description, or a reference to the real value. For values that people choose."""
    return bool(_REFERENCE.search(value) or _WORDS.search(value) or len(set(value)) < 4)


def default_of_setup(match: bytes, value: bytes) -> bool:
    """Whether a connection to this machine has a password made of its user's name (``app:apprw@localhost``), as development
    settings and a distribution's untouched configuration have it."""
    user = _USER.search(match)
    name = user[1].lower() if user else b""
    return (
        len(name) > 2
        and value.lower().startswith(name)
        and len(value) - len(name) <= MAX_ADDED
        and _THIS_MACHINE.search(match) is not None
    )


def entropy(value: bytes) -> float:
    """Shannon entropy, in bits per character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values()) if size else 0.0
