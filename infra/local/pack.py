"""Packs a program as a function's zip: python pack.py PROGRAM ZIP. The same program gives the same bytes."""

import os
import sys
import zipfile

program, archive = sys.argv[1:]
entry = zipfile.ZipInfo("bootstrap")
entry.external_attr = 0o755 << 16
entry.compress_type = zipfile.ZIP_DEFLATED
with open(program, "rb") as file, zipfile.ZipFile(archive + ".next", "w", compresslevel=1) as made:
    made.writestr(entry, file.read(), compresslevel=1)
os.replace(archive + ".next", archive)
