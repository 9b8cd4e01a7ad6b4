"""Writes folders of JPEG images (`write FOLDER`), or reads one as Pillow does, in two threads, and prints the seconds of each round (`read FOLDER SIZE ROUNDS`)."""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

FOLDERS = {"small": (6000, 32), "photographs": (600, 400)}


def write(folder):
    random = np.random.default_rng(1)
    for name, (count, size) in FOLDERS.items():
        for index in range(count):
            # Smooth, as photographs are, with some noise.
            coarse = random.integers(0, 256, (8, 8, 3), dtype="uint8")
            image = np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC), dtype="int16")
            noisy = np.clip(image + random.normal(scale=8, size=image.shape), 0, 255).astype("uint8")
            path = os.path.join(folder, name, f"class{index % 2}", f"{index}.jpg")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Image.fromarray(noisy).save(path, quality=90)


def read(folder, size):
    paths = [os.path.join(root, name) for root, _, names in os.walk(folder) for name in names]
    images = np.empty((len(paths), size, size, 3), dtype="uint8")

    def decode(index):
        with Image.open(paths[index]) as image:
            image = image.convert("RGB")
            images[index] = image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BILINEAR)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(decode, range(len(paths))))


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    seconds = []
    for _ in range(int(sys.argv[4])):
        start = time.perf_counter()
        read(sys.argv[2], int(sys.argv[3]))
        seconds.append(time.perf_counter() - start)
    json.dump(seconds, sys.stdout)
