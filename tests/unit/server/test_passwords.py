from careen.server import passwords


def test_a_hash_as_the_service_makes_it():
    kept = passwords.hashed("secret")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_only_the_right_secret_is_verified():
    kept = passwords.hashed("secret")
    assert passwords.verified(kept, "secret")
    assert not passwords.verified(kept, "other")
    assert not passwords.verified("", "") and not passwords.verified("", "secret")
    assert not passwords.verified("not a hash", "secret")
