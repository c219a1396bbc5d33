"""Checks: each inspects documents of one kind and yields the places of a misconfiguration."""
