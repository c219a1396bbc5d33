"""Catalogers: a reader turns one file of a layer into facts; after the squash, a join turns the facts into packages."""
