"""Advisory sources: a feed file of a publisher comes in, advisories and records about vulnerabilities go out."""
