"""Packs a program as a function's zip, with folders beside it: python pack.py PROGRAM ZIP [FOLDER...].

The program becomes `bootstrap`, each folder keeps its name and all of its files. The same files give the same bytes.
"""

import os
import pathlib
import sys
import zipfile


def entry(name, mode):
    """A file of the zip. It has the time at which zip begins, not the time of the file."""
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def contents(folder):
    """The files of a folder with their names in the zip, in the order of the names."""
    folder = pathlib.Path(folder).resolve(strict=True)
    files = (file for file in folder.rglob("*") if file.is_file())
    return sorted((file.relative_to(folder.parent).as_posix(), file) for file in files)


def pack(program, archive, folders=()):
    """Writes the zip. One that is there already is replaced when the new one is whole."""
    with zipfile.ZipFile(f"{archive}.next", "w", compresslevel=1) as made:
        made.writestr(entry("bootstrap", 0o755), pathlib.Path(program).read_bytes(), compresslevel=1)
        for folder in folders:
            for name, file in contents(folder):
                made.writestr(entry(name, 0o644), file.read_bytes(), compresslevel=1)
    os.replace(f"{archive}.next", archive)


if __name__ == "__main__":
    program, archive, *folders = sys.argv[1:]
    pack(program, archive, folders)
