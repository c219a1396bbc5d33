"""Roles and bindings of Kubernetes: checks get a Manifests, with all resources together."""
