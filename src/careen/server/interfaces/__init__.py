"""Interfaces for other systems: Harbor's scanner adapter, Clair for Quay, admission of Kubernetes, webhooks of
registries.

Each module has ``routes(fleet)``. Answers are made from stored data: no request waits for a scan, except Clair's index,
whose clients expect that. An interface answers 404 until a key with its scope exists.
"""
