"""Reads images from standard input ({"height", "width", "pixels"}, grays), and prints of each the 32x32 thumbnail by
Pillow's box filter and the bits of its perceptual hash by SciPy's transform."""
import json
import sys

import numpy as np
import scipy.fft
from PIL import Image

answers = []
for image in json.load(sys.stdin):
    pixels = np.array(image["pixels"], dtype="float32").reshape(image["height"], image["width"])
    small = np.asarray(Image.fromarray(pixels, "F").resize((32, 32), Image.BOX), dtype="float64")
    low = scipy.fft.dct(scipy.fft.dct(small, axis=0), axis=1)[:8, :8]
    answers.append({"thumbnail": small.ravel().tolist(), "bits": (low > np.median(low)).ravel().astype(int).tolist()})
json.dump(answers, sys.stdout)
