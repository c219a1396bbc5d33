"""Signs of risk in an image that no advisory names. No tool can name an unpublished vulnerability.

| part         | module          | in                                        | ids    |
|--------------|-----------------|-------------------------------------------|--------|
| hardening    | ``hardening``   | how each program and library was built    | HRD-   |
| hooks        | ``hooks``       | files that something runs by itself       | HOK-   |
| capabilities | ``capabilities``| what programs and scripts can do          | CAP-   |
| names        | ``lookalikes``  | the names of packages, package indexes    | MAL-   |
| code         | ``code``        | the application's own source files        | COD-   |
| fixes        | ``undisclosed`` | changelog entries of newer versions       | UDF-   |
| life         | ``life``        | packages, release dates, ends of support  | LIF-   |

Each part takes values of ``careen.model`` and contents of files, and yields ``BehaviourFinding``s (``rules.found`` makes
them). This package opens no image and no connection, and none of its findings counts as a vulnerability.
``pipeline.behaviour`` calls the parts.
"""
