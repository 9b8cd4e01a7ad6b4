"""PyTorch, eager, channels last, for comparison with Ablate: torch_engine.py NETWORK FOLDER"""

import os
import sys

import numpy as np
import torch
from torch import nn

from idx import read_training_set
from turns import take_turns

BATCH = 128
BATCHES = {"text": 50}


def baseline(channels):
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(5408, 128), nn.ReLU(), nn.Linear(128, 10),
    )


def normalized(channels, filters, size, stride):
    convolution = nn.Conv2d(channels, filters, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(filters, eps=0.001, momentum=0.01))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.first = normalized(channels, filters, 3, stride)
        self.second = normalized(filters, filters, 3, 1)
        self.shortcut = normalized(channels, filters, 1, stride) if stride == 2 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(x))


def resnet20(channels):
    blocks = []
    before = 16
    for filters in (16, 32, 64):
        for block in range(3):
            blocks.append(Block(before, filters, 2 if block == 0 and filters > 16 else 1))
            before = filters
    return nn.Sequential(
        normalized(channels, 16, 3, 1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
    )


class Kim(nn.Module):
    """As experiments/text/kim2014.yaml has it."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20_000, 300)
        self.convolutions = nn.ModuleList(nn.Conv1d(300, 100, width, padding="same") for width in (3, 4, 5))
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(300, 2)

    def forward(self, words):
        x = self.embedding(words).transpose(1, 2)
        pooled = [torch.relu(convolution(x)).amax(2) for convolution in self.convolutions]
        return self.output(self.dropout(torch.cat(pooled, 1)))


class Eager:
    def __init__(self, network, images, labels):
        self.labels = torch.from_numpy(labels.astype(np.int64))
        self.batch = BATCHES.get(network, BATCH)
        if network == "text":
            words = np.ascontiguousarray(images.reshape(len(images), -1)).view("<u2")
            self.images = torch.from_numpy(words.astype(np.int64))
            self.model = Kim()
            self.optimizer = torch.optim.Adadelta(self.model.parameters(), lr=1.0, rho=0.95, eps=1e-6)
        else:
            pixels = torch.from_numpy(images.astype(np.float32) / 255).permute(0, 3, 1, 2)
            self.images = pixels.contiguous(memory_format=torch.channels_last)
            model = {"baseline": baseline, "resnet20": resnet20}[network](images.shape[3])
            self.model = model.to(memory_format=torch.channels_last)
            self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001, eps=1e-7, fused=True)
        self(self.batch * 4)

    def __call__(self, samples=None):
        order = torch.randperm(len(self.labels) if samples is None else samples)
        loss_sum = torch.zeros(())
        correct = torch.zeros((), dtype=torch.int64)
        for index in order.split(self.batch):
            labels = self.labels[index]
            logits = self.model(self.images[index])
            loss = nn.functional.cross_entropy(logits, labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.detach() * len(index)
            correct += (logits.argmax(1) == labels).sum()
        return float(loss_sum) / len(order)


def main(network, folder):
    torch.set_num_threads(int(os.environ.get("BENCH_THREADS") or os.cpu_count()))
    images, labels = read_training_set(folder)
    take_turns({"torch": lambda: Eager(network, images, labels)}, {"PyTorch": torch.__version__}, len(labels))


main(*sys.argv[1:])
