"""Images of many kinds, and what Pillow makes of them: one JSON document in on standard input, one out.

{"seed": int, "background": [red, green, blue]}
-> name -> {"file", "rgb", "gray": base64, "height", "width"}: transparency laid onto the background, then converted.
"""

import base64
import io
import json
import random
import struct
import sys
import zlib

from PIL import Image

COLOR_TYPES = {1: 0, 3: 2, 2: 4, 4: 6}


def noise(rng, width, height, channels):
    """Some areas are flat and some aren't, so that compression and rounding both have something to do."""
    values = Image.frombytes("L", (5, 4), rng.randbytes(20))
    bands = [values.transpose(rng.randrange(7)).resize((width, height), rng.choice([0, 2, 3])) for _ in range(channels)]
    return bands[0] if channels == 1 else Image.merge({2: "LA", 3: "RGB", 4: "RGBA"}[channels], bands)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png16(image, rng, transparent=None):
    """Of 16 bits a channel, which Pillow doesn't write: the high bytes are the image's."""
    channels = len(image.getbands())
    header = struct.pack(">IIBBBBB", image.width, image.height, 16, COLOR_TYPES[channels], 0, 0, 0)
    wide = bytes(byte for value in image.tobytes() for byte in (value, rng.randrange(256)))
    size = 2 * channels * image.width
    rows = b"".join(b"\0" + wide[start : start + size] for start in range(0, len(wide), size))
    chunks = [(b"IHDR", header), (b"tRNS", transparent), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in chunks if data is not None)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def files(rng):
    width, height = rng.randint(2, 40), rng.randint(2, 40)
    gray, color = noise(rng, width, height, 1), noise(rng, width, height, 3)
    gray_alpha, color_alpha = noise(rng, width, height, 2), noise(rng, width, height, 4)
    palette = color.quantize(16)
    frames = [noise(rng, width, height, 4) for _ in range(3)]
    animated = {"save_all": True, "append_images": frames[1:]}
    return {
        "gray.png": saved(gray, "PNG"),
        "rgb.png": saved(color, "PNG"),
        "rgb.webp": saved(color, "WEBP", lossless=True),
        "gray_alpha.png": saved(gray_alpha, "PNG"),
        "rgba.png": saved(color_alpha, "PNG"),
        "rgba.webp": saved(color_alpha, "WEBP", lossless=True, exact=True),
        "hidden.png": saved(Image.composite(color_alpha, color.convert("RGBA"), gray), "PNG"),
        "palette.png": saved(palette, "PNG"),
        "palette_one_transparent.png": saved(palette, "PNG", transparency=3),
        "palette_alpha.png": saved(palette, "PNG", transparency=rng.randbytes(16)),
        "gray_key.png": saved(gray, "PNG", transparency=gray.getpixel((0, 0))),
        "rgb_key.png": saved(color, "PNG", transparency=color.getpixel((0, 0))),
        "rgb16.png": png16(color, rng),
        "rgba16.png": png16(color_alpha, rng),
        "gray_alpha16.png": png16(gray_alpha, rng),
        "animated.webp": saved(frames[0], "WEBP", lossless=True, exact=True, **animated),
        "animated.png": saved(frames[0], "PNG", **animated),
        "rgb.jpg": saved(color, "JPEG", quality=95, subsampling=0),
        "gray.jpg": saved(gray, "JPEG"),
    }


def flattened(file, background):
    image = Image.open(io.BytesIO(file))
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    ground = Image.new("RGB", image.size, tuple(background))
    ground.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return ground


def described(file, background):
    image = flattened(file, background)
    parts = {"file": file, "rgb": image.tobytes(), "gray": image.convert("L").tobytes()}
    encoded = {name: base64.b64encode(data).decode() for name, data in parts.items()}
    return {**encoded, "height": image.height, "width": image.width}


def main():
    question = json.load(sys.stdin)
    made = files(random.Random(question["seed"]))
    json.dump({name: described(file, question["background"]) for name, file in made.items()}, sys.stdout)


main()
