"""Reads the training set of a folder in MNIST's format (IDX)."""

import glob
import os

import numpy as np


def read_training_set(folder):
    """Images as uint8 [count, height, width, channels], labels as int32 [count]."""
    images = read(glob.glob(os.path.join(folder, "train-images-idx*-ubyte"))[0])
    labels = read(glob.glob(os.path.join(folder, "train-labels-idx*-ubyte"))[0])
    return images.reshape(*images.shape[:3], -1), labels.astype(np.int32)


def read(path):
    with open(path, "rb") as file:
        rank = file.read(4)[3]
        shape = np.frombuffer(file.read(4 * rank), ">u4")
        return np.frombuffer(file.read(), np.uint8).reshape(shape)
