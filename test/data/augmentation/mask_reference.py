"""What becomes of images and masks by given parameters, by SciPy: one JSON document in on standard input, one out.

{"images": [batch][height][width][channels], "masks": [batch][height][width], "ignored": int, "cases": [
  {"maps": [batch][2][3], "interpolation", "fill_mode", "fill_value"}          read at map @ (y, x, 1)
  {"field": [2][batch][height][width], "alpha": [batch], "sigma", ...}         elastic: uniform numbers from -1 to 1
]} -> [{"images", "masks", "near": [batch][height][width]}]: near where a mask's pixel is almost as near to another
"""

import json
import sys

import numpy as np
from scipy import ndimage

MODES = {"reflect": "reflect", "constant": "grid-constant", "nearest": "nearest", "wrap": "grid-wrap"}


def places(case, image, height, width):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    if "maps" in case:
        (yy, yx, y0), (xy, xx, x0) = case["maps"][image]
        return yy * y + yx * x + y0, xy * y + xx * x + x0
    down, right = (
        case["alpha"][image] * ndimage.gaussian_filter(np.array(axis[image]), case["sigma"], mode="constant")
        for axis in case["field"]
    )
    return y + down, x + right


def main():
    given = json.load(sys.stdin)
    images, masks = np.array(given["images"], float), np.array(given["masks"])
    batch, height, width, channels = images.shape
    answers = []
    for case in given["cases"]:
        mode, order = MODES[case["fill_mode"]], {"bilinear": 1, "nearest": 0}[case["interpolation"]]
        moved, seen, near = [], [], []
        for index in range(batch):
            at = np.stack(places(case, index, height, width))
            read = [
                ndimage.map_coordinates(images[index, ..., channel], at, order=order, mode=mode, cval=case["fill_value"])
                for channel in range(channels)
            ]
            moved.append(np.stack(read, -1).tolist())
            seen.append(ndimage.map_coordinates(masks[index], at, order=0, mode=mode, cval=given["ignored"]).tolist())
            near.append((np.abs((at + 0.5) - np.round(at + 0.5)) < 1e-3).any(0).tolist())
        answers.append({"images": moved, "masks": seen, "near": near})
    json.dump(answers, sys.stdout)


main()
