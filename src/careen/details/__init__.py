"""Readers of what SBOMs and licence reports need in addition to packages: licence files, dependencies, digests.

They take part in the pass over a layer only when such a report is requested, so that they cost other scans nothing.
"""
