"""Reads a Kubernetes cluster through its API: its objects as files to check, and the images that run in it.

Only lists are requested, and never those of Secrets or ConfigMaps. Nothing in the cluster is changed.
"""
