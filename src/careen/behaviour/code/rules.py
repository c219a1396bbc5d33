"""The rules about source code, each with what it means and what to do."""

from typing import NamedTuple

from careen.behaviour.rules import Rule
from careen.model.advisory import Severity
from careen.model.finding import Confidence


class Match(NamedTuple):
    """A line that a rule matches. ``severity`` and ``confidence`` replace the rule's; None: the rule's apply."""

    rule: str
    line: int
    text: str
    severity: Severity | None = None
    confidence: Confidence | None = None


def _rule(id: str, title: str, severity: Severity, why: str, fix: str, cwe: int, confidence: Confidence = "likely") -> Rule:
    return Rule(id, title, severity, why, fix, (f"https://cwe.mitre.org/data/definitions/{cwe}.html",), confidence)


_ALL = (
    _rule(
        "COD-001", "Command run by a shell", "medium", "A value in the command line can start other commands.",
        "Pass the program and its arguments as a list, without a shell.", 78,
    ),
    _rule(
        "COD-002", "Text evaluated as code", "medium", "Whoever controls the text runs code with the rights of the program.",
        "Parse the data instead: JSON, or literal values only.", 95,
    ),
    _rule(
        "COD-003", "Unsafe deserialisation", "medium", "Loading such data can run code that is in it.",
        "Use a format without code, such as JSON, or a safe loader.", 502,
    ),
    _rule(
        "COD-004", "SQL made of text", "medium", "A value in the statement can change what the statement does.",
        "Pass values as parameters of the query.", 89, "possible",
    ),
    _rule(
        "COD-005", "Certificate or host key not verified", "high",
        "Whoever is between the two ends can read and change the data.",
        "Leave the verification on; add a private authority to the trusted ones.", 295,
    ),
    _rule(
        "COD-006", "Outdated version of TLS", "medium", "These versions have known attacks.", "Ask for TLS 1.2 or newer.", 327,
    ),
    _rule(
        "COD-007", "Weak hash", "low",
        "Two texts with the same hash can be made.", "Use SHA-256, and for passwords a slow hash.", 328,
    ),
    _rule(
        "COD-008", "Weak cipher or mode", "medium",
        "What it encrypts can be decrypted.", "Use AES with an authenticated mode.", 327,
    ),
    _rule(
        "COD-009", "Short key", "medium",
        "Such a key can be computed.", "Use RSA of 3072 bits or an elliptic curve of 256.", 326,
    ),
    _rule(
        "COD-010", "Path that the data choose", "medium", "Names such as ../../etc/passwd lead out of the folder.",
        "Check that the resulting path is in the folder, or extract with a filter.", 22,
    ),
    _rule(
        "COD-011", "Debug console on", "high", "The console of a debugger runs any code that a visitor types.",
        "Turn it off outside of development.", 489,
    ),
    _rule(
        "COD-012", "Password in the code", "low", "Everybody who has the image has the password.",
        "Read it from the environment or a secret at run time.", 798, "possible",
    ),
    _rule(
        "COD-013", "Page without escaping", "medium", "A value that a visitor sends can run a script in the pages of others.",
        "Let the template engine escape values.", 79, "possible",
    ),
    _rule(
        "COD-014", "XML with external entities", "low", "A document can read files, or use up the memory.",
        "Use defusedxml, or turn entities off.", 611, "possible",
    ),
    _rule(
        "COD-015", "Temporary file with a predictable name", "medium",
        "Another user can make the file first, or put a link there.",
        "Let the system choose the name and make the file at once: mkstemp, mktemp.", 377,
    ),
    _rule(
        "COD-016", "Protocol without encryption", "medium", "Everybody on the way can read and change what it carries.",
        "Use SSH, SFTP, SNMP 3 with privacy, HTTPS.", 319,
    ),
    _rule(
        "COD-017", "File that others may change", "medium", "Every process of the system can change or replace it.",
        "Give only the owner the right to write.", 732,
    ),
    _rule(
        "COD-018", "Control characters that change the order of reading", "high", "The code does not do what an editor shows.",
        "Remove the characters, and look at what the code does.", 1007,
    ),
    _rule(
        "COD-019", "Downloaded code run at once", "high", "Whoever controls the server or the way to it runs code here.",
        "Download to a file, check its digest, then run it.", 494,
    ),
    _rule(
        "COD-020", "Configuration taken from the network", "medium", "Whoever can connect can run code.",
        "Do not listen, or pass verify: a function that accepts or refuses each configuration.", 94,
    ),
    _rule(
        "COD-021", "Address that a request chooses", "medium",
        "The server reads addresses that only it can reach, such as those of its network and of the cloud's metadata.",
        "Compare the host with a list of allowed ones, and follow no redirects.", 918,
    ),
    _rule(
        "COD-022", "Token whose signature is not verified", "high",
        "Whoever writes a token chooses who the program takes them for.",
        "Verify the signature, with a list of the algorithms that you use.", 347,
    ),
    _rule(
        "COD-023", "Every origin may send credentials", "medium",
        "Every site that a visitor opens can send requests with the visitor's session, and read the answers.",
        "List the origins that need it.", 942,
    ),
)  # fmt: skip
RULES = {rule.id: rule for rule in _ALL}
# Rules whose matches are of high severity if a value of a request reaches the call.
OF_REQUEST = frozenset(("COD-001", "COD-002", "COD-003", "COD-004"))
# The tests of Bandit that find the same weakness, by rule: ``# nosec`` comments name these tests (``# nosec B602``).
BANDIT = {
    "COD-001": ("B602", "B604", "B605", "B609"),
    "COD-002": ("B102", "B307"),
    "COD-003": ("B301", "B302", "B506", "B614"),
    "COD-004": ("B608", "B610", "B611"),
    "COD-005": ("B323", "B501", "B507"),
    "COD-006": ("B502", "B503", "B504"),
    "COD-007": ("B303", "B324"),
    "COD-008": ("B304", "B305"),
    "COD-009": ("B505",),
    "COD-010": ("B202",),
    "COD-011": ("B201",),
    "COD-012": ("B105", "B106", "B107"),
    "COD-013": ("B701", "B702", "B703", "B704"),
    "COD-014": tuple(f"B{number}" for number in range(313, 321)),
    "COD-015": ("B306",),
    "COD-016": ("B312", "B321", "B508", "B509"),
    "COD-017": ("B103",),
    "COD-020": ("B612",),
    "COD-021": ("B310",),
}
