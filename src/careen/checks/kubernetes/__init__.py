"""Kubernetes workloads, their volumes and the cluster itself: checks inspect a Manifests, with all resources together."""
