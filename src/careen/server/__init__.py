"""The service: receives HTTP requests, and reads and writes rows of the fleet.

``openapi.yaml`` is the contract: ``app`` binds each of its operations to the function of that name in ``api``, with the
checks that the document states. ``auth`` authenticates and authorises; ``hosts`` and ``limits`` refuse requests early.
"""
