"""Writes small files in the formats of the published datasets, as NumPy, SciPy and Pillow write them.
Argument: the folder to write to. Prints, as JSON, of each dataset and set: shape, and the bytes of all images, row-major,
in hexadecimal, and their classes."""
import gzip
import io
import json
import os
import sys
import tarfile
import zipfile

import numpy as np
from PIL import Image
from scipy.io import savemat

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


def pack(file, members):
    with tarfile.open(file, "w:gz") as archive:
        for path, contents in members:
            member = tarfile.TarInfo(path)
            member.size = len(contents)
            archive.addfile(member, io.BytesIO(contents))


def picture(kind, color, width, height):
    """Of one colour, so that it is the same in every size. JPEG may change it by one or two."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), tuple(color)).save(buffer, kind, **({"quality": 100} if kind == "JPEG" else {}))
    return buffer.getvalue()


def expect_colors(dataset, part, colors, labels):
    pixels = np.repeat(np.array(colors, dtype=np.uint8), 64 * 64, axis=0)
    expect(dataset, part, pixels.reshape(len(colors), 64, 64, 3), labels)


members, found = [("imagenette2-160/noisy_imagenette.csv", b"path,noisy")], {"train": ([], []), "val": ([], [])}
for number, (part, label, wnid) in enumerate(
        [("val", 9, "n03888257"), ("train", 0, "n01440764"), ("train", 4, "n03028079"), ("val", 1, "n02102040")] * 2):
    color = [10 * number, 200 - 20 * number, 128]
    members.append((f"imagenette2-160/{part}/{wnid}/{wnid}_{number}.JPEG", picture("JPEG", color, 170 + number, 160)))
    found[part][0].append(color)
    found[part][1].append(label)
pack(place("imagenette", "imagenette2-160.tgz"), members)
pack(place("damaged", "imagenette2-160.tgz"), [(path, file[:-200] if path.endswith("_3.JPEG") else file) for path, file in members])
expect_colors("imagenette", "train", *found["train"])
expect_colors("imagenette", "test", *found["val"])

members, lists, found = [("images/Sphynx_9.mat", b"not an image")], {"trainval": "", "test": ""}, {}
for number, (part, breed, label) in enumerate(
        [("trainval", "yorkshire_terrier", 36), ("test", "Abyssinian", 0), ("trainval", "Abyssinian", 0),
         (None, "pug", 25), ("test", "american_pit_bull_terrier", 2)]):
    color = [255 - 30 * number, 20 * number, 99]
    # Some files have another format than their name says.
    members.append((f"images/{breed}_{number}.jpg", picture("PNG" if number == 2 else "JPEG", color, 50, 40 + number)))
    if part:
        lists[part] += f"{breed}_{number} {label + 1} 1 1\n"
        colors, labels = found.setdefault(part, ([], []))
        colors.append(color)
        labels.append(label)
pack(place("oxford_pets", "images.tar.gz"), members)
pack(place("oxford_pets", "annotations.tar.gz"),
     [("annotations/README", b"words")] + [(f"annotations/{part}.txt", text.encode()) for part, text in lists.items()])
expect_colors("oxford_pets", "train", *found["trainval"])
expect_colors("oxford_pets", "test", *found["test"])

for part, count in {"train": 6, "test": 3}.items():
    images, labels = draw(count, 32, 32, 3), random.integers(0, 10, size=count)
    savemat(place("svhn", f"{part}_32x32.mat"),
            {"X": images.transpose(1, 2, 3, 0), "y": np.where(labels == 0, 10, labels)[:, None].astype(np.uint8)},
            do_compression=True)
    expect("svhn", part, images, labels)

members = [("stl10_binary/unlabeled_X.bin", bytes(50_000)), ("stl10_binary/class_names.txt", b"airplane")]
for part, count in {"test": 3, "train": 5}.items():
    images, labels = draw(count, 96, 96, 3), random.integers(0, 10, size=count, dtype=np.uint8)
    members.append((f"stl10_binary/{part}_X.bin", images.transpose(0, 3, 2, 1).tobytes()))
    members.append((f"stl10_binary/{part}_y.bin", (labels + np.uint8(1)).tobytes()))
    expect("stl10", part, images, labels)
pack(place("stl10", "stl10_binary.tar.gz"), members)

labels = np.array([102, 1, 50, 77, 2, 101])
sets = {"trnid": [6, 1], "valid": [3], "tstid": [2, 5, 4]}
colors = [[40 * number, 100, 250 - 40 * number] for number in range(6)]
pack(place("flowers102", "102flowers.tgz"),
     [(f"jpg/image_{number + 1:05}.jpg", picture("JPEG", color, 70, 60)) for number, color in enumerate(colors)])
# One as MATLAB would compress it, one as it is.
savemat(place("flowers102", "imagelabels.mat"), {"labels": labels[None].astype(np.uint8)}, do_compression=True)
savemat(place("flowers102", "setid.mat"), {name: np.array([ids], dtype=np.uint16) for name, ids in sets.items()})
for part, ids in {"train": sets["trnid"], "val": sets["valid"], "test": sets["tstid"]}.items():
    ordered = [number - 1 for number in sorted(ids)]
    expect_colors("flowers102", part, [colors[number] for number in ordered], labels[ordered] - 1)

types = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]
arrays = {name: (np.arange(12).reshape(3, 4) * 9 - (0 if name[0] == "u" else 50)).astype(name) for name in types}
others = {"words": "text", "pair": {"a": 1.0}, "imaginary": np.array([[1 + 2j]]), "one": np.array([[7.0]])}
for packed in [False, True]:
    savemat(place("mat", f"{'packed' if packed else 'plain'}.mat"), {**others, **arrays}, do_compression=packed)

print(json.dumps(expected))
