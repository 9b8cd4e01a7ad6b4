"""A plain loop over the grid."""

import itertools

from network import ACTIVATIONS, KERNELS, POOLINGS, print_table, read_images, train

data = read_images()
print_table([(*cell, train(*cell, data)) for cell in itertools.product(KERNELS, POOLINGS, ACTIVATIONS)])
