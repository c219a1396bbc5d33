"""Terraform: what a configuration or a plan creates."""
