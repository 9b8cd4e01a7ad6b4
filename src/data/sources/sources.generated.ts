// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.

/** The datasets of configurations. */
export const dataSources = {
  mnist: async () => (await import('./mnist.js')).mnist,
  fashion_mnist: async () => (await import('./fashion-mnist.js')).fashionMnist,
  kmnist: async () => (await import('./kmnist.js')).kmnist,
  cifar10: async () => (await import('./cifar10.js')).cifar10,
  cifar100: async () => (await import('./cifar100.js')).cifar100,
  emnist_balanced: async () => (await import('./emnist.js')).emnist.emnist_balanced,
  emnist_letters: async () => (await import('./emnist.js')).emnist.emnist_letters,
  emnist_digits: async () => (await import('./emnist.js')).emnist.emnist_digits,
  emnist_byclass: async () => (await import('./emnist.js')).emnist.emnist_byclass,
  emnist_bymerge: async () => (await import('./emnist.js')).emnist.emnist_bymerge,
  pathmnist: async () => (await import('./medmnist.js')).medmnist.pathmnist,
  dermamnist: async () => (await import('./medmnist.js')).medmnist.dermamnist,
  octmnist: async () => (await import('./medmnist.js')).medmnist.octmnist,
  pneumoniamnist: async () => (await import('./medmnist.js')).medmnist.pneumoniamnist,
  retinamnist: async () => (await import('./medmnist.js')).medmnist.retinamnist,
  breastmnist: async () => (await import('./medmnist.js')).medmnist.breastmnist,
  bloodmnist: async () => (await import('./medmnist.js')).medmnist.bloodmnist,
  tissuemnist: async () => (await import('./medmnist.js')).medmnist.tissuemnist,
  organamnist: async () => (await import('./medmnist.js')).medmnist.organamnist,
  organcmnist: async () => (await import('./medmnist.js')).medmnist.organcmnist,
  organsmnist: async () => (await import('./medmnist.js')).medmnist.organsmnist,
  idx: async () => (await import('./idx.js')).idx,
  image_folder: async () => (await import('./image-folder.js')).imageFolder,
  table: async () => (await import('./table.js')).table,
};
