"""A set of files for secret detection: for each kind of secret, files that hold one and files that only look like it.

All values are random and belong to nobody. They follow the formats that the issuers document, not the rules that Careen
finds them by, so that a measurement with this set shows something about the rules. Nothing of it is stored: each value is
made at run time from the seed.

A kind belongs to one half of the set by its name: rules are written with ``development``, and measured with ``held_out``.
"""
