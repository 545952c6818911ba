"""Draws the meme of the benchmark with Pillow: once for each line that comes in; tells the milliseconds that it took."""

import io
import sys
import time

from PIL import Image, ImageDraw, ImageFont, ImageOps

SIDE = 1080
MARGIN = 43
QUALITY = 88
# The lines that the template breaks the captions into, the size of their letters, and the width of the line around them.
TOP = ("WHEN THE BUILD PASSES\nON THE FIRST TRY", 107, 6)
BOTTOM = ("SUSPICIOUS. VERY\nSUSPICIOUS.", 140, 8)


def draw(photo, fonts):
    picture = ImageOps.fit(Image.open(io.BytesIO(photo)).convert("RGB"), (SIDE, SIDE))
    pen = ImageDraw.Draw(picture)
    for (text, size, outline), anchor, y in ((TOP, "ma", MARGIN), (BOTTOM, "md", SIDE - MARGIN)):
        look = {"font": fonts[size], "fill": "white", "stroke_width": outline, "stroke_fill": "black", "align": "center"}
        pen.multiline_text((SIDE / 2, y), text, anchor=anchor, **look)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        photo = file.read()
    fonts = {size: ImageFont.truetype(sys.argv[2], size) for _, size, _ in (TOP, BOTTOM)}
    for _ in sys.stdin:
        started = time.perf_counter()
        draw(photo, fonts)
        print((time.perf_counter() - started) * 1000, flush=True)
