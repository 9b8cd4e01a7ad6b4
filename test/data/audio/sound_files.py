"""Sound files of many formats with what libsndfile reads of them, and SciPy's resampling: one JSON document in, one out."""

import json
import os
import sys

import numpy as np
import scipy.signal
import soundfile


def tones(rate, channels):
    """A second of two tones and a little noise, quieter in each further channel."""
    time = np.arange(rate) / rate
    noise = np.random.default_rng(0).normal(0, 0.01, rate)
    wave = 0.4 * np.sin(2 * np.pi * 440 * time) + 0.3 * np.sin(2 * np.pi * 1730 * time) + noise
    return np.stack([wave / (1 + channel) for channel in range(channels)], axis=1)


def written(folder, case):
    path = os.path.join(folder, case["name"])
    soundfile.write(path, tones(case["rate"], case["channels"]), case["rate"], case["subtype"], format=case["format"])
    samples, rate = soundfile.read(path, always_2d=True)
    return {"rate": rate, "samples": samples.mean(axis=1).tolist()}


def resampled(case):
    up, down = case["to"], case["from"]
    divisor = np.gcd(up, down)
    up, down = up // divisor, down // divisor
    most = max(up, down)
    crossings, cutoff, beta = 64, 0.95, 0.1102 * (100 - 8.7)
    # firwin makes the filter itself; its width and window are those that the program states.
    taps = scipy.signal.firwin(2 * crossings * most + 1, cutoff / most, window=("kaiser", beta))
    return scipy.signal.resample_poly(np.array(case["samples"]), up, down, window=taps).tolist()


if __name__ == "__main__":
    question = json.load(sys.stdin)
    answers = {
        "written": [written(question["folder"], case) for case in question["files"]],
        "resampled": [resampled(case) for case in question["resampled"]],
    }
    json.dump(answers, sys.stdout)
