"""Roles and bindings of Kubernetes: checks get a Manifests, all resources judged together."""
