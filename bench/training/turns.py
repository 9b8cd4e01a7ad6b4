"""Trains an epoch for each line of standard input, and answers with a line of JSON."""

import json
import sys
import time


def take_turns(engines, versions, examples):
    """Each line names an engine: name -> function that makes it; made, it trains one epoch when called."""
    print(json.dumps(versions), flush=True)
    ready = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in ready:
            ready[name] = engines[name]()
        start = time.perf_counter()
        loss = ready[name]()
        seconds = time.perf_counter() - start
        print(json.dumps({"engine": name, "samples_per_second": examples / seconds, "loss": loss}), flush=True)
