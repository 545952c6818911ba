"""What pack.py puts into a function's zip."""

import os
import pathlib
import tempfile
import unittest
import zipfile

from pack import pack

FONTS = {"One.ttf": b"one" * 1000, "Two.ttf": b"two", "licences/one.txt": b"free"}


class Packing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.folder / "meme-renderer"
        self.program.write_bytes(b"the program")

    def laid(self, name, files):
        """A folder `fonts` with the files, written in this order."""
        folder = self.folder / name / "fonts"
        for path, content in files:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return folder

    def packed(self, *folders):
        archive = self.folder / "packed.zip"
        pack(str(self.program), str(archive), [str(folder) for folder in folders])
        return archive

    def test_the_program_lies_at_the_root_and_the_files_in_their_folder(self):
        with zipfile.ZipFile(self.packed(self.laid("one", FONTS.items()))) as archive:
            expected = {"bootstrap": b"the program"} | {f"fonts/{name}": content for name, content in FONTS.items()}
            self.assertEqual({name: archive.read(name) for name in archive.namelist()}, expected)
            modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        self.assertEqual(modes.pop("bootstrap"), 0o755)
        self.assertEqual(set(modes.values()), {0o644})

    def test_a_program_alone_is_packed_alone(self):
        with zipfile.ZipFile(self.packed()) as archive:
            self.assertEqual(archive.namelist(), ["bootstrap"])

    def test_the_same_files_give_the_same_bytes(self):
        first = self.packed(self.laid("one", FONTS.items())).read_bytes()
        other = self.laid("two", reversed(FONTS.items()))
        os.utime(other / "Two.ttf", (1, 1))
        os.utime(self.program, (1, 1))
        self.assertEqual(self.packed(other).read_bytes(), first)
        (other / "Two.ttf").write_bytes(b"TWO")
        self.assertNotEqual(self.packed(other).read_bytes(), first)

    def test_a_folder_that_is_missing_leaves_the_zip_as_it_was(self):
        before = self.packed().read_bytes()
        with self.assertRaisesRegex(FileNotFoundError, "nowhere"):
            self.packed(self.folder / "nowhere")
        self.assertEqual((self.folder / "packed.zip").read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
