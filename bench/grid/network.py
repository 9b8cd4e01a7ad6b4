"""What every rival trains in the grid benchmark: the baseline network in Keras, as its users write it."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

KERNELS, POOLINGS, ACTIVATIONS = [3, 5], ["max", "average"], ["relu", "sigmoid", "tanh"]
IMAGES, EPOCHS, BATCH = 10_000, 2, 128


def read_images():
    """The first 10,000 training images: 9,000 to train on, 1,000 to validate on."""
    import numpy as np

    folder = os.environ["MNIST_FOLDER"]
    images = np.fromfile(os.path.join(folder, "train-images-idx3-ubyte"), np.uint8, offset=16)
    labels = np.fromfile(os.path.join(folder, "train-labels-idx1-ubyte"), np.uint8, offset=8)
    images = images.reshape(-1, 28, 28, 1)[:IMAGES].astype("float32") / 255
    labels = labels[:IMAGES].astype("int32")
    split = IMAGES * 9 // 10
    return (images[:split], labels[:split]), (images[split:], labels[split:])


def build(kernel_size, pooling, activation):
    import keras

    pool = keras.layers.MaxPooling2D if pooling == "max" else keras.layers.AveragePooling2D
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size, activation=activation),
            pool(2),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation=activation),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def train(kernel_size, pooling, activation, data=None):
    """Trains one variant. Returns its validation accuracy after the last epoch."""
    train_data, validation_data = data or read_images()
    model = build(kernel_size, pooling, activation)
    history = model.fit(
        *train_data, batch_size=BATCH, epochs=EPOCHS, validation_data=validation_data, verbose=0
    )
    return history.history["val_accuracy"][-1]


def print_table(rows):
    """The result that each rival's process ends with: (kernel, pooling, activation, validation accuracy)."""
    for kernel_size, pooling, activation, accuracy in sorted(rows, key=lambda row: -row[3]):
        print(f"{kernel_size}  {pooling:8} {activation:8} {accuracy:.4f}")
