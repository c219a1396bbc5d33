"""Careen in a pipeline of GitHub, GitLab or another service.

``pipeline`` reads the context of a run, ``base_files`` the rules of the base branch; ``github`` and ``gitlab`` use the API of
the service, for ``comments`` and for ``proposals``, which are requests with fixes. A step that reads an image has no token,
and a step that has a token reads reports only.
"""
