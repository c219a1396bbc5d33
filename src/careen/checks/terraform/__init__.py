"""Terraform: checks inspect the resources that a configuration or a plan creates."""
