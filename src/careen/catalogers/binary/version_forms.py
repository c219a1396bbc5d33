"""The forms of the texts in which programs and libraries state a version, for ``own_version``.

A form is what stands before a number, around it, or behind it. Names in groups are compared with the file's own name.
"""

import re

from careen.safety.pattern import pattern

VERSION = rb"\d{1,4}\.(?:20\d{6}|\d{1,4})(?:\.\d{1,8}){0,2}(?:[-~.]?(?:alpha|beta|rc|pre|dev)[.-]?\d{0,4}|p\d{1,2}|[a-z])?"
BEFORE_BYTES, NEAR_BYTES = 72, 128
_NAME = rb"[A-Za-z][A-Za-z0-9_+.-]{0,40}"
_PRODUCT = rb"\((?:GNU )?([A-Za-z][A-Za-z0-9_+. -]{1,40}?)(?: for [A-Za-z]{1,20})?\)"
_WORD = rb"[Vv]ersion|VERSION|[Vv]er\.?|release|Release"

ANY = pattern(VERSION)
NUMBER = pattern(
    rb"("
    + VERSION
    + rb")(?:-stable|\.(?:git|debian|final|release)|[+~-][0-9A-Za-z~-][0-9A-Za-z.+~-]{0,59}|[~-])?"
    + rb"(?=\.?[\x00\n\r ()\"',:;<>\]])"
)
ENDS = pattern(rb",?\n|,? ?\(|,|\x00| -{1,2} |</| \d{4}[-/]\d\d")
WHOLE_RELEASE = pattern(
    r"\d{1,3}\.(?:\d{3,4}|\d{1,4}\.\d{1,4})"
)  # in a file name; two short numbers may be of a series of releases
UNIT_END = pattern(rb"-[0-9A-Za-z]{20,22}[-:\x00]")  # of GHC's name for the package of a program
ARGUMENT = pattern(rb"%s,? (?:(?:" + _WORD + rb"):? )?v?")  # the name by which the program was started
TITLE = pattern(rb"(" + _NAME + rb") -{1,2} [A-Za-z][A-Za-z ]{2,40} (?:(?:" + _WORD + rb"):? )?v?")
WHAT = pattern(rb"@\(#\) ?(" + _NAME + rb") (?:(?:" + _WORD + rb"):? )?v?")  # a text for ``what`` of SCCS
IN_BRACKETS = pattern(rb"[A-Z][\w .,-]{2,60} \((" + _NAME + rb")\),? (?:" + _WORD + rb"):? v?")
JUNK = pattern(rb".*[\x01-\x08\x0e-\x1f\xf8-\xff]", re.DOTALL)  # neither text nor the end of one: other constants
LONE_LEAD = pattern(rb" ?(?:(?:" + _WORD + rb"):? ?)?[vV]?")
LONE_END = pattern(rb"\n?\x00| \([^\x00]{0,200}\x00")
WORDED, WORDED_END = pattern(rb"(?:" + _WORD + rb"):? ?v?"), pattern(rb" (?:%s|from \d{4}-|\d{4}[-/]\d\d)")
FRACTION = pattern(rb"[!-~]{1,2}[?@]")  # the last bytes of a number such as 0.9 or 2.4, behind zeros
LEAD = pattern(
    rb"(?:^|[\x00\t\n\r \"'(<>\[:,=@/-]|[^\t\n\r -~][!-~]{0,2}?)((?:[A-Za-z][A-Za-z0-9_+.-]{0,30} ){0,2}" + _NAME + rb"?)"
    rb"(?: ?" + _PRODUCT + rb"|\(R\))?"
    rb"(?:[ ,:;-]{1,2}\(?(?:" + _WORD + rb")[: ]{0,2}[\"']?| \(?| - |/|-|(?<=[a-z0-9])_)[vV]?$"
)  # fmt: skip
PRODUCT_LEAD = pattern(rb"(?:[A-Za-z%][\w%+.-]{0,30} )?" + _PRODUCT + rb" [vV]?")
SUITE = pattern(rb"(" + _NAME + rb"(?:utils|tools|progs|-ng|-linux)) v?")
INSTALLED = pattern(rb"/(" + _NAME + rb")[/-]$")
FORMAT = pattern(
    rb"(?:^|[\n\"( ])(" + _NAME + rb"|%s)(?:[ ,:]{1,2}" + _PRODUCT + rb")?"
    rb"(?:[ ,:]{1,2}(?:(?:[a-z]{1,12} )?(?:" + _WORD + rb"):? )?\(?|[-/])v?%s(?=$|[\n\r ,()])"
)
OF_OTHER = pattern(
    rb"[^%]{0,80}%s[^%]{0,20}[( ][A-Za-z][\w.+-]{2,40}[ /]v?%s", re.DOTALL
)  # two versions, one of another product
SAYS = pattern(rb"(?:.*[ \n])?(" + _NAME + rb"),? (?:" + _WORD + rb"):? ?", re.DOTALL)
SITE = pattern(rb"https?://(?:www\.)?([A-Za-z0-9-]{1,40})\.[a-z]")
OF_ANY = pattern(rb"%s[- ]v?%s\n")
SIDE_NOTE = pattern(rb" ?\([^()]{1,40}\)$")
MIDDLE = pattern(rb"[!-$&-~]{1,10}")
RELATED = pattern(rb"(" + _NAME + rb")(?: (?:" + _WORD + rb"))? v?")
RELATED_END = pattern(rb"\n?\x00| -{1,2} | / | \(|,")
FORMATS = (
    b" v%s", b" v%.*s", b" version %s", b", version %s", b" Version %s", b" version: %s", b" %s\n", b"-%s\n", b"/%s\n",
    b" release %s",
)  # fmt: skip
GNU = pattern(rb"GNU ([A-Za-z][A-Za-z0-9+-]{1,30})")
GNU_CONSTANT, GNU_NAME = b"\0GNU ", pattern(rb"\x00GNU ([A-Za-z][A-Za-z0-9+-]{2,30})\x00")
NAMED = pattern(rb"(" + _NAME + rb") v?")
LOADED = pattern(rb"(\d{1,4}\.\d{1,5})\x00")
ENDS_OF_LINES, NEWLINE = (0, ord("\n")), ord("\n")
JUNK_BYTES = 4
FROM = b"%s from %s\n\0"
COMPILER = pattern(rb"gcc |clang | *\(GHC version ")
COMMENT, COMMENTED = b"GCC: (", pattern(rb"GCC: \([^\x00()]{0,80}\) (\d{1,2}\.\d{1,2}\.\d{1,2})[ \x00]")
LONG = pattern(rb"\d{1,4}\.\d{1,4}\.\d{1,8}.*")
KERNELS, UNICODE = pattern(rb"2\.[46]\.\d{1,3}"), pattern(rb"1\d\.0\.0")
ADDRESS = pattern(rb"0\.0\.0\.\d|1\.1\.1\.1|(?:(?:127|2[2-5]\d)\.\d{1,3}|169\.254|192\.168)(?:\.\d{1,3}){2}")
CHECK = b"_check_version\0"
OF_CALLEES = (
    (b"flateInit", pattern(rb"1\.[23]\.\d{1,2}(?:\.\d)?")), (b"png_create_", pattern(rb"1\.\d\.\d{1,2}")),
    (CHECK, ANY),
)  # fmt: skip
NOT_PRODUCTS = frozenset(
    (b"alpine", b"beta", b"build", b"c", b"debian", b"debug", b"dynamic", b"fedora", b"git", b"gnu", b"linux", b"r", b"static",
     b"tm", b"ubuntu")
)  # fmt: skip
KINDS = frozenset((b"bin", b"cli", b"client", b"core", b"daemon", b"ng", b"progs", b"server", b"tools", b"utils"))
OPTION = b"--version"
MADE = frozenset((b"created", b"encoded", b"formatted", b"generated", b"made", b"produced", b"written"))
COMPARED = frozenset(  # words before a name whose version is not the file's own
    (
        b"after",
        b"before",
        b"by",
        b"for",
        b"from",
        b"in",
        b"least",
        b"needs",
        b"of",
        b"requires",
        b"since",
        b"than",
        b"to",
        b"until",
        b"use",
        b"using",
        b"with",
    )
)
