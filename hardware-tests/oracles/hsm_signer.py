"""Asks securesystemslib about a token, or about a signature. One question as JSON on standard input, one answer on
standard output.

  {"ask": "key",    "keyid": 2, "label": "…" | null}                        -> {"uri": …, "keyid": …, "key": {…}}
  {"ask": "sign",   "uri": …, "keyid": …, "key": {…}, "pin": …, "message": hex}  -> {"signature": hex}
  {"ask": "id",     "public": PEM, "scheme": …}                             -> {"keyid": …, "key": {…}}
  {"ask": "verify", "keyid": …, "key": {…}, "signature": hex, "message": hex}    -> {"verified": true | false}

The module of the token is in PYKCS11LIB.
"""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import HSMSigner, Key, Signature, SSlibKey


def key_of_token(question):
    uri, key = HSMSigner.import_(question["keyid"], question["label"])
    return {"uri": uri, "keyid": key.keyid, "key": key.to_dict()}


def sign(question):
    key = Key.from_dict(question["keyid"], question["key"])
    signer = HSMSigner.from_priv_key_uri(question["uri"], key, lambda _: question["pin"])
    return {"signature": signer.sign(bytes.fromhex(question["message"])).signature}


def key_id(question):
    key = SSlibKey.from_crypto(load_pem_public_key(question["public"].encode()), scheme=question["scheme"])
    return {"keyid": key.keyid, "key": key.to_dict()}


def verify(question):
    key = Key.from_dict(question["keyid"], question["key"])
    signature = Signature(question["keyid"], question["signature"])
    try:
        key.verify_signature(signature, bytes.fromhex(question["message"]))
    except UnverifiedSignatureError:
        return {"verified": False}
    return {"verified": True}


ANSWERS = {"key": key_of_token, "sign": sign, "id": key_id, "verify": verify}


def main():
    question = json.load(sys.stdin)
    json.dump(ANSWERS[question["ask"]](question), sys.stdout)


main()
