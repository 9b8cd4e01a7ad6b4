"""What Keras's MelSpectrogram makes of recordings, one at a time: one JSON document in, one out."""

import json
import sys

import keras
import numpy as np

if __name__ == "__main__":
    question = json.load(sys.stdin)
    samples = np.array(question["samples"], "float32")
    answers = []
    for case in question["cases"]:
        layer = keras.layers.MelSpectrogram(**case)
        answers.append([layer(row).numpy().tolist() for row in samples])
    json.dump(answers, sys.stdout)
