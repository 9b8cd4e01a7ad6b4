"""Writes small files in the formats of the published datasets, as NumPy, SciPy and Pillow write them.
Argument: the folder to write to. Prints, as JSON, of each dataset and set: shape, and the bytes of all images, row-major,
in hexadecimal, and their classes."""
import gzip
import json
import os
import sys
import zipfile

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



def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(header + array.tobytes())


with zipfile.ZipFile(place("emnist", "gzip.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
    for dataset, classes, first in [("emnist_letters", 26, 1), ("emnist_balanced", 47, 0)]:
        for part, count in {"train": 9, "test": 5}.items():
            images, labels = draw(count, 28, 28), random.integers(0, classes, size=count, dtype=np.uint8)
            start = f"gzip/{dataset.replace('_', '-')}-{part}"
            # Their characters lie on their side, mirrored: rows and columns are exchanged.
            archive.writestr(f"{start}-images-idx3-ubyte.gz", idx(images.transpose(0, 2, 1)))
            archive.writestr(f"{start}-labels-idx1-ubyte.gz", idx(labels + np.uint8(first)))
            expect(dataset, part, images[..., None], labels)

print(json.dumps(expected))
