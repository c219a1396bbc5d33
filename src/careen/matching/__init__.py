"""Matching: from an inventory and the advisory database to findings, and to reasons why something was not assessed."""
