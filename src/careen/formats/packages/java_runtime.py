"""The name of a Java runtime in the CPE dictionary.  **Source:** CPE dictionary, ``oracle:openjdk``, ``oracle:jre``."""


def runtime_cpe(name: str, version: str) -> str:
    """Up to Java 8 the number after the underscore is the CPE's update. The dictionary has no builds."""
    plain = version.partition("+")[0].partition("-")[0]
    number, _, update = plain.removeprefix("1.").partition("_")
    if plain.startswith("1."):
        number, update = number.partition(".")[0], f"update{update}" if update else "-"
    return f"cpe:2.3:a:oracle:{name}:{number}:{update or '*'}:*:*:*:*:*:*"
