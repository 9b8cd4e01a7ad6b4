"""Writes tables into a folder (`write FOLDER`), or reads one in rounds and prints the seconds of each (`read FILE ROUNDS`)."""
import json
import os
import sys
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

ROWS = 400_000


def write(folder):
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "id": np.arange(ROWS),
            "text": [f"a sentence, with {i} words and more" for i in range(ROWS)],
            "x": random.normal(size=ROWS),
            "y": random.integers(0, 10_000, ROWS),
            "label": random.choice(list("abcdef"), ROWS),
        }
    )
    frame.to_csv(os.path.join(folder, "table.csv"), index=False)
    numbers = pd.DataFrame({f"x{i}": random.normal(size=ROWS // 2).round(6) for i in range(20)})
    numbers.to_csv(os.path.join(folder, "numbers.csv"), index=False)
    frame.to_parquet(os.path.join(folder, "table.parquet"), row_group_size=100_000)
    frame.head(100_000).to_json(os.path.join(folder, "table.jsonl"), orient="records", lines=True)
    images = random.integers(0, 256, (60_000, 28, 28), dtype="uint8")
    np.savez(os.path.join(folder, "table.npz"), x=images, y=np.arange(60_000) % 10)


readers = {
    ".csv": lambda file: pd.read_csv(file),
    ".jsonl": lambda file: pd.read_json(file, orient="records", lines=True),
    ".parquet": lambda file: pq.read_table(file).to_pandas(),
    ".npz": lambda file: [array for array in np.load(file).values()],
}

if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    file, rounds = sys.argv[2], int(sys.argv[3])
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        readers[os.path.splitext(file)[1]](file)
        seconds.append(time.perf_counter() - start)
    json.dump(seconds, sys.stdout)
