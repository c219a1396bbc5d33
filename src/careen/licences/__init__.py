"""Licences: names and texts turned into SPDX expressions, without a network."""
