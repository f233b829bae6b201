"""Signs with every scheme that securesystemslib knows; prints one JSON object a line.

Each line has the key object, the message, the signature in hexadecimal, and whether securesystemslib itself accepts it.
"""
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey

MESSAGE = b'{"_type":"root"}'
RSA = rsa.generate_private_key(65537, 2048)
HASHES = {"224": hashes.SHA224(), "256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def show(name, key, signature):
    try:
        key.verify_signature(Signature(key.keyid, signature.hex()), MESSAGE)
        accepted = True
    except UnverifiedSignatureError:
        accepted = False
    print(json.dumps({
        "name": name, "key": key.to_dict(), "keyid": key.keyid, "message": MESSAGE.decode(), "sig": signature.hex(),
        "accepted": accepted,
    }))


def by_library(name, private, scheme=None):
    key = SSlibKey.from_crypto(private.public_key(), scheme=scheme)
    show(name, key, bytes.fromhex(CryptoSigner(private, key).sign(MESSAGE).signature))
    return key


def by_hand(name, scheme, pad, digest):
    show(name, SSlibKey.from_crypto(RSA.public_key(), scheme=scheme), RSA.sign(MESSAGE, pad, HASHES[digest]))


def main():
    by_library("ed25519", ed25519.Ed25519PrivateKey.generate())
    for bits, curve in (("256", ec.SECP256R1()), ("384", ec.SECP384R1())):
        private = ec.generate_private_key(curve)
        new = by_library(f"ecdsa-sha2-nistp{bits}", private)
        old = SSlibKey.from_dict("old", {**new.to_dict(), "keytype": new.scheme})
        show(f"ecdsa-sha2-nistp{bits} of the older key type", old, private.sign(MESSAGE, ec.ECDSA(HASHES[bits])))
    # The library verifies P-521 and does not sign with it.
    private = ec.generate_private_key(ec.SECP521R1())
    show("ecdsa-sha2-nistp521", SSlibKey.from_crypto(private.public_key()), private.sign(MESSAGE, ec.ECDSA(HASHES["512"])))
    for digest in ("256", "384", "512"):
        by_library(f"rsassa-pss-sha{digest}", RSA, f"rsassa-pss-sha{digest}")
        by_library(f"rsa-pkcs1v15-sha{digest}", RSA, f"rsa-pkcs1v15-sha{digest}")
        pss = padding.PSS(padding.MGF1(HASHES[digest]), padding.PSS.MAX_LENGTH)
        by_hand(f"salt:{digest}", f"rsassa-pss-sha{digest}", pss, digest)
    pss = padding.PSS(padding.MGF1(HASHES["256"]), 0)
    by_hand("salt:none", "rsassa-pss-sha256", pss, "256")
    for bits in (4096, 5120):
        private = rsa.generate_private_key(65537, bits)
        pss = padding.PSS(padding.MGF1(HASHES["256"]), 7)
        sig = private.sign(MESSAGE, pss, HASHES["256"])
        show(f"large:{bits}", SSlibKey.from_crypto(private.public_key(), scheme="rsassa-pss-sha256"), sig)
    pss = padding.PSS(padding.MGF1(HASHES["224"]), 28)
    by_hand("sha224:pss", "rsassa-pss-sha224", pss, "224")
    by_hand("sha224:pkcs1", "rsa-pkcs1v15-sha224", padding.PKCS1v15(), "224")


if __name__ == "__main__":
    sys.exit(main())
