"""Writes small files in the formats of the published datasets, as NumPy, SciPy and Pillow write them.
Argument: the folder to write to. Prints, as JSON, of each dataset and set: shape, and the bytes of all images, row-major,
in hexadecimal, and their classes."""
import json
import os
import sys

import numpy as np

folder = sys.argv[1]
random = np.random.default_rng(7)
expected = {}


def place(dataset, file):
    os.makedirs(os.path.join(folder, dataset), exist_ok=True)
    return os.path.join(folder, dataset, file)


def expect(dataset, part, images, labels):
    """images [count, height, width, channels], labels from 0"""
    expected.setdefault(dataset, {})[part] = {
        "shape": list(images.shape),
        "pixels": images.astype("uint8").tobytes().hex(),
        "labels": [int(label) for label in labels],
    }


def draw(*shape):
    return random.integers(0, 256, size=shape, dtype=np.uint8)


COUNTS = {"train": 7, "val": 3, "test": 4}
for dataset, size, classes in [("pneumoniamnist", (28, 28), 2), ("bloodmnist", (28, 28, 3), 8)]:
    arrays = {}
    for part, count in COUNTS.items():
        images, labels = draw(count, *size), random.integers(0, classes, size=(count, 1), dtype=np.uint8)
        arrays |= {f"{part}_images": images, f"{part}_labels": labels}
        expect(dataset, part, images.reshape(count, 28, 28, -1), labels[:, 0])
    np.savez_compressed(place(dataset, f"{dataset}.npz"), **arrays)

print(json.dumps(expected))
