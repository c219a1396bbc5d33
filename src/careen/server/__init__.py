"""The service: HTTP in, rows of the fleet out.

``openapi.yaml`` is the contract: ``app`` binds each of its operations to the function of that name below ``api``, with the
checks that the document states. ``auth`` decides who asks; ``hosts`` and ``limits`` refuse what should not get that far.
"""
