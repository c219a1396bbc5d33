"""Licences: turns names and texts into SPDX expressions, without a network."""
