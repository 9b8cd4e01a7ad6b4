// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.

/** The datasets of configurations. */
export const dataSources = {
  mnist: async () => (await import('./mnist.js')).mnist,
  fashion_mnist: async () => (await import('./fashion-mnist.js')).fashionMnist,
  kmnist: async () => (await import('./kmnist.js')).kmnist,
  cifar10: async () => (await import('./cifar10.js')).cifar10,
  cifar100: async () => (await import('./cifar100.js')).cifar100,
  idx: async () => (await import('./idx.js')).idx,
  image_folder: async () => (await import('./image-folder.js')).imageFolder,
  table: async () => (await import('./table.js')).table,
};
