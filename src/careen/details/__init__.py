"""Readers for what SBOMs and licence reports need beyond packages: licence files, dependencies, digests.

They take part in the pass over a layer only when such a report is requested: a scan for vulnerabilities does not pay for them.
"""
