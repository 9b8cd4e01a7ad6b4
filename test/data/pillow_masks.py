"""Masks in several kinds of PNG, and what Pillow and NumPy make of them: one JSON document in on standard input, one out.

{"seed": int, "size": [height, width]}
-> name -> {"file": base64, "values": [height][width], "resized": [height][width] of the size}, nearest neighbours
"""

import base64
import io
import json
import sys

import numpy as np
from PIL import Image


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return base64.b64encode(buffer.getvalue()).decode()


def palette(values, bits):
    image = Image.fromarray(values.astype("uint8"), "P")
    # Two classes of one colour: places in the palette tell them apart, colours don't.
    image.putpalette([level for place in range(2**bits) for level in (17 * (place // 2) % 256, 3, 200)])
    return png(image, bits=bits)


def main():
    given = json.load(sys.stdin)
    rng = np.random.default_rng(given["seed"])
    height, width = given["size"]
    masks = {}
    kinds = {"gray": 256, "palette": 256, "palette4": 16, "palette2": 4, "bilevel": 2, "wide": 65536, "rgb": 256}
    for name, most in kinds.items():
        # Of an odd number of pixels no two are as near: where two are, Pillow takes either.
        values = rng.integers(0, most, 2 * rng.integers(0, 20, 2) + 1)
        if name.startswith("palette"):
            file = palette(values, {256: 8, 16: 4, 4: 2}[most])
        elif name == "bilevel":
            file = png(Image.fromarray(values.astype(bool)))
        elif name == "wide":
            file = png(Image.fromarray(values.astype("uint16")))
        elif name == "rgb":
            file = png(Image.fromarray(np.stack([values.astype("uint8")] * 3, -1)))
        else:
            file = png(Image.fromarray(values.astype("uint8")))
        resized = np.asarray(Image.fromarray(values.astype("int32")).resize((width, height), Image.Resampling.NEAREST))
        masks[name] = {"file": file, "values": values.tolist(), "resized": resized.tolist()}
    json.dump(masks, sys.stdout)


main()
