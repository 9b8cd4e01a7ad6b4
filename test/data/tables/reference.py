"""Writes tables with pandas, pyarrow and numpy into a folder, and prints what these read of them, as JSON:
file -> {"columns": [...], "rows": [[...]]}; bytes as {"bytes": hex}."""
import datetime
import io
import json
import os
import sys
import tarfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
expected = {}


def plain(value):
    if isinstance(value, dict):
        if set(value) == {"bytes", "path"}:
            return {"bytes": value["bytes"].hex(), "path": value["path"]}
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, np.ndarray)):
        return [plain(inner) for inner in (value.tolist() if isinstance(value, np.ndarray) else value)]
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (datetime.datetime, pd.Timestamp)):
        return {"date": value.strftime("%Y-%m-%dT%H:%M:%S")}
    if isinstance(value, datetime.date):
        return {"date": value.strftime("%Y-%m-%dT00:00:00")}
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        return str(value)
    return value


def parquet(name, table, **options):
    path = os.path.join(folder, name)
    pq.write_table(table, path, **options)
    read = pq.read_table(path)
    rows = [[plain(value) for value in row.values()] for row in read.to_pylist()]
    expected[name] = {"columns": read.column_names, "rows": rows}


random = np.random.default_rng(7)
n = 700
words = ["cat", "dog", None, "größe", "😀", ""]
table = pa.table(
    {
        "text": pa.array([words[i % 6] for i in range(n)]),
        "dictionary": pa.array([words[i % 2] for i in range(n)]).dictionary_encode(),
        "f64": pa.array([None if i % 7 == 0 else float(x) for i, x in enumerate(random.normal(size=n))]),
        "f32": pa.array(random.normal(size=n).astype("float32")),
        "f16": pa.array(random.normal(size=n).astype("float16")),
        "i64": pa.array([(2**62 if i % 100 == 3 else -i) for i in range(n)], pa.int64()),
        "u64": pa.array([(2**64 - 1 if i % 100 == 3 else i) for i in range(n)], pa.uint64()),
        "i8": pa.array([i % 200 - 100 for i in range(n)], pa.int8()),
        "u32": pa.array([2**32 - 1 - i for i in range(n)], pa.uint32()),
        "constant": pa.array([7] * n),
        "bool": pa.array([None if i % 5 == 0 else i % 3 == 0 for i in range(n)]),
        "date": pa.array([datetime.date(2020, 1, 1 + i % 28) for i in range(n)]),
        "time": pa.array([datetime.datetime(2020, 1, 1, i % 24, 5) for i in range(n)], pa.timestamp("us")),
        "list": pa.array([None if i % 11 == 0 else list(range(i % 4)) for i in range(n)]),
        "names": pa.array([[words[j % 2] for j in range(i % 3)] for i in range(n)]),
        "struct": pa.array([{"a": i, "b": words[i % 6]} for i in range(n)]),
        "image": pa.array([{"bytes": bytes([i % 256] * (i % 9)), "path": f"{i}.png"} for i in range(n)]),
        "binary": pa.array([bytes([i % 256, 0, 255]) for i in range(n)]),
    }
)
features = {"info": {"features": {"i8": {"names": ["no", "yes"], "_type": "ClassLabel"}, "text": {"_type": "Value"}}}}
table = table.replace_schema_metadata({"huggingface": json.dumps(features)})
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    for version in ["1.0", "2.0"]:
        parquet(
            f"{codec}-{version}.parquet", table, compression=codec, data_page_version=version, row_group_size=300,
            use_dictionary=version == "1.0", data_page_size=2000,
        )
