"""Common vocabulary: texts that every implementation of a protocol or format contains, and that therefore show no
project.

They are names of algorithms, of fields and of states, as their standards write them.

**Source:** IANA's registries of SSH parameters, TLS parameters and HTTP field names and status codes; RFC 5321; RFC
5280.
"""

from careen.safety.pattern import pattern

from .source import Language

_NAMES = pattern(
    rb"(?:ssh|ecdsa|rsa|sk-ssh|sk-ecdsa|diffie-hellman|ecdh|curve\d+|sntrup\d+|mlkem\d+|kex|hmac|umac|aes\d+|3des|blowfish|cast\d+|"
    rb"arcfour|chacha20|twofish\d*|camellia\d*|zlib|password|publickey|keyboard|hostbased|direct|forwarded|x11|"
    rb"auth-agent|pty|exit|window|session|tcpip|cancel)[-@._a-z0-9]*"
    rb"|(?:TLS|SSL|DHE|ECDHE|PSK|SRP|AES|CAMELLIA|CHACHA20|ARIA|DES|RC4|RSA|SHA|MD)\d*[-_/A-Z0-9]{2,}"
    rb"|(?:sha|md|SHA|MD|sec[pt]|prime|brainpool)[-_]?\d[-_/A-Za-z0-9]*"
    rb"|(?:[A-Z][A-Za-z0-9]*-)+[A-Z][A-Za-z0-9]*:? ?"  # a field of HTTP or of a message
    rb"|(?:[a-z]+/)[a-z0-9.+-]+"  # a type of content
    rb"|(?:HTTP|FTP|SMTP|SSH|RTSP|SIP|IMAP|POP)[-/ ]?\d*(?:\.\d+)?"
    rb"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|August|September|October|November|December)"
)
_PHRASES = frozenset(
    b"""Continue|Switching Protocols|Processing|Early Hints|Created|Accepted|Non-Authoritative Information|No Content
Reset Content|Partial Content|Multi-Status|Already Reported|IM Used|Multiple Choices|Moved Permanently|Found|See Other
Not Modified|Use Proxy|Temporary Redirect|Permanent Redirect|Bad Request|Unauthorized|Payment Required|Forbidden|Not Found
Method Not Allowed|Not Acceptable|Proxy Authentication Required|Request Timeout|Conflict|Length Required|Precondition Failed
Payload Too Large|Content Too Large|URI Too Long|Unsupported Media Type|Range Not Satisfiable|Expectation Failed|I'm a teapot
Misdirected Request|Unprocessable Entity|Unprocessable Content|Locked|Failed Dependency|Too Early|Upgrade Required
Precondition Required|Too Many Requests|Request Header Fields Too Large|Unavailable For Legal Reasons|Internal Server Error
Not Implemented|Bad Gateway|Service Unavailable|Gateway Timeout|HTTP Version Not Supported|Variant Also Negotiates
Insufficient Storage|Loop Detected|Not Extended|Network Authentication Required|CONNECT|DELETE|OPTIONS|TRACE|PATCH|PROPFIND
PROPPATCH|MKCOL|UNLOCK|REPORT|CHECKOUT|MERGE|SEARCH|SUBSCRIBE|NOTIFY|content-length|content-type|content-encoding|accept
accept-encoding|accept-language|accept-charset|accept-ranges|authorization|cache-control|connection|cookie|set-cookie|etag|expect
expires|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|location|max-forwards|proxy-authenticate
proxy-authorization|range|referer|refresh|retry-after|server|strict-transport-security|transfer-encoding|upgrade|user-agent|trailer
www-authenticate|access-control-allow-origin|content-disposition|content-language|content-location|content-range|keep-alive
chunked|deflate|identity|gzip|:authority|:method|:path|:scheme|:status|true|false|nameserver|domain|search|sortlist|options
commonName|countryName|localityName|stateOrProvinceName|organizationName|organizationalUnitName|emailAddress|serialNumber
surname|givenName|initials|subjectKeyIdentifier|keyUsage|subjectAltName|issuerAltName|basicConstraints|extendedKeyUsage""".replace(
        b"\n", b"|"
    ).split(b"|")
)


def is_vocabulary(text: bytes, language: Language) -> bool:
    """Whether the text is common vocabulary in code of this language. In C, a single word is too: it names an error,
    a system call, a character.

    A sentence for people is a project's own.
    """
    if language.name == "c" and _WORD.fullmatch(text):
        return True
    return text in _PHRASES or (len(text) < 64 and _NAMES.fullmatch(text) is not None)


_WORD = pattern(rb"\w{1,24}")
