"""Roles and bindings of Kubernetes: checks inspect a Manifests, with all resources together."""
