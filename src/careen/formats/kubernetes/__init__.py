"""Kubernetes manifests: workloads, roles, network policies, control planes."""
