"""Know: an upstream feed file comes in, advisories and records about vulnerabilities go out."""
