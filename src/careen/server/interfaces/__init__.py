"""What other systems speak: Harbor's scanner adapter, Clair for Quay, admission of Kubernetes, webhooks of registries.

Each module has ``routes(fleet)``. Their answers come from what the fleet stores: no request waits for a scan, but Clair's
index, whose clients expect that. An interface answers 404 until a key of its scope exists.
"""
