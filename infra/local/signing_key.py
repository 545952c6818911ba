"""Writes a new RSA key (2048 bits, PKCS#8 PEM, readable by its owner only): python signing_key.py FILE"""

import os
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

path = sys.argv[1]
if os.path.exists(path):
    raise FileExistsError(f"{path} is there already")
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
# Under its name only once it is whole: a file that is there is taken for a key.
beside = f"{path}.new"
descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
try:
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    os.rename(beside, path)
except BaseException:
    os.unlink(beside)
    raise