parquet("delta.parquet", table.select(["i64", "text", "f32"]), use_dictionary=False, column_encoding={
    "i64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "f32": "BYTE_STREAM_SPLIT"})
parquet("empty.parquet", table.slice(0, 0))
frame = pd.DataFrame({"x": [1.5, np.nan], "c": pd.Categorical(["a", "b"])})
frame.to_parquet(os.path.join(folder, "pandas.parquet"))
expected["pandas.parquet"] = {"columns": ["x", "c"], "rows": [[1.5, "a"], [None, "b"]]}


# Small ones, to be damaged.
small = table.slice(1, 12).select(["text", "dictionary", "f64", "i64", "bool", "time", "names", "image"])
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    for version in ["1.0", "2.0"]:
        parquet(f"small-{codec}-{version}.parquet", small, compression=codec, data_page_version=version, row_group_size=7)


def npz(name, save, **arrays):
    save(os.path.join(folder, name), **arrays)
    rows = [[plain(array[i]) for array in arrays.values()] for i in range(len(next(iter(arrays.values()))))]
    expected[name] = {"columns": list(arrays), "rows": rows}


arrays = {}
for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>":
        arrays[f"{kind}{'le' if order == '<' else 'be'}"] = (abs(random.normal(size=(50, 3)) * 50) if kind[0] == "u" else random.normal(size=(50, 3)) * 30).astype(order + kind)
arrays["vector"] = np.arange(50) * 0.5
arrays["large"] = np.array([2**62 - i for i in range(50)])
arrays["flag"] = np.arange(50) % 3 == 0
arrays["flags"] = np.arange(100).reshape(50, 2) % 3 == 0
arrays["word"] = np.array(["größe" if i % 2 else "b😀" for i in range(50)])
arrays["wordbe"] = arrays["word"].astype(">U7")
arrays["bytes"] = np.array([b"ab" if i % 2 else b"c" for i in range(50)])
arrays["fortran"] = np.asfortranarray(random.normal(size=(50, 4, 3)))
arrays["missing"] = np.where(np.arange(50) % 2 == 0, np.nan, 1.0)
npz("arrays.npz", np.savez, **arrays)
npz("packed.npz", np.savez_compressed, **arrays)
for name in ["arrays.npz", "packed.npz"]:
    at = list(arrays).index("bytes")
    for row in expected[name]["rows"]:
        row[at] = bytes.fromhex(row[at]["bytes"]).decode()
npz("small.npz", np.savez, x_train=np.arange(12).reshape(6, 2), y_train=np.arange(6.0))
npz("small-packed.npz", np.savez_compressed, x=np.arange(12).reshape(6, 2), y=np.array(list("abcdef")))
expected["small.npz"]["columns"] = ["x", "y"]
np.savez(os.path.join(folder, "objects.npz"), x=np.array([{"a": 1}, None], dtype=object))
np.savez(os.path.join(folder, "keras.npz"), x_train=np.zeros((4, 2)), y_train=np.arange(4), x_test=np.ones((3, 2)), y_test=np.arange(3))
np.savez(os.path.join(folder, "uneven.npz"), x=np.zeros((4, 2)), y=np.arange(3))
np.save(os.path.join(folder, "single.npy"), np.arange(30000, dtype="float32").reshape(10000, 3))
expected["single.npy"] = {"columns": ["single"], "rows": [[[float(3 * i + j) for j in range(3)]] for i in range(10000)]}

frame = pd.DataFrame({"text": ["a,b", 'say "hi"\nloud', "ünï"], "x": [1.5, -2e-7, 3], "label": ["x", "y", "z"]})
frame.to_csv(os.path.join(folder, "pandas.csv"), index=False)
frame.to_csv(os.path.join(folder, "pandas.tsv"), index=False, sep="\t")
frame.to_csv(os.path.join(folder, "semicolon.csv"), index=False, sep=";", decimal=",", encoding="utf-16")
frame.to_json(os.path.join(folder, "pandas.jsonl"), orient="records", lines=True)
rows = [[plain(value) for value in row] for row in frame.itertuples(index=False)]
expected["pandas.jsonl"] = {"columns": ["text", "x", "label"], "rows": rows}
for name, options in [("pandas.csv", {}), ("pandas.tsv", {"sep": "\t"}), ("semicolon.csv", {"sep": ";", "encoding": "utf-16"})]:
    read = pd.read_csv(os.path.join(folder, name), dtype=str, **options)
    expected[name] = {"columns": list(read.columns), "rows": read.values.tolist()}

with tarfile.open(os.path.join(folder, "shard.tar.gz"), "w:gz") as tar:
    for i in range(300):
        name = ("a-folder-of-a-rather-long-name/" * 8) + f"{i:05}"
        members = {"cls": str(i % 10).encode(), "png": bytes([i % 256] * 2000), "json": json.dumps({"i": i}).encode()}
        if i % 3 == 0:
            members["txt"] = f"größe {i}".encode()
        for ending, contents in members.items():
            info = tarfile.TarInfo(f"{name}.{ending}")
            info.size = len(contents)
            tar.addfile(info, io.BytesIO(contents))
with tarfile.open(os.path.join(folder, "small.tar"), "w") as tar:
    for i in range(4):
        for ending, contents in {"cls": b"3", "png": bytes(100)}.items():
            info = tarfile.TarInfo(f"{i}.{ending}")
            info.size = len(contents)
            tar.addfile(info, io.BytesIO(contents))
long = "a-folder-of-a-rather-long-name/" * 8
expected["shard.tar.gz"] = {
    "columns": ["__key__", "cls", "png", "json", "txt"],
    "rows": [
        [f"{long}{i:05}", i % 10, {"bytes": bytes([i % 256] * 2000).hex(), "path": f"{long}{i:05}.png"}, {"i": i},
         f"größe {i}" if i % 3 == 0 else None]
        for i in range(300)
    ],
}
json.dump(expected, sys.stdout)
