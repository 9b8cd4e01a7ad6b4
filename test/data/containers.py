"""Writes images and their classes as folders, Parquet (as Hugging Face's datasets), npz (as Keras) and tar (WebDataset).
Arguments: the folder to write to; npz with x_train, y_train, x_test, y_test and names."""
import io
import json
import os
import sys
import tarfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

folder = sys.argv[1]
random = np.random.default_rng(3)
names = ["zebra", "ant", "bee"]
sets = {}
for part, count in {"train": 30, "test": 9}.items():
    labels = np.sort(np.arange(count) % 3)
    sets[part] = (random.integers(0, 256, size=(count, 6, 5, 3), dtype=np.uint8), labels)
np.savez(os.path.join(folder, "both.npz"), **{
    f"{name}_{part}": array for part, (x, y) in sets.items() for name, array in {"x": x, "y": y.astype("int64")}.items()})


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


for part, (images, labels) in sets.items():
    files = [png(image) for image in images]
    for index, (file, label) in enumerate(zip(files, labels)):
        path = os.path.join(folder, "classes", part, f"{label}-{names[label]}", f"{index:03}.png")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "wb").write(file)
    table = pa.table({"image": [{"bytes": file, "path": f"{i}.png"} for i, file in enumerate(files)], "label": labels})
    features = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(features)}),
                   os.path.join(folder, f"{part}.parquet"), row_group_size=7)
    pair = pa.table({"image": [{"bytes": file, "path": "0.png"} for file in files],
                     "mirrored": [{"bytes": png(image[:, ::-1]), "path": "0.png"} for image in images], "label": labels})
    pq.write_table(pair, os.path.join(folder, f"{part}-pair.parquet"))
    more = {"info": {"features": {"label": {"names": ["ant", "zebra", "cow"], "_type": "ClassLabel"}}}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(more)}), os.path.join(folder, f"{part}-other.parquet"))
    os.makedirs(os.path.join(folder, "shards"), exist_ok=True)
    for shard, text in enumerate([features, more]):
        pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(text)}),
                       os.path.join(folder, "shards", f"train-0000{shard}-of-00002.parquet"))
    with tarfile.open(os.path.join(folder, f"{part}.tar"), "w") as tar:
        for index, (file, label) in enumerate(zip(files, labels)):
            for ending, content in {"png": file, "cls": str(label).encode()}.items():
                member = tarfile.TarInfo(f"{index:03}.{ending}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    images.tofile(os.path.join(folder, f"{part}.bin"))
    labels.astype("uint8").tofile(os.path.join(folder, f"{part}-labels.bin"))
