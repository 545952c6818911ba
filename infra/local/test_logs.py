"""What logs.py makes of the functions' lines."""

import unittest

from logs import readable


class Lines(unittest.TestCase):
    def check(self, text, expected):
        self.assertEqual(readable(0, "api", text)[13:], expected)

    def test_json_is_spread_out(self):
        text = '{"timestamp":"t","level":"INFO","fields":{"message":"stored","slot":3},"target":"x","spans":[{"name":"job","post":"p1"}]}'
        self.check(text, "api                    INFO  stored slot=3 post=p1")

    def test_other_text_stays(self):
        self.check("thread 'main' panicked\n", "api                    thread 'main' panicked")
        self.check("12", "api                    12")


if __name__ == "__main__":
    unittest.main()
