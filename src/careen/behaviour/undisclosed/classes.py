"""The classes of weakness that the text of a change names."""

from careen.safety.pattern import pattern

_PATTERNS = {
    "overflow": (
        r"\b(?:buffer|heap|stack|integer|int|arithmetic|memory|array)[ -](?:based[ -])?(?:over|under)(?:flow|run|read)"
        r"|\b(?:over|under)(?:flow|run)s?\b"
    ),
    "out of bounds": (
        r"\bout[- ]of[- ]bounds?\b|\boob\b|\bover-?reads?\b"
        r"|\b(?:invalid|wild|illegal)[ -](?:memory )?(?:read|write|access)|\bbounds?[- ]check|\boff[- ]by[- ]one\b"
        r"|\bread (?:past|beyond)|\bpast the end\b|\bmemory corruption"
    ),
    "use after free": (r"\buse[- ]after[- ]free\b|\buaf\b|\bdouble[- ]free|\bdangling pointer|\bfreed memory"),
    "uninitialised memory": (r"\buninitiali[sz]ed\b"),
    "injection": (
        r""
        r"\b(?:command|shell|sql|code|header|crlf|argument|option|script|template|format string|log|ldap|xml|html)[ -]injection"
        r"|\binjection\b|\bformat[- ]string|\b(?:arbitrary|remote)(?: remote)? (?:code|command|shell)|\bcode execution"
        r"|\bxss\b|\bcross[- ]site|\bxxe\b|\bunescaped|\bshell (?:meta)?characters"
    ),
    "traversal": (
        r"\b(?:path|directory)[ -]traversal|\bsymlink (?:attack|race|vuln)|\bsymlinks? (?:follow|in)"
        r"|\binsecure (?:temp|use of)|\btemp(?:orary)? file (?:race|vuln)|\barbitrary files?\b|/tmp/? (?:race|vuln)"
        r"|\btmp ?race"
    ),
    "bypass": (
        r"\bbypass|\bprivilege[s]? (?:escalation|elevation)"
        r"|\b(?:escalat|gain|drop)\w* (?:root |extra |elevated )?privileges?|\bunauthori[sz]ed|\bspoof|\bimpersonat"
        r"|\b(?:auth\w*|signature|certificate|hostname) (?:check|verif\w*|validat\w*)|\bsandbox escape|\bset[ug]id\b"
    ),
    "denial of service": (
        r"\bdenial[- ]of[- ]service|\bDoS\b|\binfinite (?:loop|recursion)|\bendless loop|\bstack exhaustion"
        r"|\bresource exhaustion|\b(?:quadratic|exponential) |\bredos\b|\bmemory exhaustion|\bunbounded"
        r"|\bexcessive (?:memory|cpu|recursion)|\bhang\b"
    ),
    "crash": (
        r"\bnull[- ]?(?:ptr|pointer)?[- ]deref|\bnull pointer|\bsegv|\bsegfault|\bsegmentation fault"
        r"|\bdivi(?:de|sion)[- ]by[- ]zero|\bassertion failure|\bcrash(?:es|ed|ing)?\b"
    ),
    "disclosure": (
        r"\binformation (?:leak|disclosure)"
        r"|\b(?:leak|disclos|expos)\w* (?:of )?(?:memory|password|credential|secret|sensitive|key|token|information|private)"
        r"|\bside[- ]channel|\btiming (?:attack|side|leak|oracle)|\bpredictable|\binsecure (?:random|default|perm)"
        r"|\bworld[- ](?:read|writ)able"
    ),
    "security": (
        r"\bsecurity\b|\bvulnerab|\bexploit|\battacker|\bmalicious|\bmalformed|\bcrafted|\buntrusted|\bsanit[iy][sz]"
        r"|\bfuzz"
    ),
}
_CLASSES = {name: pattern(f"(?i){text}") for name, text in _PATTERNS.items()}


def weakness_of(item: str) -> str:
    """The first class that the text names; "" for none."""
    return next((name for name, text in _CLASSES.items() if text.search(item)), "")
